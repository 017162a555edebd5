import { type AttachmentStream, type Headers, MailParser, type MessageText } from 'mailparser';
import { charsetDecoder, MARK, toUtf8 } from './charset.ts';
import type { MailProblem } from './mail.ts';

/** Bounds on what a mail may cost; what lies beyond stays in the raw mail and is said as a problem. */
export interface MailLimits {
  /** Of the raw mail; beyond it the head and the beginning are read. */
  bytes: number;
  headerBytes: number;
  parts: number;
  /** Parts within parts. */
  depth: number;
  /** Of each text part, decoded from its transfer encoding. */
  textBytes: number;
  /** Of a page, to be turned into text. */
  htmlCharacters: number;
  attachments: number;
  /** Of each attachment. */
  attachmentBytes: number;
  /** Until it is given up. */
  milliseconds: number;
}

export interface MimePart {
  name: string | null;
  declaredType: string;
  disposition: string | null;
  contentId: string | null;
  /** Of multipart/related: it belongs to the text. */
  related: boolean;
  size: number;
  /** Null when it was left out for its size. */
  content: Buffer | null;
}

export interface ParsedMime {
  /** Names in lower case; values as written, unfolded, in the order of the mail. */
  headers: Map<string, string[]>;
  /** As mailparser reads them: words decoded, addresses taken apart. */
  decoded: Headers;
  contentType: string;
  text: string;
  html: string;
  parts: MimePart[];
  problems: MailProblem[];
}

/** What of mailparser's inside is used: it calls this for every part before it reads one. */
interface PartNode {
  charset?: string;
  isAttachment?: boolean;
  node: { parentNode: PartNode['node'] | false; filename: string | false; multipart: string | false };
}
const inside = MailParser.prototype as unknown as { createNode(this: MailParser, node: unknown): PartNode };

/** mailparser leaves parts that say UTF-8 or nothing undecoded; marked, all of them come to our decoder. */
class TolerantParser extends MailParser {
  deepest = 0;
  #texts = 0;

