import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rootFolder } from '../platform/root-folder.ts';
import { safeName } from './case-zip.ts';
import { isPrintable, printable } from './printable.ts';
import { piecesOf } from './typeset.ts';
import { WORDS } from './words.ts';

describe('what can be printed', () => {
  test('letters of Europe and its neighbours stay as they are; what the fonts lack loses its marks, or becomes one sign', () => {
    for (const text of [
      'Perché è così? € 7,50 «al giorno» – l’ufficio',
      'Ștefan Ionuț, Łódź, Žlutý kůň, Ğış, Þórr, Tiếng Việt',
      'Линия не работает, Ґанок, Њ',
      'Η γραμμή δεν λειτουργεί ἐν ἀρχῇ',
      'السلام عليكم، ۱۲۳ چه‌طور',
      'שלום עולם',
      'Բարեւ ძვირფასო ₴ ₺ ₽',
    ]) {
      expect(printable(text)).toBe(text);
      expect(isPrintable(text)).toBe(true);
    }
    expect(printable('Grazie 🙏🏽👍 中文 ok!')).toBe('Grazie [?] [?] ok!');
    expect(printable('ok 𝐀')).toBe('ok A');
    expect(isPrintable('così\tva\r\n')).toBe(true);
    for (const text of ['👍', '中', 'a\u202eb']) expect(isPrintable(text)).toBe(false);
  });

  test('given signs that would turn the reading around, then they are left out', () => {
    expect(printable('paga \u202e001\u202c euro\u200f')).toBe('paga 001 euro');
  });

  test('given any text, then what is printed can be printed, and printing it again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(isPrintable(printable(text))).toBe(true);
        expect(printable(printable(text))).toBe(printable(text));
      }),
    );
  });
});

describe('lines that are read from the right', () => {
  const pieces = (text: string) => piecesOf(text, 0, text.length);

  test('given Arabic or Hebrew, then words stand from right to left, numbers and foreign words as they are read, brackets mirrored', () => {
    expect(pieces('السلام عليكم')).toEqual(['عليكم', ' ', 'السلام']);
    expect(pieces('(رقم 26000018)')).toEqual(['(', '26000018', ' ', ')رقم']);
    expect(pieces('שלום since Monday, תודה!')).toEqual(['תודה!', ' ', ',', 'since', ' ', 'Monday', ' ', 'שלום']);
  });

  test('given words from the left with one from the right between, then only that one is turned', () => {
    expect(pieces('ciao שלום e שלום עולם fine')).toEqual([
      'ciao',
      ' ',
      'שלום',
      ' ',
      'e',
      ' ',
      'עולם',
      ' ',
      'שלום',
      ' ',
      'fine',
    ]);
  });

  test('given a part of a paragraph as a line, then it holds exactly its own words', () => {
    const text = 'السلام عليكم الخط لا يعمل';
    expect(piecesOf(text, 13, 18)).toEqual([' ', 'الخط']);
  });
});

describe('the words of a document', () => {
  test('given any event that the desk tells of a case or its promises, then the document has words for it in both languages', () => {
    const desk = JSON.parse(readFileSync(join(rootFolder, 'web/desk/messages/it.json'), 'utf8')) as object;
    const kinds = Object.keys(desk).flatMap((key) => /^event\.((case|promise)\..+)$/.exec(key)?.[1] ?? []);
    expect(kinds.length).toBeGreaterThan(40);
    for (const { events } of Object.values(WORDS)) expect(kinds.filter((kind) => !(kind in events))).toEqual([]);
  });
});

describe('names of files in an archive', () => {
  test('given any name, then it is no path, no drive, not hidden, and not empty', () => {
    for (const name of ['../../etc/passwd', 'C:\\windows\\x.exe', '/root', '..', '.bashrc', '', 'a\u0000b', '...\\..'])
      expect(safeName(name), name).toMatch(/^[^./\\:\0][^/\\:\0]*$/);
    expect(safeName('Bolletta è qui (1).pdf')).toBe('Bolletta è qui (1).pdf');
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'grapheme' }), (name) => {
        expect(safeName(name)).toMatch(/^[^./\\][^/\\]{0,99}$/u);
      }),
    );
  });
});
