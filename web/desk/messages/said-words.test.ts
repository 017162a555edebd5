import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, it, test } from 'vitest';
import { IMPORT_WORDS } from '../../../contract/import-words.ts';
import { REASONS } from '../../../contract/reasons.ts';
import type { Catalogue } from '../../../contract/said.ts';
import type { Words } from '../shell/language.tsx';
import { importWords, reasonSentence, reasonWords } from '../shell/reason.ts';

const here = dirname(fileURLToPath(import.meta.url));
const server = join(here, '..', '..', '..', 'server');
const messages = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(join(here, `${language}.json`), 'utf8'));

const labelIn = (language: string): Words['label'] => {
  const catalogue = messages(language);
  return (family, value, values) => {
    const message = catalogue[`${family}.${value}`];
    return message === undefined ? null : String(new IntlMessageFormat(message, language).format(values));
  };
};
const said = labelIn('it');

const FAMILIES: [string, Catalogue<Record<string, string>>][] = [
  ['reason', REASONS],
  ['import-says', IMPORT_WORDS],
];
const saying = ({ say }: Catalogue<Record<string, string>>, code: string, values: Record<string, string>): string =>
  (say as (code: string, values: Record<string, string>) => string)(code, values);
const holesOf = (text: string): string[] => [...text.matchAll(/\{(\w+)/g)].map((match) => match[1] ?? '');

/** Every code with a value in each of its holes. */
const SAID = FAMILIES.flatMap(([family, catalogue]) =>
  Object.entries(catalogue.texts).map(([code, text]) => {
    const values = Object.fromEntries([...new Set(holesOf(text))].map((hole, index) => [hole, String(index + 2)]));
    return { family, catalogue, code, text, values };
  }),
);

describe('what the server says of itself', () => {
  it.each(SAID)('$family.$code is read back as it was said', ({ catalogue, code, values }) => {
    expect(catalogue.read(saying(catalogue, code, values))).toEqual({ code, values });
  });

  it.each(['it', 'en'])('has words for each code, which say each of its values, in %s', (language) => {
    const label = labelIn(language);
    const unsaid = SAID.filter(({ family, code, values }) => {
      const words = label(family, code, values);
      return words === null || Object.values(values).some((value) => !words.includes(value));
    });
    expect(unsaid.map(({ family, code }) => `${family}.${code}`)).toEqual([]);
  });

  it('comes from the catalogue: no channel, outbox, mailbox or import has words of its own', () => {
    const folders = ['channels', 'outbox', 'intake', 'imports', 'cases'];
    const own = folders.flatMap((folder) =>
      (readdirSync(join(server, folder), { recursive: true }) as string[])
        .filter((name) => name.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(name))
        .flatMap((name) =>
          [
            ...readFileSync(join(server, folder, name), 'utf8').matchAll(
              /(?:\breason: |\breason = |\.down\(|\bdestroy\(|\bwrong: |\bright: |\bnote = |\bnote: |\bnotes\.push\(\s*)['`].*/g,
            ),
          ].map((match) => `${folder}/${name}: ${match[0]}`),
        ),
    );
    expect(own).toEqual([]);
  });
});

describe('a reason at the desk', () => {
  test('is worded whole, also the one within it, and what a machine answered stays as it came', () => {
    const trusted = REASONS.say('tls-expired', { code: 'CERT_HAS_EXPIRED' });
    expect(
      reasonSentence(said, REASONS.say('no-time-left', { why: REASONS.say('mail-unusable', { why: trusted }) })),
    ).toBe(
      'Il server di posta non si può usare: il suo certificato è scaduto (CERT_HAS_EXPIRED); non restava tempo per riprovare.',
    );
    expect(reasonWords(said, REASONS.say('mail-refuses', { why: '5.7.1 relaying denied' }))).toBe(
      'il server di posta lo rifiuta: 5.7.1 relaying denied',
    );
  });

  test('of somebody else is shown as it is', () => {
    expect(reasonSentence(said, 'casella piena')).toBe('casella piena');
  });
});

describe('a problem of an import at the desk', () => {
  test('is worded with its values, which are never taken for words of the product', () => {
    expect(importWords(said, IMPORT_WORDS.say('no-customer', { id: 'closed' }))).toBe(
      'Non c’è nessun cliente «closed».',
    );
    expect(importWords(said, 'Something of a later version.')).toBe('Something of a later version.');
  });
});
