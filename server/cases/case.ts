import type { Language } from '../../contract/answer.ts';
import type { CaseChannel, CaseState, MessageKind, Topic, Visibility, WaitingFor } from '../../contract/cases.ts';
import type { Severity } from '../../contract/incidents.ts';

/** One matter of one party, from first word to the customer's yes. */
export interface CaseRecord {
  id: string;
  number: string;
  partyId: string;
  state: CaseState;
  waitingFor: WaitingFor | null;
  topic: Topic;
  severity: Severity;
  /** Smaller is looked at first. */
  urgency: number;
  language: Language;
  subject: string;
  /** The one that the customer used last. */
  channel: CaseChannel;
  /** Where the customer is answered; null: on the page only. */
  contactPointId: string | null;
  serviceId: string | null;
  resourceId: string | null;
  incidentId: string | null;
  teamId: string | null;
  ownerId: string | null;
  rung: number;
  reminders: number;
  reopened: number;
  formalAt: Date | null;
  openedAt: Date;
  acknowledgedAt: Date | null;
  fixReportedAt: Date | null;
  /** The question that is open to the customer. */
  askedAt: Date | null;
  askedWhat: 'fix works' | 'question' | null;
  askedTimes: number;
  /** When it moves by itself: asked again, closed as unconfirmed. */
  dueAt: Date | null;
  /** Its clocks stand since. */
  pausedAt: Date | null;
  endedAt: Date | null;
  joinedTo: string | null;
  lastHeardAt: Date;
  lastSaidAt: Date | null;
  triage: Record<string, unknown>;
  messages: number;
  version: number;
}

export interface NewAttachment {
  name: string;
  /** By content. */
  type: string;
  declaredType: string | null;
  size: number;
  /** Null: not kept, see `problem`. */
  blobId: Buffer | null;
  inline: boolean;
  contentId: string | null;
  problem: string | null;
}

/** What somebody said, as intake or the customer's page hands it on. */
export interface IncomingMessage {
  channel: CaseChannel;
  /** Who wrote; null: nobody whom we know. */
  partyId: string | null;
  contactPointId: string | null;
  /** Said by somebody who is not known to be the customer. */
  claim: boolean;
  language: Language;
  subject: string | null;
  body: string;
  quoted: string | null;
  /** Made harmless. */
  html: string | null;
  inboundId: string | null;
  /** Message-ID, with its angle brackets. */
  mailId: string | null;
  /** When it reached us, on the business clock; default: now. */
  saidAt?: Date;
  attachments: readonly NewAttachment[];
}

/** What the first look found. */
export interface Triage {
  topic: Topic;
  severity: Severity;
  serviceId: string | null;
  resourceId: string | null;
  /** Why: shown to staff; ids, stems and facts, no sentences of the customer. */
  reasons: Record<string, unknown>;
}

/** A new matter. */
export interface Opening {
  partyId: string;
  /** Where the customer is answered; null: on the page only. */
  contactPointId: string | null;
  language: Language;
  triage: Triage;
  message: IncomingMessage;
  /** Whether the party is cared for first, when that is known already. */
  standing?: { vulnerable: boolean; critical: boolean };
  /** Whose cases these are (a mailbox, a form); null: by topic. */
  teamId?: string | null;
  /** Older than the connection of its mailbox: never acknowledged. */
  quiet?: boolean;
  /** False: the sender is a machine, a bounce, a short number: nothing goes out by itself. */
  mayBeAnswered?: boolean;
}

export interface Opened {
  id: string;
  number: string;
  messageId: string;
}

/** What an incoming message turned out to be. */
export interface Added {
  messageId: string;
  kind: MessageKind;
  /** The case had ended and is at work again. */
  reopened: boolean;
}

/** A message as it is kept. */
export interface MessageRecord {
  id: string;
  caseId: string;
  number: number;
  direction: 'in' | 'out' | 'note';
  visibility: Visibility;
  kind: MessageKind;
  channel: CaseChannel;
  actor: Record<string, string>;
  partyId: string | null;
  contactPointId: string | null;
  claim: boolean;
  language: Language;
  saidAt: Date;
  subject: string | null;
  body: string;
  quoted: string | null;
  html: string | null;
  answer: Record<string, unknown> | null;
  inboundId: string | null;
  mailId: string | null;
  undoUntil: Date | null;
  state: 'held' | 'queued' | 'sent' | 'delivered' | 'failed' | 'withdrawn' | 'in doubt' | null;
  stateReason: string | null;
}

export interface AttachmentRecord {
  id: string;
  messageId: string;
  caseId: string;
  number: number;
  name: string;
  type: string;
  size: number;
  blobId: Buffer | null;
  inline: boolean;
  contentId: string | null;
  problem: string | null;
}

/** What of a case anybody needs who has to decide whether a message belongs to it. */
export interface CaseKey {
  id: string;
  number: string;
  partyId: string;
  state: CaseState;
  topic: Topic;
  serviceId: string | null;
  incidentId: string | null;
  contactPointId: string | null;
  channel: CaseChannel;
  openedAt: Date;
  lastHeardAt: Date;
  endedAt: Date | null;
  joinedTo: string | null;
}
