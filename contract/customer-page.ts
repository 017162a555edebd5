import type { Channel, Language } from './answer.ts';
import type { CaseChannel, CaseState, MessageKind, Topic, WaitingFor } from './cases.ts';

/** What somebody may do who acts for a customer. */
export const DELEGATION_SCOPES = ['technical', 'orders', 'billing:view', 'billing:act'] as const;
export type DelegationScope = (typeof DELEGATION_SCOPES)[number];

/** Bounds of what comes by a form: said on the page, kept by the server. Lengths in characters, sizes in bytes. */
export const FORM_LIMITS = {
  text: 10_000,
  name: 120,
  address: 254,
  files: 5,
  file: 10_485_760,
} as const;

/** What a page says on top after a press: fixed words, so that no address can put others there. */
export const DONE = [
  'opened',
  'message',
  'works',
  'works-words',
  'works-not',
  'call',
  'formal',
  'cancelled',
  'channel',
  'delegate',
  'delegate-ended',
  'contact-point',
] as const;
export type Done = (typeof DONE)[number];

/** What was wrong with a form: fixed words too. */
export const TROUBLES = [
  'empty',
  'too-long',
  'code-wrong',
  'code-dead',
  'code-none',
  'address-wrong',
  'address-country',
  'address-known',
  'dates',
  'scopes',
  'files-many',
  'file-large',
  'file-kind',
  'name-missing',
  'not-now',
  'too-many',
  'work-missing',
  'form-old',
  'nowhere',
] as const;
export type Trouble = (typeof TROUBLES)[number];

export interface ShownAttachment {
  id: string;
  name: string;
  /** Bytes. */
  size: number;
  /** It was not kept. */
  lost: boolean;
}

/** One knot of the thread. Instants are RFC 3339. */
export type ThreadKnot =
  | {
      what: 'message';
      at: string;
      kind: MessageKind;
      channel: CaseChannel;
      who: 'customer' | 'delegate' | 'staff' | 'automatic';
      /** A name, where it may be said. */
      name: string | null;
      body: string;
      attachments: readonly ShownAttachment[];
      /** Of what went out: whether it left. */
      sent: 'on its way' | 'sent' | 'arrived' | 'failed' | null;
    }
  | { what: 'promise'; at: string; kind: string; dueAt: string; state: 'kept' | 'broken' }
  | { what: 'step'; at: string; step: CaseStep; team: string | null; person: string | null };

/** What happened to a case and is worth telling the customer. */
export type CaseStep =
  | 'handed over'
  | 'accepted'
  | 'climbed'
  | 'fix reported'
  | 'reopened'
  | 'waiting'
  | 'formal'
  | 'confirmed'
  | 'unconfirmed'
  | 'cancelled'
  | 'joined';

export interface ShownPromise {
  kind: string;
  dueAt: string;
  /** Its clock stands, because we wait for the customer. */
  paused: boolean;
}

/** Who looks. */
export type Viewer =
  | { as: 'customer'; name: string }
  | { as: 'delegate'; name: string; forName: string; scopes: readonly DelegationScope[] };

/** One address of the customer, masked: "m…@example.it". */
export interface ShownAddress {
  id: string;
  channel: Channel;
  to: string;
  verified: boolean;
}

export interface ShownDelegation {
  id: string;
  name: string;
  scopes: readonly DelegationScope[];
  startsAt: string;
  endsAt: string | null;
}

/** What every page of the customer needs. */
export interface PageFrame {
  operator: { name: string; phone: string };
  language: Language;
  timeZone: string;
  /** Decides what is late; all times are absolute. */
  now: string;
}

/** What may be pressed now. */
export type Deeds = Record<'write' | 'answer' | 'formal' | 'call' | 'cancel' | 'manage', boolean>;

/** Everything that the page of a case says. */
export interface CaseFacts {
  viewer: Viewer;
  number: string;
  subject: string;
  topic: Topic;
  state: CaseState;
  waitingFor: WaitingFor | null;
  /** The number of the case that this one was joined to. */
  joinedTo: string | null;
  openedAt: string;
  formalAt: string | null;
  endedAt: string | null;
  /** The question that is open to the customer. */
  asked: 'fix works' | 'question' | null;
  team: string | null;
  /** Open promises, the soonest first. */
  promises: readonly ShownPromise[];
  /** The newest promise, when it broke. */
  broken: { dueAt: string } | null;
  /** Oldest first. */
  thread: readonly ThreadKnot[];
  /** Where the customer is answered; null: on the page only. */
  answeredAt: string | null;
  addresses: readonly ShownAddress[];
  /** Those that stand or will. */
  delegations: readonly ShownDelegation[];
  may: Deeds;
}
