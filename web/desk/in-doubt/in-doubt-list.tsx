import { Anchor, Button, Card, Group, Stack, Text } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { InDoubt, SettleInDoubt } from '../../../contract/incidents.ts';
import { spokenNumber } from '../cases/spoken-number.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { reasonSentence } from '../shell/reason.ts';
import { request } from '../shell/request.ts';
import { Empty, PageTitle, Shown } from '../shell/states.tsx';

const inDoubtQuery = queryOptions({
  queryKey: ['in-doubt'],
  queryFn: ({ signal }) => request<InDoubt[]>('/api/v1/in-doubt', { signal }),
});

/** Notices of which nobody knows whether they arrived: a receipt, time, or a person ends the doubt. */
export function InDoubtList() {
  const { t } = useWords();
  const query = useQuery(inDoubtQuery);
  return (
    <>
      <PageTitle title={t('place.in-doubt')} hint={t('in-doubt.hint')} />
      <Shown query={query}>
        {(doubts) =>
          doubts.length === 0 ? (
            <Empty title={t('in-doubt.none')}>{t('in-doubt.none.help')}</Empty>
          ) : (
            <Stack gap="xs">
              {doubts.map((doubt) => (
                <Doubt key={doubt.id} doubt={doubt} />
              ))}
            </Stack>
          )
        }
      </Shown>
    </>
  );
}

function Doubt({ doubt }: { doubt: InDoubt }) {
  const { t, word, label } = useWords();
  const may = useMay();
  const settle = useDeed({
    run: (body: SettleInDoubt) => request<unknown>(`/api/v1/in-doubt/${doubt.id}`, { method: 'POST', body }),
    touches: ['in-doubt', 'incidents', 'cases'],
    done: t('in-doubt.settled'),
  });
  return (
    <Card padding="sm">
      <Group justify="space-between" gap="sm">
        <Stack gap={2}>
          <Group gap="xs">
            <Text size="sm" fw={600}>
              {word('channel', doubt.channel)} · {doubt.to}
            </Text>
            <Text size="sm" c="dimmed">
              {word('announcement-kind', doubt.kind)}
            </Text>
            {doubt.subject && (
              <Anchor component={Link} to={`/${doubt.subject.kind}s/${doubt.subject.id}`} size="sm">
                {doubt.subject.kind === 'case' ? spokenNumber(doubt.subject.reference) : doubt.subject.reference}
              </Anchor>
            )}
          </Group>
          <Text size="sm">{reasonSentence(label, doubt.why)}</Text>
          <Text size="xs" c="dimmed" component="div">
            {t('in-doubt.since')} <Moment at={doubt.since} size="xs" /> · {t('in-doubt.ends')}{' '}
            <Moment at={doubt.endsAt} size="xs" />
          </Text>
        </Stack>
        {may('notices:settle') && (
          <Group gap="xs">
            {(['arrived', 'failed', 'send-again'] as const).map((answer) => (
              <Button
                key={answer}
                size="xs"
                variant="default"
                disabled={settle.isPending}
                onClick={() => settle.mutate({ settle: answer })}
              >
                {t(`in-doubt.${answer}`)}
              </Button>
            ))}
          </Group>
        )}
      </Group>
    </Card>
  );
}
