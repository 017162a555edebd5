const PARTS = new Map<string, Intl.DateTimeFormat>();

function partsFormat(zone: string): Intl.DateTimeFormat {
  const known = PARTS.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  PARTS.set(zone, format);
  return format;
}

/** Date and time on the wall of a time zone. `month` counts from 1. */
export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

/** What the wall clock of `zone` (an IANA name) shows at an instant. */
export function wallTime(instant: Date, zone: string): WallTime {
  const found: Record<string, number> = {};
  for (const part of partsFormat(zone).formatToParts(instant)) found[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = found;
  return { year, month, day, hour, minute };
}

const asUtc = ({ year, month, day, hour, minute }: WallTime): number => Date.UTC(year, month - 1, day, hour, minute);

/**
 * The instant at which the wall clock of `zone` shows `wall`; overflowing fields roll over (day 32, hour 25).
 * An hour that a change of clocks skips becomes the one after it; of one that comes twice the first is meant.
 */
export function instantOf(wall: WallTime, zone: string): Date {
  const wanted = asUtc(wall);
  const offsetAt = (milliseconds: number) => asUtc(wallTime(new Date(milliseconds), zone)) - milliseconds;
  const first = wanted - offsetAt(wanted);
  const candidates = [wanted - offsetAt(first - 10_800_000), wanted - offsetAt(first + 10_800_000)];
  const exact = candidates.filter((milliseconds) => milliseconds + offsetAt(milliseconds) === wanted);
  return new Date(exact.length > 0 ? Math.min(...exact) : Math.max(...candidates));
}

const two = (value: number): string => String(value).padStart(2, '0');

/** As Mantine's pickers want it: `2026-11-22 18:30:00` on the wall of `zone`. */
export function toPicker(instant: Date, zone: string): string {
  const { year, month, day, hour, minute } = wallTime(instant, zone);
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:00`;
}

/** Back from a picker's `2026-11-22 18:30:00`; null when it is not of that form. */
export function fromPicker(text: string, zone: string): Date | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})/.exec(text);
  if (!match) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = match.slice(1).map(Number);
  return instantOf({ year, month, day, hour, minute }, zone);
}
