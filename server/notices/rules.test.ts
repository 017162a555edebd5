import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../settings/index.ts';
import { costInCents, decideTelling, heldUntil } from './rules.ts';

const telling = { ...DEFAULT_SETTINGS.telling, on: true, mostPeople: 500, mostCents: 5000, undoSeconds: 60 };
const small = { people: 10, costCents: 10, byStaff: false, releasedPeople: 0 };

describe('the brake on telling', () => {
  test('a fresh installation tells nobody', () => {
    expect(decideTelling(DEFAULT_SETTINGS.telling, small)).toEqual({ state: 'observed', reason: 'observing' });
  });

  test('nothing is ever told while telling is off, whatever the rest', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        fc.nat(),
        fc.boolean(),
        (people, costCents, byStaff, releasedPeople, paused) => {
          expect(
            decideTelling({ ...telling, on: false, paused }, { people, costCents, byStaff, releasedPeople }).state,
          ).toBe('observed');
        },
      ),
    );
  });

  test('above the number of people or the cost it waits for a person, and says why', () => {
    expect(decideTelling(telling, { ...small, people: 500 }).state).toBe('telling');
    expect(decideTelling(telling, { ...small, people: 501 })).toEqual({ state: 'waiting', reason: 'people' });
    expect(decideTelling(telling, { ...small, costCents: 5001 })).toEqual({ state: 'waiting', reason: 'cost' });
  });

  test('after a person released one about the same incident, the next ones go, but not through the pause', () => {
    expect(decideTelling(telling, { ...small, people: 9000, releasedPeople: 9000 }).state).toBe('telling');
    expect(decideTelling({ ...telling, paused: true }, { ...small, releasedPeople: 9000 })).toEqual({
      state: 'waiting',
      reason: 'paused',
    });
  });

  test('what staff sends can be undone, what the machine sends goes at once', () => {
    expect(decideTelling(telling, { ...small, byStaff: true }).state).toBe('undoable');
    expect(decideTelling({ ...telling, undoSeconds: 0 }, { ...small, byStaff: true }).state).toBe('telling');
  });
});

describe('quiet hours', () => {
  const quiet = { from: '22:00', to: '08:00', channels: ['sms' as const], pass: ['outage' as const] };
  const at = (local: string): Date => DateTime.fromISO(local, { zone: 'Europe/Rome' }).toJSDate();
  const facts = (now: Date, kind: 'outage' | 'restored' = 'restored', channel = 'sms') => ({
    kind,
    channel,
    now,
    timeZone: 'Europe/Rome',
  });

  test('before and after midnight an SMS is held until eight', () => {
    expect(heldUntil(quiet, facts(at('2026-03-10T23:30')))).toEqual(at('2026-03-11T08:00'));
    expect(heldUntil(quiet, facts(at('2026-03-11T03:00')))).toEqual(at('2026-03-11T08:00'));
    expect(heldUntil(quiet, facts(at('2026-03-11T08:00')))).toBeNull();
    expect(heldUntil(quiet, facts(at('2026-03-11T21:59')))).toBeNull();
  });

  test('the night in which the clock changes is held until eight by the wall', () => {
    expect(heldUntil(quiet, facts(at('2026-03-28T23:00')))).toEqual(at('2026-03-29T08:00'));
    expect(heldUntil(quiet, facts(at('2026-10-25T01:00')))).toEqual(at('2026-10-25T08:00'));
  });

  test('the kinds that may pass, other channels and empty quiet hours are not held', () => {
    expect(heldUntil(quiet, facts(at('2026-03-10T23:30'), 'outage'))).toBeNull();
    expect(heldUntil(quiet, facts(at('2026-03-10T23:30'), 'restored', 'email'))).toBeNull();
    expect(heldUntil({ ...quiet, from: '08:00' }, facts(at('2026-03-10T23:30')))).toBeNull();
  });

  test('whatever the hours, what is held is held into the future, for at most a day', () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
    fc.assert(
      fc.property(
        time,
        time,
        fc.date({ min: new Date('2025-01-01'), max: new Date('2027-12-31'), noInvalidDate: true }),
        (from, to, now) => {
          const until = heldUntil({ from, to, channels: ['sms'], pass: [] }, facts(now));
          if (until) {
            expect(until.getTime()).toBeGreaterThan(now.getTime());
            expect(until.getTime() - now.getTime()).toBeLessThanOrEqual(25 * 3_600_000);
          }
        },
      ),
    );
  });
});

test('cost is rounded up to whole cents', () => {
  expect(costInCents([{ people: 4000, parts: 1, millicentsPerPart: 4100 }])).toBe(16400);
  expect(costInCents([{ people: 1, parts: 1, millicentsPerPart: 1 }])).toBe(1);
  expect(costInCents([])).toBe(0);
});
