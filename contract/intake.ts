import { type Static, Type } from 'typebox';
import { Id, Instant, Language } from './answer.ts';
import { Topic } from './cases.ts';
import { Severity } from './incidents.ts';
import { OneOf } from './one-of.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

// Mailboxes -----------------------------------------------------------------------------------------------------------

/** `letter`: scanned paper and fax; the scanner is never answered. */
export const MAILBOX_KINDS = ['email', 'pec', 'letter'] as const;
export const MailboxKind = OneOf(MAILBOX_KINDS);

export const MailboxConfig = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 253 }),
    port: Type.Integer({ minimum: 1, maximum: 65535 }),
    secure: Type.Boolean({ description: 'TLS from the start (port 993). Otherwise STARTTLS is demanded.' }),
    user: Type.String({ minLength: 1, maxLength: 254 }),
    folder: Type.String({ minLength: 1, maxLength: 200 }),
    authservId: Nullable(
      Type.String({
        minLength: 1,
        maxLength: 253,
        description:
          'The name under which its server writes Authentication-Results; without it nothing it says of senders is believed.',
      }),
    ),
    trustedRoots: Nullable(
      Type.String({
        maxLength: 500_000,
        description:
          'Of certified mail: the certificates, in PEM, of authorities that certify its providers; without them no signature is proven.',
      }),
    ),
    markSeen: Type.Boolean({ description: 'Marks as seen what was read; otherwise nothing is changed on the server.' }),
  },
  { additionalProperties: false },
);
export type MailboxConfig = Static<typeof MailboxConfig>;

const mailboxFields = {
  name: Type.String({ minLength: 1, maxLength: 60 }),
  address: Type.String({
    minLength: 3,
    maxLength: 254,
    description: 'What customers write to, and answers come from.',
  }),
  config: MailboxConfig,
  routeId: Nullable(Id),
  teamId: Nullable(Id),
  enabled: Type.Boolean(),
};
const Secret = Type.String({
  maxLength: 500,
  description: 'The password, or env:FILODIRETTO_SECRET_… to name a variable of the server. Left out: unchanged.',
});

/** GET /api/v1/mailboxes → Mailbox[]; POST NewMailbox; PATCH /:id ChangeMailbox; DELETE /:id; POST /:id/restore takes its end back; POST /:id/test → MailboxTested. */
export const NewMailbox = Type.Object(
  { ...mailboxFields, kind: MailboxKind, password: Type.Optional(Secret) },
  { additionalProperties: false },
);
export type NewMailbox = Static<typeof NewMailbox>;
export const ChangeMailbox = Type.Partial(Type.Object({ ...mailboxFields, password: Secret }), {
  additionalProperties: false,
});
export type ChangeMailbox = Static<typeof ChangeMailbox>;
export const Mailbox = Type.Object({
  id: Id,
  ...mailboxFields,
  kind: MailboxKind,
  hasPassword: Type.Boolean(),
  /** Mail from before is read and not answered; null: never connected. */
  connectedSince: Nullable(Instant),
  state: OneOf(['unknown', 'up', 'down'] as const),
  stateSince: Nullable(Instant),
  stateReason: Nullable(Type.String()),
});
export type Mailbox = Static<typeof Mailbox>;
/** `works` false: `reason` says why, in words. */
export const MailboxTested = Type.Object({ works: Type.Boolean(), reason: Nullable(Type.String()) });
export type MailboxTested = Static<typeof MailboxTested>;

// What came in --------------------------------------------------------------------------------------------------------

