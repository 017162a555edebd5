import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { ImapFlow } from 'imapflow';
import { afterEach, describe, expect, test } from 'vitest';
import { startImapServer } from '../../../example/imap-server.ts';
import { startDovecot, whyNoDovecot } from '../../../tests/support/dovecot.ts';
import {
  type MailboxConfig,
  type MailboxPorts,
  type MailboxPosition,
  type OpenMailbox,
  openMailbox,
  type ReceivedMeta,
} from './mailbox.ts';

/** A mail server and the ways in which it, or the line to it, can fail. */
interface Bench {
  port: number;
  append: (raw: string | Buffer, receivedAt?: Date) => Promise<void>;
  renumber: () => Promise<void>;
  flagsOfFirst: () => Promise<string[]>;
  close: () => Promise<void>;
}

async function openExample(): Promise<Bench> {
  const server = await startImapServer();
  return {
    port: server.port,
    append: async (raw, receivedAt) => {
      server.append(raw, receivedAt);
    },
    renumber: async () => server.renumber(),
    flagsOfFirst: async () => [...(server.mails()[0]?.flags ?? [])],
    close: server.close,
  };
}

async function openDovecot(): Promise<Bench> {
  const server = await startDovecot();
  const inMailbox = async <Result>(work: (client: ImapFlow) => Promise<Result>): Promise<Result> => {
    const client = new ImapFlow({
      host: '127.0.0.1',
      port: server.port,
      secure: false,
      auth: { user: 'help', pass: 'secret' },
      logger: false,
    });
    await client.connect();
    try {
      await client.mailboxOpen('INBOX', { readOnly: true });
      return await work(client);
    } finally {
      await client.logout();
    }
  };
  return {
    port: server.port,
    append: (raw, receivedAt) =>
      inMailbox(async (client) => {
        await client.append('INBOX', raw, [], receivedAt);
      }),
    renumber: async () => server.renumber(),
    flagsOfFirst: () =>
      inMailbox(async (client) => {
        const mail = await client.fetchOne('1', { flags: true });
        return [...(mail ? (mail.flags ?? []) : [])];
      }),
    close: server.close,
  };
}

