import { randomInt } from 'node:crypto';
import { REASONS } from '../../../contract/reasons.ts';

/** The default alphabet of GSM 03.38 (3GPP TS 23.038, 6.2.1); the index is the code. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** Its extension table (6.2.1.1): each is ESC and a code. */
const EXTENSION: ReadonlyMap<string, number> = new Map([
  ['\f', 0x0a],
  ['^', 0x14],
  ['{', 0x28],
  ['}', 0x29],
  ['\\', 0x2f],
  ['[', 0x3c],
  ['~', 0x3d],
  [']', 0x3e],
  ['|', 0x40],
  ['€', 0x65],
]);
const ESCAPE = 0x1b;
const CODES: ReadonlyMap<string, number> = new Map(
  [...BASIC].map((character, code): [string, number] => [character, code]).filter(([, code]) => code !== ESCAPE),
);
const EXTENDED: ReadonlyMap<number, string> = new Map([...EXTENSION].map(([character, code]) => [code, character]));

/** Longest single message and longest part, in septets and in bytes of UCS-2 (3GPP TS 23.040, 9.2.3.24.1: six bytes of header). */
const GSM_SINGLE = 160;
const GSM_PART = 153;
const UCS2_SINGLE = 140;
const UCS2_PART = 134;
const MOST_PARTS = 255;

export interface Segments {
  /** 0: GSM 03.38, one septet a byte. 8: UCS-2, big endian (SMPP 3.4, 5.2.19). */
  dataCoding: 0 | 8;
  /** Whether each part begins with a user data header. */
  header: boolean;
  parts: Buffer[];
}

/** The septets of one character, or null when the alphabet has none. */
function septets(character: string): number[] | null {
  const code = CODES.get(character);
  if (code !== undefined) return [code];
  const extended = EXTENSION.get(character);
  return extended === undefined ? null : [ESCAPE, extended];
}

/** A text as the bytes of its parts: GSM 03.38 where every character has a code, else UCS-2. No character is cut in two. */
export function segment(text: string, reference: number = randomInt(256)): Segments {
  const units: Buffer[] = [];
  let gsm = true;
  for (const character of text) {
    const codes = septets(character);
    if (!codes) {
      gsm = false;
      break;
    }
    units.push(Buffer.from(codes));
  }
  if (!gsm) {
    units.length = 0;
    for (const character of text) units.push(Buffer.from(character, 'utf16le').swap16());
  }
  const length = units.reduce((sum, unit) => sum + unit.length, 0);
  const dataCoding = gsm ? 0 : 8;
  if (length <= (gsm ? GSM_SINGLE : UCS2_SINGLE)) return { dataCoding, header: false, parts: [Buffer.concat(units)] };
  const most = gsm ? GSM_PART : UCS2_PART;
  const groups: Buffer[][] = [[]];
  let filled = 0;
  for (const unit of units) {
    if (filled + unit.length > most) {
      groups.push([]);
      filled = 0;
    }
    groups.at(-1)?.push(unit);
    filled += unit.length;
  }
  if (groups.length > MOST_PARTS) throw new RangeError(REASONS.say('too-many-parts', { most: MOST_PARTS }));
  // Information element 00: concatenated short messages, 8-bit reference (3GPP TS 23.040, 9.2.3.24.1).
  const parts = groups.map((group, index) =>
    Buffer.concat([Buffer.from([5, 0, 3, reference & 0xff, groups.length, index + 1]), ...group]),
  );
  return { dataCoding, header: true, parts };
}

/** GSM 03.38, one septet a byte, to text. An unknown code becomes a space, as TS 23.038 says. */
export function decodeGsm(bytes: Buffer): string {
  let text = '';
  for (let index = 0; index < bytes.length; index++) {
    const code = bytes[index] ?? 0;
    if (code === ESCAPE) {
      index++;
      const next = bytes[index];
      text += next === undefined ? '' : (EXTENDED.get(next) ?? BASIC[next] ?? ' ');
    } else {
      text += BASIC[code] ?? ' ';
    }
  }
  return text;
}

/** The text of a short message by its data coding (SMPP 3.4, 5.2.19); binary codings have none. */
export function decodeText(bytes: Buffer, dataCoding: number): string {
  // 1111xxxx is the message class group of TS 23.038: bit 2 says binary, else the default alphabet.
  if ((dataCoding & 0xf0) === 0xf0) return dataCoding & 0x04 ? '' : decodeGsm(bytes);
  switch (dataCoding & 0x0f) {
    case 0:
      return decodeGsm(bytes);
    case 1:
      return bytes.toString('latin1').replace(/[^\x20-\x7e\r\n\t]/g, ' ');
    case 3:
      return bytes.toString('latin1');
    case 8: {
      const even = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % 2)));
      return even.swap16().toString('utf16le');
    }
    default:
      return '';
  }
}
