import { createRequire } from 'node:module';
import { openSync } from 'fontkit';

const fontFile = (name: string): string => createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`);

/**
 * The faces of a document: DejaVu Sans Condensed, which has all of Latin, Greek, Cyrillic, Armenian and Georgian, Hebrew, and Arabic with its joined forms. Only the
 * letters that occur go into a document.
 */
export const FONTS = {
  plain: fontFile('DejaVuSansCondensed'),
  strong: fontFile('DejaVuSansCondensed-Bold'),
} as const;

let characters: ReadonlySet<number> | null = null;

/** The code points that both faces have. */
function charactersOfFonts(): ReadonlySet<number> {
  if (characters) return characters;
  const [plain = [], strong = []] = Object.values(FONTS).map((path) => {
    const font = openSync(path);
    return 'characterSet' in font ? font.characterSet : [];
  });
  const inBoth = new Set(strong);
  characters = new Set(plain.filter((code) => inBoth.has(code)));
  return characters;
}

// Joiners shape letters; the other invisible signs could turn what is read around, and are left out.
const SHAPING = /[\u200c\u200d]/;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/u;

const isKnown = (character: string): boolean =>
  character === '\n' ||
  ((SHAPING.test(character) || !INVISIBLE.test(character)) &&
    charactersOfFonts().has(character.codePointAt(0) ?? Number.NaN));

/** Whether every character of a text can be printed as it is. */
export const isPrintable = (text: string): boolean => [...text.replace(/[\r\t]/g, ' ')].every(isKnown);

/** A text with what the fonts have: a letter that they lack loses its marks, what remains becomes a question mark in brackets. */
export function printable(text: string): string {
  let shown = '';
  let hidden = false;
  for (const character of text.replaceAll('\r\n', '\n').replaceAll('\t', '    ')) {
    const candidate = isKnown(character) ? character : character.normalize('NFKD').replace(/\p{M}/gu, '');
    const known = candidate !== '' && [...candidate].every(isKnown);
    // A run of what can't be shown is one sign: a line of little pictures is not a line of question marks.
    if (known) shown += candidate;
    else if (!hidden && !/[\p{M}\p{C}]/u.test(character)) shown += '[?]';
    hidden = !known;
  }
  return shown;
}
