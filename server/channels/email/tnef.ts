/** What a winmail.dat holds (Transport Neutral Encapsulation Format, MS-OXTNEF). */
export interface TnefContent {
  /** The plain text in it; empty: none, or only in the compressed form that only Outlook writes and reads. */
  text: string;
  attachments: { name: string; type: string; contentId: string | null; content: Buffer }[];
  /** It ended early or contradicts itself: what was read up to there is given. */
  broken: boolean;
}

export interface TnefLimits {
  attachments: number;
  bytes: number;
}

const SIGNATURE = 0x223e9f78;
/** Attributes by their identity, of which the upper half is a type (MS-OXTNEF 2.1.3). */
const ATTRIBUTE = { body: 0x800c, title: 0x8010, data: 0x800f, beginsAttachment: 0x9002, properties: 0x9005 };
/** MAPI properties of an attachment (MS-OXPROPS). */
const PROPERTY = { data: 0x3701, fileName: 0x3704, longFileName: 0x3707, type: 0x370e, contentId: 0x3712 };
const FIXED_SIZES: Record<number, number> = {
  1: 0,
  2: 4,
  3: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 8,
  10: 4,
  11: 4,
  20: 8,
  64: 8,
  72: 16,
};
const OBJECT = 0x000d;
const STRING = 0x001e;
const UNICODE = 0x001f;
const BINARY = 0x0102;
const MOST_PROPERTIES = 2000;

/** Null when the bytes are none. Never reads outside of them, and copies nothing larger than they are. */
export function readTnef(bytes: Buffer, limits: TnefLimits): TnefContent | null {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== SIGNATURE) return null;
  const content: TnefContent = { text: '', attachments: [], broken: false };
  let total = 0;
  let at = 6;
  while (at + 9 <= bytes.length) {
    const identity = bytes.readUInt32LE(at + 1) & 0xffff;
    const length = bytes.readUInt32LE(at + 5);
    const start = at + 9;
    if (start + length > bytes.length) {
      content.broken = true;
      break;
    }
    const value = bytes.subarray(start, start + length);
    at = start + length + 2; // a checksum follows
    if (identity === ATTRIBUTE.body) content.text = untilZero(value).toString('latin1');
    if (identity === ATTRIBUTE.beginsAttachment) {
      if (content.attachments.length >= limits.attachments) {
        content.broken = true;
        break;
      }
      content.attachments.push({
        name: '',
        type: 'application/octet-stream',
        contentId: null,
        content: Buffer.alloc(0),
      });
    }
    const attachment = content.attachments.at(-1);
    if (!attachment) continue;
    if (identity === ATTRIBUTE.title && !attachment.name) attachment.name = untilZero(value).toString('latin1');
    if (identity === ATTRIBUTE.data) {
      total += value.length;
      if (total > limits.bytes) {
        content.broken = true;
        break;
      }
      attachment.content = Buffer.from(value);
    }
    if (identity === ATTRIBUTE.properties && !readProperties(value, attachment)) content.broken = true;
  }
  content.attachments = content.attachments.filter((attachment) => attachment.content.length > 0 || attachment.name);
  return content;
}

function untilZero(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** Takes name, type and identity from a list of properties; false when the list is broken. */
function readProperties(bytes: Buffer, attachment: TnefContent['attachments'][number]): boolean {
  const reader = new Reader(bytes);
  const count = reader.number();
  if (count === null || count > MOST_PROPERTIES) return false;
  for (let index = 0; index < count; index++) {
    const tag = reader.number();
    if (tag === null) return false;
    const type = tag & 0xffff;
    const identity = tag >>> 16;
    if (identity >= 0x8000 && !reader.skipName()) return false;
    const value = reader.value(type);
    if (value === null) return false;
    const text =
      (type & 0xfff) === UNICODE
        ? value.toString('utf16le').replace(/\0.*$/s, '')
        : untilZero(value).toString('latin1');
    if (identity === PROPERTY.longFileName && text) attachment.name = text;
    if (identity === PROPERTY.fileName && text && !attachment.name) attachment.name = text;
    if (identity === PROPERTY.type && text) attachment.type = text;
    if (identity === PROPERTY.contentId && text) attachment.contentId = text;
    if (identity === PROPERTY.data && type === BINARY && attachment.content.length === 0)
      attachment.content = Buffer.from(value);
  }
  return true;
}

/** Each read gives null at the end of the bytes. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  number(): number | null {
    if (this.#at + 4 > this.#bytes.length) return null;
    this.#at += 4;
    return this.#bytes.readUInt32LE(this.#at - 4);
  }

  /** Of a named property: a GUID, then a number or a name. */
  skipName(): boolean {
    this.#at += 16;
    const kind = this.number();
    const value = this.number();
    if (kind === null || value === null) return false;
    if (kind === 1) this.#at += padded(value);
    return this.#at <= this.#bytes.length;
  }

  /** The first of its values, when it may have several. */
  value(type: number): Buffer | null {
    const several = (type & 0x1000) !== 0;
    const plain = type & 0xfff;
    const fixed = FIXED_SIZES[plain];
    if (fixed !== undefined && !several) return this.#take(fixed);
    if (fixed === undefined && ![OBJECT, STRING, UNICODE, BINARY].includes(plain)) return null;
    const count = this.number();
    if (count === null || count > MOST_PROPERTIES) return null;
    let first: Buffer | null = null;
    for (let index = 0; index < count; index++) {
      const length = fixed ?? this.number();
      const value = length === null ? null : this.#take(padded(length), length);
      if (value === null) return null;
      first ??= value;
    }
    return first ?? Buffer.alloc(0);
  }

  #take(length: number, used: number = length): Buffer | null {
    if (this.#at + length > this.#bytes.length) return null;
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at - length + used);
  }
}

const padded = (length: number): number => length + ((4 - (length % 4)) % 4);
