import type { Channel, Language } from './answer.ts';
import type { CaseChannel, CaseState, MessageKind, Topic, WaitingFor } from './cases.ts';

/** What somebody may do who acts for a customer. */
export const DELEGATION_SCOPES = ['technical', 'orders', 'billing:view', 'billing:act'] as const;
export type DelegationScope = (typeof DELEGATION_SCOPES)[number];

/** What the page of a case shows of one attachment. */
export interface ShownAttachment {
  id: string;
  name: string;
  type: string;
  size: number;
  /** Why it was not kept. */
  problem: string | null;
}

/** One knot of the thread, in the order of time. Instants are RFC 3339. */
export type ThreadKnot =
  | {
      what: 'message';
      at: string;
      kind: MessageKind;
      channel: CaseChannel;
      /** Who speaks: the customer, a delegate for them, somebody of the operator, the operator's automatic answer. */
      who: 'customer' | 'delegate' | 'staff' | 'automatic';
      /** A name, where it may be said. */
      name: string | null;
      body: string;
      attachments: readonly ShownAttachment[];
      /** Of what was sent: whether it left. */
      sent: 'on its way' | 'sent' | 'arrived' | 'failed' | null;
    }
  | { what: 'promise'; at: string; kind: string; dueAt: string; state: 'kept' | 'broken' | 'withdrawn' }
  | { what: 'hand-over'; at: string; team: string; acceptedBy: string | null; acceptedAt: string | null }
  | { what: 'climb'; at: string; rung: string }
  | { what: 'state'; at: string; state: CaseState | 'reopened' };

/** A promise that is open. */
export interface OpenPromise {
  kind: string;
  madeAt: string;
  dueAt: string;
  /** Its clock stands, because we wait for the customer. */
  paused: boolean;
}

/** Who looks: the customer, or a delegate within scopes. */
export type Viewer =
  | { as: 'customer'; name: string }
  | { as: 'delegate'; name: string; forName: string; scopes: readonly DelegationScope[] };

export interface Recipient {
  id: string;
  channel: Channel;
  /** Masked: "m…@example.it". */
  to: string;
  verified: boolean;
}

/** Everything that the page of a case says. */
export interface CasePage {
  operator: { name: string; phone: string };
  language: Language;
  timeZone: string;
  now: string;
  viewer: Viewer;
  number: string;
  subject: string;
  topic: Topic;
  state: CaseState;
  waitingFor: WaitingFor | null;
  openedAt: string;
  endedAt: string | null;
  formalAt: string | null;
  /** The question that is open to the customer, and until when it waits. */
  asked: { what: 'fix works' | 'question'; at: string; until: string | null } | null;
  /** The team and the person who have it now. */
  team: string | null;
  owner: string | null;
  /** The rung on which the case stands; the first one is 0. */
  rung: number;
  ladder: readonly string[];
  promises: readonly OpenPromise[];
  thread: readonly ThreadKnot[];
  /** Where the customer is answered; null: on the page only. */
  answeredAt: string | null;
  recipients: readonly Recipient[];
  delegations: readonly {
    id: string;
    name: string;
    scopes: readonly DelegationScope[];
    startsAt: string;
    endsAt: string | null;
    standing: boolean;
  }[];
  may: {
    write: boolean;
    answer: boolean;
    reopen: boolean;
    formal: boolean;
    call: boolean;
    cancel: boolean;
    manage: boolean;
  };
}

/** Bounds of what customers send by a form; said on the page, kept by the server. */
export const FORM_LIMITS = {
  text: 10_000,
  name: 120,
  subject: 150,
  address: 254,
  files: 5,
  /** Bytes of one file. */
  file: 10_485_760,
} as const;
