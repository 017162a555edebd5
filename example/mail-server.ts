import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { answerHttp } from './smsc.ts';

/** A mail server for demonstrations and tests: takes every mail and shows it. It keeps the last 20,000 in memory. */
const KEPT = 20_000;

export interface MailBehaviour {
  /** Answers every recipient with this code (450, 550, …); 0: takes it. */
  recipientCode: number;
  /** Answers the whole mail with this code; 0: takes it. */
  dataCode: number;
  /** Takes the mail and breaks the connection instead of answering. */
  dropAfterData: boolean;
  /** Breaks each connection when it begins. */
  refuse: boolean;
}

export interface ReceivedMail {
  number: number;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string | null;
  messageId: string;
  headers: Record<string, string>;
  receivedAt: string;
}

export interface MailServer {
  port: number;
  http: string;
  behaviour: MailBehaviour;
  messages: (filter?: { to?: string; after?: number }) => ReceivedMail[];
  stats: () => { messages: number; refused: number; connections: number };
  drop: () => void;
  close: () => Promise<void>;
}

/** Starts it on the loopback interface; port 0 is any free one. */
export async function startMailServer({
  port = 0,
  http = 0,
  behaviour: given = {},
}: {
  port?: number;
  http?: number;
  behaviour?: Partial<MailBehaviour>;
} = {}): Promise<MailServer> {
  const behaviour: MailBehaviour = {
    recipientCode: 0,
    dataCode: 0,
    dropAfterData: false,
    refuse: false,
    ...given,
  };
  const counts = { messages: 0, refused: 0, connections: 0 };
  const kept: ReceivedMail[] = [];
  const refusal = (code: number): Error => {
    counts.refused++;
    return Object.assign(new Error('refused by the example'), { responseCode: code });
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    allowInsecureAuth: true,
    onConnect: (_session, done) => {
      counts.connections++;
      done(behaviour.refuse ? refusal(421) : null);
    },
    onAuth: (auth, _session, done) => done(null, { user: auth.username }),
    onRcptTo: (_address, _session, done) => done(behaviour.recipientCode ? refusal(behaviour.recipientCode) : null),
    onData: (stream, session, done) => {
      simpleParser(stream).then(
        (mail) => {
          if (behaviour.dataCode) {
            done(refusal(behaviour.dataCode));
            return;
          }
          kept.push({
            number: ++counts.messages,
            from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
            to: session.envelope.rcptTo.map((recipient) => recipient.address).join(', '),
            subject: mail.subject ?? '',
            text: mail.text ?? '',
            html: mail.html || null,
            messageId: mail.messageId ?? '',
            headers: Object.fromEntries(
              mail.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()]),
            ),
            receivedAt: new Date().toISOString(),
          });
          if (kept.length > KEPT * 1.1) kept.splice(0, kept.length - KEPT);
          if (behaviour.dropAfterData) drop();
          else done(null);
        },
        (error: Error) => done(error),
      );
    },
  });
  server.on('error', () => {}); // a client that breaks off; the next one is welcome
  const drop = (): void => {
    for (const connection of server.connections)
      (connection as unknown as { _socket: { destroy(): void } })._socket.destroy();
  };
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const messages: MailServer['messages'] = ({ to, after = 0 } = {}) =>
    kept.filter((mail) => mail.number > after && (to === undefined || mail.to === to));
  const web = createServer((request, response) => {
    answerHttp(request, response, {
      'GET /messages': (query) =>
        messages({ to: query.get('to') ?? undefined, after: Number(query.get('after') ?? 0) }).slice(
          0,
          Number(query.get('limit') ?? 1000),
        ),
      'GET /stats': () => counts,
      'POST /behaviour': (_query, body) => {
        const { drop: dropNow, ...change } = body as Partial<MailBehaviour> & { drop?: boolean };
        if (dropNow) drop();
        return Object.assign(behaviour, change);
      },
    });
  });
  await new Promise<void>((resolve, reject) => {
    web.once('error', reject);
    web.listen(http, '127.0.0.1', resolve);
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    http: `http://127.0.0.1:${(web.address() as AddressInfo).port}`,
    behaviour,
    messages,
    stats: () => ({ ...counts }),
    drop,
    close: async () => {
      drop();
      web.closeAllConnections();
      await Promise.all([
        new Promise<void>((resolve) => server.close(() => resolve())),
        new Promise<void>((resolve) => web.close(() => resolve())),
      ]);
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '2525' }, http: { type: 'string', default: '2580' } },
  });
  const server = await startMailServer({ port: Number(values.port), http: Number(values.http) });
  console.log(JSON.stringify({ smtp: server.port, http: server.http }));
}
