import type { Static } from 'typebox';
import type { LexiconEntry } from '../../../contract/intake.ts';

/** A stem of the lexicon: known by its language and its letters. */
export type Stem = Static<typeof LexiconEntry>;

export interface StemFilter {
  words: string;
  language: string | null;
  topic: string | null;
}

/** As the server compares: small letters without accents, one blank between words. */
export const folded = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const isSame = (a: Stem, b: Pick<Stem, 'language' | 'stem' | 'topic'>): boolean =>
  a.language === b.language && folded(a.stem) === folded(b.stem) && a.topic === b.topic;

/** The stems that somebody looks for. */
export const found = (entries: readonly Stem[], { words, language, topic }: StemFilter): Stem[] =>
  entries.filter(
    (entry) =>
      (language === null || entry.language === language) &&
      (topic === null || entry.topic === topic) &&
      entry.stem.includes(folded(words)),
  );

/** The lexicon with a stem put in, in the place of another one where it is a change. */
export const withStem = (entries: readonly Stem[], stem: Stem, instead: Stem | null): Stem[] => [
  ...entries.filter((entry) => !isSame(entry, stem) && !(instead && isSame(entry, instead))),
  { ...stem, stem: folded(stem.stem) },
];

export const withoutStem = (entries: readonly Stem[], stem: Stem): Stem[] =>
  entries.filter((entry) => !isSame(entry, stem));
