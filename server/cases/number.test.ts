import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { caseNumbersIn, isCaseNumber, makeCaseNumber, spokenNumber } from './number.ts';

const numbers = fc
  .tuple(fc.integer({ min: 2026, max: 2099 }), fc.integer({ min: 1, max: 99_999_999 }))
  .map(([year, count]) => makeCaseNumber(year, count));

describe('the number of a case', () => {
  test('is the year, at least six digits, and a check digit', () => {
    fc.assert(
      fc.property(numbers, (number) => {
        expect(isCaseNumber(number)).toBe(true);
        expect(number).toMatch(/^\d{9,11}$/);
      }),
    );
  });

  test('misread by one digit it is never another case', () => {
    fc.assert(
      fc.property(numbers, fc.nat(10), fc.integer({ min: 1, max: 9 }), (number, place, shift) => {
        const at = place % number.length;
        const other = String((Number(number[at]) + shift) % 10);
        expect(isCaseNumber(number.slice(0, at) + other + number.slice(at + 1))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test('with two neighbours swapped it is never another case', () => {
    fc.assert(
      fc.property(numbers, fc.nat(10), (number, place) => {
        const at = place % (number.length - 1);
        const [one = '', two = ''] = [number[at], number[at + 1]];
        fc.pre(one !== two);
        expect(isCaseNumber(number.slice(0, at) + two + one + number.slice(at + 2))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test('is found anywhere in a text, however it is written', () => {
    const writings = [
      (number: string) => number,
      spokenNumber,
      (number: string) => `${number.slice(0, 2)}.${number.slice(2, 6)}.${number.slice(6)}`,
      (number: string) => `${number.slice(0, 2)} - ${number.slice(2)}`.replaceAll(' - ', '-'),
    ];
    fc.assert(
      fc.property(numbers, fc.nat(3), fc.constantFrom('pratica ', 'n. ', 'Re: [', ''), (number, way, before) => {
        const written = writings[way]?.(number) ?? number;
        expect(caseNumbersIn(`Buongiorno, ${before}${written}] ancora ferma dal 3 marzo 2026`)).toContain(number);
      }),
    );
    const [one, two] = [makeCaseNumber(2026, 41_873), makeCaseNumber(2026, 50_000)];
    expect(caseNumbersIn(`tel. 0323 555 e poi ${one}, pratica ${spokenNumber(two)}`)[0]).toBe(two);
    expect(caseNumbersIn('niente')).toEqual([]);
    expect(caseNumbersIn('1 '.repeat(30_000)).length).toBeLessThanOrEqual(50);
  });
});
