import { type Static, Type } from 'typebox';
import {
  Advice,
  AnnouncementKind,
  Answer,
  Cause,
  Channel,
  ComposedText,
  Id,
  Instant,
  NextStep,
  Words,
} from './answer.ts';
import { OneOf } from './one-of.ts';

export const Severity = Type.Union([
  Type.Literal('critical'),
  Type.Literal('major'),
  Type.Literal('minor'),
  Type.Literal('info'),
]);
export type Severity = Static<typeof Severity>;

export const INCIDENT_STATES = ['suspected', 'confirmed', 'restoring', 'restored', 'closed', 'dismissed'] as const;
export const IncidentState = OneOf(INCIDENT_STATES);
export type IncidentState = (typeof INCIDENT_STATES)[number];

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

export const ResourceBrief = Type.Object({
  id: Id,
  externalId: Type.String(),
  name: Type.String(),
  kind: Type.String(),
  area: Nullable(Type.String()),
});
export type ResourceBrief = Static<typeof ResourceBrief>;

/** How many notices of a subject or an announcement are in which state; live. */
export const NoticeCounts = Type.Object({
  held: Type.Integer(),
  queued: Type.Integer(),
  sent: Type.Integer(),
  delivered: Type.Integer(),
  failed: Type.Integer(),
  withdrawn: Type.Integer(),
  inDoubt: Type.Integer(),
});
export type NoticeCounts = Static<typeof NoticeCounts>;

/** GET /api/v1/incidents?state=open|ended → IncidentBrief[] (newest first, at most 200) */
export const IncidentBrief = Type.Object({
  id: Id,
  reference: Type.String(),
  state: IncidentState,
  severity: Severity,
  resource: ResourceBrief,
  cause: Cause,
  beganAt: Instant,
  expectedEnd: Nullable(Instant),
  /** `late` once the expected end broke and no newer one stands. */
  promise: Type.Union([Type.Literal('none'), Type.Literal('in time'), Type.Literal('at risk'), Type.Literal('late')]),
  servicesDown: Type.Integer(),
  servicesDegraded: Type.Integer(),
  partiesDown: Type.Integer(),
  told: Type.Integer({ description: 'Parties with at least one notice sent or delivered.' }),
  waiting: Type.Boolean({ description: 'An announcement waits for a person.' }),
  endedAt: Nullable(Instant),
});
export type IncidentBrief = Static<typeof IncidentBrief>;

export const AnnouncementState = OneOf([
  'observed',
  'waiting',
  'undoable',
  'telling',
  'told',
  'undone',
  'refused',
  'superseded',
]);
export type AnnouncementState = Static<typeof AnnouncementState>;

export const Announcement = Type.Object({
  id: Id,
  number: Type.Integer(),
  kind: AnnouncementKind,
  state: AnnouncementState,
  /** Why it waits or was only observed: 'observing', 'people', 'cost', 'paused'. */
  stateReason: Nullable(Type.String()),
  madeAt: Instant,
  by: Type.String({ description: 'A name of staff, or the name of the rule.' }),
  releaseAt: Nullable(Instant),
  audienceCount: Type.Integer(),
  costCents: Type.Integer(),
  answer: Answer,
  notices: NoticeCounts,
});
export type Announcement = Static<typeof Announcement>;

export const TimelineEntry = Type.Object({
  at: Instant,
  kind: Type.String(),
  by: Type.String(),
  data: Type.Record(Type.String(), Type.Unknown()),
});
export type TimelineEntry = Static<typeof TimelineEntry>;

export const AlarmBrief = Type.Object({
  id: Id,
  source: Type.String(),
  severity: Severity,
  summary: Type.String(),
  labels: Type.Record(Type.String(), Type.String()),
  resource: Nullable(ResourceBrief),
  startedAt: Instant,
  clearedAt: Nullable(Instant),
});
export type AlarmBrief = Static<typeof AlarmBrief>;

