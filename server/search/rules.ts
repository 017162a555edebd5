/** What somebody typed, as the ways to look for it. */
export interface Wanted {
  /** As typed, trimmed. */
  text: string;
  /** For names: every word, the last one perhaps unfinished (tsquery of `name_words`). Null when there is no word. */
  names: string | null;
  /** The same, with one letter wrong, missing, too many, or two exchanged. Null when no word is long enough. */
  similarNames: string | null;
  /** For what was said (websearch_to_tsquery). Null when there is no word. */
  words: string | null;
  /** Digits of a number that is read out: a case, an incident. */
  number: string | null;
  /** Beginnings of addresses. */
  beginnings: string[];
  /** The last digits of a telephone number. */
  lastDigits: string | null;
}

const MOST_WORDS = 6;
/** Each word brings some hundred spellings: only for a few of them. */
const MOST_SIMILAR = 3;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** Without accents and case, as `name_words` and `message_words` have it. */
export const fold = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ø', 'o');

const wordsOf = (folded: string): string[] =>
  folded.match(/[\p{L}\p{N}]+/gu)?.map((word) => [...word].slice(0, 24).join('')) ?? [];

/** Every spelling that is one slip away: a letter wrong, missing, too many, or two neighbours exchanged. */
export function spellings(word: string): string[] {
  const found = new Set<string>();
  for (let at = 0; at <= word.length; at++) {
    const [before, after] = [word.slice(0, at), word.slice(at)];
    for (const letter of LETTERS) {
      found.add(before + letter + after);
      if (after) found.add(before + letter + after.slice(1));
    }
    if (after) found.add(before + after.slice(1));
    if (after.length > 1) found.add(`${before}${after.charAt(1)}${after.charAt(0)}${after.slice(2)}`);
  }
  found.delete(word);
  return [...found];
}

// A word is letters and digits only: inside quotes it needs no escape.
const lexeme = (word: string): string => `'${word}'`;
const asBeginning = (word: string): string => (word.length > 2 ? `${lexeme(word)}:*` : lexeme(word));

const mayBeMisspelt = (word: string): boolean => word.length > 3 && word.length < 16 && /^\D+$/.test(word);

/** Reads what was typed. `callingCode` is the country's, for numbers without one ("39"). */
export function readWanted(typed: string, callingCode: string): Wanted {
  const text = typed.trim();
  const words = wordsOf(fold(text)).slice(0, MOST_WORDS);
  const misspelt = words.filter(mayBeMisspelt).slice(0, MOST_SIMILAR);
  const digits = /^[+(]?\d[\d\s()./-]*$/.test(text) ? text.replace(/\D/g, '') : '';
  const international = text.startsWith('+') ? digits : digits.startsWith('00') ? digits.slice(2) : null;
  const beginnings: string[] = [];
  if (digits.length >= 5) beginnings.push(`+${international ?? callingCode + digits}`);
  else if (digits === '' && words.length > 0 && /^[^\s]*[@.][^\s]*$/.test(text) && text.length > 3)
    beginnings.push(text.toLowerCase());
  return {
    text,
    names: words.length > 0 ? words.map(asBeginning).join(' & ') : null,
    similarNames:
      misspelt.length > 0
        ? words
            .map((word) =>
              misspelt.includes(word)
                ? `(${[asBeginning(word), ...spellings(word).map(lexeme)].join(' | ')})`
                : asBeginning(word),
            )
            .join(' & ')
        : null,
    words: words.length > 0 ? fold(text) : null,
    number: digits.length >= 4 && !text.startsWith('+') ? digits : null,
    beginnings,
    lastDigits: digits.length >= 4 ? (international ?? digits) : null,
  };
}
