/** The ways by which words come in. `letter`: paper or fax, scanned and mailed. */
export type InboundChannel = 'sms' | 'email' | 'pec' | 'letter' | 'web' | 'api';

/** What came in, as it is kept. */
export interface Inbound {
  id: string;
  channel: InboundChannel;
  /** The route of an SMS; null for what comes otherwise. */
  routeId: string | null;
  mailboxId: string | null;
  /** Business clock. */
  receivedAt: Date;
  /** As the channel wrote it; empty: nobody. */
  sender: string;
  text: string;
  /** Older than the connection of its mailbox: never answered. */
  quiet: boolean;
  raw: Buffer | null;
  rawBlob: Buffer | null;
  facts: Record<string, unknown>;
}

export interface ReadAttachment {
  name: string;
  declaredType: string | null;
  /** By its content. */
  type: string;
  size: number;
  contentId: string | null;
  inline: boolean;
  problem: string | null;
  /** Null when it was left out (see `problem`): it is in the raw original only. */
  content: Buffer | null;
}

/** What a receiving server says of a mail's origin (RFC 8601); null: nothing. */
export interface Authentication {
  spf: string | null;
  dkim: string | null;
  dmarc: string | null;
}

/** A mail that came back: to whom, and why. */
export interface Returned {
  address: string;
  action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';
  /** RFC 3463 ("5.1.1"); null: the report has none. */
  status: string | null;
  diagnostic: string;
}

/** What certified mail says about a mail that we sent (RFC 6109): legal evidence as far as its signature goes. */
export interface LegalReceipt {
  /** As the standard names it: `avvenuta-consegna`. Null: a kind that it doesn't name. */
  type: string | null;
  /** The Message-ID of the mail that it is about. */
  reference: string | null;
  recipient: string | null;
  signature: 'valid' | 'untrusted' | 'broken' | 'absent';
  /** Null: it is unsigned, altered, or contradicts itself, and changes nothing. */
  says: {
    fate: 'accepted' | 'delivered' | 'failed' | 'under way';
    /** The instant that is certified. */
    at: Date;
    /** The Message-ID of what the recipient got, with angle brackets; null: it doesn't say. */
    identifier: string | null;
    /** The signature leads to a trusted certificate. */
    proven: boolean;
    /** A delivery that counts by law. */
    legalDelivery: boolean;
    /** Why it failed, without addresses. */
    reason: string | null;
  } | null;
}

/** What a reader made of the raw bytes. Words and facts of the channel, no opinion. */
export interface Reading {
  /** An address of the channel as written, or null: none can be read. */
  sender: string | null;
  senderName: string | null;
  subject: string | null;
  text: string;
  quoted: string | null;
  /** Made harmless. */
  html: string | null;
  /** Tags that it declares, best first, in lower case. */
  languages: readonly string[];
  attachments: readonly ReadAttachment[];
  /** Message-ID, with its brackets. */
  mailId: string | null;
  /** The Message-IDs that it answers, the nearest first. */
  answersTo: readonly string[];
  /** By its own word. */
  saidAt: Date | null;
  /** Why it is a machine's; null: nothing says so. */
  automatic: string | null;
  /** A report on mails that came back; empty: it is none. */
  returned: readonly Returned[];
  /** The Message-ID of the mail that a report is about. */
  returnedMailId: string | null;
  authentication: Authentication;
  /** The sender is proven by the channel itself: a certified mail with a valid signature. */
  certified: boolean;
  receipt: LegalReceipt | null;
  /** The server that we trust for it says that it is spam. */
  spamFlag: boolean;
  /** Set when a person has to look at the raw original: it could not be read, or contradicts itself. */
  unreadable: string | null;
  /** What was left out or could not be read, in sentences for staff. */
  problems: readonly string[];
}

/** A reading that says nothing but its words: the base of every other. */
export const plainReading = (words: Pick<Reading, 'sender' | 'text'> & Partial<Reading>): Reading => ({
  senderName: null,
  subject: null,
  quoted: null,
  html: null,
  languages: [],
  attachments: [],
  mailId: null,
  answersTo: [],
  saidAt: null,
  automatic: null,
  returned: [],
  returnedMailId: null,
  authentication: { spf: null, dkim: null, dmarc: null },
  certified: false,
  receipt: null,
  spamFlag: false,
  unreadable: null,
  problems: [],
  ...words,
});

/** What becomes of a message that makes no case. Each can be undone by a person, who then gets a case from it. */
export const DECISIONS = [
  'stop',
  'start',
  'bounce',
  'receipt',
  'automatic',
  'loop',
  'own mail',
  'spam',
  'repeat',
  'older than the connection',
] as const;
export type Decision = (typeof DECISIONS)[number];
