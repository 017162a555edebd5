// The standard fonts of PDF know the characters of Windows-1252 (PDF 32000-1, annex D: WinAnsiEncoding): Italian, English and the euro sign, and most of
// Western Europe. They need no file, and every reader has them.
const BEYOND_LATIN_1 = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';

const isKnown = (character: string): boolean => {
  const code = character.codePointAt(0) ?? 0;
  return (
    (code >= 0x20 && code < 0x7f) ||
    (code >= 0xa0 && code <= 0xff) ||
    character === '\n' ||
    BEYOND_LATIN_1.includes(character)
  );
};

/** Whether every character of a text can be printed as it is. */
export const isPrintable = (text: string): boolean => [...text.replace(/[\r\t]/g, ' ')].every(isKnown);

/** A text with what the fonts know: letters lose marks that are not known (ș becomes s), what remains becomes a question mark in brackets. */
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
