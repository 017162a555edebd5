import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMail } from './read-mail.ts';
import { readTnef } from './tnef.ts';

const limits = { attachments: 10, bytes: 1_000_000 };

function attribute(level: 1 | 2, identity: number, value: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt8(level, 0);
  head.writeUInt32LE(identity, 1);
  head.writeUInt32LE(value.length, 5);
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16LE(value.reduce((sum, byte) => (sum + byte) & 0xffff, 0));
  return Buffer.concat([head, value, checksum]);
}

function property(type: number, identity: number, value: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(identity, 2);
  head.writeUInt32LE(1, 4);
  head.writeUInt32LE(value.length, 8);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

/** As Outlook writes one: a version, the text, an attachment with a short name and a list with the long one. */
const winmail = Buffer.concat([
  number(0x223e9f78),
  Buffer.from([1, 0]),
  attribute(1, 0x00089006, number(0x00010000)),
  attribute(1, 0x0002800c, Buffer.from('Buongiorno, in allegato la foto.\0')),
  attribute(2, 0x00069002, Buffer.alloc(14)),
  attribute(2, 0x00018010, Buffer.from('FOTODE~1.TXT\0')),
  attribute(2, 0x0006800f, Buffer.from('words in a file')),
  attribute(
    2,
    0x00069005,
    Buffer.concat([
      number(4),
      Buffer.from([3, 0, 0x05, 0x37, 1, 0, 0, 0]), // the way in which it is attached: a number
      property(0x1f, 0x3707, Buffer.from('Foto del modem.txt\0', 'utf16le')),
      property(0x1e, 0x370e, Buffer.from('text/plain\0')),
      property(0x1f, 0x3712, Buffer.from('modem@x\0', 'utf16le')),
    ]),
  ),
]);

describe('a winmail.dat', () => {
  test('gives its text and its attachments with their long names', () => {
    expect(readTnef(winmail, limits)).toEqual({
      text: 'Buongiorno, in allegato la foto.',
      attachments: [
        {
          name: 'Foto del modem.txt',
          type: 'text/plain',
          contentId: 'modem@x',
          content: Buffer.from('words in a file'),
        },
      ],
      broken: false,
    });
  });

  test('is replaced in its mail by what it holds', async () => {
    const mail = await readMail(
      Buffer.from(
        `From: a@example.it\r\nSubject: foto\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/ms-tnef; name="winmail.dat"\r\nContent-Transfer-Encoding: base64\r\n\r\n${winmail.toString('base64')}\r\n--b--\r\n`,
      ),
    );
    expect(mail.text).toBe('Buongiorno, in allegato la foto.');
    expect(mail.attachments).toMatchObject([
      { number: 1, name: 'Foto del modem.txt', type: 'text/plain', size: 15, contentId: 'modem@x' },
    ]);
    expect(mail.problems).toEqual([]);
  });

  test('that is cut gives what came before, and is said in the mail', async () => {
    const cut = winmail.subarray(0, winmail.length - 20);
    expect(readTnef(cut, limits)).toMatchObject({ broken: true, attachments: [{ name: 'FOTODE~1.TXT' }] });
    const mail = await readMail(
      Buffer.from(
        `From: a@example.it\r\nContent-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n${cut.toString('base64')}\r\n`,
      ),
    );
    expect(mail.problems.map(({ code }) => code)).toEqual(['winmail.dat']);
    expect(mail.attachments).toHaveLength(1);
  });

  test('stays within its limits', () => {
    const one = [attribute(2, 0x00069002, Buffer.alloc(14)), attribute(2, 0x0006800f, Buffer.from('x'))];
    const many = Buffer.concat([winmail.subarray(0, 6), ...Array.from({ length: 1000 }, () => one).flat()]);
    expect(readTnef(many, limits)).toMatchObject({ broken: true });
    expect(readTnef(many, limits)?.attachments).toHaveLength(10);
    expect(readTnef(winmail, { attachments: 10, bytes: 5 })).toMatchObject({ broken: true });
  });

  test('of any bytes is read without harm', () => {
    expect(readTnef(Buffer.from('no such thing'), limits)).toBeNull();
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: winmail.length - 1 }), fc.nat({ max: 255 })), { maxLength: 20 }),
        (changes) => {
          const bytes = Buffer.from(winmail);
          for (const [at, value] of changes) bytes[at] = value;
          const read = readTnef(bytes, limits);
          const size = read?.attachments.reduce((sum, { content }) => sum + content.length, 0) ?? 0;
          expect(size).toBeLessThanOrEqual(bytes.length);
        },
      ),
      { numRuns: 500 },
    );
  });
});
