/**
 * Characters of SMS: 3GPP TS 23.038 (the "GSM 03.38" default alphabet, section 6.2.1, and its extension table, 6.2.1.1), and the sizes of
 * concatenated messages, 3GPP TS 23.040 section 9.2.3.24.1.
 */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
/** Each costs two: an escape and a character. */
const EXTENSION = new Set('\f^{}\\[~]|€');

const SINGLE_GSM = 160;
const JOINED_GSM = 153;
const SINGLE_UCS2 = 70;
const JOINED_UCS2 = 67;

export interface SmsSize {
  coding: 'gsm' | 'ucs2';
  /** Septets, or 16-bit units. */
  units: number;
  parts: number;
}

export const isGsm = (text: string): boolean =>
  [...text].every((character) => BASIC.has(character) || EXTENSION.has(character));

/** In which alphabet a text travels and in how many parts. A character is never cut in two at the border of parts. */
export function smsSize(text: string): SmsSize {
  const coding = isGsm(text) ? 'gsm' : 'ucs2';
  const widths = [...text].map((character) =>
    coding === 'ucs2' ? character.length : EXTENSION.has(character) ? 2 : 1,
  );
  const units = widths.reduce((sum, width) => sum + width, 0);
  const [single, joined] = coding === 'gsm' ? [SINGLE_GSM, JOINED_GSM] : [SINGLE_UCS2, JOINED_UCS2];
  if (units <= single) return { coding, units, parts: 1 };
  let parts = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > joined) {
      parts += 1;
      used = 0;
    }
    used += width;
  }
  return { coding, units, parts };
}

/** What stands for another character without changing what is read. */
const SUBSTITUTES: Record<string, string> = {
  '’': "'",
  '‘': "'",
  '‚': "'",
  '‛': "'",
  '`': "'",
  '´': "'",
  ʼ: "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '‹': "'",
  '›': "'",
  '–': '-',
  '—': '-',
  '‐': '-',
  '‑': '-',
  '−': '-',
  '…': '...',
  '•': '-',
  '·': '-',
  '×': 'x',
  '°': 'o',
  º: 'o',
  ª: 'a',
  '½': '1/2',
  '¼': '1/4',
  '¾': '3/4',
  '→': '->',
  '←': '<-',
  Œ: 'OE',
  œ: 'oe',
  Ł: 'L',
  ł: 'l',
  Đ: 'D',
  đ: 'd',
  Ð: 'D',
  ð: 'd',
  Þ: 'Th',
  þ: 'th',
  ı: 'i',
  ẞ: 'SS',
};

/**
 * The same text in the GSM alphabet wherever a faithful substitute exists: typographic quotes and dashes, all kinds of spaces, capital È as E',
 * letters with foreign accents without them. What has none (Cyrillic, Chinese, emoji) stays, and makes the SMS a UCS-2 one.
 */
export function toGsm(text: string): string {
  let result = '';
  for (const character of text.normalize('NFC')) {
    if (BASIC.has(character) || EXTENSION.has(character)) {
      result += character;
    } else if (/\p{Zs}|\t/u.test(character)) {
      result += ' ';
    } else if (/[\p{Cf}\p{Cc}]/u.test(character) && character !== '\u200D') {
      // Invisible: soft hyphens, marks of direction.
    } else {
      result += SUBSTITUTES[character] ?? withoutAccent(character);
    }
  }
  return result;
}

function withoutAccent(character: string): string {
  if (character === 'È') return "E'"; // as Italians write it where the capital is missing
  const plain = character.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return plain !== '' && isGsm(plain) ? plain : character;
}
