import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextRung, renewalAfterBreak, standing, warnAt } from './rules.ts';

const instant = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });

describe('promises', () => {
  test('the warning comes at three quarters, never after the due time', () => {
    expect(warnAt(new Date('2026-03-10T10:00:00Z'), new Date('2026-03-10T14:00:00Z'))).toEqual(
      new Date('2026-03-10T13:00:00Z'),
    );
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 1e9 }), (made, length) => {
        const due = new Date(made.getTime() + length);
        expect(warnAt(made, due).getTime()).toBeLessThanOrEqual(due.getTime());
        expect(warnAt(made, due).getTime()).toBeGreaterThanOrEqual(made.getTime());
      }),
    );
  });

  test('an open promise goes from in time to at risk to late, and never back', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 1000, max: 1e8 }), fc.nat(2e8), fc.nat(1e8), (made, length, a, b) => {
        const promise = { state: 'open' as const, madeAt: made, dueAt: new Date(made.getTime() + length) };
        const order = ['in time', 'at risk', 'late'];
        const first = order.indexOf(standing(promise, new Date(made.getTime() + a)));
        const later = order.indexOf(standing(promise, new Date(made.getTime() + a + b)));
        expect(later).toBeGreaterThanOrEqual(first);
      }),
    );
    const settled = { madeAt: new Date(0), dueAt: new Date(10) };
    expect(standing({ ...settled, state: 'broken' }, new Date(5))).toBe('late');
    expect(standing({ ...settled, state: 'kept' }, new Date(50))).toBe('settled');
  });

  test('the machine renews with growing times, then a person must set the time', () => {
    const now = new Date('2026-03-10T14:00:00Z');
    expect(renewalAfterBreak(0, [60, 120, 240], now)).toEqual(new Date('2026-03-10T15:00:00Z'));
    expect(renewalAfterBreak(2, [60, 120, 240], now)).toEqual(new Date('2026-03-10T18:00:00Z'));
    expect(renewalAfterBreak(3, [60, 120, 240], now)).toBeNull();
  });

  test('the ladder ends at its last rung, which is called again', () => {
    expect([nextRung(0, 3), nextRung(1, 3), nextRung(2, 3), nextRung(0, 1)]).toEqual([1, 2, 2, 0]);
  });
});
