import { describe, expect, test } from 'vitest';
import { isGsm, smsSize, toGsm } from './gsm.ts';

describe('the size of an SMS (3GPP TS 23.038, 23.040)', () => {
  test.each([
    ['a'.repeat(160), 'gsm', 160, 1],
    ['a'.repeat(161), 'gsm', 161, 2],
    ['a'.repeat(306), 'gsm', 306, 2],
    ['a'.repeat(307), 'gsm', 307, 3],
    ['€'.repeat(80), 'gsm', 160, 1],
    [`${'a'.repeat(159)}€`, 'gsm', 161, 2],
    // The escape and its character stay together: 152 + € doesn't fit in 153, so the border moves by one.
    [`${'a'.repeat(152)}€${'a'.repeat(152)}`, 'gsm', 306, 3],
    ['ж'.repeat(70), 'ucs2', 70, 1],
    ['ж'.repeat(71), 'ucs2', 71, 2],
    ['ж'.repeat(134), 'ucs2', 134, 2],
    ['😀'.repeat(35), 'ucs2', 70, 1],
    ['😀'.repeat(67), 'ucs2', 134, 3],
  ])('%#', (text, coding, units, parts) => {
    expect(smsSize(text)).toEqual({ coding, units, parts });
  });
});

describe('the GSM alphabet', () => {
  test('the small Italian accents are in it, the capital È is not', () => {
    expect(isGsm('àèéìòù É')).toBe(true);
    for (const character of 'ÈÀÌÒÙêç’–«') expect(isGsm(character)).toBe(false);
  });
  test.each([
    ['Valtournenche, Vallée', 'Valtournenche, Vallée'],
    ['È così – “vero”, l’acqua…', 'E\' così - "vero", l\'acqua...'],
    ['Škofja Loka, Château, Łódź, garçon', 'Skofja Loka, Chateau, Lodz, garcon'],
    ['a\u00a0b\u202fc\u00add', 'a b cd'],
    ['ﬁbra ½ №', 'fibra 1/2 No'],
    ['Москва 😀', 'Москва 😀'],
  ])('%s', (text, expected) => {
    expect(toGsm(text)).toBe(expected);
  });
});