  createNode(node: unknown): PartNode {
    const made = inside.createNode.call(this, node);
    let depth = 0;
    for (let parent = made.node.parentNode; parent; parent = parent.parentNode) depth++;
    this.deepest = Math.max(this.deepest, depth);
    // A text with a name is a file, except the one that the mail begins with.
    if (!made.isAttachment && made.node.filename && this.#texts > 0) made.isAttachment = true;
    if (!made.isAttachment && !made.node.multipart) {
      made.charset = MARK + (made.charset ?? '');
      this.#texts++;
    }
    return made;
  }
}

/**
 * Takes a mail apart with mailparser, within limits: transfer encodings, charsets, encoded words, parts in their order.
 * Never rejects: what went wrong stands in `problems`, beside what could be read before it.
 */
export async function parseMime(given: Buffer, limits: MailLimits): Promise<ParsedMime> {
  const problems: MailProblem[] = [];
  const note = (code: MailProblem['code'], detail: string): void => {
    if (!problems.some((problem) => problem.code === code)) problems.push({ code, detail });
  };
  const raw = prepare(given, limits, note);
  const first = await run(raw, limits, note);
  if (!first.failure) return { ...first.parsed, problems };
  note(first.failure.code, first.failure.detail);
  // Once more with the beginning only: delimiters start with "--", so that this has few enough parts.
  const shorter = firstParts(raw, limits.parts - 5);
  if (shorter.length < raw.length) {
    const second = await run(shorter, limits, note);
    if (!second.failure) return { ...second.parsed, problems };
  }
  return { ...first.parsed, problems };
}

type Note = (code: MailProblem['code'], detail: string) => void;

/** Cut to size, the headers in UTF-8. */
function prepare(given: Buffer, limits: MailLimits, note: Note): Buffer {
  let raw = given;
  if (raw.length > limits.bytes) {
    note('too large', `The mail is larger than ${limits.bytes} bytes; only its beginning was read.`);
    raw = raw.subarray(0, limits.bytes);
  }
  // An mbox separator or blank lines before the head would end it at once.
  const start = /^(?:\s*\n)*(?:>?From [^\n]{0,200}\n)?/.exec(raw.subarray(0, 1000).toString('latin1'))?.[0].length ?? 0;
  raw = raw.subarray(start);
  const end = headEnd(raw);
  let head = raw.subarray(0, end);
  const within = linesWithin(head, limits.headerBytes);
  if (within < head.length) {
    note('headers too large', `The headers are larger than ${limits.headerBytes} bytes; only the first were read.`);
    head = head.subarray(0, within);
  }
  return Buffer.concat([toUtf8(head), raw.subarray(end)]);
}

/** Where the empty line is that ends the headers. */
function headEnd(raw: Buffer): number {
  for (let at = raw.indexOf(0x0a); at >= 0; at = raw.indexOf(0x0a, at + 1)) {
    if (raw[at + 1] === 0x0a || (raw[at + 1] === 0x0d && raw[at + 2] === 0x0a)) return at + 1;
  }
  return raw.length;
}

/** Where the last whole line ends that is within the limit, counted as the parser counts: every line as 64 bytes at least. */
function linesWithin(head: Buffer, limit: number): number {
  let cost = 64;
  let end = 0;
  while (end < head.length) {
    const next = head.indexOf(0x0a, end) + 1 || head.length;
    cost += Math.max(next - end, 64);
    if (cost > limit) return end;
    end = next;
  }
  return end;
}

function firstParts(raw: Buffer, count: number): Buffer {
  let found = 0;
  for (let at = raw.indexOf('\n--'); at >= 0; at = raw.indexOf('\n--', at + 3))
    if (++found > count) return raw.subarray(0, at + 1);
  return raw;
}

interface Run {
  parsed: Omit<ParsedMime, 'problems'>;
  failure: Pick<MailProblem, 'code' | 'detail'> | null;
}

function run(raw: Buffer, limits: MailLimits, note: Note): Promise<Run> {
  const parsed: Run['parsed'] = {
    headers: new Map(),
    decoded: new Map(),
    contentType: '',
    text: '',
    html: '',
    parts: [],
  };
  return new Promise((resolve) => {
    const parser = new TolerantParser({
      Iconv: charsetDecoder(limits.textBytes, { problem: (code) => note(code, WORDS[code]) }),
      ignoreEmbedded: true,
      keepDeliveryStatus: true,
      skipTextLinks: true,
      checksumAlgo: false,
      maxHeadSize: limits.headerBytes,
      maxChildNodes: limits.parts,
      maxHtmlLengthToParse: limits.htmlCharacters,
    });
    let settled = false;
    const finish = (failure: Run['failure']): void => {
      if (settled) return;
      settled = true;
      clearTimeout(patience);
      if (parser.deepest > limits.depth)
        note('nested too deeply', `Parts lie more than ${limits.depth} deep in each other.`);
      parser.destroy();
      resolve({ parsed, failure });
    };
    const patience = setTimeout(
      () => finish({ code: 'unreadable', detail: 'The mail takes too long to be taken apart.' }),
      limits.milliseconds,
    );
    parser.on('headerLines', (lines) => {
      for (const { key, line } of lines) {
        const bytes = Buffer.from(line.slice(line.indexOf(':') + 1), 'latin1');
        const value = bytes
          .toString('utf8')
          .replace(/\r?\n[ \t]*/g, ' ')
          .trim();
        const values = parsed.headers.get(key);
        if (values) values.push(value);
        else parsed.headers.set(key, [value]);
      }
    });
    parser.on('headers', (headers) => {
      const type = headers.get('content-type');
      if (type && typeof type === 'object' && 'params' in type) parsed.contentType = String(type.value).toLowerCase();
      parsed.decoded = headers;
    });
    parser.on('data', (data: AttachmentStream | MessageText) => {
      if (data.type === 'text') {
        parsed.text = data.text ?? '';
        parsed.html = data.html || '';
      } else take(data, parsed.parts, limits, note);
    });
    parser.on('end', () => finish(null));
    parser.on('error', (error: Error & { code?: string }) => finish(failureOf(error, limits)));
    parser.end(raw);
  });
}

const WORDS = {
  'unknown charset': 'A part names a character set that is not known; it was read as what it looks like.',
  'wrong charset': 'A part is not in the character set that it names; it was read as what it looks like.',
  'text cut': 'A text is longer than is read; the rest is only in the raw mail.',
};

function failureOf(error: Error & { code?: string }, limits: MailLimits): Run['failure'] {
  if (error.code !== 'EMAXLEN')
    return { code: 'unreadable', detail: 'The structure of the mail can not be read to its end.' };
  return /head/i.test(error.message)
    ? { code: 'headers too large', detail: `A part has headers of more than ${limits.headerBytes} bytes.` }
    : { code: 'too many parts', detail: `The mail has more than ${limits.parts} parts; only the first were read.` };
}

/** Reads one attachment to its end, and keeps it unless it is one too many or too large. */
function take(stream: AttachmentStream, parts: MimePart[], limits: MailLimits, note: Note): void {
  const many = parts.length >= limits.attachments;
  if (many)
    note(
      'too many attachments',
      `The mail has more than ${limits.attachments} attachments; the rest is only in the raw mail.`,
    );
  const chunks: Buffer[] = [];
  let size = 0;
  stream.content.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (!many && size <= limits.attachmentBytes) chunks.push(chunk);
    else chunks.length = 0;
  });
  stream.content.on('error', () => stream.release?.());
  stream.content.on('end', () => {
    if (!many)
      parts.push({
        name: stream.filename || null,
        declaredType: stream.contentType || 'application/octet-stream',
        disposition: stream.contentDisposition ?? null,
        contentId: stream.cid || null,
        related: stream.related ?? false,
        size,
        content: size <= limits.attachmentBytes ? Buffer.concat(chunks) : null,
      });
    stream.release?.();
  });
}
