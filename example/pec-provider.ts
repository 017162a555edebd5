import { createServer as createWeb } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { type ImapServer, startImapServer } from './imap-server.ts';
import {
  anomalyOf,
  composeMail,
  envelopeOf,
  type PecFacts,
  type PecMail,
  type PecReceiptType,
  receiptOf,
  signedMail,
  type UnsignedMail,
} from './pec-mails.ts';
import { makePecSigner } from './pec-signer.ts';
import { answerHttp } from './smsc.ts';

/** Keeps the last ones in memory. */
const KEPT = 20_000;

export interface PecBehaviour {
  /** Takes no mail at all: notices of non-acceptance. */
  refuse: boolean;
  /** Recipients whose address contains this have no mailbox (empty: all have one). */
  undeliverable: string;
  /** Sends neither receipts nor notices. */
  mute: boolean;
  /** How long from the acceptance to the delivery. */
  deliveryMilliseconds: number;
}

/** A mail that the operator submitted. */
export interface SubmittedPec {
  number: number;
  /** As the operator's program named it. */
  messageId: string;
  /** As the recipient sees it: an answer refers to it, in angle brackets. */
  identifier: string;
  to: string[];
  subject: string;
  text: string;
  inReplyTo: string | null;
  receiptForm: string | null;
  attachments: { filename: string; size: number }[];
  receivedAt: string;
}

/** What somebody writes to the operator. */
export type PecToOperator = Pick<PecMail, 'from' | 'subject' | 'text' | 'attachments' | 'inReplyTo' | 'messageId'>;

export interface PecProvider {
  /** Of the operator's mailbox; the user at both servers. */
  address: string;
  password: string;
  smtpPort: number;
  imap: ImapServer;
  http: string;
  /** To be trusted: the authority behind its signatures, in PEM. */
  rootPem: string;
  behaviour: PecBehaviour;
  /** Oldest first. */
  submitted: (filter?: { to?: string; after?: number }) => SubmittedPec[];
  /** A mail from another address of certified mail arrives in its envelope; gives the provider's name for it. */
  write: (mail: PecToOperator) => Promise<string>;
  /** A mail from an ordinary address arrives as an anomaly. */
  writeOrdinary: (mail: PecToOperator) => Promise<string>;
  close: () => Promise<void>;
}

/**
 * A provider of certified mail (RFC 6109) for demonstrations and tests, with the operator's mailbox: submission by SMTP, IMAP, and HTTP for
 * whoever plays the customers. It signs with a key that it makes when it starts. On the loopback interface; port 0 is any free one.
 */
