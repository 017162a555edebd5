import type { NewAbsence } from '../../../contract/teams.ts';
import { fromPicker, instantOf } from '../shell/zoned.ts';

/** An absence of whole days ("2026-11-23"), the last one included, in a time zone; null while a day is missing. */
export function absenceOf(staffId: string, first: string | null, last: string | null, zone: string): NewAbsence | null {
  if (!first || !last) return null;
  const startsAt = fromPicker(`${first} 00:00`, zone);
  const [year = 0, month = 1, day = 1] = last.split('-').map(Number);
  if (!startsAt) return null;
  // The day after, whatever the month: a 32nd rolls over.
  const endsAt = instantOf({ year, month, day: day + 1, hour: 0, minute: 0 }, zone);
  return { staffId, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() };
}

/** A moment of the last day of an absence, whose end is the midnight after it. */
export const lastDayOf = (endsAt: string): Date => new Date(new Date(endsAt).getTime() - 1);
