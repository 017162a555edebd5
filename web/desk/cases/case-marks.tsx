import { Badge, Group, Text, Tooltip } from '@mantine/core';
import {
  IconArrowsJoin,
  IconCheck,
  IconCircleDashed,
  IconHourglass,
  IconInbox,
  IconMailCheck,
  IconProgress,
  IconRosetteDiscountCheck,
  IconTool,
  IconUserQuestion,
  IconX,
} from '@tabler/icons-react';
import type { CaseBrief, CaseState } from '../../../contract/cases.ts';
import { Moment, useBusinessNow } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { PromiseBadge, StateBadge } from '../shell/standing.tsx';
import { standingOf } from './standing-of.ts';

const STATE: Record<CaseState, Parameters<typeof StateBadge>[0]['look']> = {
  received: ['orange', IconInbox],
  acknowledged: ['orange', IconMailCheck],
  'in work': ['blue', IconProgress],
  waiting: ['violet', IconHourglass],
  'fix reported': ['cyan', IconTool],
  confirmed: ['green', IconCheck],
  unconfirmed: ['gray', IconCircleDashed],
  cancelled: ['gray', IconX],
  joined: ['gray', IconArrowsJoin],
};

/** Where a case stands: colour, shape and word; of what waits, for whom. */
export function CaseStateBadge({ state, waitingFor }: Pick<CaseBrief, 'state' | 'waitingFor'>) {
  const { word } = useWords();
  return (
    <StateBadge
      look={STATE[state]}
      label={state === 'waiting' && waitingFor ? word('waiting-for', waitingFor) : word('case-state', state)}
    />
  );
}

/** Who it is: known, or only said to be. */
export function Who({ party, size = 'sm' }: { party: CaseBrief['party']; size?: string }) {
  const { t } = useWords();
  return (
    <Group gap={6}>
      <Text size={size} fw={500} style={{ overflowWrap: 'anywhere' }}>
        {party.name}
      </Text>
      {party.verified ? (
        <Tooltip label={t('case.verified')}>
          <IconRosetteDiscountCheck size={16} role="img" aria-label={t('case.verified')} />
        </Tooltip>
      ) : (
        <Tooltip label={t('case.claims.help')} multiline maw={280}>
          <Badge
            color="yellow"
            variant="light"
            radius="sm"
            tt="none"
            leftSection={<IconUserQuestion size={14} aria-hidden />}
            style={{ minWidth: 'max-content' }}
          >
            {t('case.claims')}
          </Badge>
        </Tooltip>
      )}
      {party.vulnerable && <Mark label={t('case.vulnerable')} />}
      {party.critical && <Mark label={t('case.critical')} />}
    </Group>
  );
}

function Mark({ label }: { label: string }) {
  return (
    <Badge color="gray" variant="outline" radius="sm" tt="none" style={{ minWidth: 'max-content' }}>
      {label}
    </Badge>
  );
}

/** The soonest promise: how it stands, and when. Says nothing of a case that has ended. */
export function SoonestPromise({ case: { dueAt, pausedAt, endedAt } }: { case: CaseBrief }) {
  const { t } = useWords();
  const standing = standingOf({ dueAt, pausedAt }, useBusinessNow());
  if (endedAt) return <Moment at={endedAt} size="xs" />;
  if (standing === 'none' || dueAt === null)
    return (
      <Text size="xs" c="dimmed">
        {t('cases.no-end')}
      </Text>
    );
  return (
    <Group gap={6}>
      <PromiseBadge standing={standing} />
      {standing !== 'paused' && <Moment at={dueAt} size="xs" clock />}
    </Group>
  );
}

/** What makes it more than usual: reminders, a formal complaint, a "no" after a fix, a hand-over that waits. */
export function CaseMarks({ case: found }: { case: CaseBrief }) {
  const { t } = useWords();
  return (
    <Group gap={4}>
      {found.handOver && <Mark label={t('case.hand-over.waits', { team: found.handOver.team })} />}
      {found.formalAt && <Mark label={t('case.formal')} />}
      {found.reminders > 0 && <Mark label={t('case.reminders', { count: found.reminders })} />}
      {found.reopened > 0 && <Mark label={t('case.reopened')} />}
    </Group>
  );
}
