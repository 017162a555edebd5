import { Badge, type MantineColor } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCheck,
  IconCircleDashed,
  IconCircleDot,
  IconClock,
  IconClockPause,
  IconEye,
  IconFlag3,
  type IconProps,
  IconRefresh,
  IconSend,
  IconSquareX,
  IconUrgent,
  IconX,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { AlarmBrief, AnnouncementState, IncidentState } from '../../../contract/incidents.ts';
import { useWords } from './language.tsx';

type Look = [MantineColor, ComponentType<IconProps>];

const INCIDENT: Record<IncidentState, Look> = {
  suspected: ['orange', IconFlag3],
  confirmed: ['red', IconUrgent],
  restoring: ['blue', IconRefresh],
  restored: ['green', IconCheck],
  closed: ['gray', IconCircleDot],
  dismissed: ['gray', IconX],
};

const PROMISE: Record<string, Look> = {
  'in time': ['green', IconClock],
  'at risk': ['orange', IconAlertTriangle],
  late: ['red', IconSquareX],
  settled: ['gray', IconCheck],
  none: ['gray', IconCircleDashed],
  paused: ['gray', IconClockPause],
};

const ANNOUNCEMENT: Record<AnnouncementState, Look> = {
  observed: ['gray', IconEye],
  waiting: ['orange', IconClockPause],
  undoable: ['blue', IconClock],
  telling: ['blue', IconSend],
  told: ['green', IconCheck],
  undone: ['gray', IconX],
  refused: ['gray', IconSquareX],
  superseded: ['gray', IconRefresh],
};

const SEVERITY: Record<AlarmBrief['severity'], Look> = {
  critical: ['red', IconUrgent],
  major: ['orange', IconAlertTriangle],
  minor: ['yellow', IconFlag3],
  info: ['gray', IconCircleDot],
};

const FALLBACK: Look = ['gray', IconCircleDot];

/** A state in colour, shape and word: never colour alone. */
export function StateBadge({ look, label }: { look: Look; label: string }) {
  const [color, Icon] = look;
  return (
    <Badge
      color={color}
      variant="light"
      radius="sm"
      tt="none"
      fw={600}
      leftSection={<Icon size={14} stroke={2.25} aria-hidden />}
      // A state cut to "Co…" is no state: the badge is as wide as its word.
      style={{ flexShrink: 0, minWidth: 'max-content' }}
    >
      {label}
    </Badge>
  );
}

export function IncidentStateBadge({ state }: { state: IncidentState }) {
  return <StateBadge look={INCIDENT[state] ?? FALLBACK} label={useWords().word('incident-state', state)} />;
}

export function PromiseBadge({ standing }: { standing: string }) {
  return <StateBadge look={PROMISE[standing] ?? FALLBACK} label={useWords().word('standing', standing)} />;
}

export function AnnouncementBadge({ state }: { state: AnnouncementState }) {
  return <StateBadge look={ANNOUNCEMENT[state] ?? FALLBACK} label={useWords().word('announcement-state', state)} />;
}

export function SeverityBadge({ severity }: { severity: AlarmBrief['severity'] }) {
  return <StateBadge look={SEVERITY[severity] ?? FALLBACK} label={useWords().word('severity', severity)} />;
}

export function UpDownBadge({ state }: { state: 'up' | 'down' | 'unknown' }) {
  const look: Look =
    state === 'up' ? ['green', IconCheck] : state === 'down' ? ['red', IconSquareX] : ['gray', IconCircleDashed];
  return <StateBadge look={look} label={useWords().word('route-state', state)} />;
}

const CONSENT: Record<'none' | 'granted' | 'refused', Look> = {
  none: ['gray', IconCircleDashed],
  granted: ['green', IconCheck],
  refused: ['red', IconX],
};

export function ConsentBadge({ consent }: { consent: 'none' | 'granted' | 'refused' }) {
  return <StateBadge look={CONSENT[consent]} label={useWords().word('consent', consent)} />;
}
