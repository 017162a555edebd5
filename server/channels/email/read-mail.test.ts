import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Mail } from './mail.ts';
import { readMail } from './read-mail.ts';

const sample = (name: string): Promise<Mail> =>
  readMail(readFileSync(join(import.meta.dirname, 'samples', 'mails', `${name}.eml`)));
const read = (text: string, encoding: BufferEncoding = 'utf8'): Promise<Mail> =>
  readMail(Buffer.from(text.replace(/\r?\n/g, '\r\n'), encoding), { authservId: 'mx.lagonet.example' });
const codes = (mail: Mail): string[] => mail.problems.map(({ code }) => code);
const head =
  'From: Anna <anna@example.it>\nTo: aiuto@lagonet.example\nSubject: Guasto\nMessage-ID: <1@example.it>\nMIME-Version: 1.0\n';

describe('the head of a mail', () => {
  test('is read with its names, identities and dates', async () => {
    const mail = await read(`Return-Path: <anna@example.it>
Delivered-To: aiuto@lagonet.example
From: =?utf-8?Q?Anna_Bianch=C3=AC?= <Anna@Example.IT>
Reply-To: "Ufficio, Lecco" <ufficio@example.it>
To: Aiuto <aiuto@lagonet.example>, undisclosed:;, =?iso-8859-1?Q?Jos=E9?= <jose@example.es>
Cc: Group: a@example.com, b@example.com;
Subject: =?utf-8?B?UGVyY2jDqQ==?= non =?utf-8?Q?va=3F?=
 ancora
Date: Mon, 23 Nov 2026 09:12:00 +0100 (CET)
Message-ID: <x.1@example.it>
In-Reply-To: <case.7@lagonet.example>
References: <first@lagonet.example>
 <case.7@lagonet.example>
Content-Language: it-IT, en;q=0.5

Niente internet.
`);
    expect(mail).toMatchObject({
      messageId: '<x.1@example.it>',
      inReplyTo: '<case.7@lagonet.example>',
      references: ['<first@lagonet.example>', '<case.7@lagonet.example>'],
      from: { address: 'Anna@example.it', name: 'Anna Bianchì' },
      replyTo: [{ address: 'ufficio@example.it', name: 'Ufficio, Lecco' }],
      to: [
        { address: 'aiuto@lagonet.example', name: 'Aiuto' },
        { address: 'jose@example.es', name: 'José' },
      ],
      cc: [
        { address: 'a@example.com', name: '' },
        { address: 'b@example.com', name: '' },
      ],
      deliveredTo: ['aiuto@lagonet.example'],
      subject: 'Perché non va? ancora',
      date: new Date('2026-11-23T08:12:00Z'),
      languages: ['it-it', 'en'],
      text: 'Niente internet.',
      automatic: null,
      bounce: null,
      problems: [],
    });
  });

  test('that lies or lacks is said so, and the rest is read', async () => {
    const mail = await read('From: nobody\nDate: yesterday\nSubject: x\n\nwords\n');
    expect(mail).toMatchObject({ from: null, date: null, text: 'words' });
    expect(codes(mail).sort()).toEqual(['bad date', 'no sender']);
    expect((await readMail(Buffer.alloc(0))).problems.map(({ code }) => code).sort()).toEqual(['no sender', 'no text']);
  });

  test('shows no characters that turn the direction of what stands beside', async () => {
    const mail = await read('From: "\u202ekcatta" <a@example.com>\nSubject: a\u0000b\u2066c\n\nx\u0000y\n');
    expect([mail.from?.name, mail.subject, mail.text]).toEqual(['kcatta', 'a b c', 'xy']);
  });

  test('that was fetched alone is read as such', async () => {
    const mail = await readMail(Buffer.from(`${head}\r\n`), { headersOnly: true });
    expect(mail.subject).toBe('Guasto');
    expect(codes(mail)).toEqual(['body not fetched']);
  });
});

