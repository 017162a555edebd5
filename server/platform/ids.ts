import { v7 } from 'uuid';

/** A UUIDv7 (RFC 9562 section 5.7). */
export const newId = (): string => v7();

const LUHN_DOUBLE = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];

/** The Luhn check digit (ISO/IEC 7812-1 annex B) of a string of digits: finds every single mistyped digit. */
export function checkDigit(digits: string): string {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    sum += index % 2 === 0 ? (LUHN_DOUBLE[digit] ?? 0) : digit;
  }
  return String((10 - (sum % 10)) % 10);
}

/** Whether a reference ("26041873") ends in its own check digit. */
export const hasValidCheckDigit = (reference: string): boolean =>
  /^\d{2,}$/.test(reference) && checkDigit(reference.slice(0, -1)) === reference.slice(-1);

/** A reference that can be read out and keyed into a phone: two digits of the year, a running number, a check digit. */
export function makeReference(year: number, running: number): string {
  const digits = `${String(year % 100).padStart(2, '0')}${String(running).padStart(5, '0')}`;
  return digits + checkDigit(digits);
}
