import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTime } from './natural-time.ts';
import { fromPicker, toPicker } from './zoned.ts';

const ZONE = 'Europe/Rome';
/** Sunday 22 November 2026, 14:10 in Rome. */
const NOW = new Date('2026-11-22T13:10:00Z');
const read = (text: string) => {
  const instant = readTime(text, NOW, ZONE);
  return instant && toPicker(instant, ZONE).slice(0, 16);
};

describe('reading a time as people write it', () => {
  it.each([
    ['18:30', '2026-11-22 18:30'],
    ['18.30', '2026-11-22 18:30'],
    ['alle 18', '2026-11-22 18:00'],
    ['entro le 18:30', '2026-11-22 18:30'],
    ['6pm', '2026-11-22 18:00'],
    ['12 am', '2026-11-23 00:00'],
    ['9:00', '2026-11-23 09:00'],
    ['domani 18:00', '2026-11-23 18:00'],
    ['Domani alle ore 18', '2026-11-23 18:00'],
    ['tomorrow 9am', '2026-11-23 09:00'],
    ['tomorrow at 9', '2026-11-23 09:00'],
    ['oggi 18', '2026-11-22 18:00'],
    ['dopodomani 8:15', '2026-11-24 08:15'],
    ['lunedì 9', '2026-11-23 09:00'],
    ['domenica 20:00', '2026-11-29 20:00'],
    ['friday 17:00', '2026-11-27 17:00'],
    ['24/12 10:00', '2026-12-24 10:00'],
    ['3/1 10:00', '2027-01-03 10:00'],
    ['24/12/2027 ore 10', '2027-12-24 10:00'],
    ['mezzanotte', '2026-11-23 00:00'],
    ['tra 2 ore', '2026-11-22 16:10'],
    ['fra 30 min', '2026-11-22 14:40'],
    ['in 2 hours', '2026-11-22 16:10'],
    ['+1 h', '2026-11-22 15:10'],
    ['+30', null],
    ['1h30', '2026-11-22 15:40'],
    ["tra mezz'ora", '2026-11-22 14:40'],
    ["tra un'ora e mezza", '2026-11-22 15:40'],
    ['in 2 days', '2026-11-24 14:10'],
    ['oggi 9:00', null],
    ['31/02 10:00', null],
    ['25:00', null],
    ['18:75', null],
    ['domani', null],
    ['presto', null],
    ['', null],
  ])('given Sunday 14:10, "%s" is %s', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('keeps the wall clock across the change to winter time', () => {
    const saturday = new Date('2026-10-24T16:00:00Z'); // 18:00 summer time
    expect(readTime('domani 18:00', saturday, ZONE)?.toISOString()).toBe('2026-10-25T17:00:00.000Z');
    // A span is a span: 24 hours later the wall shows 17:00.
    expect(readTime('tra 24 ore', saturday, ZONE)?.toISOString()).toBe('2026-10-25T16:00:00.000Z');
  });

  it('never gives a time in the past, whatever is typed', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 20 }),
        fc.date({ min: NOW, noInvalidDate: true, max: new Date('2030-01-01') }),
        (text, now) => {
          const instant = readTime(text, now, ZONE);
          return instant === null || instant.getTime() >= now.getTime();
        },
      ),
    );
  });
});

describe('the picker and the operator’s zone', () => {
  it('gives every minute back that it was given, except within the hour that comes twice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2026, 0, 1) / 60_000, max: Date.UTC(2029, 0, 1) / 60_000 }),
        fc.constantFrom('Europe/Rome', 'Europe/London', 'America/New_York', 'Asia/Kolkata', 'UTC'),
        (minute, zone) => {
          const instant = new Date(minute * 60_000);
          const back = fromPicker(toPicker(instant, zone), zone);
          const difference = instant.getTime() - (back?.getTime() ?? Number.NaN);
          return (
            difference === 0 || (difference === 3_600_000 && toPicker(instant, zone) === toPicker(back ?? NOW, zone))
          );
        },
      ),
    );
  });

  it('moves an hour that a change of clocks skips to the one after it', () => {
    expect(fromPicker('2026-03-29 02:30:00', ZONE)?.toISOString()).toBe('2026-03-29T01:30:00.000Z');
  });
});
