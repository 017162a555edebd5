import { sql } from 'kysely';
import type { ImportBrief, ImportReport } from '../../contract/imports.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import type { ImportKind, ImportProblem, ImportRecord, ImportState, Progress, Staged, StagedRow } from './import.ts';

interface ImportRowOfTable {
  id: string;
  kind: ImportKind;
  file_name: string;
  dry_run: boolean;
  complete: boolean;
  force: boolean;
  state: ImportState;
  started_at: Date;
  finished_at: Date | null;
  actor: Actor;
  rows: number;
  applied: number;
  added: number;
  changed: number;
  unchanged: number;
  ended: number;
  problems: ImportProblem[];
  problem_count: number;
  notes: string[];
  progress: Progress | Record<string, never>;
}

const record = (row: ImportRowOfTable): ImportRecord => ({
  id: row.id,
  kind: row.kind,
  fileName: row.file_name,
  dryRun: row.dry_run,
  complete: row.complete,
  force: row.force,
  state: row.state,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  actor: row.actor,
  rows: row.rows,
  applied: row.applied,
  added: row.added,
  changed: row.changed,
  unchanged: row.unchanged,
  ended: row.ended,
  problems: row.problems,
  problemCount: row.problem_count,
  notes: row.notes,
  progress: 'step' in row.progress ? (row.progress as Progress) : null,
});

/** As the list of the API shows it. `by` is the id of the person, or the name of the command. */
export const presentBrief = (one: ImportRecord): ImportBrief => ({
  id: one.id,
  kind: one.kind,
  fileName: one.fileName,
  dryRun: one.dryRun,
  complete: one.complete,
  state: one.state,
  startedAt: one.startedAt.toISOString(),
  finishedAt: one.finishedAt?.toISOString() ?? null,
  by: 'id' in one.actor ? one.actor.id : one.actor.name,
  rows: one.rows,
  applied: one.applied,
  added: one.added,
  changed: one.changed,
  unchanged: one.unchanged,
  ended: one.ended,
  problemCount: one.problemCount,
  notes: one.notes,
});

/** One import with its problems. */
export const presentImport = (one: ImportRecord): ImportReport => ({ ...presentBrief(one), problems: one.problems });

const COLUMNS = sql.raw(
  'id, kind, file_name, dry_run, complete, force, state, started_at, finished_at, actor, rows, applied, added, changed, unchanged, ended, problems, problem_count, notes, progress',
);

export async function insertImport(
  tx: Tx,
  one: Pick<ImportRecord, 'id' | 'kind' | 'fileName' | 'dryRun' | 'complete' | 'force' | 'startedAt' | 'actor'>,
  worker: string,
  leaseUntil: Date,
): Promise<void> {
  await sql`INSERT INTO imports (id, kind, file_name, dry_run, complete, force, state, started_at, actor, worker, lease_until)
    VALUES (${one.id}, ${one.kind}, ${one.fileName}, ${one.dryRun}, ${one.complete}, ${one.force}, 'staging', ${one.startedAt},
      ${JSON.stringify(storedActor(one.actor))}::jsonb, ${worker}::uuid, ${leaseUntil})`.execute(tx);
}

export async function loadImport(db: Db, id: string): Promise<ImportRecord | null> {
  const { rows } = await sql<ImportRowOfTable>`SELECT ${COLUMNS} FROM imports WHERE id = ${id}::uuid`.execute(db);
  return rows[0] ? record(rows[0]) : null;
}

const WITHOUT_PROBLEMS = sql.raw(
  "id, kind, file_name, dry_run, complete, force, state, started_at, finished_at, actor, rows, applied, added, changed, unchanged, ended, '[]'::jsonb AS problems, problem_count, notes, progress",
);

/** The newest 50, without their problems (which the single one has). */
export async function listImports(db: Db): Promise<ImportRecord[]> {
  const { rows } =
    await sql<ImportRowOfTable>`SELECT ${WITHOUT_PROBLEMS} FROM imports ORDER BY started_at DESC, id DESC LIMIT 50`.execute(
      db,
    );
  return rows.map(record);
}

/** Adds rows to the stage and to the count; false when the import is no longer this worker's. */
export async function stageRows(
  tx: Tx,
  id: string,
  worker: string,
  rows: readonly Staged<StagedRow>[],
  counted: number,
  leaseUntil: Date,
): Promise<boolean> {
  const { numAffectedRows } = await sql`UPDATE imports SET rows = rows + ${counted}, lease_until = ${leaseUntil}
    WHERE id = ${id}::uuid AND worker = ${worker}::uuid AND state = 'staging'`.execute(tx);
  if (numAffectedRows !== 1n) return false;
  const values = JSON.stringify(rows.map(({ line, row }) => ({ line, external_id: row.externalId, row })));
  await sql`INSERT INTO import_rows (import_id, line, external_id, row)
    SELECT ${id}::uuid, line, external_id, row FROM jsonb_to_recordset(${values}::jsonb) AS one(line int, external_id text, row jsonb)`.execute(
    tx,
  );
  return true;
}

