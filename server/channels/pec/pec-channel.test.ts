import { afterEach, describe, expect, test, vi } from 'vitest';
import { type MailServer, startMailServer } from '../../../example/mail-server.ts';
import type { OutgoingChannel } from '../channel.ts';
import { openPecChannel } from './pec-channel.ts';

const message = {
  id: '01970000-0000-7000-8000-000000000001',
  to: 'anna.bianchi@pec.example',
  subject: 'Pratica 4711 5',
  text: 'La linea torna entro le 18. Perché: un guasto alla centrale.',
  html: '<p>La linea torna entro le 18.</p>',
  validUntil: new Date('2026-03-11T13:05:00Z'),
  unsubscribeUrl: 'https://operatore.example/u/token',
  reference: '01970000-0000-7000-8000-000000000002',
};

describe('certified mail out', () => {
  const open: { stop(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.stop();
  });

  async function start(): Promise<{ provider: MailServer; channel: OutgoingChannel }> {
    const provider = await startMailServer();
    let up = false;
    const channel = openPecChannel(
      {
        host: '127.0.0.1',
        port: provider.port,
        tls: 'none',
        user: 'assistenza@pec.operatore.example',
        password: 'secret',
        from: 'assistenza@pec.operatore.example',
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
    open.push(channel, { stop: () => provider.close() });
    channel.start();
    await vi.waitFor(() => expect(up).toBe(true), { timeout: 30_000 });
    return { provider, channel };
  }

  test('given a message, then it leaves as plain text that asks for the complete receipt, under the name that receipts will give', async () => {
    const { provider, channel } = await start();
    const result = await channel.send(message);
    const messageId = `<${message.id}@pec.operatore.example>`;
    expect(result).toEqual({ kind: 'sent', routeMessageIds: [messageId] });
    const [mail] = provider.messages();
    expect(mail).toMatchObject({
      messageId,
      from: 'assistenza@pec.operatore.example',
      to: 'anna.bianchi@pec.example',
      subject: 'Pratica 4711 5',
      text: expect.stringContaining('Perché: un guasto alla centrale.'),
      html: null,
    });
    expect(mail?.headers['x-tiporicevuta']).toBe('completa');
    expect(Object.keys(mail?.headers ?? {}).filter((name) => name.startsWith('list-'))).toEqual([]);
  });

  test('given that the provider refuses, then it is surely not sent', async () => {
    const { provider, channel } = await start();
    Object.assign(provider.behaviour, { recipientCode: 550 });
    expect(await channel.send(message)).toMatchObject({ kind: 'rejected', permanent: true });
  });
});
