import bidiFactory from 'bidi-js';
import type PDFDocument from 'pdfkit';
import { FONTS, printable } from './printable.ts';

// The PDF library sets text from left to right only. Paragraphs with letters that are read from the right (Hebrew, Arabic) are broken into lines and put into the
// order of reading here, by the bidirectional algorithm of Unicode (UAX #9).

type Paper = InstanceType<typeof PDFDocument>;

export interface Type {
  face: keyof typeof FONTS;
  size: number;
  colour: string;
}

// At run time the module is the function itself; its types speak of a property.
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)();
const FROM_THE_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

const use = (paper: Paper, { face, size, colour }: Type): Paper =>
  paper.font(FONTS[face]).fontSize(size).fillColor(colour);

/** Paragraphs that follow one another and are read the same way. */
function blocksOf(text: string): { text: string; fromTheRight: boolean }[] {
  const blocks: { text: string; fromTheRight: boolean }[] = [];
  for (const paragraph of printable(text).split('\n')) {
    const fromTheRight = FROM_THE_RIGHT.test(paragraph);
    const last = blocks.at(-1);
    if (last && !fromTheRight && !last.fromTheRight) last.text += `\n${paragraph}`;
    else blocks.push({ text: paragraph, fromTheRight });
  }
  return blocks;
}

/** Where the lines of a paragraph begin and end, in the order in which it was written; a word longer than a line is cut. */
function linesOf(paper: Paper, paragraph: string, width: number): { from: number; to: number }[] {
  const lines: { from: number; to: number }[] = [];
  let [from, to] = [0, 0];
  for (const { index, 0: word } of paragraph.matchAll(/\S+/g)) {
    const end = index + word.length;
    if (to > from && paper.widthOfString(paragraph.slice(from, end)) > width) {
      lines.push({ from, to });
      from = index;
    }
    for (to = end; paper.widthOfString(paragraph.slice(from, to)) > width && to - from > 1; to = end) {
      let cut = to - 1;
      while (cut > from + 1 && paper.widthOfString(paragraph.slice(from, cut)) > width) cut--;
      lines.push({ from, to: cut });
      from = cut;
    }
  }
  return to > from ? [...lines, { from, to }] : lines;
}

/** The pieces of one line in the order in which they stand on paper, from the left. A piece is read in one direction and holds no space within. */
export function piecesOf(paragraph: string, from: number, to: number): string[] {
  const levels = bidi.getEmbeddingLevels(paragraph);
  const mirrored = bidi.getMirroredCharactersMap(paragraph, levels.levels, from, to - 1);
  const pieces: { text: string; level: number }[] = [];
  let last: { text: string; level: number } | undefined;
  // The indices of the whole paragraph come back, turned around within the line.
  for (const index of bidi.getReorderedIndices(paragraph, levels, from, to - 1).slice(from, to)) {
    const level = levels.levels[index] ?? 0;
    const character = mirrored.get(index) ?? paragraph.charAt(index);
    const together = last && last.level === level && last.text !== ' ' && character !== ' ';
    if (together && last) last.text = level % 2 === 1 ? character + last.text : last.text + character;
    else {
      last = { text: character, level };
      pieces.push(last);
    }
  }
  // The font turns words of letters from the right around by itself; signs without a direction it leaves.
  return pieces.map(({ text, level }) =>
    level % 2 === 1 && !FROM_THE_RIGHT.test(text) ? [...text].reverse().join('') : text,
  );
}

/** How high a text will be, in points. */
export function heightOf(paper: Paper, text: string, width: number, type: Type): number {
  use(paper, type);
  return blocksOf(text).reduce(
    (height, block) =>
      height +
      (block.fromTheRight
        ? linesOf(paper, block.text, width).length * paper.currentLineHeight(true)
        : paper.heightOfString(block.text, { width })),
    0,
  );
}

/** Sets a text from `x` and the height where the paper stands, over pages where it must, and leaves the paper below it. */
export function typeset(paper: Paper, text: string, x: number, width: number, type: Type): void {
  for (const block of blocksOf(text)) {
    use(paper, type);
    if (!block.fromTheRight) {
      paper.text(block.text, x, paper.y, { width });
      continue;
    }
    const height = paper.currentLineHeight(true);
    const toTheRight = bidi.getEmbeddingLevels(block.text).paragraphs[0]?.level === 1;
    for (const { from, to } of linesOf(paper, block.text, width)) {
      if (paper.y + height > paper.page.height - paper.page.margins.bottom) paper.addPage();
      const top = paper.y;
      const pieces = piecesOf(block.text, from, to).map((piece) => ({ piece, width: paper.widthOfString(piece) }));
      let at = x + (toTheRight ? width - pieces.reduce((sum, piece) => sum + piece.width, 0) : 0);
      for (const { piece, width: wide } of pieces) {
        if (piece.trim() !== '') paper.text(piece, at, top, { lineBreak: false });
        at += wide;
      }
      paper.y = top + height;
    }
    paper.x = x;
  }
}