/** Tells the planner what is staged (a small sample), so that paging goes along the index instead of sorting the whole stage for each page. */
export async function analyseStage(tx: Tx): Promise<void> {
  await sql`SET LOCAL default_statistics_target = 5`.execute(tx);
  await sql`ANALYZE import_rows`.execute(tx);
}

/** Rows in the order of the file. */
export async function nextRows<Row>(db: Db, id: string, after: number, limit: number): Promise<Staged<Row>[]> {
  const { rows } = await sql<
    Staged<Row>
  >`SELECT line, row FROM import_rows WHERE import_id = ${id}::uuid AND line > ${after}
    ORDER BY line LIMIT ${limit}`.execute(db);
  return rows;
}

/** The ids of rows with their lines, in the order of the ids. */
export async function nextIds(
  db: Db,
  id: string,
  after: { externalId: string; line: number },
  limit: number,
): Promise<{ external_id: string; line: number }[]> {
  const { rows } = await sql<{ external_id: string; line: number }>`SELECT external_id, line FROM import_rows
    WHERE import_id = ${id}::uuid AND (external_id, line) > (${after.externalId}, ${after.line}::int)
    ORDER BY external_id, line LIMIT ${limit}`.execute(db);
  return rows;
}

/** Which of some ids the file has. */
export async function stagedIds(db: Db, id: string, externalIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ external_id: string }>`SELECT external_id FROM import_rows
    WHERE import_id = ${id}::uuid AND external_id = ANY(${externalIds}::text[])`.execute(db);
  return new Set(rows.map((row) => row.external_id));
}

export interface ImportChange {
  state?: ImportState;
  finishedAt?: Date;
  progress?: Progress;
  applied?: number;
  added?: number;
  changed?: number;
  unchanged?: number;
  ended?: number;
  problems?: ImportProblem[];
  problemCount?: number;
  notes?: string[];
}

/** Changes an import and renews the lease; counts are added to. False when it is no longer this worker's. */
export async function changeImport(
  tx: Db,
  id: string,
  worker: string,
  leaseUntil: Date,
  change: ImportChange,
): Promise<boolean> {
  const json = (value: unknown) => sql`${value === undefined ? null : JSON.stringify(value)}::jsonb`;
  const { numAffectedRows } = await sql`UPDATE imports SET lease_until = ${leaseUntil},
      state = coalesce(${change.state ?? null}, state), finished_at = coalesce(${change.finishedAt ?? null}, finished_at),
      progress = coalesce(${json(change.progress)}, progress), applied = applied + ${change.applied ?? 0},
      added = added + ${change.added ?? 0}, changed = changed + ${change.changed ?? 0},
      unchanged = unchanged + ${change.unchanged ?? 0}, ended = ended + ${change.ended ?? 0},
      problems = coalesce(${json(change.problems)}, problems), problem_count = coalesce(${change.problemCount ?? null}::int, problem_count),
      notes = coalesce(${json(change.notes)}, notes)
    WHERE id = ${id}::uuid AND worker = ${worker}::uuid`.execute(tx);
  return numAffectedRows === 1n;
}

/** Takes over an import that nobody holds, or whose holder's lease ran out (`anyLease`: whoever holds it is gone). Null when there is nothing to take. */
export async function takeImport(
  tx: Tx,
  id: string,
  worker: string,
  now: Date,
  leaseUntil: Date,
  anyLease: boolean,
): Promise<ImportRecord | null> {
  const { rows } = await sql<ImportRowOfTable>`UPDATE imports SET worker = ${worker}::uuid, lease_until = ${leaseUntil}
    WHERE id = ${id}::uuid AND finished_at IS NULL AND (worker IS NULL OR worker = ${worker}::uuid OR lease_until < ${now} OR ${anyLease})
    RETURNING ${COLUMNS}`.execute(tx);
  return rows[0] ? record(rows[0]) : null;
}

/** Imports that are not finished, oldest first. */
export async function unfinishedImports(db: Db): Promise<string[]> {
  const { rows } = await sql<{
    id: string;
  }>`SELECT id FROM imports WHERE finished_at IS NULL ORDER BY started_at, id LIMIT 1000`.execute(db);
  return rows.map((row) => row.id);
}

/** Clears the next rows from the stage, which hold people's data; returns how many. */
export async function clearRows(db: Db, id: string, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`DELETE FROM import_rows WHERE import_id = ${id}::uuid AND line IN (
    SELECT line FROM import_rows WHERE import_id = ${id}::uuid ORDER BY line LIMIT ${limit})`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/** Finished imports whose rows are still on the stage. */
export async function importsToClear(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM imports import WHERE finished_at IS NOT NULL
    AND EXISTS (SELECT 1 FROM import_rows WHERE import_id = import.id) LIMIT 100`.execute(db);
  return rows.map((row) => row.id);
}
