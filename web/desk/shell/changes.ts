/** A message of the live feed (`event: change`): ids and kinds only, no personal data. */
export interface Change {
  position: string;
  kind: string;
  subjectKind: string;
  subjectId: string;
}

/** Which lists and pages show something of a kind of thing. Query keys begin with these words. */
const SHOWN_BY: Record<string, readonly string[]> = {
  incident: ['incidents', 'promises', 'cases'],
  announcement: ['incidents', 'promises', 'in-doubt'],
  notice: ['incidents', 'in-doubt'],
  notices: ['incidents', 'in-doubt'],
  case: ['cases', 'promises', 'incidents'],
  promise: ['promises', 'incidents', 'cases'],
  alarm: ['alarms', 'incidents'],
  alarms: ['alarms', 'incidents'],
  'alarm-rule': ['alarms'],
  'alarm-source': ['alarm-sources', 'alarms'],
  import: ['imports'],
  resource: ['resources', 'incidents'],
  route: ['routes'],
  settings: ['settings', 'me', 'preview'],
  setting: ['settings', 'me', 'preview'],
  telling: ['settings', 'me', 'incidents', 'preview'],
  staff: ['staff', 'me'],
  invitation: ['staff'],
  outbox: ['in-doubt', 'incidents'],
  message: ['in-doubt', 'incidents', 'cases'],
  team: ['teams', 'cases'],
  mailbox: ['mailboxes'],
  lexicon: ['lexicon'],
  inbound: ['inbound'],
  absence: ['teams'],
  worker: [],
  customer: [],
  consent: ['customers'],
  'contact-point': ['customers'],
  topology: ['resources', 'incidents'],
  session: [],
  party: ['cases'],
};

/**
 * The first words of the query keys that a change touches. Both the event's kind (`incident.confirmed`) and its subject count.
 * A kind that the desk does not know refreshes everything (null): stale figures are worse than a request too many.
 */
export function touchedBy(change: Pick<Change, 'kind' | 'subjectKind'>): readonly string[] | null {
  const family = change.kind.split('.')[0] ?? '';
  const byKind = SHOWN_BY[family];
  const bySubject = SHOWN_BY[change.subjectKind];
  if (!byKind && !bySubject) return null;
  return [...new Set([...(byKind ?? []), ...(bySubject ?? [])])];
}

/** Reads the data of a feed message; null for anything that is not a change. */
export function readChange(data: string): Change | null {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== 'object' || value === null) return null;
    const { position, kind, subjectKind, subjectId } = value as Record<string, unknown>;
    if (typeof kind !== 'string' || typeof subjectKind !== 'string' || typeof subjectId !== 'string') return null;
    return { position: String(position ?? ''), kind, subjectKind, subjectId };
  } catch {
    return null;
  }
}
