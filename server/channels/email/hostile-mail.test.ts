import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Mail } from './mail.ts';
import { readMail } from './read-mail.ts';

const samples = ['mails', 'talon'].flatMap((folder) => {
  const path = join(import.meta.dirname, 'samples', folder);
  return readdirSync(path)
    .filter((name) => name.endsWith('.eml'))
    .map((name) => readFileSync(join(path, name)));
});
const codes = (mail: Mail): string[] => mail.problems.map(({ code }) => code);
const head = 'From: Anna <anna@example.it>\r\nSubject: Guasto\r\nMIME-Version: 1.0\r\n';

/** Whatever it is read from: what others build on is there, and could be stored. */
function expectWhole(mail: Mail): void {
  const texts = [mail.subject, mail.text, mail.quoted, mail.signature, mail.html?.html ?? '', mail.from?.name ?? ''];
  for (const text of texts) {
    expect(text.includes('\0')).toBe(false);
    expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text);
  }
  mail.attachments.forEach(({ number, name, content, size, problem }, index) => {
    expect(number).toBe(index + 1);
    expect(name).not.toMatch(/[/\\\p{Cc}]/u);
    if (problem !== 'too large') expect(content.length).toBe(size);
  });
  expect(mail.date === null || !Number.isNaN(mail.date.getTime())).toBe(true);
}

describe('readMail', () => {
  test('takes any bytes', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          '\r\n',
          '\n',
          '\r\n\r\n',
          'From: ',
          'Subject: =?utf-8?B?',
          'Content-Type: multipart/mixed; boundary=b\r\n',
          '--b\r\n',
          '--b--',
          'Content-Type: text/html; charset=utf-16\r\n',
          'Content-Transfer-Encoding: base64\r\n',
          'Content-Disposition: attachment; filename*0*=',
          'Content-Type: message/rfc822\r\n',
          'Date: ',
          'References: <',
          '<p>',
          '?=',
          'begin 644 x\n',
        )
        .map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) =>
        expectWhole(await readMail(Buffer.concat(pieces))),
      ),
      { numRuns: 200 },
    );
  });

  test('takes real mails cut anywhere, and with wrong bytes in them', async () => {
    const changed = fc.tuple(
      fc.constantFrom(...samples),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 10 }),
    );
    await fc.assert(
      fc.asyncProperty(changed, async ([sample, share, changes]) => {
        const raw = Buffer.from(sample.subarray(0, Math.floor(sample.length * share)));
        for (const [at, value] of changes) if (raw.length > 0) raw[at % raw.length] = value;
        expectWhole(await readMail(raw));
      }),
      { numRuns: 200 },
    );
  });

  test('gives the same for the same', async () => {
    for (const sample of samples) expect(await readMail(sample)).toEqual(await readMail(sample));
  });

  test('reads the first parts of a mail of 10,000', async () => {
    const part = '--b\r\nContent-Type: text/plain\r\n\r\nword\r\n';
    const file = '--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1.4\r\n';
    const mixed = await readMail(
      Buffer.from(
        `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${part.repeat(5000)}${file.repeat(5000)}--b--\r\n`,
      ),
    );
    expect(mixed).toMatchObject({ subject: 'Guasto', from: { address: 'anna@example.it' } });
    expect(codes(mixed)).toEqual(['too many parts']);
    expect(mixed.text.startsWith('word\nword')).toBe(true);
    const files = await readMail(
      Buffer.from(`${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n${part}${file.repeat(500)}--b--\r\n`),
    );
    expect(codes(files)).toEqual(['too many attachments']);
    expect(files.attachments).toHaveLength(100);
    expect(files.text).toBe('word');
  });

  test('reads a mail of parts within parts', async () => {
    const deep = (depth: number): string =>
      Array.from(
        { length: depth },
        (_, index) => `Content-Type: multipart/mixed; boundary=b${index}\r\n\r\n--b${index}\r\n`,
      ).join('');
    const mail = await readMail(Buffer.from(`${head}${deep(200)}Content-Type: text/plain\r\n\r\nat the bottom\r\n`));
    expect(mail.text).toBe('at the bottom');
    expect(codes(mail)).toEqual(['nested too deeply']);
    expect(codes(await readMail(Buffer.from(`${head}${deep(20_000)}\r\nx\r\n`)))).toContain('too many parts');
  });

  test('reads a mail within mails as one attachment', async () => {
    const nested = Array.from({ length: 300 }).reduce<string>(
      (inner) => `${head}Content-Type: message/rfc822\r\n\r\n${inner}`,
      'x',
    );
    const mail = await readMail(Buffer.from(nested));
    expect(mail.attachments).toMatchObject([{ type: 'message/rfc822' }]);
  });

  test('reads the head of a mail whose head is too large', async () => {
    const mail = await readMail(
      Buffer.from(`${head}${'X-Filler: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(20_000)}\r\nwords\r\n`),
    );
    expect(mail).toMatchObject({ subject: 'Guasto', text: 'words' });
    expect(codes(mail)).toEqual(['headers too large']);
    const endless = await readMail(Buffer.from(`Subject: ${'a'.repeat(5_000_000)}`));
    expect(codes(endless)).toContain('headers too large');
  });

  test('bounds what stands in a head', async () => {
    const many = (count: number, what: (index: number) => string): string =>
      Array.from({ length: count }, (_, index) => what(index)).join(' ');
    const mail = await readMail(
      Buffer.from(
        `From: a@example.it\r\nTo: ${many(5000, (index) => `a${index}@example.it,`)} z@example.it\r\nReferences: ${many(5000, (index) => `<${index}@example.it>`)}\r\nSubject: ${'s'.repeat(50_000)}\r\n\r\nx`,
      ),
    );
    expect([mail.to.length, mail.references.length, mail.subject.length]).toEqual([200, 100, 2000]);
    expect(mail.references.at(-1)).toBe('<4999@example.it>');
  });

  test('does not unpack what is packed', async () => {
    // A ZIP that says of its only entry that it has four gigabytes.
    const zip = Buffer.from('504b0304140000000800000021000000000010000000ffffffff05000000612e747874', 'hex');
    const mail = await readMail(
      Buffer.from(
        `${head}Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.concat([zip, Buffer.alloc(1000, 0x78)]).toString('base64')}\r\n`,
      ),
    );
    expect(mail.attachments).toMatchObject([{ type: 'application/zip', size: zip.length + 1000, problem: null }]);
  });

  test('reads 40 MB, and of more the beginning', async () => {
    const attachment = (size: number): Buffer =>
      Buffer.from(
        `${head}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee\r\n--b\r\nContent-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n${`${'A'.repeat(76)}\r\n`.repeat(size / 78)}--b--\r\n`,
      );
    const mail = await readMail(attachment(40_000_000));
    expect([mail.text, mail.attachments[0]?.problem, codes(mail)]).toEqual(['see', null, []]);
    expect(mail.attachments[0]?.size).toBeGreaterThan(29_000_000);
    const larger = await readMail(attachment(3_000_000), { limits: { bytes: 1_000_000 } });
    expect([larger.text, codes(larger)]).toEqual(['see', ['too large']]);
  });
});
