import { type Static, Type } from 'typebox';
import { Id, Instant, Language } from './answer.ts';
import { CaseChannel, CaseMessage, CaseState, Topic, WaitingFor } from './case-nouns.ts';
import { ANSWER_FILES } from './files.ts';
import { Severity, TimelineEntry } from './incidents.ts';
import { OneOf } from './one-of.ts';

export * from './case-nouns.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

export const PartyBrief = Type.Object({
  id: Id,
  name: Type.String(),
  externalId: Nullable(Type.String()),
  /** Whether the contact point that wrote is verified as the party's; else the identity is a claim. */
  verified: Type.Boolean(),
  vulnerable: Type.Boolean(),
  critical: Type.Boolean(),
});
export type PartyBrief = Static<typeof PartyBrief>;

export const CaseBrief = Type.Object({
  id: Id,
  number: Type.String(),
  state: CaseState,
  waitingFor: Nullable(WaitingFor),
  topic: Topic,
  severity: Severity,
  language: Language,
  channel: CaseChannel,
  subject: Type.String(),
  party: PartyBrief,
  team: Nullable(Type.Object({ id: Id, name: Type.String() })),
  owner: Nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  incidentId: Nullable(Id),
  rung: Type.Integer(),
  reminders: Type.Integer(),
  reopened: Type.Integer(),
  formalAt: Nullable(Instant),
  openedAt: Instant,
  lastHeardAt: Instant,
  /** The soonest open promise. */
  dueAt: Nullable(Instant),
  pausedAt: Nullable(Instant),
  endedAt: Nullable(Instant),
  /** A hand-over that nobody has accepted yet. */
  handOver: Nullable(Type.Object({ teamId: Id, team: Type.String(), dueAt: Instant })),
});
export type CaseBrief = Static<typeof CaseBrief>;

/** What can be looked at. `mine`: owned by whoever asks; `team`: of their teams; `due`: a promise is due within four hours or late; `denied`: said no after a fix. */
export const CASE_VIEWS = [
  'mine',
  'team',
  'unassigned',
  'due',
  'incident',
  'reminders',
  'denied',
  'formal',
  'waiting',
  'all',
  'ended',
] as const;
export const CaseView = OneOf(CASE_VIEWS);
export type CaseView = (typeof CASE_VIEWS)[number];

