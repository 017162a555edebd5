/** An opening of a day as the settings hold it: wall clock, "08:30" to "24:00". */
export interface Opening {
  from: string;
  to: string;
}

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));

/** A time of day as people type it ("8.30", "830", "8", "24") on the wall clock of the settings; null when it is none. */
export function clockOf(typed: string): string | null {
  const match = /^(\d{1,2})(?:[:.,h ]?(\d{2}))?$/.exec(typed.trim());
  if (!match) return null;
  const [hour, minute] = [Number(match[1]), Number(match[2] ?? 0)];
  if (minute > 59 || hour > 24 || (hour === 24 && minute > 0)) return null;
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** What is wrong with the openings of one day: a time that is none, an end before its beginning, two that overlap; null when nothing is. */
export function wrongInDay(openings: readonly Opening[]): 'clock' | 'backwards' | 'overlap' | null {
  const clocks = openings.map(({ from, to }) => [clockOf(from), clockOf(to)] as const);
  const spans: [number, number][] = [];
  for (const [from, to] of clocks) {
    if (from === null || to === null) return 'clock';
    if (minutesOf(from) >= minutesOf(to)) return 'backwards';
    spans.push([minutesOf(from), minutesOf(to)]);
  }
  spans.sort((a, b) => a[0] - b[0]);
  return spans.some(([from], position) => from < (spans[position - 1]?.[1] ?? 0)) ? 'overlap' : null;
}

/** How long a week is open, in minutes; what cannot be read counts as closed. */
export const openMinutes = (week: readonly (readonly Opening[])[]): number =>
  week
    .flat()
    .reduce(
      (sum, { from, to }) => sum + Math.max(0, minutesOf(clockOf(to) ?? '00:00') - minutesOf(clockOf(from) ?? '00:00')),
      0,
    );

/** The openings of one day given to others: Monday's for the working week. */
export const copiedTo = <Day>(week: readonly Day[], from: number, to: readonly number[]): Day[] =>
  week.map((day, position) => (to.includes(position) ? (week[from] ?? day) : day));