describe('what the receiving server says of the sender', () => {
  const said = async (lines: string): Promise<Mail['authentication']> =>
    (await read(`${lines}\n${head}\nx`)).authentication;

  test('is believed from its topmost header only', async () => {
    expect(
      await said(
        'Authentication-Results: mx.lagonet.example; dkim=fail (bad; signature) header.d=a.it;\n dkim=pass header.d=example.it; spf=softfail smtp.mailfrom=example.it; dmarc=pass (p=none) header.from=example.it\nAuthentication-Results: mx.lagonet.example; spf=pass',
      ),
    ).toEqual({ spf: 'softfail', dkim: 'pass', dmarc: 'pass' });
  });

  test.each([
    ['of another server', 'Authentication-Results: mx.evil.example; dmarc=pass; spf=pass'],
    [
      'of another server above ours',
      'Authentication-Results: mx.evil.example; spf=pass\nAuthentication-Results: mx.lagonet.example; spf=pass',
    ],
    ['with our name in a comment', 'Authentication-Results: (mx.lagonet.example;) evil; spf=pass'],
    ['with a result in a quoted word', 'Authentication-Results: mx.lagonet.example; x="; spf=pass"'],
    ['with a result that is none', 'Authentication-Results: mx.lagonet.example; spf=great'],
    ['that says nothing', 'Authentication-Results: mx.lagonet.example; none'],
  ])('is nothing in a header %s', async (_name, line) => {
    expect(await said(line)).toEqual({ spf: null, dkim: null, dmarc: null });
  });
});

describe('text', () => {
  const encoded = (charset: string, bytes: Buffer): Promise<Mail> =>
    readMail(
      Buffer.concat([
        Buffer.from(
          `${head}Content-Type: text/plain${charset && `; charset=${charset}`}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`,
        ),
        bytes,
      ]),
    );
  const utf8 = Buffer.from('perché però così città');
  const latin = Buffer.from('perché però così città', 'latin1');

  test.each([
    ['in the charset that it names', 'iso-8859-1', latin, []],
    ['in UTF-8 that is called Latin', 'iso-8859-1', utf8, ['wrong charset']],
    ['in Latin that is called UTF-8', 'utf-8', latin, ['wrong charset']],
    ['in Latin that is called ASCII', 'us-ascii', latin, []],
    ['in UTF-8 without a name', '', utf8, []],
    ['in Latin without a name', '', latin, []],
    ['in a charset that nobody knows', 'x-klingon', utf8, ['unknown charset']],
    ['in UTF-7, which hides markup', 'utf-7', Buffer.from('perché però così città'), ['unknown charset']],
  ])('%s is read', async (_name, charset, bytes, problems) => {
    const mail = await encoded(charset, bytes);
    expect(mail.text).toBe('perché però così città');
    expect(codes(mail)).toEqual(problems);
  });

  test('in Japanese and Korean is read', async () => {
    expect((await sample('japanese_shift_jis')).text).toContain('このメールはテスト用のメールです。');
    expect((await sample('japanese_iso_2022')).text).toBe('すみません。');
    expect((await sample('ks_c_5601-1987')).text).toBe('스티해');
    expect((await sample('attachment_pdf_non_ascii')).text).toContain('Just attaching another PDF');
  });

  test('that exists as a page only is made of it', async () => {
    const mail = await read(
      `${head}Content-Type: text/html; charset=utf-8\n\n<p>Niente <b>internet</b> da ieri.</p><blockquote>Funziona?</blockquote>`,
    );
    expect(mail.text).toBe('Niente internet da ieri.');
    expect(mail.quoted).toBe('> Funziona?');
    expect(mail.html?.html).toContain('<b>internet</b>');
  });

  test('in two forms is read in the plain one and shown in the other', async () => {
    const mail = await read(
      `${head}Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\npiano\n--b\nContent-Type: text/html\n\n<p>pagina</p>\n--b--\n`,
    );
    expect([mail.text, mail.html?.html.trim(), mail.attachments]).toEqual(['piano', '<p>pagina</p>', []]);
  });

  test('of a page too large to be shown is read from its beginning', async () => {
    const mail = await read(`${head}Content-Type: text/html\n\n${'<p>parola</p>\n'.repeat(60_000)}`);
    expect(mail.html).toBeNull();
    expect(mail.text.startsWith('parola\n\nparola')).toBe(true);
    expect(codes(mail)).toEqual(['text cut']);
  });

  test('longer than is read is cut and said', async () => {
    const mail = await read(`${head}\n${'parola '.repeat(200_000)}`);
    expect(mail.text.length).toBeLessThanOrEqual(500_000);
    expect(codes(mail)).toContain('text cut');
  });
});

