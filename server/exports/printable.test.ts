import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { safeName } from './case-zip.ts';
import { isPrintable, printable } from './printable.ts';

describe('what can be printed', () => {
  test('Italian, English and the euro sign stay as they are; other letters lose their marks; pictures become one sign', () => {
    expect(printable('Perché è così? € 7,50 «al giorno» – l’ufficio')).toBe(
      'Perché è così? € 7,50 «al giorno» – l’ufficio',
    );
    expect(printable('Ionuț Kučera Łódź')).toBe('Ionut Kucera [?]ódz');
    expect(printable('Grazie 🙏🏽👍 Иван!')).toBe('Grazie [?] [?]!');
    expect(isPrintable('così\tva\r\n')).toBe(true);
    expect(isPrintable('👍')).toBe(false);
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
