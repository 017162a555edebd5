import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChannelEvents, OutgoingMessage, SendResult } from '../channel.ts';
import { EmailChannel } from './email-channel.ts';
import type { Mail } from './mail.ts';
import { readMail } from './read-mail.ts';

const arrived: Buffer[] = [];
const downs: string[] = [];
let server: SMTPServer;
let channel: EmailChannel;

beforeAll(async () => {
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        arrived.push(Buffer.concat(chunks));
        done();
      });
    },
  });
  server.on('error', () => {}); // a client that breaks off
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  await new Promise<void>((resolve) => {
    const events: ChannelEvents = {
      receipt: async () => {},
      inbound: async () => {},
      up: resolve,
      down: (reason) => downs.push(reason),
    };
    channel = new EmailChannel(
      {
        host: '127.0.0.1',
        port: (server.server.address() as AddressInfo).port,
        tls: 'none',
        user: '',
        password: '',
        from: 'Lagonet <notices@lagonet.example>',
        connections: 2,
        perSecond: 1000,
      },
      events,
    );
    channel.start();
  });
});

afterAll(async () => {
  await channel.stop();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

const message = (change: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  id: 'row-1',
  to: 'anna@example.it',
  subject: 'Guasto a Lecco',
  text: 'Buongiorno',
  html: null,
  validUntil: new Date(Date.now() + 3_600_000),
  unsubscribeUrl: null,
  reference: 'case-7',
  ...change,
});

async function send(change: Partial<OutgoingMessage>): Promise<{ result: SendResult; mail: Mail; head: string }> {
  const result = await channel.send(message(change));
  const raw = arrived.at(-1) ?? Buffer.alloc(0);
  return { result, mail: await readMail(raw), head: raw.toString().split('\r\n\r\n')[0] ?? '' };
}

describe('a mail out', () => {
  test('without more is a notice: from the address of its route, that no machine answers', async () => {
    const { result, mail, head } = await send({});
    expect(result).toEqual({ kind: 'sent', routeMessageIds: ['<row-1@lagonet.example>'] });
    expect(mail).toMatchObject({
      messageId: '<row-1@lagonet.example>',
      references: ['<case-7@lagonet.example>'],
      inReplyTo: null,
      from: { address: 'notices@lagonet.example', name: 'Lagonet' },
      automatic: { why: 'auto-submitted' },
    });
    expect(head).toMatch(/^Auto-Submitted: auto-generated\r?$/m);
  });

  test('of a person stands in its thread, comes from its mailbox, and may be answered by anybody', async () => {
    const { result, mail, head } = await send({
      html: '<p>Buongiorno <img src="cid:plan@x"></p>',
      mail: {
        messageId: '<m.9@lagonet.example>',
        inReplyTo: '<their.2@example.it>',
        references: ['<their.1@example.it>', '<their.2@example.it>'],
        from: 'Marta, Lagonet <aiuto@lagonet.example>',
        replyTo: 'aiuto+7@lagonet.example',
        automatic: 'no',
        attachments: [
          { name: 'Perché.txt', type: 'text/plain', content: Buffer.from('words') },
          {
            name: 'large.bin',
            type: 'application/octet-stream',
            content: Readable.from([Buffer.alloc(100_000, 1), Buffer.alloc(5, 2)]),
          },
          {
            name: 'plan.gif',
            type: 'image/gif',
            content: Buffer.from('R0lGODlhAQABAAAAACw=', 'base64'),
            contentId: 'plan@x',
          },
        ],
      },
    });
    expect(result).toEqual({ kind: 'sent', routeMessageIds: ['<m.9@lagonet.example>'] });
    expect(mail).toMatchObject({
      messageId: '<m.9@lagonet.example>',
      inReplyTo: '<their.2@example.it>',
      references: ['<their.1@example.it>', '<their.2@example.it>'],
      from: { address: 'aiuto@lagonet.example' },
      replyTo: [{ address: 'aiuto+7@lagonet.example' }],
      automatic: null,
      problems: [],
    });
    expect(mail.attachments.map(({ name, size }) => [name, size]).sort()).toEqual([
      ['Perché.txt', 5],
      ['large.bin', 100_005],
      ['plan.gif', 14],
    ]);
    expect(mail.html?.inlineAttachments).toHaveLength(1);
    expect(head).not.toMatch(/Auto-Submitted|X-Auto-Response-Suppress/);
  });

  test('of a machine that answers says so (RFC 3834)', async () => {
    const { mail, head } = await send({ mail: { inReplyTo: '<their.1@example.it>', automatic: 'replied' } });
    expect(head).toMatch(/^Auto-Submitted: auto-replied\r?$/m);
    expect(mail.inReplyTo).toBe('<their.1@example.it>');
  });

  test('takes no headers from what it is given', async () => {
    const { head, mail } = await send({
      subject: 'x\r\nBcc: b@example.it',
      mail: {
        messageId: '<a@b>\r\nBcc: b@example.it',
        inReplyTo: 'no identity',
        references: ['<ok@example.it>', '<broken\r\nBcc: b@example.it>'],
        replyTo: 'a@example.it\r\nBcc: b@example.it',
        attachments: [
          { name: 'a\r\nBcc: b@example.it.txt', type: 'text/plain\r\nBcc: b@example.it', content: Buffer.from('x') },
        ],
      },
    });
    expect(arrived.at(-1)?.toString()).not.toMatch(/^Bcc:/m);
    expect(head).not.toMatch(/^Bcc:/m);
    expect(mail).toMatchObject({
      messageId: '<row-1@lagonet.example>',
      inReplyTo: null,
      references: ['<ok@example.it>'],
    });
  });

  test('whose attachment fails on the way was surely not sent, and the relay is not to blame', async () => {
    const before = arrived.length;
    const broken = Readable.from(
      (async function* () {
        yield Buffer.alloc(200_000, 1);
        throw new Error('the database is away');
      })(),
    );
    const result = await channel.send(
      message({ mail: { attachments: [{ name: 'a.bin', type: 'application/octet-stream', content: broken }] } }),
    );
    expect(result).toEqual({ kind: 'rejected', reason: 'an attachment could not be read', permanent: false });
    expect(downs).toEqual([]);
    expect((await send({})).result.kind).toBe('sent');
    expect(arrived.length).toBe(before + 1);
  });
});
