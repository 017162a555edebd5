import { Alert, Anchor, Button, Grid, Group, Stack, Text, Title } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Case, CaseMessage } from '../../../contract/cases.ts';
import { useWords } from '../shell/language.tsx';
import { useMay, useMe } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { Shown } from '../shell/states.tsx';
import { CaseActs } from './case-acts.tsx';
import { CaseMarks, CaseStateBadge, Who } from './case-marks.tsx';
import { CaseFacts, CaseLadder, CasePromises, CaseTimeline, HandOvers } from './case-side.tsx';
import { Composer } from './composer.tsx';
import { JoinProposals } from './join-proposals.tsx';
import { MessageCard } from './message-card.tsx';
import { NextStepCard } from './next-step-card.tsx';
import { caseQuery, keepApart, olderMessages } from './queries.ts';
import { spokenNumber } from './spoken-number.ts';

/** One case: what to do next, what was said, and where one writes; beside it promises, ladder, and what happened. */
export function CasePage() {
  const { id } = useParams({ from: '/shell/cases/$id' });
  const query = useQuery(caseQuery(id));
  return <Shown query={query}>{(found) => <Page key={found.id} case={found} />}</Shown>;
}

function Page({ case: found }: { case: Case }) {
  const may = useMay();
  const { operatorName } = useMe();
  useEffect(() => {
    document.title = `${spokenNumber(found.number)} ${found.subject} · ${operatorName}`;
  }, [found.number, found.subject, operatorName]);
  const writes = may('cases:work') || may('cases:technical');
  return (
    <Stack gap="md">
      <Header case={found} />
      <NextStepCard case={found} />
      {found.state === 'joined' && found.joinedTo && <Joined case={found} into={found.joinedTo} />}
      {may('cases:work') && <JoinProposals case={found} />}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="md">
            <Conversation case={found} />
            {writes && found.state !== 'joined' && found.state !== 'cancelled' && <Composer case={found} />}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="md">
            <CaseFacts case={found} />
            <CasePromises case={found} />
            <HandOvers case={found} />
            <CaseLadder case={found} />
            <CaseTimeline case={found} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

function Header({ case: found }: { case: Case }) {
  const { t, word } = useWords();
  return (
    <Stack gap="xs">
      <Anchor component={Link} to="/cases" size="sm">
        <Group gap={4}>
          <IconArrowLeft size={14} aria-hidden />
          {t('place.cases')}
        </Group>
      </Anchor>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ minWidth: 0, flex: 1 }}>
          <Title order={1} style={{ overflowWrap: 'anywhere' }}>
            {found.subject}
          </Title>
          <Group gap="xs" mt={4}>
            <Text fw={600} className="spoken-number" aria-label={`${t('case.number')} ${found.number}`}>
              {spokenNumber(found.number)}
            </Text>
            <CaseStateBadge state={found.state} waitingFor={found.waitingFor} />
            <Text size="sm" c="dimmed">
              {word('topic', found.topic)} · {word('severity', found.severity)} · {word('case-channel', found.channel)}
            </Text>
            <CaseMarks case={found} />
          </Group>
          <Group gap="xs" mt={4}>
            <Who party={found.party} />
          </Group>
        </div>
        <CaseActs case={found} />
      </Group>
    </Stack>
  );
}

/** What the newest page of a long conversation leaves out is fetched on demand. */
function Conversation({ case: found }: { case: Case }) {
  const { t } = useWords();
  const [older, setOlder] = useState<CaseMessage[]>([]);
  const first = older[0] ?? found.messages[0];
  const fetchOlder = useDeed({
    run: (before: number) => {
      const after = Math.max(0, before - 101);
      return olderMessages(found.id, after, before - 1 - after);
    },
    touches: [],
    onDone: (messages) => setOlder((later) => [...messages, ...later]),
  });
  return (
    <Stack gap="sm" component="section" aria-label={t('case.conversation')}>
      {first && first.number > 1 && (
        <Button
          variant="default"
          size="compact-sm"
          loading={fetchOlder.isPending}
          onClick={() => fetchOlder.mutate(first.number)}
        >
          {t('case.older')}
        </Button>
      )}
      {[...older, ...found.messages].map((message) => (
        <MessageCard key={message.id} message={message} case={found} />
      ))}
    </Stack>
  );
}

function Joined({ case: found, into }: { case: Case; into: string }) {
  const { t } = useWords();
  const may = useMay();
  const part = useDeed({ run: () => keepApart(found.id), touches: ['cases', 'promises'], done: t('case.parted') });
  return (
    <Alert variant="light" title={t('case.joined')}>
      <Group gap="xs">
        <Button size="xs" renderRoot={(props) => <Link to="/cases/$id" params={{ id: into }} {...props} />}>
          {t('case.joined.open')}
        </Button>
        {may('cases:work') && (
          <Button size="xs" variant="default" loading={part.isPending} onClick={() => part.mutate(undefined)}>
            {t('case.part')}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
