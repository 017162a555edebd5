import type { Readable } from 'node:stream';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { REASONS } from '../../../contract/reasons.ts';
import type { SmtpConfig } from '../../../contract/settings.ts';
import {
  type ChannelEvents,
  type OutgoingAttachment,
  type OutgoingChannel,
  type OutgoingMessage,
  RECONNECT_MILLISECONDS,
  reconnectDelay,
  type SendResult,
} from '../channel.ts';
import { ThroughputLimit } from '../throughput.ts';
import { tlsProblem } from '../tls.ts';

export type MailToSend = SendMailOptions & { headers: Record<string, string> };

export interface EmailChannelOptions {
  /** How long the relay may take to connect and for each answer before the fate of the mail is unknown. */
  responseMilliseconds: number;
  reconnectMilliseconds: readonly number[];
  /** Has the last word on each mail: what a kind of mail needs beyond the ordinary. Keeps its `messageId`. */
  finish: (mail: MailToSend) => MailToSend;
}

const DEFAULTS: EmailChannelOptions = {
  responseMilliseconds: 60_000,
  reconnectMilliseconds: RECONNECT_MILLISECONDS,
  finish: (mail) => mail,
};

type Transport = ReturnType<typeof makeTransport>;

function makeTransport(config: SmtpConfig & { password: string }, options: EmailChannelOptions) {
  const { host, port, tls, user, password, connections } = config;
  return createTransport({
    pool: true,
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(user ? { auth: { user, pass: password } } : {}),
    maxConnections: connections,
    maxMessages: 1000,
    // The pool would send again by itself what was cut off after DATA: here a repeat is the outbox's decision.
    maxRequeues: 0,
    connectionTimeout: options.responseMilliseconds,
    greetingTimeout: options.responseMilliseconds,
    socketTimeout: options.responseMilliseconds,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** SMTP through a relay, with a pool of connections. It hears nothing: answers come in through other channels. */
export class EmailChannel implements OutgoingChannel {
  readonly window: number;
  readonly #config: SmtpConfig & { password: string };
  readonly #events: ChannelEvents;
  readonly #options: EmailChannelOptions;
  readonly #limit: ThroughputLimit;
  /** The body of each mail in hand: whether a byte of it was read tells whether it was on the wire. */
  readonly #bodies = new Map<string, Readable>();
  #transport: Transport | null = null;
  #up = false;
  #stopping = false;
  #failures = 0;
  #again: NodeJS.Timeout | null = null;

  constructor(
    config: SmtpConfig & { password: string },
    events: ChannelEvents,
    options: Partial<EmailChannelOptions> = {},
  ) {
    this.#config = config;
    this.#events = events;
    this.#options = { ...DEFAULTS, ...options };
    this.#limit = new ThroughputLimit(config.perSecond);
    this.window = config.connections;
  }

  start(): void {
    this.#stopping = false;
    const transport = makeTransport(this.#config, this.#options);
    this.#transport = transport;
    transport.use('stream', (mail, done) => {
      const make = mail.message.createReadStream.bind(mail.message);
      mail.message.createReadStream = (...given) => {
        const body = make(...given);
        this.#bodies.set(String(mail.data.messageId), body as Readable);
        return body;
      };
      done();
    });
    void this.#verify(transport);
  }

  async send(message: OutgoingMessage): Promise<SendResult> {
    const transport = this.#transport;
    if (!transport || !this.#up || this.#stopping) return notConnected;
    if (!isAddress(message.to)) return { kind: 'rejected', reason: REASONS.say('no-mail-address'), permanent: true };
    for (let wait = this.#limit.take(); wait > 0; wait = this.#limit.take())
      await new Promise((resolve) => setTimeout(resolve, wait));
    const mail = mailOf(message, this.#config.from);
    try {
      await transport.sendMail(this.#options.finish(mail));
      return { kind: 'sent', routeMessageIds: [mail.messageId] };
    } catch (error) {
      return this.#judge(transport, error as SmtpError, this.#bodies.get(mail.messageId));
    } finally {
      this.#bodies.delete(mail.messageId);
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#up = false;
    if (this.#again) clearTimeout(this.#again);
    const transport = this.#transport;
    this.#transport = null;
    if (!transport) return;
    transport.close(); // connections in the middle of a mail finish it
    const deadline = performance.now() + Math.min(5000, this.#options.responseMilliseconds);
    while (this.#bodies.size > 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** What an error means for the mail: answered by the relay, or cut off before or after a byte of it left. */
  #judge(transport: Transport, error: SmtpError, body: Readable | undefined): SendResult {
    const answered = typeof error.responseCode === 'number' && error.responseCode >= 400;
    if (answered && (error.code === 'EENVELOPE' || error.code === 'EMESSAGE')) {
      const permanent = (error.responseCode ?? 0) >= 500;
      return { kind: 'rejected', reason: REASONS.say('mail-refuses', { why: cause(error) }), permanent };
    }
    if (error.code === 'EENVELOPE')
      return { kind: 'rejected', reason: REASONS.say('no-mail-address'), permanent: true };
    // Our own end: the relay never saw the mail's last line, so it has not taken it.
    if (error.code === 'ESTREAM')
      return { kind: 'rejected', reason: REASONS.say('attachment-unreadable'), permanent: false };
    const reason = REASONS.say('mail-unusable', { why: cause(error) });
    this.#down(transport, reason);
    if (body?.readableDidRead) return { kind: 'unknown', reason: REASONS.say('mail-cut-off') };
    return { kind: 'rejected', reason, permanent: false, untried: true };
  }

  async #verify(transport: Transport): Promise<void> {
    try {
      await transport.verify();
      if (this.#stopping || this.#transport !== transport) return;
      this.#failures = 0;
      this.#up = true;
      this.#events.up();
    } catch (error) {
      this.#down(transport, cause(error as SmtpError));
    }
  }

  #down(transport: Transport, reason: string): void {
    if (this.#stopping || this.#transport !== transport) return;
    this.#up = false;
    this.#events.down(reason);
    if (this.#again) return;
    this.#failures++;
    this.#again = setTimeout(
      () => {
        this.#again = null;
        void this.#verify(transport);
      },
      reconnectDelay(this.#failures, this.#options.reconnectMilliseconds),
    );
  }
}

interface SmtpError extends Error {
  code?: string;
  /** Of the error below, where nodemailer gave it a code of its own. */
  originalCode?: string;
  responseCode?: number;
}

const notConnected: SendResult = {
  kind: 'rejected',
  reason: REASONS.say('mail-not-connected'),
  permanent: false,
  untried: true,
};

/** The code of the answer or of the error only: the text of an answer often repeats the address. */
function cause(error: SmtpError): string {
  if (error.code === 'EAUTH') return REASONS.say('login-refused');
  const tls = tlsProblem(error.originalCode) ?? tlsProblem(error.code);
  if (tls) return tls;
  if (error.code === 'ETLS') return REASONS.say('no-starttls');
  if (error.responseCode) return REASONS.say('answer', { code: error.responseCode });
  return error.code ?? REASONS.say('unknown-error');
}

/** The same for the same outbox row on every attempt, so that a mailbox can recognise a repeat (RFC 5322, 3.6.4). */
export function messageIdOf(id: string, from: string): string {
  const domain = /@([^\s@>]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  return `<${id}@${domain}>`;
}

/** `ownAddress`: who writes when the message does not say. */
function mailOf(message: OutgoingMessage, ownAddress: string): MailToSend & { messageId: string } {
  const { mail = {} } = message;
  const from = oneLine(mail.from) || ownAddress;
  const inReplyTo = identity(mail.inReplyTo);
  const replyTo = oneLine(mail.replyTo);
  return {
    messageId: identity(mail.messageId) ?? messageIdOf(message.id, from),
    from,
    to: { name: '', address: message.to },
    ...(replyTo ? { replyTo } : {}),
    subject: message.subject ?? '',
    text: message.text,
    ...(message.html ? { html: message.html } : {}),
    ...(inReplyTo ? { inReplyTo } : {}),
    references: mail.references?.flatMap((one) => identity(one) ?? []) ?? messageIdOf(message.reference, from),
    ...(mail.attachments ? { attachments: mail.attachments.map(attachmentOf) } : {}),
    headers: { ...automaticHeaders(mail.automatic ?? 'generated'), ...unsubscribeHeaders(message.unsubscribeUrl) },
  };
}

/** RFC 3834, 5: so that no machine answers a machine. */
function automaticHeaders(automatic: 'replied' | 'generated' | 'no'): Record<string, string> {
  if (automatic === 'no') return {};
  return { 'Auto-Submitted': `auto-${automatic}`, 'X-Auto-Response-Suppress': 'All' };
}

/** One identity with angle brackets and nothing else, or null. */
const identity = (text: string | undefined): string | null => (text && /^<[^<>\s]{1,500}>$/.test(text) ? text : null);

const oneLine = (text: string | undefined): string => (text ?? '').replace(/[\r\n]+/g, ' ').trim();

const attachmentOf = ({ name, type, content, contentId }: OutgoingAttachment) => ({
  filename: name,
  contentType: type,
  content,
  ...(contentId ? { cid: contentId } : {}),
});

/** RFC 2369 and, for the one press without a page, RFC 8058. */
function unsubscribeHeaders(url: string | null): Record<string, string> {
  if (!url) return {};
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}

/** One address and nothing else: no list, no comment, no line break. */
const isAddress = (text: string): boolean => /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]{1,253}$/.test(text);