/** GET /api/v1/incidents/:id */
export const Incident = Type.Object({
  ...IncidentBrief.properties,
  version: Type.Integer(),
  causeWords: Words,
  confirmedAt: Nullable(Instant),
  restoredAt: Nullable(Instant),
  /** When damping ends, while suspected, restoring or restored. */
  dueAt: Nullable(Instant),
  rung: Type.Integer(),
  owner: Nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  areas: Type.Array(Type.Object({ code: Type.String(), name: Type.String(), services: Type.Integer() })),
  alarms: Type.Array(AlarmBrief),
  announcements: Type.Array(Announcement),
  notices: NoticeCounts,
  /** Every expected end that was ever said, oldest first. */
  expectedEnds: Type.Array(
    Type.Object({ expectedEnd: Instant, saidAt: Instant, state: Type.String(), by: Type.String() }),
  ),
  timeline: Type.Array(TimelineEntry),
});
export type Incident = Static<typeof Incident>;

/** POST /api/v1/incidents/:id/confirm | dismiss | close; `version` refuses a stale edit with 409. */
export const ActOnIncident = Type.Object(
  { version: Type.Integer(), note: Type.Optional(Type.String({ maxLength: 500 })) },
  { additionalProperties: false },
);
export type ActOnIncident = Static<typeof ActOnIncident>;

/** POST /api/v1/incidents/:id/announcements[/preview]: new facts, and who is told what. `expectedEnd: null` with `nextWordBy` is "not known yet". */
export const Announce = Type.Object(
  {
    version: Type.Integer(),
    cause: Cause,
    causeWords: Type.Optional(Words),
    expectedEnd: Nullable(Instant),
    nextWordBy: Type.Optional(Nullable(Instant)),
    nextStep: NextStep,
    whatYouCanDo: Type.Array(Advice, { maxItems: 5 }),
  },
  { additionalProperties: false },
);
export type Announce = Static<typeof Announce>;

export const AnnouncePreview = Type.Object({
  answer: Answer,
  /** One for each channel and language that somebody will receive. */
  texts: Type.Array(ComposedText),
  audience: Type.Array(
    Type.Object({
      channel: Channel,
      language: Type.String(),
      people: Type.Integer(),
      parts: Type.Integer(),
      costCents: Type.Integer(),
    }),
  ),
  people: Type.Integer(),
  unreachable: Type.Integer({ description: 'Concerned, but without a consent on any channel.' }),
  costCents: Type.Integer(),
  /** What will happen: 'observed', 'waiting' (and why), 'undoable'. */
  outcome: Type.String(),
  outcomeReason: Nullable(Type.String()),
});
export type AnnouncePreview = Static<typeof AnnouncePreview>;

/** POST /api/v1/announcements/:id/undo | release | refuse → Announcement */

/** GET /api/v1/in-doubt → InDoubt[]; POST /api/v1/in-doubt/:id { settle: 'arrived' | 'failed' | 'send-again' } */
export const InDoubt = Type.Object({
  id: Id,
  channel: Channel,
  /** Masked: "+39 … 123". */
  to: Type.String(),
  /** The incident that it told of, or the case in which it was said (its number is the reference). */
  subject: Nullable(
    Type.Object({
      kind: Type.Union([Type.Literal('incident'), Type.Literal('case')]),
      id: Id,
      reference: Type.String(),
    }),
  ),
  kind: Type.String(),
  since: Instant,
  endsAt: Instant,
  why: Type.String(),
});
export type InDoubt = Static<typeof InDoubt>;
export const SettleInDoubt = Type.Object(
  { settle: Type.Union([Type.Literal('arrived'), Type.Literal('failed'), Type.Literal('send-again')]) },
  { additionalProperties: false },
);
export type SettleInDoubt = Static<typeof SettleInDoubt>;

/** GET /api/v1/promises?state=open|broken → PromiseBrief[] (soonest first, at most 200) */
export const PromiseBrief = Type.Object({
  id: Id,
  kind: Type.String(),
  subject: Type.Object({ kind: Type.String(), id: Id, reference: Type.String(), title: Type.String() }),
  promisee: Type.String(),
  madeAt: Instant,
  dueAt: Instant,
  state: Type.Union([
    Type.Literal('open'),
    Type.Literal('kept'),
    Type.Literal('broken'),
    Type.Literal('superseded'),
    Type.Literal('withdrawn'),
  ]),
  standing: Type.Union([
    Type.Literal('in time'),
    Type.Literal('at risk'),
    Type.Literal('late'),
    Type.Literal('settled'),
  ]),
  owner: Nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  renewal: Type.Integer(),
});
export type PromiseBrief = Static<typeof PromiseBrief>;
