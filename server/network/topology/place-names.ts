import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { rootFolder } from '../../platform/root-folder.ts';

export interface NamedPlace {
  /** Of a municipality (ISTAT). */
  code: string;
  name: string;
}

/** Italian municipalities by their folded names, read at the first question; names that several share are left out. */
let known: Map<string, NamedPlace> | null = null;

const fold = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

function places(): Map<string, NamedPlace> {
  if (known) return known;
  const file = join(rootFolder, 'server', 'network', 'topology', 'municipalities.csv');
  const rows: Record<string, string>[] = parse(readFileSync(file), { columns: true });
  const found = new Map<string, NamedPlace>();
  const shared = new Set<string>();
  for (const { istat = '', name = '' } of rows) {
    // Names in two languages ("Bolzano/Bozen") are known by each.
    for (const one of name.split('/')) {
      const folded = fold(one);
      if (found.has(folded)) shared.add(folded);
      found.set(folded, { code: istat, name });
    }
  }
  for (const name of shared) found.delete(name);
  known = found;
  return found;
}

const BEFORE_PLACE = new Set(
  'a ad al alla in di da dal presso comune citta zona paese vicino per tra fra at from near around of town'.split(' '),
);
const MOST_WORDS = 5;
const MOST_LOOKED_AT = 5000;

/**
 * The municipalities that a text names, in its order, each once: written with a capital letter, and after a word that leads to places when the name is a single
 * word ("a Verbania"), since many are common words as well ("Sale", "Re", "Ora").
 */
export function placesIn(text: string): NamedPlace[] {
  const words = [...text.slice(0, MOST_LOOKED_AT).matchAll(/[\p{L}\p{N}]+/gu)].map((match) => match[0]);
  const found = new Map<string, NamedPlace>();
  for (let from = 0; from < words.length; from++) {
    const first = words[from] ?? '';
    if (!/^\p{Lu}/u.test(first)) continue;
    for (let count = Math.min(MOST_WORDS, words.length - from); count > 0; count--) {
      const place = places().get(fold(words.slice(from, from + count).join(' ')));
      if (!place) continue;
      const before = fold(words[from - 1] ?? '');
      if (count === 1 && !BEFORE_PLACE.has(before)) continue;
      found.set(place.code, place);
      from += count - 1;
      break;
    }
  }
  return [...found.values()];
}