/** GET /api/v1/cases?view=…&incident=…&party=…&near=…&after=…&limit=… (at most 100). The most urgent first; ended ones latest first. */
export const ListCases = Type.Object(
  {
    view: Type.Optional(CaseView),
    incident: Type.Optional(Id),
    party: Type.Optional(Id),
    /** Open ones about lines on or below the resource of this incident that no incident explains. */
    near: Type.Optional(Id),
    after: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the page before.' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  },
  { additionalProperties: false },
);
export type ListCases = Static<typeof ListCases>;
export const CasePage = Type.Object({ cases: Type.Array(CaseBrief), next: Nullable(Type.String()) });
export type CasePage = Static<typeof CasePage>;

export const CasePromise = Type.Object({
  id: Id,
  kind: Type.String(),
  promisee: Type.String(),
  madeAt: Instant,
  dueAt: Instant,
  state: OneOf(['open', 'kept', 'broken', 'superseded', 'withdrawn'] as const),
  standing: OneOf(['in time', 'at risk', 'late', 'settled'] as const),
  /** Its clock stands. */
  paused: Type.Boolean(),
  owner: Nullable(Type.Object({ id: Type.String(), name: Type.String() })),
});
export type CasePromise = Static<typeof CasePromise>;

/** GET /api/v1/cases/:id */
export const Case = Type.Object({
  ...CaseBrief.properties,
  version: Type.Integer(),
  serviceId: Nullable(Id),
  /** The line that it is about; `resource`: the name of what it hangs on. */
  service: Nullable(
    Type.Object({
      id: Id,
      externalId: Type.String(),
      product: Type.String(),
      address: Nullable(Type.String()),
      resource: Type.String(),
    }),
  ),
  resourceId: Nullable(Id),
  /** Where the customer is answered; null: on the page only. */
  contact: Nullable(Type.Object({ id: Id, channel: Type.String(), address: Type.String(), verified: Type.Boolean() })),
  triage: Type.Record(Type.String(), Type.Unknown()),
  acknowledgedAt: Nullable(Instant),
  fixReportedAt: Nullable(Instant),
  asked: Nullable(Type.Object({ what: OneOf(['fix works', 'question'] as const), at: Instant, times: Type.Integer() })),
  /** When it moves by itself. */
  movesAt: Nullable(Instant),
  joinedTo: Nullable(Id),
  lastSaidAt: Nullable(Instant),
  /** The newest 100; older ones by GET /api/v1/cases/:id/messages. */
  messages: Type.Array(CaseMessage),
  messageCount: Type.Integer(),
  promises: Type.Array(CasePromise),
  handOvers: Type.Array(
    Type.Object({
      id: Id,
      from: Nullable(Type.String()),
      to: Type.String(),
      toId: Id,
      note: Type.String(),
      madeAt: Instant,
      by: Type.String(),
      dueAt: Instant,
      acceptedBy: Nullable(Type.String()),
      endedAt: Nullable(Instant),
      endedHow: Nullable(Type.String()),
    }),
  ),
  /** Cases that may be the same matter; staff decides. */
  proposals: Type.Array(
    Type.Object({
      caseId: Id,
      number: Type.String(),
      subject: Type.String(),
      reasons: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
  ladder: Type.Array(Type.Object({ name: Type.String(), reached: Type.Boolean() })),
  timeline: Type.Array(TimelineEntry),
});
export type Case = Static<typeof Case>;

const Words = Type.String({ minLength: 1, maxLength: 10_000, pattern: '\\S' });
const SomeWords = Type.String({ maxLength: 10_000 });
const StaffId = Type.String({ minLength: 1, maxLength: 64 });

/** GET /api/v1/cases/:id/messages?after=NUMBER&limit=… → CaseMessage[] in order. */
export const ListMessages = Type.Object(
  {
    after: Type.Optional(Type.Integer({ minimum: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  },
  { additionalProperties: false },
);
export type ListMessages = Static<typeof ListMessages>;

/** POST /api/v1/cases → 201 Case: a phone call, a visit to the shop. The party by id, or a new one (a claim until it is verified). */
export const NewCase = Type.Object(
  {
    partyId: Type.Optional(Id),
    newParty: Type.Optional(
      Type.Object(
        {
          name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
          channel: Type.Optional(OneOf(['sms', 'email', 'pec'] as const)),
          address: Type.Optional(Type.String({ minLength: 3, maxLength: 254 })),
        },
        { additionalProperties: false },
      ),
    ),
    contactPointId: Type.Optional(Nullable(Id)),
    topic: Topic,
    severity: Severity,
    language: Language,
    serviceId: Type.Optional(Nullable(Id)),
    words: Words,
  },
  {
    additionalProperties: false,
    examples: [
      {
        partyId: '0196f1c2-7d1e-7c3a-9f51-3f6a2b8c9d01',
        topic: 'line down',
        severity: 'major',
        language: 'it',
        words: 'Internet fermo da ieri sera',
      },
    ],
  },
);
export type NewCase = Static<typeof NewCase>;

/**
 * POST /api/v1/cases/:id/answers → 201 Case. It inherits the promise that is open; where none is, `nextWordBy` must be given (422 `no-promise`).
 * `heardUpTo`: the number of the newest message of the customer that was read; a newer one is a 409 `newer-message` with its `message`.
 */
export const AnswerCase = Type.Object(
  {
    words: Words,
    nextWordBy: Type.Optional(Instant),
    heardUpTo: Type.Optional(Type.Integer({ minimum: 0 })),
    /** It answers the formal complaint. */
    answersComplaint: Type.Optional(Type.Boolean()),
    /** Files uploaded before (see contract/files.ts), in this order. */
    fileIds: Type.Optional(Type.Array(Id, { maxItems: ANSWER_FILES.files, uniqueItems: true })),
  },
  {
    additionalProperties: false,
    examples: [
      { words: 'Domani tra le 9 e le 11 passa il tecnico.', nextWordBy: '2026-03-11T11:00:00+01:00', heardUpTo: 3 },
    ],
  },
);
export type AnswerCase = Static<typeof AnswerCase>;

/** POST /api/v1/cases/:id/notes → 201 Case. Never seen by the customer. */
export const NoteCase = Type.Object(
  { words: Words, visibility: OneOf(['partner', 'operator'] as const) },
  { additionalProperties: false },
);
export type NoteCase = Static<typeof NoteCase>;

/** POST /api/v1/cases/:id/questions → 201 Case: the clocks stand until the customer answers. */
export const AskCustomer = Type.Object(
  { words: Words, heardUpTo: Type.Optional(Type.Integer({ minimum: 0 })) },
  { additionalProperties: false },
);
export type AskCustomer = Static<typeof AskCustomer>;

/** POST /api/v1/cases/:id/heard → 201 Case: what the customer said by voice; `answer` where they were asked whether it works. */
export const HeardByVoice = Type.Object(
  { words: Words, answer: Type.Optional(OneOf(['yes', 'no'] as const)) },
  { additionalProperties: false },
);
export type HeardByVoice = Static<typeof HeardByVoice>;

/** POST /api/v1/cases/:id/hand-overs → 201 Case; then /hand-over/accept and /hand-over/refuse { words }. */
export const HandOverCase = Type.Object(
  {
    teamId: Id,
    note: Words,
    tell: Type.Optional(Type.Boolean({ description: 'Whether the customer is told; default yes.' })),
  },
  { additionalProperties: false },
);
export type HandOverCase = Static<typeof HandOverCase>;

/** POST /api/v1/cases/:id/fix { words? } → Case: the customer is asked whether it is so. */
export const ReportFix = Type.Object({ words: Type.Optional(SomeWords) }, { additionalProperties: false });
export type ReportFix = Static<typeof ReportFix>;

/** POST /api/v1/cases/:id/promise { nextWordBy } | { callBackBy } → Case. */
export const SetPromise = Type.Object(
  { nextWordBy: Type.Optional(Instant), callBackBy: Type.Optional(Instant) },
  { additionalProperties: false },
);
export type SetPromise = Static<typeof SetPromise>;

/** PATCH /api/v1/cases/:id → Case. */
export const ChangeCase = Type.Object(
  {
    version: Type.Integer(),
    topic: Type.Optional(Topic),
    severity: Type.Optional(Severity),
    language: Type.Optional(Language),
    serviceId: Type.Optional(Nullable(Id)),
    incidentId: Type.Optional(Nullable(Id)),
    ownerId: Type.Optional(StaffId),
    waitingFor: Type.Optional(Nullable(OneOf(['technical', 'third party'] as const))),
  },
  { additionalProperties: false },
);
export type ChangeCase = Static<typeof ChangeCase>;

/** POST /api/v1/cases/:id/formal | cancel | confirm | deny { words }: what the customer said or wants, in their words. */
export const CustomerWords = Type.Object({ words: SomeWords }, { additionalProperties: false });
export type CustomerWords = Static<typeof CustomerWords>;

/** POST /api/v1/cases/:id/join { intoId } | apart { intoId? }: a proposal is declined, or a joined case parted. */
export const JoinCase = Type.Object({ intoId: Id }, { additionalProperties: false });
export type JoinCase = Static<typeof JoinCase>;
export const PartCase = Type.Object({ intoId: Type.Optional(Id) }, { additionalProperties: false });
export type PartCase = Static<typeof PartCase>;

/** POST /api/v1/cases/undo → MessagesUndone: messages that have not left yet are taken back. */
export const UndoMessages = Type.Object(
  { messageIds: Type.Array(Id, { minItems: 1, maxItems: 500 }) },
  { additionalProperties: false },
);
export type UndoMessages = Static<typeof UndoMessages>;
export const MessagesUndone = Type.Object({ undone: Type.Integer() });
export type MessagesUndone = Static<typeof MessagesUndone>;
