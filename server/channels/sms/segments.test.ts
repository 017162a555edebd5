import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeGsm, decodeText, segment } from './segments.ts';

const GSM =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€';

const joined = (text: string): string => {
  const { parts, header, dataCoding } = segment(text, 7);
  return parts.map((part) => decodeText(header ? part.subarray(6) : part, dataCoding)).join('');
};

describe('segments', () => {
  test('any text comes back from its bytes, whatever the coding', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 700 }), (text) => {
        expect(joined(text)).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...GSM), maxLength: 700 }), (text) => {
        expect(segment(text).dataCoding).toBe(0);
        expect(joined(text)).toBe(text);
      }),
    );
  });

  test('no part is longer than a phone takes, and every part but the last is nearly full', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: fc.constantFrom(...GSM), maxLength: 900 }),
          fc.string({ unit: fc.constantFrom('a', '🙂', 'č'), maxLength: 400 }),
        ),
        (text) => {
          const { parts, header, dataCoding } = segment(text, 3);
          const most = dataCoding === 0 ? (header ? 159 : 160) : 140;
          for (const [index, part] of parts.entries()) {
            expect(part.length).toBeLessThanOrEqual(most);
            if (header) {
              expect([...part.subarray(0, 6)]).toEqual([5, 0, 3, 3, parts.length, index + 1]);
              if (index < parts.length - 1)
                expect(part.length).toBeGreaterThanOrEqual(most - (dataCoding === 0 ? 1 : 2));
            }
          }
        },
      ),
    );
  });

  test.each([
    ['a'.repeat(160), 1, 0],
    ['a'.repeat(161), 2, 0],
    ['a'.repeat(306), 2, 0],
    ['a'.repeat(307), 3, 0],
    ['€'.repeat(80), 1, 0],
    ['€'.repeat(81), 2, 0],
    ['č'.repeat(70), 1, 8],
    ['č'.repeat(71), 2, 8],
    ['č'.repeat(134), 2, 8],
    ['č'.repeat(135), 3, 8],
  ])('the limits of TS 23.040 hold (case %#)', (text, parts, coding) => {
    expect(segment(text)).toMatchObject({ dataCoding: coding, parts: { length: parts } });
  });

  test('a text of more than 255 parts is refused', () => {
    expect(() => segment('a'.repeat(153 * 255 + 1))).toThrow(RangeError);
  });

  test('bytes that no alphabet knows never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 0, max: 255 }), (bytes, coding) => {
        expect(typeof decodeText(Buffer.from(bytes), coding)).toBe('string');
      }),
    );
    expect(decodeGsm(Buffer.from([0x1b]))).toBe('');
  });
});
