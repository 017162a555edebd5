import { type Static, Type } from 'typebox';
import { Id, Instant, Language } from './answer.ts';
import { OneOf } from './one-of.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

/** `received → acknowledged → in work ⇄ waiting → fix reported → confirmed | unconfirmed`; `cancelled` by the customer, `joined` to another case of the same party. */
export const CASE_STATES = [
  'received',
  'acknowledged',
  'in work',
  'waiting',
  'fix reported',
  'confirmed',
  'unconfirmed',
  'cancelled',
  'joined',
] as const;
export const CaseState = OneOf(CASE_STATES);
export type CaseState = (typeof CASE_STATES)[number];

export const WAITING_FOR = ['customer', 'technical', 'third party'] as const;
export const WaitingFor = OneOf(WAITING_FOR);
export type WaitingFor = (typeof WAITING_FOR)[number];

/** What a case is about. `conduct` is a complaint about somebody's behaviour: hidden from partners. */
export const TOPICS = [
  'line down',
  'line slow',
  'activation',
  'migration',
  'visit',
  'bill',
  'ending',
  'limit',
  'equipment',
  'data',
  'conduct',
  'other',
] as const;
export const Topic = OneOf(TOPICS);
export type Topic = (typeof TOPICS)[number];

/** The ways by which a message of a case comes or goes. `desk`: written inside the house. `letter`: scanned paper or fax. */
export const CASE_CHANNELS = ['sms', 'email', 'pec', 'web', 'api', 'letter', 'phone', 'desk'] as const;
export const CaseChannel = OneOf(CASE_CHANNELS);
export type CaseChannel = (typeof CASE_CHANNELS)[number];

/** Who may read a message: the customer and all staff; partners and all staff; the operator's own staff. */
export const VISIBILITIES = ['customer', 'partner', 'operator'] as const;
export const Visibility = OneOf(VISIBILITIES);
export type Visibility = (typeof VISIBILITIES)[number];

export const MESSAGE_KINDS = [
  'first', // opened the case
  'reminder', // again about the same
  'reply', // an answer to what was asked or said
  'confirmation', // "yes, it works"
  'denial', // "no, it does not"
  'complaint', // made it a formal complaint
  'acknowledgement',
  'answer',
  'state', // of the case, after a reminder or by the incident behind it
  'question',
  'fix-question', // "does it work?"
  'promise-broken',
  'closing',
  'note',
] as const;
export const MessageKind = OneOf(MESSAGE_KINDS);
export type MessageKind = (typeof MESSAGE_KINDS)[number];

export const CaseAttachment = Type.Object({
  id: Id,
  name: Type.String(),
  /** By content, not by name. */
  type: Type.String(),
  size: Type.Integer({ description: 'Bytes.' }),
  inline: Type.Boolean(),
  /** Why it was not kept, when it was not. */
  problem: Nullable(Type.String()),
});
export type CaseAttachment = Static<typeof CaseAttachment>;

export const CaseMessage = Type.Object({
  id: Id,
  number: Type.Integer(),
  direction: Type.Union([Type.Literal('in'), Type.Literal('out'), Type.Literal('note')]),
  visibility: Visibility,
  kind: MessageKind,
  channel: CaseChannel,
  saidAt: Instant,
  /** Who wrote it, in words: a name, "automatic", "on behalf of …". */
  author: Type.String(),
  /** Said by somebody who is not known to be the customer: shown as such, never to the customer. */
  claim: Type.Boolean(),
  language: Language,
  subject: Nullable(Type.String()),
  body: Type.String(),
  quoted: Nullable(Type.String()),
  /** Sanitised; shown in a sandboxed frame only. */
  html: Nullable(Type.String()),
  attachments: Type.Array(CaseAttachment),
  /** Of what goes out. */
  state: Nullable(OneOf(['held', 'queued', 'sent', 'delivered', 'failed', 'withdrawn', 'in doubt'] as const)),
  stateReason: Nullable(Type.String()),
  /** Until then it can be taken back. */
  undoUntil: Nullable(Instant),
  /** The raw original can be fetched (deed `raw:read`). */
  inboundId: Nullable(Id),
});
export type CaseMessage = Static<typeof CaseMessage>;
