import { inflateSync } from 'node:zlib';

/** The streams of a PDF by the number of their object, unpacked. */
function streamsOf(pdf: Buffer): Map<number, string> {
  const streams = new Map<number, string>();
  const objects = /\n(\d+) 0 obj\n<<(?:(?!endobj)[\s\S])*?>>\nstream\n/g;
  for (const { index, 0: head, 1: number } of pdf.toString('latin1').matchAll(objects)) {
    const bytes = pdf.subarray(index + head.length);
    try {
      streams.set(Number(number), inflateSync(bytes).toString('latin1'));
    } catch {
      streams.set(Number(number), bytes.subarray(0, bytes.indexOf('\nendstream')).toString('latin1'));
    }
  }
  return streams;
}

/** What a font's glyphs mean, by their number (PDF 32000-1, 9.10.3: ToUnicode). */
function meaningsOf(cmap: string): Map<number, string> {
  const meanings = new Map<number, string>();
  for (const [, from = '', list = ''] of cmap.matchAll(/<([0-9a-f]+)> <[0-9a-f]+> \[([^\]]*)\]/g)) {
    let glyph = Number.parseInt(from, 16);
    for (const [, hex = ''] of list.matchAll(/<([0-9a-f ]*)>/g)) {
      const units = hex.split(' ').map((unit) => Number.parseInt(unit, 16));
      meanings.set(glyph++, String.fromCharCode(...units));
    }
  }
  return meanings;
}

/** The text of a PDF's pages in the order of drawing, each piece on a line; of documents with embedded fonts, as pdfkit writes them. */
export function textOfPdf(pdf: Buffer): string {
  const streams = streamsOf(pdf);
  const plain = pdf.toString('latin1');
  const fonts = new Map<string, Map<number, string>>();
  for (const [, name = '', object = ''] of plain.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const from = plain.indexOf(`\n${object} 0 obj\n`);
    const [, cmap = ''] = /\/ToUnicode (\d+) 0 R/.exec(plain.slice(from, plain.indexOf('endobj', from))) ?? [];
    fonts.set(name, meaningsOf(streams.get(Number(cmap)) ?? ''));
  }
  let text = '';
  let meanings = new Map<number, string>();
  for (const drawn of streams.values())
    for (const [, font, shown = ''] of drawn.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
      if (font) meanings = fonts.get(font) ?? meanings;
      else
        text += `${[...shown.matchAll(/<([0-9a-f]*)>/g)]
          .flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? [])
          .map((glyph) => meanings.get(Number.parseInt(glyph, 16)) ?? '?')
          .join('')}\n`;
    }
  return text;
}
