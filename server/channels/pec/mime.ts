/** One MIME entity as bytes: a body that is checked against a signature must not pass through a decoder first. */
export interface Entity {
  /** Names in lower case; values unfolded and trimmed, one for each field of that name. */
  headers: Map<string, string[]>;
  body: Buffer;
  /** In lower case, without parameters; `text/plain` when there is none (RFC 2045, 5.2). */
  type: string;
  /** Of Content-Type; names in lower case. */
  parameters: Map<string, string>;
  /** From Content-Disposition or Content-Type, in lower case; empty: none. */
  fileName: string;
}

const LARGEST_HEAD = 256 * 1024;
const MOST_FIELDS = 2000;

/** Null when there is no header that can be read, or it is larger than 256 KiB. */
export function readEntity(raw: Buffer): Entity | null {
  const end = endOfHead(raw);
  if (end === null) return null;
  const headers = readFields(raw.subarray(0, end).toString('latin1'));
  if (!headers) return null;
  const [type, parameters] = readParameters(headers.get('content-type')?.[0] ?? '');
  const [, disposition] = readParameters(headers.get('content-disposition')?.[0] ?? '');
  return {
    headers,
    body: raw.subarray(end),
    type: type.includes('/') ? type : 'text/plain',
    parameters,
    fileName: (disposition.get('filename') ?? parameters.get('name') ?? '').trim().toLowerCase(),
  };
}

export const header = (entity: Entity, name: string): string | null => entity.headers.get(name)?.[0] ?? null;

/**
 * The parts of a multipart body, each exactly as between its delimiters (RFC 2046, 5.1.1: the line end before a delimiter belongs to it).
 * Null when there is no boundary or not one delimiter; `closed` is false when the last delimiter is missing. At most `most` parts.
 */
export function splitParts(entity: Entity, most: number): { parts: Buffer[]; closed: boolean; more: boolean } | null {
  const boundary = entity.parameters.get('boundary');
  if (!boundary || boundary.length > 200) return null;
  const { body } = entity;
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const parts: Buffer[] = [];
  let start: number | null = null;
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    if (at > 0 && body[at - 1] !== LF) continue;
    const line = endOfLine(body, at);
    const rest = body
      .subarray(at + delimiter.length, line.text)
      .toString('latin1')
      .trimEnd();
    if (rest !== '' && rest !== '--') continue; // another boundary that begins like this one
    if (start !== null) {
      if (parts.length === most) return { parts, closed: false, more: true };
      parts.push(body.subarray(start, Math.max(start, beforeLineEnd(body, at))));
    }
    if (rest === '--') return { parts, closed: true, more: false };
    start = line.next;
  }
  if (start === null) return null;
  if (parts.length === most) return { parts, closed: false, more: true };
  parts.push(body.subarray(start));
  return { parts, closed: false, more: false };
}

/** The body without its transfer encoding. */
export function decodeBody(entity: Entity): Buffer {
  const encoding = (header(entity, 'content-transfer-encoding') ?? '').toLowerCase();
  if (encoding === 'base64') return Buffer.from(entity.body.toString('latin1'), 'base64');
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(entity.body.toString('latin1'));
  return entity.body;
}

const LF = 0x0a;
const CR = 0x0d;

/** Behind the empty line; a head without body ends with the bytes. Null when it begins with an empty line, or is too large. */
function endOfHead(raw: Buffer): number | null {
  if (raw.length === 0 || raw[0] === LF || raw[0] === CR) return null;
  const window = raw.subarray(0, LARGEST_HEAD);
  const [crlf, lf] = [window.indexOf('\r\n\r\n'), window.indexOf('\n\n')];
  if (crlf >= 0 && (lf < 0 || crlf < lf)) return crlf + 4;
  if (lf >= 0) return lf + 2;
  return raw.length <= LARGEST_HEAD ? raw.length : null;
}

function readFields(head: string): Map<string, string[]> | null {
  const fields = new Map<string, string[]>();
  const lines = head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  if (lines.length > MOST_FIELDS) return null;
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trimEnd().toLowerCase();
    if (!/^[\x21-\x39\x3b-\x7e]+$/.test(name)) continue;
    fields.set(name, [...(fields.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  return fields.size > 0 ? fields : null;
}

/** The value in front of the parameters, in lower case, and the parameters, quoted or not. */
function readParameters(value: string): [string, Map<string, string>] {
  const [first = ''] = value.split(';', 1);
  const parameters = new Map<string, string>();
  const rest = value.slice(first.length, first.length + 4096);
  for (const [, name = '', quoted, plain] of rest.matchAll(
    /;\s*([\w.*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]*))/g,
  )) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
  }
  return [first.trim().toLowerCase(), parameters];
}

function endOfLine(bytes: Buffer, from: number): { text: number; next: number } {
  const lineFeed = bytes.indexOf(LF, from);
  if (lineFeed < 0) return { text: bytes.length, next: bytes.length };
  return { text: bytes[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed, next: lineFeed + 1 };
}

const beforeLineEnd = (bytes: Buffer, at: number): number =>
  at >= 2 && bytes[at - 1] === LF && bytes[at - 2] === CR ? at - 2 : at - 1;

function decodeQuotedPrintable(text: string): Buffer {
  const joined = text.replace(/[ \t]+(\r?\n|$)/g, '$1').replace(/=\r?\n/g, '');
  return Buffer.from(
    joined.replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}
