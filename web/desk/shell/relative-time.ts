import type { Language } from '../../../contract/answer.ts';
import { wallTime } from './zoned.ts';

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** "tra 12 minuti", "2 hours ago": the largest whole unit; below a minute "adesso"/"now". */
export function relativeTime(instant: Date, now: Date, language: Language): string {
  const seconds = (instant.getTime() - now.getTime()) / 1000;
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'long' });
  if (Math.abs(seconds) < 60) return format.format(0, 'second');
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) {
      const count = Math.trunc(seconds / size);
      // "ieri" for something 30 hours ago misleads at a help desk: days are counted, not named.
      return unit === 'day'
        ? new Intl.RelativeTimeFormat(language, { numeric: 'always' }).format(count, 'day')
        : format.format(count, unit);
    }
  }
  return format.format(0, 'second');
}

/** The exact instant in the operator's zone: "dom 22 nov 2026, 18:30:05 CET". */
export function exactTime(instant: Date, zone: string, language: Language): string {
  return new Intl.DateTimeFormat(language === 'it' ? 'it-IT' : 'en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  }).format(instant);
}

/** Time alone for today ("18:30"), else with the day ("23 nov, 18:30"). */
export function shortTime(instant: Date, now: Date, zone: string, language: Language): string {
  const there = wallTime(instant, zone);
  const here = wallTime(now, zone);
  const sameDay = there.year === here.year && there.month === here.month && there.day === here.day;
  return new Intl.DateTimeFormat(language === 'it' ? 'it-IT' : 'en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    ...(sameDay ? {} : { day: 'numeric', month: 'short' }),
  }).format(instant);
}

/** A span in short: "45 s", "12 min", "3 h 05 min", "2 d 4 h" ("g" for days in Italian). */
export function spanOf(milliseconds: number, language: Language): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} ${language === 'it' ? 'g' : 'd'} ${hours % 24} h`;
}
