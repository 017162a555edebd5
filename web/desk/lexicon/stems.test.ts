import { describe, expect, it } from 'vitest';
import { folded, found, type Stem, withoutStem, withStem } from './stems.ts';

const stem = (text: string, more: Partial<Stem> = {}): Stem => ({
  language: 'it',
  stem: text,
  topic: 'line down',
  severity: 'major',
  weight: 3,
  ...more,
});
const ENTRIES = [
  stem('non funzion'),
  stem('lent', { topic: 'line slow' }),
  stem('slow', { language: 'en', topic: 'line slow' }),
];

describe('the stems of the lexicon', () => {
  it('given accents, capitals and signs, a stem is folded as the server folds it', () => {
    expect(folded('  C’è  un Guàsto! ')).toBe('c e un guasto');
  });

  it('given a filter, those that match all of it are found', () => {
    expect(found(ENTRIES, { words: '', language: null, topic: 'line slow' })).toHaveLength(2);
    expect(found(ENTRIES, { words: 'LÈNT', language: 'it', topic: null })).toEqual([ENTRIES[1]]);
    expect(found(ENTRIES, { words: 'lent', language: 'en', topic: null })).toEqual([]);
  });

  it('given a changed stem, it stands in the place of the one before and once only', () => {
    const changed = withStem(ENTRIES, stem('Non Fùnziona'), stem('non funzion'));
    expect(changed.map((entry) => entry.stem)).toEqual(['lent', 'slow', 'non funziona']);
    expect(withStem(ENTRIES, stem('non funzion', { weight: 9 }), null)).toHaveLength(3);
  });

  it('given a stem is taken out, the same letters in another language stay', () => {
    const both = [...ENTRIES, stem('slow')];
    expect(withoutStem(both, stem('slow'))).toEqual(ENTRIES);
  });
});
