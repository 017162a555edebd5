import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type ImapServer, startImapServer } from '../../../example/imap-server.ts';
import { makeAuthority } from '../../../tests/support/certificates.ts';
import {
  type MailboxConfig,
  type MailboxOptions,
  type MailboxPosition,
  openMailbox,
  type ReceivedMeta,
} from './mailbox.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Kept {
  position: MailboxPosition | null;
  metas: ReceivedMeta[];
  sizes: number[];
  downs: string[];
  ups: number;
  largestChunk: number;
}

function keep(
  port: number,
  change: Partial<MailboxConfig> = {},
  { from = null, ...options }: Partial<MailboxOptions> & { from?: MailboxPosition | null } = {},
): Kept & { stop: () => Promise<void> } {
  const kept: Kept = { position: from, metas: [], sizes: [], downs: [], ups: 0, largestChunk: 0 };
  const config = {
    host: '127.0.0.1',
    port,
    secure: false,
    user: 'help',
    password: 'secret',
    folder: 'INBOX',
    authservId: null,
    ...change,
  };
  const { stop } = openMailbox(
    config,
    {
      position: async () => kept.position,
      received: async (meta, raw) => {
        let size = 0;
        for await (const chunk of raw) {
          size += chunk.length;
          kept.largestChunk = Math.max(kept.largestChunk, chunk.length);
        }
        kept.metas.push(meta);
        kept.sizes.push(size);
      },
      receivedTogether: async (mails) => {
        for (const { meta, raw } of mails) {
          kept.metas.push(meta);
          kept.sizes.push(raw.length);
        }
      },
      moved: async (position) => {
        kept.position = position;
      },
      up: () => {
        kept.ups++;
      },
      down: (reason) => {
        kept.downs.push(reason);
      },
    },
    { responseMilliseconds: 5000, reconnectMilliseconds: [20], ...options },
  );
  closing.push(stop);
  return Object.assign(kept, { stop });
}

async function serve(options: Parameters<typeof startImapServer>[0] = {}): Promise<ImapServer> {
  const server = await startImapServer(options);
  closing.push(server.close);
  return server;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 100_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not come to pass');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const small = (number: number): string => `From: a@example.com\r\nSubject: ${number}\r\n\r\nwords\r\n`;

describe('a mailbox', () => {
  test('with a wrong password is down for that reason, tries again, and comes up when it is right', async () => {
    const server = await serve({ behaviour: { refuseLogin: true } });
    const kept = keep(server.port);
    await until(() => kept.downs.length >= 3);
    expect(new Set(kept.downs)).toEqual(new Set(['the mail server refuses user or password']));
    server.behaviour.refuseLogin = false;
    server.append(small(1));
    await until(() => kept.metas.length === 1);
    expect(kept.ups).toBe(1);
  });

  test('that nobody serves is said to be out of reach', async () => {
    const server = await serve();
    const { port } = server;
    await server.close();
    const kept = keep(port);
    await until(() => kept.downs.length >= 2);
    expect(kept.downs[0]).toBe("the mail server can't be reached: ECONNREFUSED");
  });

  test('whose server stops answering is given up and connected again', async () => {
    const server = await serve();
    server.append(small(1));
    const kept = keep(server.port, {}, { responseMilliseconds: 300, lookMilliseconds: 50 });
    await until(() => kept.metas.length === 1);
    server.behaviour.mute = true;
    await until(() => kept.downs.includes('the mail server does not answer'));
    server.behaviour.mute = false;
    server.append(small(2));
    await until(() => kept.metas.length === 2);
  });

  test('whose server takes connections and says nothing is given up as well', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closing.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
    });
    const kept = keep((silent.address() as AddressInfo).port, {}, { responseMilliseconds: 100 });
    await until(() => kept.downs.length >= 2);
    expect(kept.downs[0]).toBe('the mail server does not answer');
  });

  test('gives its password to a server with the right certificate only', async () => {
    const own = await makeAuthority();
    const server = await serve({ tls: await own.issue('localhost') });
    const trusting = keep(server.port, { host: 'localhost', secure: true, ca: own.authority });
    await until(() => trusting.ups === 1);
    const distrusting = keep(server.port, { host: 'localhost', secure: true });
    const misnamed = keep(server.port, { host: '127.0.0.1', secure: true, ca: own.authority });
    await until(() => distrusting.downs.length > 0 && misnamed.downs.length > 0);
    expect(distrusting.downs[0]).toContain('from an authority that is not trusted here');
    expect(misnamed.downs[0]).toContain('for another name');
    expect(server.stats().logins).toBe(1);
  });

  test('with much mail at first start is read in order, to the last, as old mail; stopped or cut in the middle it goes on from there', async () => {
    const server = await serve();
    const yesterday = new Date(Date.now() - 86_400_000);
    for (let number = 1; number <= 5000; number++) server.append(small(number), yesterday);
    const kept = keep(server.port);
    await until(() => kept.metas.length >= 1000);
    await kept.stop();
    expect(kept.position?.lastUid).toBe(kept.metas.at(-1)?.uid);
    const before = kept.metas.length;
    const rest = keep(server.port, {}, { from: kept.position });
    await until(() => rest.metas.length >= 1000);
    server.behaviour.cutAfterBytes = 1000;
    await until(() => before + rest.metas.length === 5000);
    const all = [...kept.metas, ...rest.metas];
    expect(all.map(({ uid }) => uid)).toEqual(Array.from({ length: 5000 }, (_, index) => index + 1));
    expect(all.every(({ beforeConnection }) => beforeConnection)).toBe(true);
    expect(rest.downs.length).toBeGreaterThan(0);
  });

  test('hands a mail of 40 MB over in pieces', async () => {
    const server = await serve();
    const large = Buffer.alloc(40_000_000, `${'y'.repeat(76)}\r\n`);
    large.write('Subject: large\r\n\r\n');
    server.append(large);
    const kept = keep(server.port);
    await until(() => kept.metas.length === 1);
    expect(kept.sizes).toEqual([40_000_000]);
    expect(kept.largestChunk).toBeLessThan(1_000_000);
    expect(kept.metas[0]?.content).toBe('whole');
  });

  test('passes by a mail that the server never gives, and says so', async () => {
    const server = await serve();
    server.append(small(1));
    server.append(`Subject: broken\r\n\r\n${'z'.repeat(200_000)}`);
    server.append(small(3));
    const kept = keep(server.port);
    // The server breaks off whenever the large one is asked for.
    const breaking = setInterval(() => {
      if (kept.metas.length === 1) server.behaviour.cutAfterBytes = 50_000;
    }, 1);
    server.behaviour.cutAfterBytes = 50_000;
    await until(() => kept.metas.length === 3);
    clearInterval(breaking);
    expect(kept.metas.map(({ content }) => content)).toEqual(['whole', 'none', 'whole']);
    expect(kept.sizes[1]).toBe(0);
    expect(kept.downs.length).toBeGreaterThanOrEqual(8);
  });

  test('that a mail is taken out of meanwhile goes on with the next', async () => {
    const server = await serve();
    const first = server.append(small(1));
    const kept = keep(server.port);
    await until(() => kept.metas.length === 1);
    server.remove(first);
    server.append(small(2));
    await until(() => kept.metas.length === 2);
    expect(kept.downs).toEqual([]);
  });
});
