import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold, readWanted, spellings } from './rules.ts';

/** The least number of letters changed, missing, too many, or of neighbours exchanged (optimal string alignment). */
function distance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => i + j));
  const at = (i: number, j: number): number => table[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const row = table[i];
      if (!row) continue;
      row[j] = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j] ?? 0, at(i - 2, j - 2) + 1);
    }
  return at(a.length, b.length);
}

const word = fc.stringMatching(/^[a-z]{4,9}$/);

describe('what somebody typed', () => {
  test('given any word, then its spellings are exactly those one slip away', () => {
    fc.assert(
      fc.property(word, (typed) => {
        for (const each of spellings(typed)) expect(distance(typed, each)).toBe(1);
      }),
      { numRuns: 20 },
    );
    fc.assert(
      fc.property(word, fc.nat(), fc.constantFrom(...'abcxyz'), fc.nat(3), (meant, place, letter, kind) => {
        const at = place % meant.length;
        const typed = [
          meant.slice(0, at) + meant.slice(at + 1),
          meant.slice(0, at) + letter + meant.slice(at),
          meant.slice(0, at) + letter + meant.slice(at + 1),
          `${meant.slice(0, at)}${meant.charAt(at + 1)}${meant.charAt(at)}${meant.slice(at + 2)}`,
        ][kind] as string;
        if (typed !== meant && meant.length > at + 1) expect(spellings(typed)).toContain(meant);
      }),
    );
  });

  test.each([
    ['3331234567', ['+393331234567'], '3331234567', '3331234567'],
    ['333 12 34 567', ['+393331234567'], '3331234567', '3331234567'],
    ['+39 333-1234567', ['+393331234567'], '393331234567', null],
    ['0039 333 1234567', ['+393331234567'], '393331234567', '00393331234567'],
    ['(0161) 25.12.34', ['+390161251234'], '0161251234', '0161251234'],
    ['4567', [], '4567', '4567'],
    ['123', [], null, null],
    ['anna.rossi@ex', ['anna.rossi@ex'], null, null],
    ['Anna Rossi', [], null, null],
  ])('%s is read as addresses and numbers', (typed, beginnings, lastDigits, number) => {
    expect(readWanted(typed, '39')).toMatchObject({ beginnings, lastDigits, number });
  });

  test('given anything at all, then the queries hold letters and digits in quotes only, and are bounded', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: 'grapheme' }), (typed) => {
        const wanted = readWanted(typed, '39');
        for (const query of [wanted.names, wanted.similarNames])
          if (query !== null) {
            expect(query).toMatch(/^[('a-z0-9\u0080-\uffff:*&|) ]+$/);
            expect(query.length).toBeLessThan(100_000);
          }
      }),
    );
    expect(fold('Perché È CADUTA l’Øresund')).toBe('perche e caduta l’oresund');
    expect(readWanted("D'Amico", '39').names).toBe("'d' & 'amico':*");
    expect(readWanted('...', '39')).toMatchObject({ names: null, similarNames: null, words: null });
  });
});
