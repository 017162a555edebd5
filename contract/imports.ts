import { type Static, Type } from 'typebox';
import { Id, Instant } from './answer.ts';
import { OneOf } from './one-of.ts';

export const ImportKind = Type.Union([Type.Literal('resources'), Type.Literal('customers'), Type.Literal('services')]);
export type ImportKind = Static<typeof ImportKind>;

/** What is wrong with a row, where, and what would be right. `line` counts from 1 (the header). */
export const ImportProblem = Type.Object({
  line: Type.Integer(),
  column: Type.Union([Type.String(), Type.Null()]),
  wrong: Type.String(),
  right: Type.String(),
});
export type ImportProblem = Static<typeof ImportProblem>;

/**
 * POST /api/v1/imports (multipart: field `kind`, optional `dryRun`, `complete`, `force` = "true"; file `file`, at most 500 MB) → 202 ImportReport.
 * GET /api/v1/imports → ImportBrief[], the newest 50. GET /api/v1/imports/:id → ImportReport (poll, or watch events `import.*`).
 */
export const ImportReport = Type.Object({
  id: Id,
  kind: ImportKind,
  fileName: Type.String(),
  dryRun: Type.Boolean(),
  complete: Type.Boolean(),
  state: OneOf(['staging', 'checking', 'applying', 'done', 'refused', 'failed']),
  startedAt: Instant,
  finishedAt: Type.Union([Instant, Type.Null()]),
  by: Type.String(),
  rows: Type.Integer(),
  applied: Type.Integer(),
  added: Type.Integer(),
  changed: Type.Integer(),
  unchanged: Type.Integer(),
  ended: Type.Integer(),
  problemCount: Type.Integer(),
  /** The first 1000, by line. */
  problems: Type.Array(ImportProblem),
  /** What was noticed and is not fatal: unknown columns, the encoding that was guessed. */
  notes: Type.Array(Type.String()),
});
export type ImportReport = Static<typeof ImportReport>;

/** One import in the list: how many problems it has, without them; the report names each. */
export const ImportBrief = Type.Omit(ImportReport, ['problems']);
export type ImportBrief = Static<typeof ImportBrief>;
