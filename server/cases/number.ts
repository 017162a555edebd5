import { randomInt } from 'node:crypto';
import { sql } from 'kysely';
import type { Tx } from '../platform/database/database.ts';
import { read } from '../platform/database/statements.ts';

/**
 * The quasigroup of H. M. Damm, "Total anti-symmetrische Quasigruppen" (Marburg 2004), order 10: its check digit finds every single
 * digit that was misread and every two neighbours that were swapped.
 */
const QUASIGROUP = [
  '0317598642',
  '7092154863',
  '4206871359',
  '1750983426',
  '6123045978',
  '3674209581',
  '5869720134',
  '8945362017',
  '9438617205',
  '2581436790',
] as const;

const LEAST_LENGTH = 9; // two of the year, at least six of the count, the check digit
const MOST_LENGTH = 12;
/** Numbers skip at random, so that nobody can count cases or guess a neighbour's number: each has one of so many places. */
const GAP = 7;

const interim = (digits: string): string => {
  let state = '0';
  for (const digit of digits) state = QUASIGROUP[Number(state)]?.[Number(digit)] ?? '0';
  return state;
};

/** Two digits of the year, the count (at least six digits), a check digit. */
export function makeCaseNumber(year: number, count: number): string {
  const digits = `${String(year % 100).padStart(2, '0')}${String(count).padStart(6, '0')}`;
  return digits + interim(digits);
}

export const isCaseNumber = (text: string): boolean =>
  /^\d+$/.test(text) && text.length >= LEAST_LENGTH && text.length <= MOST_LENGTH && interim(text) === '0';

/** As it is shown and read out: "26 0418 731". */
export const spokenNumber = (number: string): string =>
  `${number.slice(0, 2)} ${number.slice(2, -3)} ${number.slice(-3)}`;

const MOST_LOOKED_AT = 20_000;
const MOST_FOUND = 50;

/**
 * What in a text can be a case number: digits with blanks, dots, slashes or hyphens between ("pratica 26 0418 731", "n. 26.0418.731"); those after a word
 * for it first. Whether there is such a case is for the database to say. At most 50.
 */
export function caseNumbersIn(text: string): string[] {
  const found: { number: string; named: boolean }[] = [];
  const searched = text.slice(0, MOST_LOOKED_AT).normalize('NFKC');
  for (const run of searched.matchAll(/\d+(?:[ .\u00a0/-]{1,2}\d+)*/g)) {
    const groups = run[0].match(/\d+/g) ?? [];
    const before = searched.slice(Math.max(0, run.index - 24), run.index).toLowerCase();
    const named = /(pratica|segnalazione|riferimento|rif|ticket|case|numero|n[.°º]?|ref|#)[\s:.°#-]*$/.test(before);
    for (let from = 0; from < groups.length; from++) {
      let digits = '';
      for (let to = from; to < groups.length && digits.length < MOST_LENGTH; to++) {
        digits += groups[to];
        if (isCaseNumber(digits)) found.push({ number: digits, named: named && from === 0 });
      }
    }
    if (found.length > MOST_FOUND) break;
  }
  found.sort((a, b) => Number(b.named) - Number(a.named));
  return [...new Set(found.map(({ number }) => number))].slice(0, MOST_FOUND);
}

/** The next number of the year. Its count comes from a sequence, so that cases that open at the same time don't wait for each other. */
export async function nextCaseNumber(tx: Tx, year: number): Promise<string> {
  const rows = await read(tx, sql<{ count: number }>`SELECT nextval('case_numbers') AS count`);
  const [row] = rows;
  if (!row) throw new Error('no case number was given');
  return makeCaseNumber(year, row.count * GAP + randomInt(GAP));
}
