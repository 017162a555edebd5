import { DateTime } from 'luxon';
import type { AnnouncementKind } from '../../contract/answer.ts';
import type { AnnouncementState } from '../../contract/incidents.ts';
import type { Settings } from '../../contract/settings.ts';

/** What happens with an announcement that was made: told, held back for a person, given time for undo, or only observed. */
export interface TellingDecision {
  state: Extract<AnnouncementState, 'observed' | 'waiting' | 'undoable' | 'telling'>;
  reason: 'observing' | 'people' | 'cost' | 'paused' | null;
}

/**
 * The brake. Off: only observed. Paused, too many people or too dear: waits for a person, unless a person already agreed to tell as many about the
 * same subject. What staff sends can be undone for a while; what the machine sends goes at once. `releasedPeople`: the most that a person agreed to.
 */
export function decideTelling(
  telling: Settings['telling'],
  facts: { people: number; costCents: number; byStaff: boolean; releasedPeople: number },
): TellingDecision {
  if (!telling.on) return { state: 'observed', reason: 'observing' };
  if (telling.paused) return { state: 'waiting', reason: 'paused' };
  if (facts.people > facts.releasedPeople) {
    if (facts.people > telling.mostPeople) return { state: 'waiting', reason: 'people' };
    if (facts.costCents > telling.mostCents) return { state: 'waiting', reason: 'cost' };
  }
  return facts.byStaff && telling.undoSeconds > 0
    ? { state: 'undoable', reason: null }
    : { state: 'telling', reason: null };
}

/**
 * Until when a notice is held by quiet hours; null when it may go now. From and to are times of day in the operator's zone; `from` = `to` means none.
 * The kinds in `pass` are never held.
 */
export function heldUntil(
  quiet: Settings['quietHours'],
  facts: { kind: AnnouncementKind; channel: string; now: Date; timeZone: string },
): Date | null {
  if (
    quiet.from === quiet.to ||
    quiet.pass.includes(facts.kind) ||
    !(quiet.channels as string[]).includes(facts.channel)
  )
    return null;
  const now = DateTime.fromJSDate(facts.now, { zone: facts.timeZone });
  const at = (day: DateTime, time: string): DateTime => {
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    return day.set({ hour, minute, second: 0, millisecond: 0 });
  };
  // Quiet hours may span midnight: those that began yesterday count too.
  for (const day of [now.minus({ days: 1 }), now]) {
    const from = at(day, quiet.from);
    const to = quiet.to > quiet.from ? at(day, quiet.to) : at(day.plus({ days: 1 }), quiet.to);
    if (now >= from && now < to) return to.toJSDate();
  }
  return null;
}

/** How long a notice is worth sending: the settings' time; for an expected end never beyond it by more than that, and an end is news for twice as long. */
export function validUntil(kind: AnnouncementKind, telling: Settings['telling'], now: Date): Date {
  const minutes = kind === 'restored' || kind === 'called-off' ? telling.validMinutes * 2 : telling.validMinutes;
  return new Date(now.getTime() + minutes * 60_000);
}

/** Cost of texts in cents, rounded up: parts × people × the route's price for one part (in thousandths of a cent). */
export const costInCents = (rows: readonly { people: number; parts: number; millicentsPerPart: number }[]): number =>
  Math.ceil(rows.reduce((sum, row) => sum + row.people * row.parts * row.millicentsPerPart, 0) / 1000);
