import { instantOf, type WallTime, wallTime } from './zoned.ts';

const DAY_NAMES: readonly (readonly string[])[] = [
  ['domenica', 'dom', 'sunday', 'sun'],
  ['lunedi', 'lun', 'monday', 'mon'],
  ['martedi', 'mar', 'tuesday', 'tue'],
  ['mercoledi', 'mer', 'wednesday', 'wed'],
  ['giovedi', 'gio', 'thursday', 'thu'],
  ['venerdi', 'ven', 'friday', 'fri'],
  ['sabato', 'sab', 'saturday', 'sat'],
];

const UNIT_MINUTES: readonly [RegExp, number][] = [
  [/^(m|min|mins|minut[oi]|minutes?)$/, 1],
  [/^(h|hr|hrs|or[ae]|hours?)$/, 60],
  [/^(g|gg|giorn[oi]|d|days?)$/, 1440],
];

const fold = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[,;]/g, ' ').replace(/\s+/g, ' ').trim();

/** Minutes of "2 ore", "90 min", "un'ora e mezza", "1h30", "half an hour"; null for anything else. */
function readSpan(text: string): number | null {
  if (/^(mezz'?\s?ora|half an hour)$/.test(text)) return 30;
  if (/^(un'?\s?ora|an hour|one hour|1 ora)$/.test(text)) return 60;
  if (/^(un'?\s?ora e mezza|an hour and a half)$/.test(text)) return 90;
  const both = /^(\d{1,2})\s?(?:h|or[ae]|hours?)\s?(?:e |and )?(\d{1,2})\s?(?:m|min|minuti|minutes)?$/.exec(text);
  if (both) return Number(both[1]) * 60 + Number(both[2]);
  const one = /^(\d{1,4}(?:\.5)?)\s?([a-z]+)$/.exec(text);
  if (!one) return null;
  const unit = UNIT_MINUTES.find(([pattern]) => pattern.test(one[2] ?? ''));
  return unit ? Number(one[1]) * unit[1] : null;
}

/** Hour and minute of "18:30", "18.30", "18", "6pm", "ore 18", "mezzogiorno"; null for anything else. */
function readClock(text: string): { hour: number; minute: number } | null {
  const bare = text.replace(/^(alle|all'|ore|alle ore|per le|entro le|at|by|h)\s?/, '').replace(/^ore\s/, '');
  if (/^(mezzogiorno|noon)$/.test(bare)) return { hour: 12, minute: 0 };
  if (/^(mezzanotte|midnight)$/.test(bare)) return { hour: 24, minute: 0 };
  const match = /^(\d{1,2})(?:[:.h](\d{2}))?\s?(am|pm)?$/.exec(bare);
  if (!match) return null;
  let hour = Number(match[1]);
  const minute = Number(match[2] ?? 0);
  if (match[3]) {
    if (hour < 1 || hour > 12) return null;
    hour = (hour % 12) + (match[3] === 'pm' ? 12 : 0);
  }
  return hour <= 23 && minute <= 59 ? { hour, minute } : null;
}

const at = (day: WallTime, shift: number, clock: { hour: number; minute: number }, zone: string): Date =>
  instantOf({ ...day, day: day.day + shift, ...clock }, zone);

/** Splits "domani 18:00" into the days from today and the rest; null where no day is named. */
function readDay(text: string, today: WallTime): { shift: number; rest: string } | null {
  const [first = '', ...others] = text.split(' ');
  const rest = others.join(' ');
  if (/^(oggi|today|tonight|stasera)$/.test(first)) return { shift: 0, rest };
  if (/^(domani|tomorrow)$/.test(first)) return { shift: 1, rest };
  if (first === 'dopodomani') return { shift: 2, rest };
  const weekday = DAY_NAMES.findIndex((names) => names.includes(first));
  if (weekday < 0) return null;
  const now = new Date(Date.UTC(today.year, today.month - 1, today.day)).getUTCDay();
  return { shift: (weekday - now + 7) % 7 || 7, rest };
}

/** Reads "24/12 10:00" or "24/12/2026 ore 10". Day first, as it is written in Italy. */
function readDate(text: string, now: Date, today: WallTime, zone: string): Date | null {
  const match = /^(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}))?\s(.+)$/.exec(text);
  if (!match) return null;
  const clock = readClock(match[4] ?? '');
  const day = Number(match[1]);
  const month = Number(match[2]);
  if (!clock || day < 1 || day > 31 || month < 1 || month > 12) return null;
  const inYear = (year: number) => instantOf({ year, month, day, ...clock }, zone);
  const named = match[3] ? inYear(Number(match[3])) : inYear(today.year);
  const meant = !match[3] && named < now ? inYear(today.year + 1) : named;
  // 31/02 rolled over into another month: that day does not exist.
  return clock.hour < 24 && wallTime(meant, zone).day !== day ? null : meant;
}

/**
 * Reads a time as people write it, in Italian or English: "18:30", "domani 18:00", "tra 2 ore", "+30 min", "in 2 hours", "monday 9am",
 * "24/12 10:00". A bare time that has passed today means tomorrow. Returns null for what it does not understand or what lies in the past.
 * @param zone IANA time zone in which wall-clock times are meant
 */
export function readTime(text: string, now: Date, zone: string): Date | null {
  const said = fold(text);
  if (said === '' || said.length > 60) return null;
  const today = wallTime(now, zone);

  const later = /^(?:\+\s?|tra |fra |in |within |entro )?(.+?)(?: da adesso| from now)?$/.exec(said);
  const minutes = readSpan(later?.[1] ?? '');
  if (minutes !== null) return new Date(now.getTime() + minutes * 60_000);

  const dated = readDate(said, now, today, zone);
  if (dated) return dated > now ? dated : null;

  const named = readDay(said, today);
  if (named) {
    const clock = readClock(named.rest);
    if (!clock) return null;
    const meant = at(today, named.shift, clock, zone);
    return meant > now ? meant : null;
  }
  const clock = readClock(said);
  if (!clock) return null;
  const meant = at(today, 0, clock, zone);
  return meant > now ? meant : at(today, 1, clock, zone);
}
