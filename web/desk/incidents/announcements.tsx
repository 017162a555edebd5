import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Announcement, Incident } from '../../../contract/incidents.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { AnnouncementBadge } from '../shell/standing.tsx';
import { decideAnnouncement } from './queries.ts';

/** Whole seconds until an instant of the system clock (undo windows never run on the sped-up clock); 0 once it has passed. */
function useSecondsLeft(until: string | null): number {
  const left = () => (until ? Math.max(0, Math.ceil((new Date(until).getTime() - Date.now()) / 1000)) : 0);
  const [, tick] = useState(0);
  useEffect(() => {
    if (!until) return;
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return left();
}

/** What was said to customers about the incident, newest first, with what can still be done about it. */
export function Announcements({ incident }: { incident: Incident }) {
  const { t } = useWords();
  // One that waits is decided at the top of the page, with the next thing to do; several are decided one by one here.
  const several = incident.announcements.filter((announcement) => announcement.state === 'waiting').length > 1;
  const newestFirst = incident.announcements.toSorted((one, other) => other.number - one.number);
  return (
    <Card id="announcements">
      <Title order={2} mb="sm">
        {t('announcements')}
      </Title>
      {newestFirst.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('announcements.none')}
        </Text>
      )}
      <Stack gap="md">
        {newestFirst.map((announcement) => (
          <OneAnnouncement
            key={announcement.id}
            announcement={announcement}
            awaited={newestFirst[0] === announcement && incident.restoredAt === null && incident.endedAt === null}
            decidable={several || announcement.state !== 'waiting'}
          />
        ))}
      </Stack>
    </Card>
  );
}

/** `awaited`: its time is the one that customers are waiting for now. */
function OneAnnouncement({
  announcement,
  awaited,
  decidable,
}: {
  announcement: Announcement;
  awaited: boolean;
  decidable: boolean;
}) {
  const { t, word, who, label, number, money, language } = useWords();
  const { answer, notices } = announcement;
  const words = answer.reason.words?.[language] ?? answer.reason.words?.it ?? answer.reason.words?.en;
  const reason = announcement.stateReason && label('waiting-reason', announcement.stateReason);
  const standing = (['held', 'queued', 'sent', 'delivered', 'failed', 'withdrawn', 'inDoubt'] as const).filter(
    (state) => notices[state] > 0,
  );
  return (
    <Stack gap={4}>
      <Group gap="xs" justify="space-between">
        <Group gap="xs">
          <Text size="sm" fw={600}>
            {announcement.number}. {word('announcement-kind', announcement.kind)}
          </Text>
          <AnnouncementBadge state={announcement.state} />
          {reason && (
            <Text size="xs" c="dimmed">
              {reason}
            </Text>
          )}
        </Group>
        {decidable && <Decisions announcement={announcement} />}
      </Group>
      <Text size="sm" component="div">
        {word('cause', answer.reason.cause)}
        {words ? `: ${words}` : ''}.{' '}
        {answer.endedAt ? (
          <>
            {t(announcement.kind === 'restored' ? 'incident.restored-at' : 'incident.ended')}{' '}
            <Moment at={answer.endedAt} clock alone />.
          </>
        ) : answer.expectedEnd ? (
          <>
            {t('incident.expected-end')} <Moment at={answer.expectedEnd} clock alone={!awaited} />.
          </>
        ) : (
          answer.nextWordBy && (
            <>
              {t('tell.next-word')} <Moment at={answer.nextWordBy} clock alone={!awaited} />.
            </>
          )
        )}{' '}
        {word('next-step', answer.nextStep)}.
      </Text>
      <Text size="xs" c="dimmed" component="div">
        <Moment at={announcement.madeAt} size="xs" clock /> · {who(announcement.by)} ·{' '}
        {t('tell.people', { count: announcement.audienceCount })} · {money(announcement.costCents)}
        {standing.map((state) => ` · ${t(`notices.${state}`)} ${number(notices[state])}`)}
      </Text>
    </Stack>
  );
}

/** Undo while it may be undone; release or refuse while it waits. */
export function Decisions({ announcement }: { announcement: Announcement }) {
  const { t } = useWords();
  const may = useMay();
  const seconds = useSecondsLeft(announcement.state === 'undoable' ? announcement.releaseAt : null);
  const decide = useDeed({
    run: (act: 'undo' | 'release' | 'refuse') => decideAnnouncement(announcement.id, act),
    touches: ['incidents', 'promises'],
  });
  if (announcement.state === 'undoable' && seconds > 0 && may('incidents:announce'))
    return (
      <Button size="xs" variant="outline" onClick={() => decide.mutate('undo')} loading={decide.isPending}>
        {t('announcement.undo', { seconds })}
      </Button>
    );
  if (announcement.state === 'waiting' && may('telling:release'))
    return (
      <Group gap="xs">
        <Button size="xs" onClick={() => decide.mutate('release')} loading={decide.isPending}>
          {t('announcement.release', { count: announcement.audienceCount })}
        </Button>
        <Button size="xs" variant="default" onClick={() => decide.mutate('refuse')} disabled={decide.isPending}>
          {t('announcement.refuse')}
        </Button>
      </Group>
    );
  return null;
}
