import type { Readable } from 'node:stream';

/**
 * The contract of a channel out: wire format on one side, plain messages on the other. An adapter knows neither database nor
 * capability; what it hears is handed to the events it was opened with, and acknowledged to the other end only after they resolved.
 */
export interface OutgoingMessage {
  /** Of the outbox row; the same on a repeat, so that the other end may recognise it. */
  id: string;
  /** E.164 with +, or a mail address. */
  to: string;
  subject: string | null;
  text: string;
  html: string | null;
  /** On the clock of the machine (not the business clock): what the network is told to forget it by. */
  validUntil: Date;
  unsubscribeUrl: string | null;
  /** What several messages have in common (the text they carry); lets mail programs thread them. */
  reference: string;
  /** What only mail has; without it a mail is one that nobody answers, from the address of the route. */
  mail?: OutgoingMail;
}

/** Identities are as in RFC 5322 (3.6.4), with angle brackets; what is none is left out. */
export interface OutgoingMail {
  /** The mail's own identity, by which an answer is recognised. Absent: made of the outbox row. */
  messageId?: string;
  inReplyTo?: string;
  /** Oldest first. Absent: of `reference`. */
  references?: string[];
  /** The mailbox that writes, as `Name <address>` or an address. Absent: the route's. */
  from?: string;
  replyTo?: string;
  /** RFC 3834: `replied`: a machine answers; `generated`: a machine writes by itself (when absent); `no`: a person wrote it. */
  automatic?: 'replied' | 'generated' | 'no';
  attachments?: OutgoingAttachment[];
}

export interface OutgoingAttachment {
  name: string;
  /** A media type. */
  type: string;
  /** A stream is read once: a repeat needs a new one. */
  content: Buffer | Readable;
  /** Set: it is shown in the text, which names it as `cid:…`. */
  contentId?: string;
}

export type SendResult =
  /** Accepted. `routeMessageIds`: one for each part, as receipts will name them. */
  | { kind: 'sent'; routeMessageIds: string[] }
  /** Surely not sent. `permanent`: trying again is of no use. `untried`: it was never offered to the other end. */
  | { kind: 'rejected'; reason: string; permanent: boolean; untried?: boolean }
  /** It was on the wire, or part of it, and no answer came: it may have arrived. */
  | { kind: 'unknown'; reason: string };

export interface ChannelReceipt {
  /** The names under which the route may know it, best first (SMSCs write one id in decimal and in hexadecimal). */
  routeMessageIds: string[];
  /** The address that it was for, when the receipt says so. */
  to: string | null;
  state: 'delivered' | 'failed';
  reason: string | null;
}

export interface ChannelInbound {
  sender: string;
  text: string;
  /** As it came from the wire. */
  raw: Buffer;
  /** Of a message that comes in several: which it is; `text` is then that part's. */
  part: { reference: number; number: number; total: number } | null;
}

export interface ChannelEvents {
  /** Resolves when it is stored. */
  receipt(receipt: ChannelReceipt): Promise<void>;
  /** Resolves when it is stored. */
  inbound(message: ChannelInbound): Promise<void>;
  up(): void;
  /** `reason`: one line for staff, without secrets and addresses of people. Called on each failed attempt to connect. */
  down(reason: string): void;
}

/** Never rejects in `send`: what happens to a message is its result. */
export interface OutgoingChannel {
  /** How many messages may be given to `send` at once. */
  readonly window: number;
  /** Connects, and goes on connecting with growing delays, until `stop`. */
  start(): void;
  send(message: OutgoingMessage): Promise<SendResult>;
  /** Waits briefly for answers, says good-bye, closes. What then has no answer is `unknown`. */
  stop(): Promise<void>;
}

/** Growing delays between attempts to connect, in milliseconds; the last one repeats. */
export const RECONNECT_MILLISECONDS: readonly number[] = [500, 1000, 2000, 5000, 10_000, 30_000];

/** The delay before attempt number `failures` (from 1), with up to 20 % added so that many don't come at once. */
export function reconnectDelay(failures: number, delays: readonly number[] = RECONNECT_MILLISECONDS): number {
  const base = delays[Math.min(Math.max(failures, 1), delays.length) - 1] ?? 30_000;
  return Math.round(base * (1 + Math.random() / 5));
}
