import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../settings/index.ts';
import {
  addWorkingMinutes,
  isWorkingTime,
  knowsHolidaysOf,
  nextOpening,
  workingHours,
  workingMinutesBetween,
} from './working-time.ts';

type Hours = (typeof DEFAULT_SETTINGS)['hours'];
const ZONE = 'Europe/Rome';
const hours = (change: Partial<Hours> = {}, timeZone = ZONE) =>
  workingHours({ ...DEFAULT_SETTINGS, hours: { ...DEFAULT_SETTINGS.hours, ...change } }, timeZone);
const rome = (text: string): Date => DateTime.fromISO(text, { zone: ZONE }).toJSDate();
const said = (instant: Date): string => DateTime.fromJSDate(instant, { zone: ZONE }).toFormat('yyyy-MM-dd HH:mm');

const usual = hours();
const nights = hours({
  week: Array.from({ length: 7 }, () => [
    { from: '00:00', to: '02:30' },
    { from: '02:30', to: '06:15' },
    { from: '22:00', to: '24:00' },
  ]),
});
const always = hours({
  week: Array.from({ length: 7 }, () => [{ from: '00:00', to: '24:00' }]),
  holidays: { country: 'XX', region: '', patronDays: [] },
});
const ALL = [usual, nights, always, hours({ week: DEFAULT_SETTINGS.hours.week }, 'America/Sao_Paulo')];

const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2038-01-01'), noInvalidDate: true });
/** Around the nights in which the clocks of Rome change. */
const nearChange = fc
  .tuple(
    fc.constantFrom('2026-03-29T01:00:00Z', '2026-10-25T01:00:00Z', '2031-03-30T01:00:00Z', '2031-10-26T01:00:00Z'),
    fc.integer({ min: -3 * 86_400, max: 3 * 86_400 }),
  )
  .map(([change, seconds]) => new Date(Date.parse(change) + seconds * 1000));
const anyInstant = fc.oneof(instant, nearChange);
const anyHours = fc.constantFrom(...ALL);

