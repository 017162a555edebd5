import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bracketed, readCertification } from './read-certification.ts';

const xml = ({
  start = '<?xml version="1.0" encoding="UTF-8"?>',
  attributes = 'tipo="avvenuta-consegna" errore="nessuno"',
  sender = '<mittente>Anna@PEC.example</mittente>',
  heading = '<destinatari tipo="certificato">b@pec.example</destinatari>',
  subject = 'Reclamo',
  date = '<data zona="+0200"><giorno>10/07/2026</giorno><ora>15:05:00</ora></data>',
  more = '<msgid>&lt;a.1@posta.example&gt;</msgid><ricevuta tipo="breve"/><consegna>b@pec.example</consegna>',
} = {}): string =>
  `${start}<postacert ${attributes}><intestazione>${sender}${heading}<risposte>Anna@PEC.example</risposte><oggetto>${subject}</oggetto></intestazione>` +
  `<dati><gestore-emittente>Gestore S.p.A.</gestore-emittente>${date}<identificativo>opec1@pec.example</identificativo>${more}</dati></postacert>`;

const read = (text: string | Buffer) => readCertification(Buffer.from(text as string));
const certified = (text: string | Buffer) => {
  const result = read(text);
  if ('why' in result) throw new Error(result.why);
  return result.certification;
};
const why = (text: string | Buffer): string => {
  const result = read(text);
  return 'why' in result ? result.why : 'it was read';
};

