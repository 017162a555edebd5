import type { AnnouncementKind, Answer, Cause, NextStep, Words } from '../../contract/answer.ts';
import type { IncidentState } from '../../contract/incidents.ts';
import type { PublishedIncident } from '../../contract/status.ts';

/** Below this many lines no count leaves the house: it could point to one household. */
const FEWEST_LINES = 5;
/** What the public page keeps of an incident's past. */
const MOST_UPDATES = 50;

/** What the incident code knows; everything about people stays behind. */
export interface IncidentFacts {
  reference: string;
  state: IncidentState;
  servicesDown: number;
  /** As `publicAreas` gives them: merged upwards and rounded. */
  areas: readonly { name: string; lines: number | null }[];
  cause: Cause;
  causeWords: Words;
  beganAt: Date;
  /** When service was back; null while it isn't. */
  restoredAt: Date | null;
  expectedEnd: Date | null;
  /** The expected end broke and no newer one stands. */
  late: boolean;
  nextWordBy: Date | null;
  nextStep: NextStep;
  /** What was said, in any order; without what waits for a person, was undone or refused. */
  announcements: readonly { madeAt: Date; kind: AnnouncementKind; answer: Answer }[];
}

/** What the public may know of an incident; null for one that is only suspected, or was dismissed. */
export function toPublished(facts: IncidentFacts): PublishedIncident | null {
  if (facts.state === 'suspected' || facts.state === 'dismissed') return null;
  const ended = facts.state === 'restored' || facts.state === 'closed';
  const instant = (date: Date | null): string | null => date?.toISOString() ?? null;
  const updates = [...facts.announcements]
    .sort((a, b) => a.madeAt.getTime() - b.madeAt.getTime())
    .slice(-MOST_UPDATES)
    .map(({ madeAt, kind, answer }) => ({
      at: madeAt.toISOString(),
      kind,
      cause: answer.reason.cause,
      expectedEnd: answer.expectedEnd,
      nextWordBy: answer.nextWordBy,
    }));
  return withoutSmallCounts({
    reference: facts.reference,
    kind: facts.servicesDown > 0 || facts.announcements.some(({ kind }) => kind === 'outage') ? 'outage' : 'degraded',
    state: ended ? 'ended' : facts.state === 'restoring' ? 'restoring' : 'open',
    areas: facts.areas.map(({ name, lines }) => ({ name, lines })),
    cause: facts.cause,
    causeWords: { ...facts.causeWords },
    beganAt: facts.beganAt.toISOString(),
    expectedEnd: ended ? null : instant(facts.expectedEnd),
    late: !ended && facts.late,
    nextWordBy: ended ? null : instant(facts.nextWordBy),
    nextStep: facts.nextStep,
    endedAt: ended ? instant(facts.restoredAt ?? facts.beganAt) : null,
    updates,
  });
}

/** The last gate before anything is stored for the public: no count under five. */
export const withoutSmallCounts = (incident: PublishedIncident): PublishedIncident => ({
  ...incident,
  areas: incident.areas.map(({ name, lines }) => ({
    name,
    lines: lines === null || lines < FEWEST_LINES ? null : lines,
  })),
});

/** The languages of the public pages, best first, as a browser's Accept-Language (RFC 9110 section 12.5.4) asks for them. */
export function negotiateLanguage(
  wanted: string | undefined,
  accept: string | undefined,
  fallback: 'it' | 'en',
): 'it' | 'en' {
  if (wanted === 'it' || wanted === 'en') return wanted;
  let best: { language: 'it' | 'en'; quality: number } | null = null;
  for (const range of (accept ?? '').slice(0, 500).split(',')) {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
    const quality = Number(parameters.map((entry) => /^\s*q=([\d.]+)\s*$/.exec(entry)?.[1]).find(Boolean) ?? 1);
    const primary = tag.split('-')[0];
    if ((primary === 'it' || primary === 'en') && quality > (best?.quality ?? 0)) best = { language: primary, quality };
  }
  return best?.language ?? fallback;
}
