import Holidays from 'date-holidays';
import { DateTime } from 'luxon';
import type { Language } from '../../contract/answer.ts';
import type { Settings } from '../../contract/settings.ts';

/** When the operator's people work: asked by the arithmetic below, in the operator's zone. */
export interface WorkingHours {
  timeZone: string;
  /** The openings of a calendar day ('2026-03-10') as pairs of wall-clock minutes since midnight, in order, without overlaps. */
  openingsOn(day: string, weekday: number): readonly (readonly [number, number])[];
}

interface Opening {
  from: number;
  to: number;
}

const MINUTE = 60_000;
/** Longer than the settings can close: they name at most 200 days. */
const LONGEST_CLOSURE_DAYS = 800;
const WHOLE_DAY = [[0, 1440]] as const;

const minutesOf = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5));

const dayOpenings = (intervals: readonly { from: string; to: string }[]): readonly (readonly [number, number])[] => {
  const sorted = intervals
    .map(({ from, to }) => [minutesOf(from), minutesOf(to)] as [number, number])
    .filter(([from, to]) => from < to)
    .sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = joined.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
};

const holidayCache = new Map<string, ReadonlyMap<string, string>>();

/** The days ('2026-04-06') of a year that the law of a country (and of one of its regions) makes holidays, with their names; none for a country that is not known. */
function publicHolidays(
  country: string,
  region: string,
  year: number,
  language: Language = 'it',
): ReadonlyMap<string, string> {
  const key = `${country} ${region} ${year} ${language}`;
  const known = holidayCache.get(key);
  if (known) return known;
  const calendar = region === '' ? new Holidays(country) : new Holidays(country, region);
  const days = new Map<string, string>();
  // The year before as well: what begins on its last day may reach into this one.
  for (const each of [year - 1, year]) {
    for (const holiday of calendar.getHolidays(each, language) || []) {
      if (holiday.type !== 'public') continue;
      const first = DateTime.fromISO(holiday.date.slice(0, 10), { zone: 'utc' });
      const count = Math.max(1, Math.round((holiday.end.getTime() - holiday.start.getTime()) / (1440 * MINUTE)));
      for (let index = 0; index < count; index++) days.set(first.plus({ days: index }).toISODate() ?? '', holiday.name);
    }
  }
  holidayCache.set(key, days);
  return days;
}

/** Whether the calendar of holidays knows a country, and a region of it (empty: none named). */
export function knowsHolidaysOf(country: string, region: string): boolean {
  const calendar = new Holidays();
  if (!Object.hasOwn(calendar.getCountries(), country)) return false;
  return region === '' || Object.hasOwn(calendar.getStates(country) ?? {}, region);
}

interface NamedCode {
  code: string;
  name: string;
}

const byName = (named: Record<string, string> | undefined): NamedCode[] =>
  Object.entries(named ?? {})
    .map(([code, name]) => ({ code, name }))
    .sort((a, b) => a.name.localeCompare(b.name));

/** The countries whose holidays are known, the regions of one of them, and its holidays in the year that begins on a day ('2026-11-22'). */
export function holidaysAhead(
  country: string,
  region: string,
  from: string,
  language: Language,
): { countries: NamedCode[]; regions: NamedCode[]; days: { on: string; name: string }[] } {
  const calendar = new Holidays();
  const year = Number(from.slice(0, 4));
  const until = `${year + 1}${from.slice(4)}`;
  const known = new Map([year, year + 1].flatMap((each) => [...publicHolidays(country, region, each, language)]));
  return {
    countries: byName(calendar.getCountries(language)),
    regions: byName(calendar.getStates(country, language)),
    days: [...known]
      .map(([on, name]) => ({ on, name }))
      .filter(({ on }) => on >= from && on < until)
      .sort((a, b) => (a.on < b.on ? -1 : 1)),
  };
}

/**
 * The working hours that the settings describe. A day named open wins over a day named closed, that one over the week. With a week in which
 * nothing is open the clock never stands: a deadline then comes too early rather than never.
 */