describe('daticert.xml', () => {
  test('given all that the standard names, then it is read', () => {
    expect(certified(xml())).toEqual({
      type: 'avvenuta-consegna',
      error: 'nessuno',
      errorDetail: '',
      sender: 'anna@pec.example',
      recipients: [{ address: 'b@pec.example', type: 'certificato' }],
      replyTo: 'anna@pec.example',
      subject: 'Reclamo',
      provider: 'Gestore S.p.A.',
      at: new Date('2026-07-10T13:05:00Z'),
      identifier: 'opec1@pec.example',
      messageId: '<a.1@posta.example>',
      receiptForm: 'breve',
      deliveredTo: 'b@pec.example',
      takenOverFor: [],
    });
  });

  test('given several recipients of both kinds, and takers, then each is there', () => {
    const heading =
      '<destinatari tipo="certificato">a@pec.example</destinatari><destinatari tipo="esterno">b@posta.example</destinatari><destinatari>c@pec.example</destinatari>';
    const more =
      '<ricezione>a@pec.example</ricezione><ricezione>c@pec.example</ricezione><errore-esteso>5.1.1 &#232; &amp;lt;</errore-esteso>';
    const read = certified(xml({ attributes: 'tipo="presa-in-carico" errore="boh"', heading, more }));
    expect(read.recipients.map(({ address, type }) => [address, type])).toEqual([
      ['a@pec.example', 'certificato'],
      ['b@posta.example', 'esterno'],
      ['c@pec.example', 'certificato'],
    ]);
    expect(read).toMatchObject({
      error: 'altro',
      takenOverFor: ['a@pec.example', 'c@pec.example'],
      messageId: null,
      errorDetail: '5.1.1 è &lt;',
    });
  });

  test('given a Message-ID with its brackets as they are, a CDATA section, or another encoding, then it is read', () => {
    expect(certified(xml({ more: '<msgid><a.1@posta.example></msgid>' })).messageId).toBe('<a.1@posta.example>');
    expect(certified(xml({ subject: '<![CDATA[Perché <sì> & no]]>' })).subject).toBe('Perché <sì> & no');
    const latin = Buffer.from(
      xml({ start: '<?xml version="1.0" encoding="ISO-8859-1"?>', subject: 'Perché' }),
      'latin1',
    );
    expect(certified(latin).subject).toBe('Perché');
    const wrong = Buffer.from(xml({ subject: 'Perché' }), 'latin1'); // says UTF-8
    expect(certified(wrong).subject).toBe('Perché');
  });

  test('given a document type, then it is refused, whatever it declares', () => {
    const types = [
      '<!DOCTYPE postacert SYSTEM "file:///etc/passwd">',
      '<!DOCTYPE x [<!ENTITY a "b">]>',
      '<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1/">]>',
      '<!doctype postacert>',
    ];
    for (const start of types) expect(why(xml({ start }))).toMatch(/document type/);
    const laughs = `<!DOCTYPE l [<!ENTITY a0 "ha">${Array.from({ length: 30 }, (_, n) => `<!ENTITY a${n + 1} "&a${n};&a${n};">`).join('')}]>`;
    expect(why(xml({ start: laughs, subject: '&a30;' }))).toMatch(/document type/);
    const wide = Buffer.from(
      `\ufeff${xml({ start: '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x>' })}`,
      'utf16le',
    );
    expect(why(wide)).not.toBe('it was read');
  });

  test('given entities that nobody declared, then they stay as they are', () => {
    expect(certified(xml({ subject: '&secret; &#0; &#xD800; &#x1F600;' })).subject).toBe('&secret; \ufffd \ufffd 😀');
  });

  test('given what is too large, too deep or cut off, then it is refused', () => {
    expect(why(xml({ subject: 'x'.repeat(10_000_000) }))).toMatch(/larger/);
    expect(why(xml({ subject: '<a>'.repeat(5000) + '</a>'.repeat(5000) }))).toMatch(/not well-formed/);
    expect(why(xml({ heading: '<destinatari>a@b.example</destinatari>'.repeat(3000) }))).toMatch(/recipients/);
    expect(why(xml().slice(0, 100))).not.toBe('it was read');
    expect(why('')).not.toBe('it was read');
  });

  test('given something that is missing, doubled or none, then it is refused', () => {
    expect(why('<postacert/>')).toMatch(/intestazione/);
    expect(why(xml({ attributes: 'tipo="letta"' }))).toMatch(/type/);
    expect(why(xml({ attributes: '' }))).toMatch(/type/);
    expect(why(xml({ sender: '' }))).toMatch(/sender/);
    expect(why(xml({ sender: '<mittente>a@b.example</mittente><mittente>c@d.example</mittente>' }))).toMatch(/sender/);
    expect(why(xml({ sender: '<mittente>nobody</mittente>' }))).toMatch(/sender/);
    const dates = [
      '',
      '<giorno>31/02/2026</giorno><ora>10:00:00</ora>',
      '<giorno>2026-03-10</giorno><ora>10:00:00</ora>',
      '<giorno>10/13/2026</giorno><ora>10:00:00</ora>',
      '<giorno>10/03/2026</giorno><ora>25:00:00</ora>',
    ];
    for (const inner of dates) expect(why(xml({ date: `<data zona="+0100">${inner}</data>` }))).toMatch(/date/);
    expect(why(xml({ date: '<data><giorno>10/03/2026</giorno><ora>10:00:00</ora></data>' }))).toMatch(/date/);
  });

  test('given names that programs use themselves, then they are only names', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const result = read(xml({ more: `<${name}><consegna>x@y.example</consegna></${name}>` }));
      if ('certification' in result) expect(result.certification.deliveredTo).toBeNull();
      else expect(result.why).toMatch(/well-formed/);
    }
    expect(({} as Record<string, unknown>).consegna).toBeUndefined();
  });

  test('given any text, then it is read or refused, never more', () => {
    const pieces = fc.constantFrom(
      '<postacert tipo="accettazione">',
      '<dati>',
      '</dati>',
      '<data zona="+0100">',
      '&lt;',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?',
      '?>',
      '"',
      '<a ',
      '/>',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' }))), fc.nat(xml().length), (parts, place) => {
        const text = xml().slice(0, place) + parts.join('') + xml().slice(place);
        for (const each of [parts.join(''), text]) {
          const result = read(each);
          if ('certification' in result) expect(Number.isNaN(result.certification.at.getTime())).toBe(false);
          else expect(result.why).toMatch(/\.$/);
        }
      }),
      { numRuns: 100 },
    );
  });
});

test('a Message-ID has its brackets once', () => {
  expect([
    bracketed('<a@b>'),
    bracketed('a@b'),
    bracketed(''),
    bracketed(null),
    bracketed('<a b>'),
    bracketed('<a><b>'),
  ]).toEqual(['<a@b>', '<a@b>', null, null, null, null]);
});
