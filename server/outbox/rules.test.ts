import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideClaim, decideFate, isSender, maskAddress, onSystemClock, retryMilliseconds } from './rules.ts';

const now = new Date('2026-03-10T13:05:00Z');
const minutesOn = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);

describe('the rules of the outbox', () => {
  test.each([
    ['notice', 0, 60, 1, 'send'],
    ['notice', -10, 60, 1, 'send'],
    ['notice', -11, 60, 1, 'rewrite'],
    ['staff', -600, 60, 1, 'send'],
    ['notice', -10, 0, 1, 'withdraw'],
    ['notice', -11, 0, 1, 'rewrite'],
    ['staff', -11, 0, 1, 'withdraw'],
    ['notice', -59, 60, 60, 'send'],
    ['notice', -61, 60, 60, 'rewrite'],
  ] as const)(
    'a row of kind %s made %d min from now, valid for %d min, on a clock %d times as fast: %s',
    (kind, made, valid, speed, decision) => {
      const facts = { now, speed, rewriteAfterMinutes: 10 };
      expect(decideClaim({ kind, madeAt: minutesOn(made), validUntil: minutesOn(valid) }, facts)).toBe(decision);
    },
  );

  test('no row is ever sent past its validity, and none is tried again past it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -100, max: 100 }),
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 600 }),
        (minutes, attempts, speed) => {
          const row = { kind: 'notice', madeAt: minutesOn(-1), validUntil: minutesOn(minutes), attempts };
          const decision = decideClaim(row, { now, speed, rewriteAfterMinutes: 10 });
          if (minutes <= 0) expect(decision).toBe('withdraw');
          const fate = decideFate({ kind: 'rejected', reason: 'busy', permanent: false }, row, { now, speed });
          if (fate.fate === 'again') expect(fate.notBefore.getTime()).toBeLessThan(row.validUntil.getTime());
          else expect(fate.fate).toBe('failed');
        },
      ),
    );
  });

  test('what has no answer is never tried again by itself', () => {
    const fate = decideFate(
      { kind: 'unknown', reason: 'lost' },
      { attempts: 0, validUntil: minutesOn(60) },
      { now, speed: 1 },
    );
    expect(fate).toEqual({ fate: 'in doubt', reason: 'lost' });
  });

  test('what was never offered to the network waits without a penalty', () => {
    const result = { kind: 'rejected', reason: 'down', permanent: false, untried: true } as const;
    const fate = decideFate(result, { attempts: 3, validUntil: minutesOn(60) }, { now, speed: 1 });
    expect(fate).toEqual({ fate: 'again', notBefore: now, reason: 'down', tried: false });
  });

  test('delays between attempts never shrink', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), (attempts) => {
        expect(retryMilliseconds(attempts + 1)).toBeGreaterThanOrEqual(retryMilliseconds(attempts));
      }),
    );
  });

  test('a business hour is a minute of the machine when the clock runs 60 times as fast', () => {
    const system = new Date('2026-11-01T00:00:00Z');
    expect(onSystemClock(minutesOn(60), { business: now, system, speed: 60 })).toEqual(
      new Date('2026-11-01T00:01:00Z'),
    );
  });

  test.each([
    ['Lagonet', true],
    ['Lago Wireles', false],
    ['+393331234567', true],
    ['40404', true],
    ['12', false],
    ['Lagonèt', false],
    ['', false],
  ])('the sender "%s" is allowed: %s', (sender, allowed) => {
    expect(isSender(sender)).toBe(allowed);
  });

  test('a masked address names nobody', () => {
    expect(maskAddress('+393331234567')).toBe('+39 … 567');
    expect(maskAddress('anna.rossi@example.org')).toBe('a…@example.org');
  });
});