describe('attachments', () => {
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const part = (headers: string, content: string): string =>
    `--m\n${headers}\nContent-Transfer-Encoding: base64\n\n${Buffer.from(content, 'latin1').toString('base64')}\n`;
  const attached = (parts: string): Promise<Mail> =>
    read(`${head}Content-Type: multipart/mixed; boundary=m\n\n--m\n\nsee\n${parts}--m--\n`);

  test('in the text are shown from the mail itself, and fetched pictures are not', async () => {
    const mail = await read(
      `${head}Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n<p>vedi</p><img src="cid:foto@x"><img src="cid:none"><img src="https://t.example/o.gif">\n--r\nContent-Type: image/png; name=foto.png\nContent-ID: <foto@x>\nContent-Transfer-Encoding: base64\n\n${png}\n--r--\n`,
    );
    expect(mail.html).toEqual({
      html: '<p>vedi</p><img data-attachment="1" />',
      remoteResources: 1,
      inlineAttachments: [1],
    });
    expect(mail.attachments).toMatchObject([
      { number: 1, name: 'foto.png', type: 'image/png', contentId: 'foto@x', inline: true, problem: null },
    ]);
    expect(mail.attachments[0]?.content.length).toBe(mail.attachments[0]?.size);
  });

  test.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\a\\fattura.pdf', 'fattura.pdf'],
    ['nul.txt', '_nul.txt'],
    ['fattura\u202efdp.exe', 'fatturafdp.exe'],
    ['...', 'attachment-1'],
    ['a<b>:"|?*.pdf', 'a_b______.pdf'],
    [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(116)}.pdf`],
  ])('called %s are called %s', async (given, name) => {
    const mail = await attached(
      part(
        `Content-Type: application/octet-stream\nContent-Disposition: attachment; filename*=utf-8''${encodeURIComponent(given)}`,
        'x',
      ),
    );
    expect(mail.attachments[0]?.name).toBe(name);
  });

  test.each([
    [
      'a program called a picture',
      'image/png',
      'foto.png',
      'MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff',
      'program',
    ],
    ['a program by its name', 'application/octet-stream', 'fattura.pdf.js', 'var a', 'program'],
    ['a page called a document', 'application/pdf', 'fattura.pdf', '<html><script>1</script>', 'active content'],
    [
      'a document with a script',
      'application/pdf',
      'a.pdf',
      '%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>',
      'active content',
    ],
    ['a sheet with macros', 'application/octet-stream', 'conto.xlsm', 'x', 'active content'],
    ['a picture that is none', 'image/jpeg', 'a.jpg', 'just words', 'misleading type'],
    ['words', 'text/plain', 'a.txt', 'just words', null],
    ['a document', 'application/pdf', 'a.pdf', '%PDF-1.4\n1 0 obj<</JSX 1>>', null],
    ['a document of unknown kind', 'application/vnd.cad', 'a.dwg', '\x00\x01\x02\x03', null],
  ])('judged by content: %s', async (_name, type, name, content, problem) => {
    const mail = await attached(part(`Content-Type: ${type}; name="${name}"`, content));
    expect(mail.attachments[0]?.problem).toBe(problem);
    expect(mail.text).toBe('see');
  });

  test('too large are left out and said', async () => {
    const mail = await readMail(
      Buffer.from(
        `${head}Content-Type: multipart/mixed; boundary=m\n\n--m\n\nsee\n${part('Content-Type: application/pdf; name=a.pdf', '%PDF-1.4'.padEnd(5000))}${part('Content-Type: text/plain; name=b.txt', 'b')}--m--\n`,
      ),
      { limits: { attachmentBytes: 1000 } },
    );
    expect(mail.attachments).toMatchObject([
      { name: 'a.pdf', size: 5000, problem: 'too large' },
      { name: 'b.txt', size: 1, problem: null },
    ]);
    expect(codes(mail)).toEqual(['attachment left out']);
  });

  test('that are mails stay whole, and a sealed mail is said to be', async () => {
    const mail = await sample('attachment_message_rfc822');
    expect(mail.attachments).toMatchObject([{ name: 'ForwardedMessage.eml', type: 'message/rfc822', problem: null }]);
    expect((await readMail(mail.attachments[0]?.content ?? Buffer.alloc(0))).subject).not.toBe('');
    expect(
      codes(
        await read(
          `${head}Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQ==\n`,
        ),
      ),
    ).toEqual(['encrypted']);
  });
});

describe('a mail of a machine', () => {
  test.each([
    ['Auto-Submitted: auto-replied', 'auto-submitted'],
    ['Auto-Submitted: auto-generated (failure)', 'auto-submitted'],
    ['Auto-Submitted: no', null],
    ['Precedence: bulk', 'precedence'],
    ['Precedence: list', 'mailing list'],
    ['List-Id: <news.example.it>', 'mailing list'],
    ['List-Unsubscribe: <https://example.it/u>', 'mailing list'],
    ['X-Auto-Response-Suppress: All', 'suppresses answers'],
    ['X-Auto-Response-Suppress: None', null],
    ['X-Autoreply: yes', 'auto-reply header'],
    ['Return-Path: <>', 'empty return path'],
    ['Return-Path: <anna@example.it>', null],
  ])('is known by %s', async (line, why) => {
    expect((await read(`${line}\n${head}\nx`)).automatic).toEqual(why && { why });
  });

  test.each([
    ['no-reply@example.it', true],
    ['MAILER-DAEMON@example.it', true],
    ['noreply+123@example.it', true],
    ['bounces-77@example.it', true],
    ['norman.reply@example.it', false],
    ['anna@noreply.example.it', false],
  ])('or by its address %s: %s', async (address, machine) => {
    expect((await read(`From: ${address}\nSubject: x\n\nx`)).automatic !== null).toBe(machine);
  });

  test.each(['Risposta automatica: Guasto', 'Automatic reply: Guasto', 'Fuori ufficio: Guasto'])(
    'or by its subject: %s',
    async (subject) => {
      expect((await read(`From: a@example.it\nSubject: ${subject}\n\nx`)).automatic).toEqual({
        why: 'auto-reply header',
      });
    },
  );
});

describe('a report about a mail', () => {
  test('in the form of RFC 3464 names its recipients and the mail', async () => {
    const many = await sample('multi_address_bounce1');
    expect(many.automatic).toEqual({ why: 'delivery report' });
    expect(many.bounce?.recipients.length).toBeGreaterThan(1);
    expect(many.bounce?.recipients[0]).toMatchObject({ action: 'failed', status: '5.1.1' });
    expect((await sample('report_422')).bounce).toMatchObject({
      recipients: [{ address: 'fraser@oooooooo.com.au', action: 'delayed', status: '4.2.2' }],
      originalMessageId: '<15655788.13.1200472642578.JavaMail.Administrator@mail.ttttt.com.au>',
    });
    expect((await sample('multipart_report_multiple_status')).bounce?.recipients).toMatchObject([
      { address: 'u@ci.com', status: '5.3.0' },
    ]);
  });

  test.each([
    [
      'Exim',
      'From: Mail Delivery System <Mailer-Daemon@mx.example.it>\nX-Failed-Recipients: gone@example.it\nAuto-Submitted: auto-replied\nSubject: Mail delivery failed: returning message to sender\n\nA message that you sent could not be delivered to one or more of its recipients.\n\n  gone@example.it\n    host mx.example.it [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<gone@example.it>:\n    550 5.1.1 User unknown\n\n------ This is a copy of the message, including all the headers. ------\n\nMessage-ID: <o.1@lagonet.example>\nTo: other@example.it\n',
      { action: 'failed', status: '5.1.1' },
    ],
    [
      'qmail',
      "From: MAILER-DAEMON@example.it\nSubject: failure notice\n\nHi. This is the qmail-send program at example.it.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<gone@example.it>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <aiuto@lagonet.example>\nMessage-ID: <o.1@lagonet.example>\nTo: other@example.it\n",
      { action: 'failed', status: '5.1.1' },
    ],
    [
      'an Italian provider',
      'From: postmaster@example.it\nSubject: Mancata consegna\nIn-Reply-To: <o.1@lagonet.example>\n\nIl messaggio non recapitato a gone@example.it: casella piena (452 4.2.2)\n',
      { action: 'delayed', status: '4.2.2' },
    ],
  ])('in the words of %s is understood', async (_who, text, expected) => {
    const { bounce, automatic } = await read(text);
    expect(bounce).toMatchObject({
      recipients: [{ address: 'gone@example.it', ...expected }],
      originalMessageId: '<o.1@lagonet.example>',
    });
    expect(automatic).toEqual({ why: 'delivery report' });
  });

  test('is not seen in what a person writes about one', async () => {
    const mail = await read(
      `${head}\nHo scritto a mario@example.it e mi torna indietro: 550 5.1.1 user unknown. Mail delivery failed.`,
    );
    expect([mail.bounce, mail.automatic]).toEqual([null, null]);
  });

  test('that it was opened is a machine, and no bounce', async () => {
    const mail = await read(
      `${head}Content-Type: multipart/report; report-type=disposition-notification; boundary=m\n\n--m\n\nletto\n--m\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;anna@example.it\nDisposition: manual-action/MDN-sent-manually; displayed\n--m--\n`,
    );
    expect([mail.bounce, mail.automatic]).toEqual([null, { why: 'read receipt' }]);
  });
});