export function workingHours(settings: Pick<Settings, 'operator' | 'hours'>, timeZone: string): WorkingHours {
  const { week, holidays, closedDays, openDays } = settings.hours;
  const country = holidays.country === '' ? settings.operator.country : holidays.country;
  const closed = new Set(closedDays);
  const patrons = new Set(holidays.patronDays);
  const ordinary = week.map(dayOpenings);
  if (ordinary.every((openings) => openings.length === 0)) return { timeZone, openingsOn: () => WHOLE_DAY };
  const extra = new Map(
    [...new Set(openDays.map(({ on }) => on))].map((on) => [on, dayOpenings(openDays.filter((day) => day.on === on))]),
  );
  return {
    timeZone,
    openingsOn(day, weekday) {
      const special = extra.get(day);
      if (special) return special;
      if (closed.has(day) || patrons.has(day.slice(5))) return [];
      if (publicHolidays(country, holidays.region, Number(day.slice(0, 4))).has(day)) return [];
      return ordinary[weekday - 1] ?? [];
    },
  };
}

/** The instant at which a wall clock of the zone first shows these minutes of the day, or would have: a clock that jumps over them shows them at the jump. */
function instantOf(day: DateTime, minutes: number): number {
  const wanted = minutes === 1440 ? { ...day.plus({ days: 1 }).toObject(), hour: 0, minute: 0 } : { ...day.toObject() };
  const hour = minutes === 1440 ? 0 : Math.floor(minutes / 60);
  const minute = minutes % 60;
  const shown = DateTime.fromObject({ ...wanted, hour, minute, second: 0, millisecond: 0 }, { zone: day.zone });
  let instant = shown.toMillis();
  if (shown.hour === hour && shown.minute === minute) return instant;
  while (day.zone.offset(instant - MINUTE) === day.zone.offset(instant)) instant -= MINUTE;
  return instant;
}

/** The openings that end after `from`, in order, without end; each as instants (milliseconds). */
function* openingsFrom(hours: WorkingHours, from: number): Generator<Opening> {
  let day = DateTime.fromMillis(from, { zone: hours.timeZone }).startOf('day');
  for (let fruitless = 0; fruitless < LONGEST_CLOSURE_DAYS; fruitless++) {
    for (const [opens, closes] of hours.openingsOn(day.toISODate() ?? '', day.weekday)) {
      const opening = { from: instantOf(day, opens), to: instantOf(day, closes) };
      if (opening.to <= from || opening.from >= opening.to) continue;
      fruitless = 0;
      yield opening;
    }
    day = day.plus({ days: 1 });
  }
  throw new RangeError(`nothing is open for ${LONGEST_CLOSURE_DAYS} days: check settings.hours`);
}

/** Whether the operator works at an instant. */
export function isWorkingTime(hours: WorkingHours, at: Date): boolean {
  return nextOpening(hours, at).getTime() === at.getTime();
}

/** When work begins next; the instant itself while it goes on. */
export function nextOpening(hours: WorkingHours, at: Date): Date {
  for (const opening of openingsFrom(hours, at.getTime())) return new Date(Math.max(opening.from, at.getTime()));
  return at;
}

/**
 * The instant at which `minutes` (0 or more) of working time have passed since `from`. What ends exactly at closing time is due then, not at the next
 * opening; nothing at all is due when work goes on.
 */
export function addWorkingMinutes(hours: WorkingHours, from: Date, minutes: number): Date {
  let left = Math.max(0, minutes) * MINUTE;
  if (left === 0) return nextOpening(hours, from);
  for (const opening of openingsFrom(hours, from.getTime())) {
    const begins = Math.max(opening.from, from.getTime());
    if (left <= opening.to - begins) return new Date(begins + left);
    left -= opening.to - begins;
  }
  return from;
}

/** How many minutes of working time (with fractions) lie between two instants; 0 when the second is not later. */
export function workingMinutesBetween(hours: WorkingHours, from: Date, to: Date): number {
  if (to <= from) return 0;
  let worked = 0;
  for (const opening of openingsFrom(hours, from.getTime())) {
    if (opening.from >= to.getTime()) break;
    worked += Math.min(opening.to, to.getTime()) - Math.max(opening.from, from.getTime());
  }
  return worked / MINUTE;
}
