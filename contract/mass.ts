import { type Static, Type } from 'typebox';
import { Id, Instant } from './answer.ts';
import { OneOf } from './one-of.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

/** So many cases are in one act at most; those that opened first come first. */
export const MOST_IN_AN_ACT = 5000;

/**
 * `link`: open cases without an incident become part of this one; without `caseIds`, those about lines on or below its resource. `close`: whoever was asked twice and had time to
 * answer ends as unconfirmed, whoever was not asked yet is asked; nobody else's case ends, since only the customer says that it is solved.
 */
export const MASS_ACTS = ['answer', 'link', 'hand-over', 'fix', 'unlink', 'close'] as const;

/** What an act makes of one case. */
export const MASS_DEEDS = ['answered', 'linked', 'handed-over', 'asked', 'unlinked', 'ended'] as const;
export type MassDeed = (typeof MASS_DEEDS)[number];

/** POST /api/v1/incidents/:id/cases/mass/preview → MassPreview; POST /api/v1/incidents/:id/cases/mass → 202 MassRecord. */
export const MassAct = Type.Object(
  {
    act: OneOf(MASS_ACTS),
    words: Type.Optional(Type.String({ minLength: 1, maxLength: 10_000, pattern: '\\S' })),
    nextWordBy: Type.Optional(Instant),
    teamId: Type.Optional(Id),
    /** Only these. */
    caseIds: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: MOST_IN_AN_ACT })),
  },
  {
    additionalProperties: false,
    examples: [{ act: 'answer', words: 'Il ripetitore è senza corrente.', nextWordBy: '2026-03-11T11:00:00+01:00' }],
  },
);
export type MassAct = Static<typeof MassAct>;

/** Cases that are left out for one reason. */
export const MassLeft = Type.Object({
  code: Type.String(),
  because: Type.String(),
  /** What would change that. */
  opens: Type.String(),
  count: Type.Integer(),
  /** The numbers of the first twenty. */
  numbers: Type.Array(Type.String()),
});
export type MassLeft = Static<typeof MassLeft>;
const Deeds = Type.Array(Type.Object({ did: OneOf(MASS_DEEDS), count: Type.Integer() }));

export const MassPreview = Type.Object({
  /** All that are concerned. */
  cases: Type.Integer(),
  /** More than one act takes: they are left for the next one. */
  beyond: Type.Integer(),
  would: Deeds,
  left: Type.Array(MassLeft),
  sample: Nullable(Type.String({ description: 'What the first of them would read.' })),
});
export type MassPreview = Static<typeof MassPreview>;

/** GET /api/v1/incidents/:id/mass-acts → MassRecord[], the latest first, at most 10. POST /api/v1/mass-acts/:id/undo → MassRecord (409 `too-late`). */
export const MassRecord = Type.Object({
  id: Id,
  incidentId: Id,
  act: OneOf(MASS_ACTS),
  words: Nullable(Type.String()),
  by: Type.String(),
  /** It waits until `undoUntil` and can be taken back so long: nothing has been said or done yet. */
  state: OneOf(['waiting', 'undone', 'running', 'done'] as const),
  madeAt: Instant,
  /** By the clock on the wall. */
  undoUntil: Instant,
  settledAt: Nullable(Instant),
  cases: Type.Integer(),
  /** How many of them are settled, done or left. */
  settled: Type.Integer(),
  did: Deeds,
  left: Type.Array(MassLeft),
});
export type MassRecord = Static<typeof MassRecord>;
