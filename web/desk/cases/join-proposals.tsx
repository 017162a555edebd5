import { Alert, Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconArrowsJoin } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Case } from '../../../contract/cases.ts';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { joinCase, keepApart, TOUCHED } from './queries.ts';
import { spokenNumber } from './spoken-number.ts';

const doubtsOf = ({ doubts }: Record<string, unknown>): string[] =>
  Array.isArray(doubts) ? doubts.filter((doubt) => typeof doubt === 'string') : [];

/** Cases that may be the same matter: why it seems so, and a person decides. */
export function JoinProposals({ case: found }: { case: Case }) {
  const { t, word } = useWords();
  const join = useDeed({ run: (into: string) => joinCase(found.id, into), touches: TOUCHED, done: t('join.done') });
  const apart = useDeed({
    run: (into: string) => keepApart(found.id, into),
    touches: TOUCHED,
    done: t('join.apart.done'),
  });
  return found.proposals.map((proposal) => (
    <Alert
      key={proposal.caseId}
      variant="light"
      color="blue"
      icon={<IconArrowsJoin />}
      title={t('join.title')}
      role="region"
      aria-label={t('join.title')}
    >
      <Stack gap="xs">
        <Anchor component={Link} to={`/cases/${proposal.caseId}`} size="sm">
          {spokenNumber(proposal.number)} · {proposal.subject}
        </Anchor>
        <Text size="sm">
          {t('join.doubts')}{' '}
          {doubtsOf(proposal.reasons)
            .map((doubt) => word('join-doubt', doubt))
            .join(' · ')}
        </Text>
        <Group gap="xs">
          <Button size="xs" loading={join.isPending} onClick={() => join.mutate(proposal.caseId)}>
            {t('join.join')}
          </Button>
          <Button size="xs" variant="default" loading={apart.isPending} onClick={() => apart.mutate(proposal.caseId)}>
            {t('join.apart')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  ));
}