/** What became of messages that made no case. `waiting`: not worked off yet. `unreadable`: in a case, for a person to look at the original. */
export const INBOUND_LISTS = [
  'waiting',
  'unreadable',
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
export const InboundList = OneOf(INBOUND_LISTS);
export type InboundList = (typeof INBOUND_LISTS)[number];

/** GET /api/v1/inbound?decision=&before= → { items, next }: the newest first, 50 at a time. */
export const InboundBrief = Type.Object({
  id: Id,
  channel: OneOf(['sms', 'email', 'pec', 'letter', 'web', 'api'] as const),
  receivedAt: Instant,
  sender: Type.String(),
  /** The beginning of its words; empty where they are in the original only. */
  text: Type.String(),
  decision: Nullable(Type.String()),
  /** Why it was decided so, where there is more to say. */
  why: Nullable(Type.String()),
  caseId: Nullable(Id),
  mailbox: Nullable(Type.String()),
  trouble: Nullable(Type.String()),
});
export type InboundBrief = Static<typeof InboundBrief>;
export const InboundPage = Type.Object({ items: Type.Array(InboundBrief), next: Nullable(Type.String()) });
export type InboundPage = Static<typeof InboundPage>;

/** POST /api/v1/inbound/:id/decide → InboundBrief. `case`: what was set aside becomes part of a case after all. `spam`: out of the lists for good. */
export const DecideInbound = Type.Object(
  {
    decision: OneOf(['case', 'spam'] as const),
    acknowledge: Type.Optional(
      Type.Boolean({ description: 'Whether the sender gets the acknowledgement now. Default: no.' }),
    ),
    blockSender: Type.Optional(
      Type.Boolean({ description: 'With spam: nothing from this address makes a case any more.' }),
    ),
  },
  { additionalProperties: false },
);
export type DecideInbound = Static<typeof DecideInbound>;

/** GET /api/v1/blocked-senders → BlockedSender[]; POST { address }; POST /remove { address }. An address, or a domain that begins with @. */
export const BlockSender = Type.Object(
  { address: Type.String({ minLength: 3, maxLength: 254 }) },
  { additionalProperties: false },
);
export const BlockedSender = Type.Object({ address: Type.String(), madeAt: Instant });

/** POST /api/v1/messages (header Idempotency-Key) → 201 MessageHandedIn: what a customer said by phone, or through another program. */
export const HandInMessage = Type.Object(
  {
    channel: OneOf(['api', 'phone'] as const),
    /** A customer who was recognised (`partyId`), or an address that only says who it may be. */
    partyId: Type.Optional(Id),
    address: Type.Optional(Type.String({ minLength: 3, maxLength: 254 })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 120 })),
    subject: Type.Optional(Type.String({ maxLength: 300 })),
    text: Type.String({ minLength: 1, maxLength: 20_000 }),
    language: Type.Optional(Language),
    acknowledge: Type.Optional(Type.Boolean({ description: 'Default: yes.' })),
  },
  { additionalProperties: false },
);
export type HandInMessage = Static<typeof HandInMessage>;
export const MessageHandedIn = Type.Object({
  inboundId: Id,
  caseId: Nullable(Id),
  /** Of a case that was opened by it. */
  number: Nullable(Type.String()),
  claim: Type.Boolean(),
  decision: Nullable(Type.String()),
  repeated: Type.Boolean(),
});
export type MessageHandedIn = Static<typeof MessageHandedIn>;

// Lexicon -------------------------------------------------------------------------------------------------------------

/** GET /api/v1/lexicon → LexiconEntry[]; PUT: the whole of it; POST /api/v1/lexicon/test TryText → Tried, with the stored lexicon or with `entries`. */
export const LexiconEntry = Type.Object(
  {
    language: Language,
    stem: Type.String({ minLength: 2, maxLength: 60, description: 'The beginning of a word, or of several in a row.' }),
    topic: Topic,
    severity: Nullable(Severity),
    weight: Type.Integer({ minimum: 1, maximum: 10 }),
  },
  { additionalProperties: false },
);
export const Lexicon = Type.Array(LexiconEntry, { maxItems: 2000 });
export const TryText = Type.Object(
  { text: Type.String({ minLength: 1, maxLength: 5000 }), entries: Type.Optional(Lexicon) },
  { additionalProperties: false },
);
export type TryText = Static<typeof TryText>;
export const Tried = Type.Object({
  language: Language,
  topic: Topic,
  severity: Severity,
  urgency: Type.Integer(),
  place: Nullable(Type.Object({ code: Type.String(), name: Type.String() })),
  reasons: Type.Array(
    Type.Object({
      for: OneOf(['language', 'topic', 'severity', 'place', 'urgency'] as const),
      because: Type.String(),
      means: Type.String(),
      weight: Type.Integer(),
    }),
  ),
});
export type Tried = Static<typeof Tried>;
