import type { AnnouncementKind, Answer, Cause, NextStep, Words } from '../../../contract/answer.ts';
import { CAUSES } from '../../../contract/answer.ts';
import type { IncidentState, Severity } from '../../../contract/incidents.ts';
import type { Settings } from '../../../contract/settings.ts';

const WEIGHT: Record<Severity, number> = { critical: 3, major: 2, minor: 1, info: 0 };

export const isAtLeast = (severity: Severity, least: Severity): boolean => WEIGHT[severity] >= WEIGHT[least];
export const gravest = (severities: readonly Severity[]): Severity =>
  severities.reduce((worst, one) => (WEIGHT[one] > WEIGHT[worst] ? one : worst), 'info');

const minutesAfter = (instant: Date, minutes: number): Date => new Date(instant.getTime() + minutes * 60_000);

// Which incident an alarm belongs to -----------------------------------------------------------------------------------

export interface OpenIncident {
  id: string;
  resourceId: string;
}

export interface Placement {
  /** Alarm → incident (an existing one, or the key of one in `made`). */
  attached: Map<string, string>;
  /** New incidents: key → resource. */
  made: Map<string, string>;
  /** Incidents whose cause turned out to lie higher: incident → resource. */
  raised: Map<string, string>;
  /** Incidents that turned out to be the same: incident → the one that takes it in. */
  joined: Map<string, string>;
}

/**
 * Places alarms, in the order in which they came: the topmost cause takes the alarms below it. An alarm at or below an open incident joins it; one above
 * open incidents raises the first (the oldest) to its own resource and joins the others to it; else it makes an incident.
 * `isBelow(a, b)`: whether resource a lies strictly below resource b.
 */
export function placeAlarms(
  open: readonly OpenIncident[],
  alarms: readonly { id: string; resourceId: string }[],
  isBelow: (a: string, b: string) => boolean,
): Placement {
  const incidents = open.map((incident) => ({ ...incident }));
  const placement: Placement = { attached: new Map(), made: new Map(), raised: new Map(), joined: new Map() };
  for (const alarm of alarms) {
    const above = incidents.find(
      (incident) => incident.resourceId === alarm.resourceId || isBelow(alarm.resourceId, incident.resourceId),
    );
    if (above) {
      placement.attached.set(alarm.id, above.id);
      continue;
    }
    const [first, ...others] = incidents.filter((incident) => isBelow(incident.resourceId, alarm.resourceId));
    if (!first) {
      const key = `new:${alarm.id}`;
      incidents.push({ id: key, resourceId: alarm.resourceId });
      placement.made.set(key, alarm.resourceId);
      placement.attached.set(alarm.id, key);
      continue;
    }
    first.resourceId = alarm.resourceId;
    if (placement.made.has(first.id)) placement.made.set(first.id, alarm.resourceId);
    else placement.raised.set(first.id, alarm.resourceId);
    placement.attached.set(alarm.id, first.id);
    for (const other of others) {
      incidents.splice(incidents.indexOf(other), 1);
      for (const [id, incident] of placement.attached) if (incident === other.id) placement.attached.set(id, first.id);
      if (placement.made.delete(other.id)) continue;
      placement.raised.delete(other.id);
      placement.joined.set(other.id, first.id);
    }
  }
  return placement;
}

// Damping --------------------------------------------------------------------------------------------------------------

/** When a suspected incident is confirmed unless its alarms clear before: counted from the alarm's own time, never in the past. */
export const confirmAt = (severity: Severity, startedAt: Date, now: Date, settings: Settings['incidents']): Date => {
  const due = minutesAfter(startedAt, settings.confirmAfterMinutes[severity]);
  return due < now ? now : due;
};

export type AlarmChange = { to: 'dismissed' } | { to: 'restoring'; dueAt: Date } | { to: 'confirmed' } | null;

/** What becomes of an incident when its standing alarms changed. */
export function afterAlarms(
  state: IncidentState,
  facts: {
    standing: number;
    lastClearedAt: Date | null;
    severity: Severity;
    now: Date;
    settings: Settings['incidents'];
  },
): AlarmChange {
  if (facts.standing > 0) return state === 'restoring' ? { to: 'confirmed' } : null;
  if (state === 'suspected') return { to: 'dismissed' };
  if (state === 'confirmed')
    return {
      to: 'restoring',
      dueAt: minutesAfter(facts.lastClearedAt ?? facts.now, facts.settings.restoredAfterMinutes[facts.severity]),
    };
  return null;
}

// What is said ---------------------------------------------------------------------------------------------------------

/** A source may say the cause itself, with a label `cause`. */
export const causeOf = (labels: Record<string, string>): Cause =>
  CAUSES.find((cause) => cause === labels.cause) ?? 'unknown';

const FIRST_STEP: Partial<Record<Cause, NextStep>> = {
  power: 'technicians-sent',
  'power-company': 'power-company-called',
};
export const firstStep = (cause: Cause): NextStep => FIRST_STEP[cause] ?? 'finding-cause';

/** Where, for customers: the (at most three) places with the most lines; the resource's name where no place is known. */
export function placeOf(areas: readonly { name: string; services: number }[], resourceName: string): string {
  const names = [...areas]
    .sort((a, b) => b.services - a.services || (a.name < b.name ? -1 : 1))
    .map((area) => area.name);
  return (names.slice(0, 3).join(', ') || resourceName).slice(0, 120);
}

export interface IncidentFacts {
  reference: string;
  cause: Cause;
  causeWords: Words;
  beganAt: Date;
  expectedEnd: Date | null;
}

/** The meaning of an announcement about an incident, from its facts. */
export function answerFor(
  kind: AnnouncementKind,
  incident: IncidentFacts,
  place: string,
  rest: {
    expectedEnd?: Date | null;
    nextWordBy?: Date | null;
    formerExpectedEnd?: Date | null;
    endedAt?: Date;
    nextStep: NextStep;
    whatYouCanDo: Answer['whatYouCanDo'];
  },
): Answer {
  const words = Object.keys(incident.causeWords).length > 0 ? { words: incident.causeWords } : {};
  return {
    kind,
    place,
    reason: { cause: incident.cause, ...words },
    beganAt: incident.beganAt.toISOString(),
    expectedEnd: rest.expectedEnd?.toISOString() ?? null,
    nextWordBy: rest.nextWordBy?.toISOString() ?? null,
    ...(rest.formerExpectedEnd === undefined
      ? {}
      : { formerExpectedEnd: rest.formerExpectedEnd?.toISOString() ?? null }),
    ...(rest.endedAt ? { endedAt: rest.endedAt.toISOString() } : {}),
    nextStep: rest.nextStep,
    whatYouCanDo: rest.whatYouCanDo,
    reference: incident.reference,
  };
}

/** What kind of word new facts are: the first, another expected end, or other news. */
export function kindOfNews(
  former: { toldBefore: boolean; expectedEnd: Date | null },
  expectedEnd: Date | null,
): AnnouncementKind {
  if (!former.toldBefore) return 'outage';
  if (former.expectedEnd && expectedEnd && former.expectedEnd.getTime() !== expectedEnd.getTime())
    return 'expected-end-moved';
  return 'update';
}
