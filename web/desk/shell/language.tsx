import { type Formatters, IntlMessageFormat } from 'intl-messageformat';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import type { Language } from '../../../contract/answer.ts';
import type english from '../messages/en.json';

export type MessageKey = keyof typeof english;
type Catalogue = Record<string, string>;
type Values = Record<string, string | number>;

const LOAD: Record<Language, () => Promise<{ default: Catalogue }>> = {
  it: () => import('../messages/it.json'),
  en: () => import('../messages/en.json'),
};
const CHOICE = 'filodiretto.language';

/** Words of the desk in one language. */
export interface Words {
  language: Language;
  /** A message of the catalogue, with its values filled in (ICU). */
  t(key: MessageKey, values?: Values): string;
  /** The label of a word of the contract, `word('cause', 'power')`; a word without one is shown as it is. */
  word(family: string, value: string): string;
  /** The same, or null for a word without a label. */
  label(family: string, value: string, values?: Values): string | null;
  /** Who did something: a name of staff as it is, a rule of the product in words. */
  who(by: string): string;
  number(value: number): string;
  /** Cents as money of the operator's country. */
  money(cents: number): string;
  /** Chosen by the person, and kept in this browser. */
  choose(language: Language): void;
  /** The language of the account, unless the person chose one in this browser. */
  adopt(language: Language): void;
}

/** Counts inside messages look like counts in tables: 1.011, not 1011. */
const formatters: Formatters = {
  getNumberFormat: (locale, options) => new Intl.NumberFormat(locale, { useGrouping: 'always', ...options }),
  getDateTimeFormat: (locale, options) => new Intl.DateTimeFormat(locale, options),
  getPluralRules: (locale, options) => new Intl.PluralRules(locale, options),
};

const WordsContext = createContext<Words | null>(null);

function chosenLanguage(): Language {
  const stored = localStorage.getItem(CHOICE);
  if (stored === 'it' || stored === 'en') return stored;
  return navigator.language.startsWith('it') ? 'it' : 'en';
}

function wordsOf(language: Language, catalogue: Catalogue, change: Pick<Words, 'choose' | 'adopt'>): Words {
  const compiled = new Map<string, IntlMessageFormat>();
  const locale = language === 'it' ? 'it-IT' : 'en-GB';
  const format = (key: string, values?: Values): string | null => {
    const message = catalogue[key];
    if (message === undefined) return null;
    if (!values && !message.includes('{')) return message;
    const ready =
      compiled.get(key) ?? new IntlMessageFormat(message, locale, undefined, { ignoreTag: true, formatters });
    compiled.set(key, ready);
    return String(ready.format(values));
  };
  // Italian leaves the dot out of 1234 by default; a column of counts reads better when all have it.
  const numbers = new Intl.NumberFormat(locale, { useGrouping: 'always' });
  const amounts = new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' });
  return {
    language,
    t: (key, values) => format(key, values) ?? key,
    word: (family, value) =>
      format(`${family}.${value}`) ?? (value.includes(' ') ? value : value.replaceAll(/[-._]/g, ' ')),
    label: (family, value, values) => format(`${family}.${value}`, values),
    who: (by) => format(`actor.${by}`) ?? by,
    number: (value) => numbers.format(value),
    money: (cents) => amounts.format(cents / 100),
    ...change,
  };
}

/** Gives the tree its words; shows nothing until the catalogue is there. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(chosenLanguage);
  const [loaded, setLoaded] = useState<{ language: Language; catalogue: Catalogue } | null>(null);

  useEffect(() => {
    let current = true;
    void LOAD[language]().then(({ default: catalogue }) => {
      if (!current) return;
      document.documentElement.lang = language;
      setLoaded({ language, catalogue });
    });
    return () => {
      current = false;
    };
  }, [language]);

  const words = useMemo(
    () =>
      loaded &&
      wordsOf(loaded.language, loaded.catalogue, {
        choose: (chosen) => {
          localStorage.setItem(CHOICE, chosen);
          setLanguage(chosen);
        },
        adopt: (account) => {
          if (localStorage.getItem(CHOICE) === null) setLanguage(account);
        },
      }),
    [loaded],
  );
  return words ? <WordsContext value={words}>{children}</WordsContext> : null;
}

/** The words of the chosen language. */
export function useWords(): Words {
  const words = useContext(WordsContext);
  if (!words) throw new Error('useWords outside LanguageProvider');
  return words;
}
