import { describe, expect, it } from 'vitest';
import { absenceOf, lastDayOf } from './absence-days.ts';

describe('an absence by days', () => {
  it('given one day, it lasts from its midnight to the next one in the zone of the operator', () => {
    expect(absenceOf('staff', '2026-11-30', '2026-11-30', 'Europe/Rome')).toEqual({
      staffId: 'staff',
      startsAt: '2026-11-29T23:00:00.000Z',
      endsAt: '2026-11-30T23:00:00.000Z',
    });
  });

  it('given days across the change of clocks and the end of a year, both ends are midnights', () => {
    expect(absenceOf('staff', '2026-10-25', '2026-12-31', 'Europe/Rome')).toEqual({
      staffId: 'staff',
      startsAt: '2026-10-24T22:00:00.000Z',
      endsAt: '2026-12-31T23:00:00.000Z',
    });
  });

  it('given no last day yet, it is none', () => {
    expect(absenceOf('staff', '2026-11-30', null, 'Europe/Rome')).toBeNull();
  });

  it('given its end, the last day is the one before the midnight', () => {
    expect(lastDayOf('2026-11-30T23:00:00.000Z').toISOString()).toBe('2026-11-30T22:59:59.999Z');
  });
});
