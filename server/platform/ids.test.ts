import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkDigit, hasValidCheckDigit, makeReference } from './ids.ts';

const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 20 });

describe('references that are read out and keyed in', () => {
  test('the example of ISO/IEC 7812-1 annex B', () => {
    expect(checkDigit('7992739871')).toBe('3');
  });

  test('a reference ends in its own check digit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2024, max: 2099 }), fc.integer({ min: 1, max: 99_999 }), (year, running) => {
        const reference = makeReference(year, running);
        expect(reference).toMatch(/^\d{8}$/);
        expect(hasValidCheckDigit(reference)).toBe(true);
      }),
    );
  });

  test('one wrong digit is always found', () => {
    fc.assert(
      fc.property(digits, fc.nat(), fc.integer({ min: 1, max: 9 }), (number, where, by) => {
        const right = number + checkDigit(number);
        const index = where % right.length;
        const wrong = right.slice(0, index) + String((Number(right[index]) + by) % 10) + right.slice(index + 1);
        expect(hasValidCheckDigit(wrong)).toBe(false);
      }),
    );
  });

  test('what is no number has no valid check digit', () => {
    for (const text of ['', '1', 'abc', '12a4']) expect(hasValidCheckDigit(text)).toBe(false);
  });
});
