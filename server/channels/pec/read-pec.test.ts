import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeMail } from '../../../example/pec-mails.ts';
import { hasOpenssl, openPecProvider, type PecProvider, type SampleMail } from '../../../tests/support/pec.ts';
import { type ReadCertificate, readTrustedRoots } from './certificate-chain.ts';
import { NOTICE_TYPES, type PecItem } from './pec.ts';
import { readPec } from './read-pec.ts';
import { channelReceipt, pecReceipt } from './receipt.ts';

const at = new Date('2026-03-10T13:05:00Z');
const toUs: SampleMail = {
  from: 'anna.bianchi@pec.example',
  to: ['assistenza@pec.operatore.example', 'legale@pec.operatore.example'],
  subject: 'Reclamo: internet non va, perché?',
  text: 'Da tre giorni la linea è ferma.\nAspetto risposta.',
  attachments: [{ filename: 'misura.txt', content: 'download 0,3 Mbit/s' }],
  messageId: '<scritto-1@posta.example>',
  receiptForm: 'completa',
  at,
};
const fromUs: SampleMail = {
  from: 'assistenza@pec.operatore.example',
  to: 'anna.bianchi@pec.example',
  subject: 'Pratica 4711 5',
  text: 'La linea torna entro le 18.',
  messageId: '<0197-uscita@pec.operatore.example>',
  at,
};

const codes = (item: PecItem): string[] => item.problems.map(({ code }) => code);
const edited = (raw: Buffer, change: (text: string) => string): Buffer =>
  Buffer.from(change(raw.toString('latin1')), 'latin1');

