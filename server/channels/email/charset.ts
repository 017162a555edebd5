import { isUtf8 } from 'node:buffer';
import { Transform, type TransformCallback } from 'node:stream';
import { analyse } from 'chardet';
import iconv from 'iconv-lite';

export interface DecodedText {
  text: string;
  /** `unknown`: the declared charset is none that can be read; `wrong`: the bytes are not of it. */
  problem: 'unknown charset' | 'wrong charset' | null;
}

/** Names without a meaning of their own: such text is UTF-8 when it can be, else what it looks like. */
const NOTHING_SAID = new Set([
  '',
  'ascii',
  'us-ascii',
  'unknown',
  'unknown-8bit',
  'x-unknown',
  '8bit',
  'binary',
  'default',
]);

/** Charsets that hide markup from whoever looks at the bytes, and transfer encodings; never decoded from. */
const REFUSED = /^((cs)?unicode-?1-?1-?)?utf-?7(-?imap)?$|^base64$|^hex$/;

/** How much of a text is looked at to guess its charset. */
const GUESSED_FROM = 65_536;

/** How ISO-2022-JP turns to its two-byte characters (RFC 1468). */
const ESCAPE_TO_KANJI = Buffer.from([0x1b, 0x24, 0x42]);
const ESCAPE_TO_OLD_KANJI = Buffer.from([0x1b, 0x24, 0x40]);

/** Below this (of 100) a guess is worth less than the most frequent charset of old mail programs. */
const SURE_ENOUGH = 60;

/**
 * The text in `bytes`. The declared charset is believed unless the bytes contradict it: invalid in it, or valid UTF-8 with
 * letters beyond ASCII under a declaration of ISO-8859-1 or Windows-1252 (which take any bytes).
 */
export function decodeText(bytes: Buffer, declared: string | null): DecodedText {
  const label = (declared ?? '')
    .trim()
    .toLowerCase()
    .replace(/^["']|["']$/g, '');
  if (NOTHING_SAID.has(label)) return { text: guess(bytes), problem: null };
  if (REFUSED.test(label)) return { text: guess(bytes), problem: 'unknown charset' };
  const decoder = decoderOf(label);
  if (!decoder) return { text: guess(bytes), problem: 'unknown charset' };
  if (decoder.encoding === 'windows-1252' && isUtf8(bytes) && bytes.some((byte) => byte > 0x7f))
    return { text: bytes.toString('utf8'), problem: 'wrong charset' };
  try {
    return { text: decoder.decode(bytes), problem: null };
  } catch {
    return { text: guess(bytes), problem: 'wrong charset' };
  }
}

/** The same text in UTF-8 bytes, for header blocks that carry 8-bit characters without a declaration. */
export const toUtf8 = (bytes: Buffer): Buffer => (isUtf8(bytes) ? bytes : Buffer.from(guess(bytes), 'utf8'));

interface Decoder {
  encoding: string;
  decode: (bytes: Buffer) => string;
}

function decoderOf(label: string): Decoder | null {
  try {
    const decoder = new TextDecoder(label, { fatal: true });
    return { encoding: decoder.encoding, decode: (bytes) => decoder.decode(bytes) };
  } catch {
    // Not one of the WHATWG's: iconv-lite knows the code pages of old machines.
    if (!iconv.encodingExists(label)) return null;
    return { encoding: label, decode: (bytes) => iconv.decode(bytes, label) };
  }
}

function guess(bytes: Buffer): string {
  if ([ESCAPE_TO_KANJI, ESCAPE_TO_OLD_KANJI].some((shift) => bytes.subarray(0, GUESSED_FROM).includes(shift)))
    return new TextDecoder('iso-2022-jp').decode(bytes);
  if (isUtf8(bytes)) return bytes.toString('utf8').replace(/^\ufeff/, '');
  const [best] = analyse(bytes.subarray(0, GUESSED_FROM));
  const label =
    best && best.confidence >= SURE_ENOUGH && best.name !== 'UTF-8' ? best.name.toLowerCase() : 'windows-1252';
  return (decoderOf(label) ? new TextDecoder(safeLabel(label)) : new TextDecoder('windows-1252')).decode(bytes);
}

function safeLabel(label: string): string {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return 'windows-1252';
  }
}

/** What a decoder of one part tells of it. */
export interface CharsetReport {
  problem(problem: 'unknown charset' | 'wrong charset' | 'text cut'): void;
}

/** Marks a declared charset so that the mail parser leaves every part to the decoder below, those in UTF-8 too. */
export const MARK = 'declared:';

/**
 * A class with the interface of the `iconv` package, as the mail parser takes one: it decodes as `decodeText` does, and keeps at
 * most `limit` bytes of each part.
 */
export function charsetDecoder(limit: number, report: CharsetReport): new (charset: string) => Transform {
  return class extends Transform {
    readonly #charset: string;
    readonly #chunks: Buffer[] = [];
    #size = 0;

    constructor(charset: string) {
      super();
      this.#charset = charset.startsWith(MARK) ? charset.slice(MARK.length) : charset;
    }

    override _transform(chunk: Buffer | string, encoding: BufferEncoding, done: TransformCallback): void {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
      const kept = bytes.subarray(0, Math.max(0, limit - this.#size));
      if (kept.length > 0) this.#chunks.push(kept);
      if (kept.length < bytes.length && this.#size <= limit) report.problem('text cut');
      this.#size += bytes.length;
      done();
    }

    override _flush(done: TransformCallback): void {
      const { text, problem } = decodeText(Buffer.concat(this.#chunks), this.#charset);
      if (problem) report.problem(problem);
      done(null, text);
    }
  };
}
