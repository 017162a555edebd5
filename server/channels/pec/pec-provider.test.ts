import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type PecProvider, startPecProvider } from '../../../example/pec-provider.ts';
import type { OutgoingChannel } from '../channel.ts';
import { readTrustedRoots } from './certificate-chain.ts';
import type { PecItem } from './pec.ts';
import { openPecChannel } from './pec-channel.ts';
import { readPec } from './read-pec.ts';
import { type PecReceipt, pecReceipt } from './receipt.ts';

/** Both directions over SMTP, with a provider whose signatures are made by another library than those of the other tests. */
describe('certified mail with a provider', () => {
  let provider: PecProvider;
  let channel: OutgoingChannel;
  const now = new Date('2026-03-10T13:05:00Z');

  beforeAll(async () => {
    provider = await startPecProvider({ now: () => now, behaviour: { deliveryMilliseconds: 5 } });
    let up = false;
    channel = openPecChannel(
      {
        host: '127.0.0.1',
        port: provider.smtpPort,
        tls: 'none',
        user: provider.address,
        password: provider.password,
        from: provider.address,
        connections: 1,
        perSecond: 100,
      },
      {
        receipt: async () => {},
        inbound: async () => {},
        up: () => {
          up = true;
        },
        down: () => {},
      },
      { responseMilliseconds: 5000, reconnectMilliseconds: [50] },
    );
    channel.start();
    await vi.waitFor(() => expect(up).toBe(true), { timeout: 30_000 });
  });
  afterAll(async () => {
    await channel.stop();
    await provider.close();
  });

  const mailbox = (): Promise<PecItem[]> => {
    const roots = readTrustedRoots(provider.rootPem);
    return Promise.all(provider.imap.mails().map(({ raw }) => readPec(raw, { roots })));
  };
  const receiptsOf = async (messageId: string): Promise<PecReceipt[]> =>
    (await mailbox()).map(pecReceipt).flatMap((each) => (each?.messageId === messageId ? [each] : []));
  const send = async (number: number, to: string): Promise<string> => {
    const result = await channel.send({
      id: `01970000-0000-7000-8000-${String(number).padStart(12, '0')}`,
      to,
      subject: 'Pratica 4711 5: perché',
      text: 'La linea torna entro le 18.',
      html: null,
      validUntil: new Date('2026-03-11T13:05:00Z'),
      unsubscribeUrl: null,
      reference: '01970000-0000-7000-8000-00000000ffff',
    });
    if (result.kind !== 'sent') throw new Error(result.reason);
    return result.routeMessageIds[0] ?? '';
  };

  test('given a mail that is sent, then it is accepted, delivered in law, and an answer refers to the name that the receipts tell', async () => {
    const messageId = await send(1, 'anna@pec.example');
    await vi.waitFor(async () => expect(await receiptsOf(messageId)).toHaveLength(2), { timeout: 30_000 });
    const [submitted] = provider.submitted({ to: 'anna@pec.example' });
    const [accepted, delivered] = await receiptsOf(messageId);
    const identifier = `<${submitted?.identifier}>`;
    expect(accepted).toMatchObject({ kind: 'accepted', at: now, proven: true, legalDelivery: false, identifier });
    expect(delivered).toMatchObject({
      kind: 'delivered',
      at: now,
      recipient: 'anna@pec.example',
      legalDelivery: true,
      identifier,
    });
    expect(submitted).toMatchObject({ messageId, subject: 'Pratica 4711 5: perché', receiptForm: 'completa' });

    await provider.write({ from: 'anna@pec.example', subject: 'R: Pratica', text: 'Grazie.', inReplyTo: identifier });
    const answer = (await mailbox()).at(-1);
    expect(answer).toMatchObject({
      kind: 'envelope',
      sender: 'anna@pec.example',
      signature: { state: 'valid' },
      problems: [],
      mail: { inReplyTo: identifier, text: expect.stringContaining('Grazie.') },
    });
  });

  test('given no such mailbox, then it is not delivered; given an ordinary address, then it is accepted and no more is said', async () => {
    const missing = await send(2, 'nessuno@pec.example');
    const ordinary = await send(3, 'anna@posta.example');
    await vi.waitFor(async () => expect(await receiptsOf(missing)).toHaveLength(2), { timeout: 30_000 });
    const [, failed] = await receiptsOf(missing);
    expect(failed).toMatchObject({ kind: 'not delivered', reason: expect.stringContaining('does not exist') });
    expect(await receiptsOf(ordinary)).toMatchObject([{ kind: 'accepted' }]);
  });

  test('given that the provider refuses, then the mail never left', async () => {
    Object.assign(provider.behaviour, { refuse: true });
    expect(await receiptsOf(await send(4, 'anna@pec.example'))).toMatchObject([{ kind: 'refused' }]);
    Object.assign(provider.behaviour, { refuse: false });
  });

  test('given an ordinary mail to the address, then it comes as an anomaly', async () => {
    await provider.writeOrdinary({ from: 'anna@posta.example', subject: 'Ciao', text: 'Non è certificata.' });
    expect((await mailbox()).at(-1)).toMatchObject({
      kind: 'anomaly',
      mail: { from: { address: 'anna@posta.example' } },
      signature: { state: 'valid' },
      problems: [],
    });
  });
});