describe('working time', () => {
  test.each([
    ['within a day', '2026-03-10T14:05', 60, '2026-03-10 15:05'],
    ['up to the very end', '2026-03-10T20:30', 60, '2026-03-10 21:30'],
    ['over the evening', '2026-03-10T21:00', 60, '2026-03-11 09:00'],
    ['from the evening', '2026-03-10T22:00', 30, '2026-03-11 09:00'],
    ['over a weekend', '2026-03-13T21:00', 60, '2026-03-16 09:00'],
    ['over Easter Monday', '2026-04-03T21:00', 60, '2026-04-07 09:00'],
    ['over Christmas and Santo Stefano', '2026-12-24T21:20', 20, '2026-12-28 08:40'],
    ['nothing, at night', '2026-03-10T23:00', 0, '2026-03-11 08:30'],
    ['two weeks', '2026-03-10T08:30', 10 * 13 * 60, '2026-03-23 21:30'],
  ])('%s', (_name, from, minutes, due) => {
    expect(said(addWorkingMinutes(usual, rome(from), minutes))).toBe(due);
  });

  test('given a region, a patron and days of its own, then the calendar follows them in this order: open, closed, holiday, week', () => {
    const own = hours({
      holidays: { country: 'IT', region: '32', patronDays: ['12-07'] },
      closedDays: ['2026-03-11', '2026-03-12'],
      openDays: [
        { on: '2026-03-12', from: '10:00', to: '11:00' },
        { on: '2026-12-25', from: '10:00', to: '12:00' },
      ],
    });
    expect(isWorkingTime(own, rome('2026-05-25T10:00'))).toBe(false); // Whit Monday
    expect(isWorkingTime(usual, rome('2026-05-25T10:00'))).toBe(true);
    expect(isWorkingTime(own, rome('2027-12-07T10:00'))).toBe(false);
    expect(said(nextOpening(own, rome('2026-03-10T21:30')))).toBe('2026-03-12 10:00');
    expect(isWorkingTime(own, rome('2026-12-25T11:00'))).toBe(true);
    expect([
      knowsHolidaysOf('IT', ''),
      knowsHolidaysOf('IT', '32'),
      knowsHolidaysOf('IT', 'xx'),
      knowsHolidaysOf('XX', ''),
    ]).toEqual([true, true, false, false]);
  });

  test('given a night in which the clock is put forward or back, then working time is real time', () => {
    const day = (date: string) => workingMinutesBetween(always, rome(`${date}T00:00`), rome(`${date}T23:59`)) + 1;
    expect([day('2026-03-28'), day('2026-03-29'), day('2026-10-25')]).toEqual([1440, 1380, 1500]);
    // 02:30 does not exist on this night: both openings meet at the jump.
    expect(workingMinutesBetween(nights, rome('2026-03-29T00:00'), rome('2026-03-29T12:00'))).toBe(6 * 60 + 15 - 60);
    expect(workingMinutesBetween(nights, rome('2026-10-25T00:00'), rome('2026-10-25T12:00'))).toBe(6 * 60 + 15 + 60);
    expect(said(addWorkingMinutes(usual, rome('2026-03-27T21:00'), 60))).toBe('2026-03-30 09:00');
  });

  test('given any instants and minutes, then what is added is what lies between, and time never runs backwards', () => {
    fc.assert(
      fc.property(
        anyHours,
        anyInstant,
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: 0, max: 5_000 }),
        (week, from, minutes, more) => {
          const due = addWorkingMinutes(week, from, minutes);
          expect(due.getTime()).toBeGreaterThanOrEqual(from.getTime());
          expect(workingMinutesBetween(week, from, due)).toBeCloseTo(minutes, 6);
          expect(addWorkingMinutes(week, from, minutes + more).getTime()).toBeGreaterThanOrEqual(due.getTime());
          if (minutes > 0 && more > 0)
            expect(addWorkingMinutes(week, due, more)).toEqual(addWorkingMinutes(week, from, minutes + more));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('given three instants, then the parts make the whole', () => {
    fc.assert(
      fc.property(
        anyHours,
        anyInstant,
        fc.nat(40 * 86_400_000),
        fc.nat(40 * 86_400_000),
        (week, from, first, second) => {
          const middle = new Date(from.getTime() + first);
          const end = new Date(middle.getTime() + second);
          expect(workingMinutesBetween(week, from, middle) + workingMinutesBetween(week, middle, end)).toBeCloseTo(
            workingMinutesBetween(week, from, end),
            6,
          );
          expect(workingMinutesBetween(week, end, from)).toBe(0);
          expect(workingMinutesBetween(week, from, end)).toBeLessThanOrEqual((first + second) / 60_000 + 1e-6);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('given any instant, then the next opening is working time, and nothing is worked before it', () => {
    fc.assert(
      fc.property(anyHours, anyInstant, (week, at) => {
        const opening = nextOpening(week, at);
        expect(isWorkingTime(week, opening)).toBe(true);
        expect(workingMinutesBetween(week, at, opening)).toBe(0);
        expect(isWorkingTime(week, at)).toBe(opening.getTime() === at.getTime());
      }),
      { numRuns: 300 },
    );
  });

  test('given a whole year after year, then every weekday that is no holiday has its thirteen hours', () => {
    for (let year = 2024; year < 2034; year++) {
      const days =
        workingMinutesBetween(usual, rome(`${year}-01-01T00:00`), rome(`${year + 1}-01-01T00:00`)) / (13 * 60);
      expect(Number.isInteger(days)).toBe(true);
      expect(days).toBeGreaterThan(248);
      expect(days).toBeLessThan(258);
    }
  });

  test('given a week in which nothing is open, then the clock never stands', () => {
    const never = hours({ week: Array.from({ length: 7 }, () => []) });
    const at = rome('2026-12-25T03:00');
    expect(addWorkingMinutes(never, at, 90)).toEqual(new Date(at.getTime() + 90 * 60_000));
  });
});
