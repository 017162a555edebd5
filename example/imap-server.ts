import { createServer as createWeb } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { type ImapBehaviour, ImapSession, type ImapStats, type Mailbox, type StoredMail } from './imap-session.ts';
import { answerHttp } from './smsc.ts';

export interface ImapServer {
  port: number;
  http: string;
  behaviour: ImapBehaviour;
  stats: () => ImapStats;
  mails: () => readonly StoredMail[];
  /** Puts a mail into the mailbox and tells whoever waits; gives its UID. */
  append: (raw: Buffer | string, receivedAt?: Date) => number;
  /** As after a restore of the server: other UIDs for the same mails. */
  renumber: () => void;
  remove: (uid: number) => void;
  /** Breaks every connection. */
  drop: () => void;
  close: () => Promise<void>;
}

/**
 * An IMAP server (RFC 3501 with IDLE) for demonstrations and tests, with one mailbox in memory. Starts on the loopback interface;
 * port 0 is any free one. With `tls` every connection is encrypted from the start.
 */
export async function startImapServer({
  port = 0,
  http = 0,
  user = 'help',
  password = 'secret',
  tls,
  behaviour: given = {},
}: {
  port?: number;
  http?: number;
  user?: string;
  password?: string;
  tls?: { key: string; cert: string };
  behaviour?: Partial<ImapBehaviour>;
} = {}): Promise<ImapServer> {
  const mailbox: Mailbox = {
    user,
    password,
    uidValidity: Math.floor(Date.now() / 1000),
    uidNext: 1,
    mails: [],
    behaviour: { refuseLogin: false, mute: false, cutAfterBytes: 0, ...given },
    counts: { connections: 0, logins: 0, refused: 0, fetched: 0, stores: 0 },
  };
  const sessions = new Set<ImapSession>();
  const accept = (socket: Socket): void => {
    mailbox.counts.connections++;
    const session = new ImapSession(socket, mailbox);
    sessions.add(session);
    socket.on('close', () => sessions.delete(session));
  };
  const server = tls ? createSecureServer(tls, accept) : createServer(accept);
  server.on('tlsClientError', () => {}); // a client that does not trust the certificate
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

  const drop = (): void => {
    for (const session of sessions) session.destroy();
  };
  const append: ImapServer['append'] = (raw, receivedAt = new Date()) => {
    const uid = mailbox.uidNext++;
    mailbox.mails.push({ uid, raw: Buffer.isBuffer(raw) ? raw : Buffer.from(raw), receivedAt, flags: new Set() });
    for (const session of sessions) session.tellNews();
    return uid;
  };
  const web = createWeb((request, response) => {
    answerHttp(request, response, {
      'GET /mails': () =>
        mailbox.mails.map(({ uid, raw, receivedAt, flags }) => ({
          uid,
          size: raw.length,
          receivedAt: receivedAt.toISOString(),
          flags: [...flags],
        })),
      'GET /stats': () => mailbox.counts,
      'POST /mails': (_query, body) => {
        const { raw, base64, receivedAt } = body as { raw?: unknown; base64?: unknown; receivedAt?: unknown };
        const mail = base64 === undefined ? Buffer.from(String(raw ?? '')) : Buffer.from(String(base64), 'base64');
        return { uid: append(mail, receivedAt === undefined ? new Date() : new Date(String(receivedAt))) };
      },
      'POST /behaviour': (_query, body) => {
        const { drop: dropNow, ...change } = body as Partial<ImapBehaviour> & { drop?: boolean };
        Object.assign(mailbox.behaviour, change);
        if (dropNow) drop();
        return mailbox.behaviour;
      },
    });
  });
  await new Promise<void>((resolve, reject) => {
    web.once('error', reject);
    web.listen(http, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    http: `http://127.0.0.1:${(web.address() as AddressInfo).port}`,
    behaviour: mailbox.behaviour,
    stats: () => ({ ...mailbox.counts }),
    mails: () => mailbox.mails,
    append,
    renumber: () => {
      mailbox.uidValidity++;
      mailbox.uidNext = 1;
      for (const mail of mailbox.mails) mail.uid = mailbox.uidNext++;
      drop();
    },
    remove: (uid) => {
      const at = mailbox.mails.findIndex((mail) => mail.uid === uid);
      if (at >= 0) mailbox.mails.splice(at, 1);
      for (const session of sessions) session.tellRemoved(at + 1);
    },
    drop,
    close: async () => {
      const closed = [
        new Promise<void>((resolve) => server.close(() => resolve())),
        new Promise<void>((resolve) => web.close(() => resolve())),
      ];
      drop();
      web.closeAllConnections();
      await Promise.all(closed);
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '1143' },
      http: { type: 'string', default: '1180' },
      user: { type: 'string', default: 'help' },
      password: { type: 'string', default: 'secret' },
    },
  });
  const { port, http, user, password } = values;
  const server = await startImapServer({ port: Number(port), http: Number(http), user, password });
  console.log(JSON.stringify({ imap: server.port, http: server.http }));
}