describe.runIf(hasOpenssl())('mail in a mailbox of certified mail', () => {
  let provider: PecProvider;
  let roots: ReadCertificate[];
  const read = (raw: Buffer): Promise<PecItem> => readPec(raw, { roots });

  beforeAll(() => {
    provider = openPecProvider();
    roots = readTrustedRoots(provider.rootPem);
  });
  afterAll(() => provider.close());

  test.each([{ form: 'detached' }, { form: 'opaque' }, { form: 'opaque', stream: true }] as const)(
    'given an envelope (%o), then the mail inside is read, and its sender is certified',
    async (options) => {
      const original = await composeMail(toUs);
      const item = await read(
        await provider.makeEnvelope(toUs, { ...options, original, identifier: 'opec1@pec.example' }),
      );
      expect(item).toMatchObject({
        kind: 'envelope',
        messageId: '<opec1@pec.example>',
        from: { address: 'posta-certificata@pec.example', name: 'Per conto di: anna.bianchi@pec.example' },
        subject: 'POSTA CERTIFICATA: Reclamo: internet non va, perché?',
        date: at,
        reference: '<scritto-1@posta.example>',
        signature: { state: 'valid' },
        sender: 'anna.bianchi@pec.example',
        receiptForm: 'completa',
        problems: [],
        mail: {
          messageId: '<scritto-1@posta.example>',
          from: { address: 'anna.bianchi@pec.example' },
          subject: 'Reclamo: internet non va, perché?',
          text: expect.stringContaining('Da tre giorni la linea è ferma.'),
          attachments: [{ name: 'misura.txt' }],
        },
        certification: {
          type: 'posta-certificata',
          error: 'nessuno',
          sender: 'anna.bianchi@pec.example',
          recipients: [
            { address: 'assistenza@pec.operatore.example', type: 'certificato' },
            { address: 'legale@pec.operatore.example', type: 'certificato' },
          ],
          replyTo: 'anna.bianchi@pec.example',
          subject: 'Reclamo: internet non va, perché?',
          provider: 'Gestore pec.example',
          at,
          identifier: 'opec1@pec.example',
          messageId: '<scritto-1@posta.example>',
          receiptForm: 'completa',
          deliveredTo: null,
        },
      });
      expect(item.kind === 'envelope' && item.original?.equals(original)).toBe(true);
      expect(pecReceipt(item)).toBeNull();
    },
  );

  test('given an envelope of an ordinary mail, then it is an anomaly: nothing is certified', async () => {
    const item = await read(await provider.makeAnomaly({ ...toUs, from: 'anna@posta.example' }));
    expect(item).toMatchObject({
      kind: 'anomaly',
      certification: null,
      signature: { state: 'valid' },
      mail: { from: { address: 'anna@posta.example' } },
      problems: [],
    });
  });

  test('given a mail that came without certified mail, then it is ordinary', async () => {
    const item = await read(await composeMail(toUs));
    expect(item).toMatchObject({
      kind: 'ordinary',
      signature: { state: 'absent' },
      mail: { text: expect.stringContaining('Da tre giorni') },
      problems: [],
    });
    expect(pecReceipt(item)).toBeNull();
  });

  test.each([
    ['accettazione', 'accepted', null],
    ['non-accettazione', 'refused', 'failed'],
    ['presa-in-carico', 'taken over', null],
    ['avvenuta-consegna', 'delivered', 'delivered'],
    ['errore-consegna', 'not delivered', 'failed'],
    ['preavviso-errore-consegna', 'late notice', null],
    ['rilevazione-virus', 'virus', 'failed'],
  ] as const)('given %s, then the sent mail is %s', async (type, kind, state) => {
    const error = kind === 'not delivered' ? { error: 'altro', errorDetail: '5.1.1 - a@b.example - non valido' } : {};
    const item = await read(await provider.makeReceipt(type, fromUs, { ...error, identifier: 'opec7@pec.example' }));
    expect(item).toMatchObject({ kind: 'notice', type, problems: [], reference: fromUs.messageId });
    const receipt = pecReceipt(item);
    expect(receipt).toEqual({
      messageId: fromUs.messageId,
      identifier: '<opec7@pec.example>',
      recipient: 'anna.bianchi@pec.example',
      kind,
      at,
      legalDelivery: kind === 'delivered',
      proven: true,
      reason: kind === 'not delivered' ? '5.1.1 - … - non valido' : null,
    });
    const forOutbox = receipt && channelReceipt(receipt);
    if (state === null) expect(forOutbox).toBeNull();
    else
      expect(forOutbox).toMatchObject({
        routeMessageIds: [fromUs.messageId],
        to: 'anna.bianchi@pec.example',
        state,
        reason: state === 'delivered' ? null : expect.any(String),
      });
  });

  test.each(['completa', 'breve', 'sintetica'] as const)(
    'given a delivery in the form %s, then it is one',
    async (form) => {
      const item = await read(await provider.makeReceipt('avvenuta-consegna', { ...fromUs, receiptForm: form }));
      expect(item).toMatchObject({ kind: 'notice', receiptForm: form, problems: [] });
      expect(item.kind === 'notice' && item.original === null).toBe(form === 'sintetica');
      expect(pecReceipt(item)).toMatchObject({ kind: 'delivered', legalDelivery: true });
    },
  );

  test('given several recipients, then each delivery is about one of them, and one of ordinary mail is not by law', async () => {
    const about = { ...fromUs, to: ['uno@pec.example', 'due@posta.example'] };
    const second = await read(
      await provider.makeReceipt('avvenuta-consegna', about, {
        recipient: 'due@posta.example',
        external: ['due@posta.example'],
      }),
    );
    expect(pecReceipt(second)).toMatchObject({ recipient: 'due@posta.example', legalDelivery: false });
    const accepted = await read(await provider.makeReceipt('accettazione', about));
    expect(pecReceipt(accepted)).toMatchObject({ recipient: null, kind: 'accepted' });
  });

  test('given a virus, then a refusal and a failed delivery say so', async () => {
    for (const type of ['non-accettazione', 'errore-consegna'] as const) {
      const item = await read(await provider.makeReceipt(type, fromUs, { error: 'virus' }));
      expect(item).toMatchObject({ kind: 'notice', securityProblem: true });
      expect(pecReceipt(item)).toMatchObject({ kind: 'virus' });
    }
  });

  test('given an authority that is not trusted, then the delivery is heard and is no proof', async () => {
    const raw = await provider.makeReceipt('avvenuta-consegna', fromUs);
    expect(pecReceipt(await readPec(raw))).toMatchObject({ kind: 'delivered', proven: false, legalDelivery: false });
  });

  test('given a receipt that anybody could have written (unsigned, altered), then it says nothing', async () => {
    const unsigned = await read(await provider.makeReceipt('avvenuta-consegna', fromUs, { form: 'none' }));
    expect(codes(unsigned)).toEqual(['no signature']);
    expect(pecReceipt(unsigned)).toBeNull();
    const altered = await read(
      edited(await provider.makeReceipt('avvenuta-consegna', fromUs), (text) =>
        text.replace('CONSEGNA: ricevuta', 'CONSEGNA: Ricevuta'),
      ),
    );
    expect(codes(altered)).toEqual(['broken signature']);
    expect(pecReceipt(altered)).toBeNull();
  });

  test('given headers that say something else than what is signed, then it is a contradiction', async () => {
    const accepted = await provider.makeReceipt('accettazione', fromUs);
    const changes: [string, string][] = [
      ['X-Ricevuta: accettazione', 'X-Ricevuta: avvenuta-consegna'],
      [`X-Riferimento-Message-ID: ${fromUs.messageId}`, 'X-Riferimento-Message-ID: <another@pec.example>'],
      ['X-Ricevuta: accettazione', 'X-Ricevuta: accettazione\r\nX-Trasporto: posta-certificata'],
      ['X-Ricevuta: accettazione', 'X-Trasporto: posta-certificata'],
    ];
    for (const [one, other] of changes) {
      const item = await read(edited(accepted, (text) => text.replace(one, other)));
      expect(item.signature.state).toBe('valid');
      expect(codes(item)).toContain('contradiction');
      expect(pecReceipt(item)).toBeNull();
    }
    const envelope = await provider.makeEnvelope({ ...toUs, receiptForm: 'breve' });
    const asked = await read(
      edited(envelope, (text) => text.replace('X-TipoRicevuta: breve', 'X-TipoRicevuta: completa')),
    );
    expect(codes(asked)).toEqual(['contradiction']);
  });

  test('given mail that was certified for others and sent on, then it is a contradiction', async () => {
    const envelope = await provider.makeEnvelope(toUs);
    const receipt = await provider.makeReceipt('avvenuta-consegna', fromUs);
    const mine = { roots, ownAddresses: ['Assistenza@pec.operatore.example'] };
    const others = { roots, ownAddresses: ['sindaco@pec.comune.example'] };
    expect(codes(await readPec(envelope, mine))).toEqual([]);
    expect(codes(await readPec(receipt, mine))).toEqual([]);
    expect(codes(await readPec(envelope, others))).toEqual(['contradiction']);
    expect(pecReceipt(await readPec(receipt, others))).toBeNull();
  });

  test('given a receipt as an envelope, or with an unknown or doubled kind, then a person decides', async () => {
    const raw = await provider.makeReceipt('accettazione', fromUs);
    for (const value of ['X-Ricevuta: letta', 'X-Ricevuta: accettazione\r\nX-Ricevuta: avvenuta-consegna']) {
      const item = await read(edited(raw, (text) => text.replace('X-Ricevuta: accettazione', value)));
      expect(item).toMatchObject({ kind: 'notice', type: null });
      expect(codes(item)).toEqual(['unknown kind']);
      expect(pecReceipt(item)).toBeNull();
    }
    const envelope = await provider.makeEnvelope(toUs);
    const odd = await read(
      edited(envelope, (text) => text.replace('X-Trasporto: posta-certificata', 'X-Trasporto: aereo')),
    );
    expect(odd).toMatchObject({ kind: 'envelope', problems: [{ code: 'unknown kind' }] });
  });

  test('given another sender inside than certified, then it is a contradiction', async () => {
    const original = await composeMail({ ...toUs, from: 'sindaco@pec.example' });
    expect(codes(await read(await provider.makeEnvelope(toUs, { original })))).toEqual(['contradiction']);
  });

  test('given no mail inside, no data or several of them, then that is said', async () => {
    expect(await read(await provider.makeEnvelope(toUs, { original: null }))).toMatchObject({
      kind: 'envelope',
      mail: null,
      problems: [{ code: 'no original' }],
    });
    const without = await provider.makeEnvelope(toUs, {
      entity: (text) => text.replaceAll('daticert.xml', 'dati.xml'),
    });
    expect(await read(without)).toMatchObject({ sender: null, problems: [{ code: 'no certification' }] });
    const doubled = await provider.makeEnvelope(toUs, {
      entity: (text) => {
        const [, part = ''] = /(--parti-\d+\r\nContent-Type: application\/xml[\s\S]*?\r\n)--parti/.exec(text) ?? [];
        return text.replace(part, part + part);
      },
    });
    expect(await read(doubled)).toMatchObject({ certification: null, problems: [{ code: 'bad certification' }] });
    const twoMails = await provider.makeEnvelope(toUs, {
      entity: (text) => {
        const [, part = ''] =
          /(--parti-\d+\r\nContent-Type: message\/rfc822[\s\S]*?\r\n)--parti-\d+--/.exec(text) ?? [];
        return text.replace(part, part + part);
      },
    });
    expect(codes(await read(await provider.makeReceipt('avvenuta-consegna', fromUs, { original: null })))).toEqual([
      'no original',
    ]);
    expect(codes(await read(twoMails))).toEqual(['wrong structure', 'no original']);
  });

  test('given certified data in the mail of the sender only, then they are not the provider’s', async () => {
    const inner = await provider.makeReceipt('avvenuta-consegna', fromUs);
    const item = await read(
      await provider.makeEnvelope(toUs, {
        original: inner,
        entity: (text) => text.replace(/--parti-\d+\r\nContent-Type: application\/xml[\s\S]*?(?=--parti)/, ''),
      }),
    );
    expect(item).toMatchObject({ kind: 'envelope', certification: null, sender: null });
    expect(codes(item)).toContain('no certification');
  });

  test('given certified data beside the signed part, then they do not count', async () => {
    const empty = await provider.makeReceipt('accettazione', fromUs, {
      entity: () => 'Content-Type: text/plain\r\n\r\nCiao\r\n',
    });
    expect(codes(await read(empty))).toEqual(['no certification']);
    const wrapped = edited(await provider.makeReceipt('accettazione', fromUs), (text) => {
      const [, head = '', type = '', body = ''] =
        /^([\s\S]*?)(Content-Type: multipart\/signed[^\r]*\r\n)\r\n([\s\S]*)$/.exec(text) ?? [];
      return `${head}Content-Type: multipart/mixed; boundary=out\r\n\r\n--out\r\n${type}\r\n${body}\r\n--out--\r\n`;
    });
    const item = await read(wrapped);
    expect(item.signature.state).toBe('absent');
    expect(codes(item)).toContain('no signature');
    expect(pecReceipt(item)).toBeNull();
  });

  test('given a mail inside with 8-bit bytes, or in base64, then it is read as it was sent', async () => {
    const original = Buffer.from(
      `From: ${toUs.from}\r\nTo: a@b.example\r\nSubject: Perch\xe9\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGi\xe0 pi\xf9 volte.\r\n`,
      'latin1',
    );
    const item = await read(await provider.makeEnvelope(toUs, { original }));
    expect(item).toMatchObject({
      signature: { state: 'valid' },
      mail: { text: expect.stringContaining('Già più volte.') },
    });
    const encoded = await provider.makeEnvelope(toUs, {
      original,
      entity: (text) =>
        text
          .replace('Content-Type: message/rfc822', 'Content-Transfer-Encoding: base64\r\nContent-Type: message/rfc822')
          .replace(original.toString('latin1'), original.toString('base64')),
    });
    expect(await read(encoded)).toMatchObject({ mail: { text: expect.stringContaining('Già più volte.') } });
  });

  test('given a mail of 30 MB inside, then it is read, in both forms', async () => {
    const big = { ...toUs, attachments: [{ filename: 'grande.bin', content: Buffer.alloc(20_000_000, 7) }] };
    for (const form of ['detached', 'opaque'] as const) {
      const item = await read(await provider.makeEnvelope(big, { form, stream: form === 'opaque' }));
      expect(item).toMatchObject({ kind: 'envelope', signature: { state: 'valid' }, problems: [] });
    }
  });

  test('given more than is read (size, parts, depth), then it says so', async () => {
    expect(
      await read(Buffer.concat([Buffer.from('Subject: X\r\n\r\n'), Buffer.alloc(64 * 1024 * 1024)])),
    ).toMatchObject({
      kind: 'unreadable',
      problems: [{ code: 'too large' }],
    });
    const raw = await provider.makeEnvelope(toUs);
    expect(await readPec(raw.subarray(0, raw.indexOf('\r\n\r\n')), { roots, headersOnly: true })).toMatchObject({
      kind: 'unreadable',
      reference: toUs.messageId,
      problems: [{ code: 'too large' }],
    });
    expect(await read(Buffer.from('\r\n\r\n'))).toMatchObject({
      kind: 'unreadable',
      problems: [{ code: 'unreadable' }],
    });
    expect(await read(Buffer.alloc(0))).toMatchObject({ kind: 'unreadable' });
    const many = provider.wrap({
      headers: ['From: posta-certificata@pec.example', 'X-Trasporto: posta-certificata'],
      entity: `Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(10_000)}--b--\r\n`,
    });
    expect(codes(await read(many))).toContain('too many parts');
    let deep = 'Content-Type: text/plain\r\n\r\nx';
    for (let level = 0; level < 1000; level++)
      deep = `Content-Type: multipart/mixed; boundary=b${level}x\r\n\r\n--b${level}x\r\n${deep}\r\n--b${level}x--`;
    expect(codes(await read(provider.wrap({ headers: ['X-Trasporto: posta-certificata'], entity: deep })))).toContain(
      'nested too deeply',
    );
  });

  test('given any damage to any of them, then reading ends with an item, and what was altered inside is never proven', async () => {
    const raws = [
      await provider.makeEnvelope(toUs),
      await provider.makeEnvelope(toUs, { form: 'opaque' }),
      await provider.makeAnomaly(toUs),
      ...(await Promise.all(NOTICE_TYPES.map((type) => provider.makeReceipt(type, fromUs)))),
    ];
    const samples = await Promise.all(raws.map(async (raw) => ({ raw, receipt: pecReceipt(await read(raw)) })));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(
          fc.tuple(fc.double({ min: 0, max: 0.9999, noNaN: true }), fc.string({ unit: 'binary', maxLength: 12 })),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        async ({ raw, receipt }, changes) => {
          let damaged = raw;
          for (const [place, text] of changes) {
            const cut = Math.floor(place * damaged.length);
            damaged = Buffer.concat([damaged.subarray(0, cut), Buffer.from(text), damaged.subarray(cut + text.length)]);
          }
          const item = await read(damaged);
          expect(['envelope', 'anomaly', 'notice', 'ordinary', 'unreadable']).toContain(item.kind);
          const said = pecReceipt(item);
          if (said?.proven) expect(said).toEqual(receipt);
        },
      ),
      { numRuns: 80 },
    );
  });

  test('given bytes of any kind behind the headers of certified mail, then reading ends with an item', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('X-Trasporto: posta-certificata', 'X-Trasporto: errore', 'X-Ricevuta: accettazione'),
        fc.constantFrom(
          'multipart/signed; boundary=b',
          'application/pkcs7-mime; smime-type=signed-data',
          'multipart/mixed; boundary="b"',
          'message/rfc822; name=postacert.eml',
          'application/xml; name=daticert.xml',
        ),
        fc.array(
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.constantFrom('\r\n--b\r\n', '\r\n--b--\r\n', '\n\n', 'MIAGCSqGSIb3DQEHAqCAMIAC'),
          ),
        ),
        async (marker, type, body) => {
          const item = await read(Buffer.from(`${marker}\r\nContent-Type: ${type}\r\n\r\n${body.join('')}`));
          expect(item.problems.length).toBeGreaterThan(0);
          expect(pecReceipt(item)).toBeNull();
        },
      ),
      { numRuns: 150 },
    );
  });
});