export async function startPecProvider({
  smtp = 0,
  imap: imapPort = 0,
  http = 0,
  domain = 'pec.gestore.example',
  address = 'assistenza@pec.operatore.example',
  password = 'secret',
  now = () => new Date(),
  behaviour: given = {},
}: {
  smtp?: number;
  imap?: number;
  http?: number;
  domain?: string;
  address?: string;
  password?: string;
  /** What it certifies as the time. */
  now?: () => Date;
  behaviour?: Partial<PecBehaviour>;
} = {}): Promise<PecProvider> {
  const behaviour: PecBehaviour = {
    refuse: false,
    undeliverable: 'nessuno',
    mute: false,
    deliveryMilliseconds: 300,
    ...given,
  };
  const issuer = { domain, address: `posta-certificata@${domain}` };
  const signer = await makePecSigner(domain, issuer.address);
  const imap = await startImapServer({ port: imapPort, user: address, password });
  const kept: SubmittedPec[] = [];
  const timers = new Set<NodeJS.Timeout>();
  let count = 0;
  const nextIdentifier = (): string => `opec${++count}.${now().getTime()}.1@${domain}`;

  const deliver = async (mail: UnsignedMail): Promise<void> => {
    const signature = await signer.sign(Buffer.from(mail.entity, 'latin1'), now());
    imap.append(signedMail(mail, signature));
  };
  const say = async (type: PecReceiptType, about: PecMail, original: Buffer | null, facts: PecFacts): Promise<void> => {
    if (!behaviour.mute) await deliver(receiptOf(type, { ...about, at: now() }, original, issuer, facts));
  };

  const take = async (raw: Buffer, recipients: string[]): Promise<void> => {
    const mail = await simpleParser(raw);
    const header = (name: string): string | null => {
      const line = mail.headerLines.find(({ key }) => key === name)?.line;
      return line === undefined ? null : line.slice(line.indexOf(':') + 1).trim();
    };
    const identifier = nextIdentifier();
    const receiptForm = (['completa', 'breve', 'sintetica'] as const).find((form) => form === header('x-tiporicevuta'));
    const about: PecMail = {
      from: address,
      to: recipients,
      subject: mail.subject ?? '',
      text: '',
      messageId: mail.messageId,
      receiptForm,
    };
    kept.push({
      number: count,
      messageId: mail.messageId ?? '',
      identifier,
      to: recipients,
      subject: mail.subject ?? '',
      text: mail.text ?? '',
      inReplyTo: mail.inReplyTo ?? null,
      receiptForm: receiptForm ?? null,
      attachments: mail.attachments.map(({ filename, size }) => ({ filename: filename ?? '', size })),
      receivedAt: now().toISOString(),
    });
    if (kept.length > KEPT * 1.1) kept.splice(0, kept.length - KEPT);
    const external = recipients.filter((to) => !isCertified(to));
    if (behaviour.refuse) {
      await say('non-accettazione', about, null, { identifier, external, error: 'altro', errorDetail: 'rifiutato' });
      return;
    }
    await say('accettazione', about, null, { identifier, external });
    for (const recipient of recipients.filter(isCertified)) {
      const timer = setTimeout(() => {
        timers.delete(timer);
        const facts = { identifier, external, recipient };
        const missing = behaviour.undeliverable !== '' && recipient.includes(behaviour.undeliverable);
        const said = missing
          ? say('errore-consegna', about, null, {
              ...facts,
              error: 'no-dest',
              errorDetail: `5.1.1 - ${domain} - indirizzo non valido`,
            })
          : say('avvenuta-consegna', about, receiptForm === 'sintetica' ? null : raw, facts);
        said.catch((error) => console.error(`pec-provider: ${String(error)}`));
      }, behaviour.deliveryMilliseconds);
      timers.add(timer);
    }
  };

  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    allowInsecureAuth: true,
    size: 30_000_000,
    onAuth: (auth, _session, done) =>
      auth.username === address && auth.password === password
        ? done(null, { user: address })
        : done(Object.assign(new Error('user or password'), { responseCode: 535 })),
    // RFC 6109, 3.1.1: the sender is the one who signed in.
    onMailFrom: (sender, _session, done) =>
      done(
        sender.address.toLowerCase() === address
          ? null
          : Object.assign(new Error('not your address'), { responseCode: 553 }),
      ),
    onData: (stream, session, done) => {
      buffer(stream)
        .then((raw) =>
          take(
            raw,
            session.envelope.rcptTo.map((recipient) => recipient.address.toLowerCase()),
          ),
        )
        .then(() => done(null), done);
    },
  });
  server.on('error', () => {}); // a client that breaks off; the next one is welcome
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(smtp, '127.0.0.1', () => resolve());
  });

  const arrive = async (mail: PecToOperator, wrap: typeof envelopeOf): Promise<string> => {
    const identifier = nextIdentifier();
    const messageId = mail.messageId ?? `<${identifier.replace('opec', 'scritto-')}>`;
    const whole: PecMail = { ...mail, from: mail.from.toLowerCase(), to: address, at: now(), messageId };
    await deliver(wrap(whole, await composeMail(whole), issuer, { identifier }));
    return identifier;
  };
  const write: PecProvider['write'] = (mail) => arrive(mail, envelopeOf);
  const writeOrdinary: PecProvider['writeOrdinary'] = (mail) => arrive(mail, anomalyOf);
  const submitted: PecProvider['submitted'] = ({ to, after = 0 } = {}) =>
    kept.filter((mail) => mail.number > after && (to === undefined || mail.to.includes(to)));

  const web = createWeb((request, response) => {
    answerHttp(request, response, {
      'GET /submitted': (query) =>
        submitted({ to: query.get('to') ?? undefined, after: Number(query.get('after') ?? 0) }),
      'GET /root.pem': () => ({ pem: signer.rootPem }),
      'POST /write': async (_query, body) => ({ identifier: await write(toOperator(body)) }),
      'POST /write-ordinary': async (_query, body) => ({ identifier: await writeOrdinary(toOperator(body)) }),
      'POST /behaviour': (_query, body) => Object.assign(behaviour, body),
    });
  });
  await new Promise<void>((resolve, reject) => {
    web.once('error', reject);
    web.listen(http, '127.0.0.1', resolve);
  });

  return {
    address,
    password,
    smtpPort: (server.server.address() as AddressInfo).port,
    imap,
    http: `http://127.0.0.1:${(web.address() as AddressInfo).port}`,
    rootPem: signer.rootPem,
    behaviour,
    submitted,
    write,
    writeOrdinary,
    close: async () => {
      for (const timer of timers) clearTimeout(timer);
      web.closeAllConnections();
      await Promise.all([
        imap.close(),
        new Promise<void>((resolve) => server.close(() => resolve())),
        new Promise<void>((resolve) => web.close(() => resolve())),
      ]);
    },
  };
}

/** Here the domain tells; in the world the provider asks the register of certified domains. */
const isCertified = (to: string): boolean => /@(.*\.)?(pec|cert|legalmail)\./.test(to);

function toOperator(body: unknown): PecToOperator {
  const { from, subject, text, inReplyTo } = body as Record<string, unknown>;
  return {
    from: String(from ?? ''),
    subject: String(subject ?? ''),
    text: String(text ?? ''),
    ...(inReplyTo ? { inReplyTo: String(inReplyTo) } : {}),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      smtp: { type: 'string', default: '1587' },
      imap: { type: 'string', default: '1993' },
      http: { type: 'string', default: '1590' },
      address: { type: 'string', default: 'assistenza@pec.operatore.example' },
    },
  });
  const { smtp, imap, http, address } = values;
  const provider = await startPecProvider({ smtp: Number(smtp), imap: Number(imap), http: Number(http), address });
  console.log(JSON.stringify({ smtp: provider.smtpPort, imap: provider.imap.port, http: provider.http }));
}