/** A line that can be cut, at once or after so many bytes from the server. */
async function openLine(to: number): Promise<{
  port: number;
  cut: () => void;
  cutAfter: (bytes: number) => void;
  connections: () => number;
  close: () => Promise<void>;
}> {
  const sockets = new Set<Socket>();
  let left = Number.POSITIVE_INFINITY;
  let connections = 0;
  const server: Server = createServer((near) => {
    connections++;
    const far = connect(to, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.on('data', (chunk: Buffer) => {
      near.write(chunk.subarray(0, Math.max(0, left)));
      left -= chunk.length;
      if (left <= 0) {
        left = Number.POSITIVE_INFINITY;
        near.destroy();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    cutAfter: (bytes) => {
      left = bytes;
    },
    connections: () => connections,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await closed;
    },
  };
}

/** What stands above: keeps what it is given, like a database. */
class Keeping {
  position: MailboxPosition | null = null;
  readonly received: { meta: ReceivedMeta; raw: Buffer }[] = [];
  readonly downs: string[] = [];
  ups = 0;
  refuse = false;
  most = 0;

  readonly ports: MailboxPorts = {
    position: async () => this.position,
    received: async (meta, raw) => {
      if (this.refuse) throw new Error('the database is away');
      const chunks: Buffer[] = [];
      for await (const chunk of raw) {
        chunks.push(chunk);
        this.most = Math.max(this.most, chunk.length);
      }
      this.received.push({ meta, raw: Buffer.concat(chunks) });
    },
    receivedTogether: async (mails) => {
      if (this.refuse) throw new Error('the database is away');
      this.received.push(...mails);
    },
    moved: async (position) => {
      this.position = position;
    },
    up: () => {
      this.ups++;
    },
    down: (reason) => {
      this.downs.push(reason);
    },
  };

  get numbers(): (string | undefined)[] {
    return this.received.map(({ raw }) => /^Subject: (.*)\r$/m.exec(raw.subarray(0, 500).toString())?.[1]);
  }
}

const mail = (subject: string, body = 'words'): string =>
  `From: a@example.com\r\nSubject: ${subject}\r\n\r\n${body}\r\n`;

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not come to pass in a minute');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const noDovecot = whyNoDovecot();

describe.each([
  { name: 'the example server', open: openExample, why: null },
  { name: "Debian's Dovecot", open: openDovecot, why: noDovecot },
])('a mailbox on $name', ({ open, why }) => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function start(): Promise<{
    bench: Bench;
    line: Awaited<ReturnType<typeof openLine>>;
    config: MailboxConfig;
    keeping: Keeping;
    keep: (change?: Partial<MailboxConfig>) => OpenMailbox;
  }> {
    const bench = await open();
    closing.push(bench.close);
    const line = await openLine(bench.port);
    closing.push(line.close);
    const keeping = new Keeping();
    const config = {
      host: '127.0.0.1',
      port: line.port,
      secure: false,
      user: 'help',
      password: 'secret',
      folder: 'INBOX',
      authservId: null,
    };
    const keep = (change: Partial<MailboxConfig> = {}): OpenMailbox => {
      const mailbox = openMailbox({ ...config, ...change }, keeping.ports, {
        responseMilliseconds: 10_000,
        reconnectMilliseconds: [30],
      });
      closing.push(mailbox.stop);
      return mailbox;
    };
    return { bench, line, config, keeping, keep };
  }

  test.skipIf(why !== null)(
    `old mail is read as old, new mail as it comes, and nothing is changed on the server${why ? ` (${why})` : ''}`,
    async () => {
      const { bench, keeping, keep } = await start();
      await bench.append(mail('old'), new Date(Date.now() - 86_400_000));
      const mailbox = keep();
      await until(() => keeping.received.length === 1);
      await bench.append(mail('new'));
      await until(() => keeping.received.length === 2 && keeping.position?.lastUid === keeping.received[1]?.meta.uid);
      expect(keeping.received.map(({ meta }) => meta.beforeConnection)).toEqual([true, false]);
      expect(keeping.numbers).toEqual(['old', 'new']);
      expect(keeping.received[1]?.raw.toString()).toBe(mail('new'));
      expect(keeping.ups).toBe(1);
      await mailbox.stop();
      expect((await bench.flagsOfFirst()).filter((flag) => flag !== '\\Recent')).toEqual([]);

      await bench.append(mail('while away'));
      keep();
      await until(() => keeping.received.length === 3);
      expect(keeping.numbers).toEqual(['old', 'new', 'while away']);
      expect(keeping.received[2]?.meta.beforeConnection).toBe(false);
    },
  );

  test.skipIf(why !== null)('mail is marked as seen when that is wished', async () => {
    const { bench, keeping, keep } = await start();
    await bench.append(mail('one'));
    const mailbox = keep({ markSeen: true });
    await until(() => keeping.position?.lastUid === keeping.received[0]?.meta.uid && keeping.received.length === 1);
    await mailbox.stop();
    expect(await bench.flagsOfFirst()).toContain('\\Seen');
  });

  test.skipIf(why !== null)(
    'a connection cut in the middle of a large mail loses nothing and doubles nothing',
    async () => {
      const { bench, line, keeping, keep } = await start();
      const body = 'x'.repeat(76).concat('\r\n').repeat(40_000);
      await bench.append(mail('first'));
      await bench.append(mail('large', body));
      await bench.append(mail('last'));
      line.cutAfter(1_000_000);
      keep();
      await until(() => keeping.received.length === 3);
      expect(keeping.numbers).toEqual(['first', 'large', 'last']);
      expect(keeping.received[1]?.raw.equals(Buffer.from(mail('large', body)))).toBe(true);
      expect(line.connections()).toBeGreaterThan(1);
      expect(keeping.downs.length).toBeGreaterThan(0);
      expect(keeping.most).toBeLessThan(1_000_000);
      line.cut();
      await bench.append(mail('after the cut'));
      await until(() => keeping.received.length === 4);
    },
  );

  test.skipIf(why !== null)('what could not be stored is given again, in order', async () => {
    const { bench, keeping, keep } = await start();
    keeping.refuse = true;
    await bench.append(mail('one'));
    await bench.append(mail('two'));
    keep();
    await until(() => keeping.downs.length >= 3);
    expect(keeping.downs[0]).toBe('a mail could not be stored; it will be read again');
    expect(keeping.position?.lastUid).toBe(0);
    keeping.refuse = false;
    await until(() => keeping.received.length === 2);
    expect(keeping.numbers).toEqual(['one', 'two']);
  });

  test.skipIf(why !== null)(
    'a mailbox with other UIDs is read again, and the day of the connection stays',
    async () => {
      const { bench, line, keeping, keep } = await start();
      await bench.append(mail('one'));
      const first = keep();
      await until(() => keeping.received.length === 1);
      const since = keeping.position?.connectedSince;
      await first.stop();
      line.cut();
      await bench.renumber();
      keep();
      await until(() => keeping.received.length === 2);
      expect(keeping.numbers).toEqual(['one', 'one']);
      expect(keeping.received[0]?.meta.uidValidity).not.toBe(keeping.received[1]?.meta.uidValidity);
      expect(keeping.position?.connectedSince).toEqual(since);
    },
  );

  test.skipIf(why !== null)('of a mail above the limit only the head is fetched', async () => {
    const { bench, keeping, keep } = await start();
    await bench.append(mail('huge', 'x'.repeat(30_000)));
    await bench.append(mail('next'));
    keep({ maximumBytes: 10_000 });
    await until(() => keeping.received.length === 2);
    expect(keeping.received.map(({ meta }) => meta.content)).toEqual(['head', 'whole']);
    expect(keeping.received[0]?.meta.size).toBeGreaterThan(30_000);
    expect(keeping.numbers).toEqual(['huge', 'next']);
    expect(keeping.received[0]?.raw.length).toBeLessThan(1000);
  });

  test.skipIf(why !== null)('a folder that is not there is said, and looked for again', async () => {
    const { keeping, keep } = await start();
    keep({ folder: 'Nowhere' });
    await until(() => keeping.downs.length >= 2);
    expect(new Set(keeping.downs)).toEqual(new Set(['the mailbox has no such folder, or it may not be opened']));
    expect(keeping.ups).toBe(0);
  });
});
