import { sql } from 'kysely';
import type { Db, Tx } from '../platform/database/database.ts';
import { read, write } from '../platform/database/statements.ts';
import { newId } from '../platform/ids.ts';
import type { NewPromise, PromiseKind, PromiseRecord, PromiseState } from './promise.ts';
import { warnAt } from './rules.ts';

interface Row {
  id: string;
  kind: PromiseKind;
  subject_kind: string;
  subject_id: string;
  promisee_kind: 'party' | 'affected' | 'staff';
  promisee_id: string | null;
  owner_id: string | null;
  made_at: Date;
  due_at: Date;
  warn_at: Date;
  warned_at: Date | null;
  paused_at: Date | null;
  state: PromiseState;
  settled_at: Date | null;
  renewal: number;
  said_in: string | null;
}

const asPromise = (row: Row): PromiseRecord => ({
  id: row.id,
  kind: row.kind,
  subjectKind: row.subject_kind,
  subjectId: row.subject_id,
  promisee: row.promisee_kind === 'party' ? { kind: 'party', id: row.promisee_id ?? '' } : { kind: row.promisee_kind },
  ownerId: row.owner_id,
  madeAt: row.made_at,
  dueAt: row.due_at,
  warnAt: row.warn_at,
  warnedAt: row.warned_at,
  pausedAt: row.paused_at,
  state: row.state,
  settledAt: row.settled_at,
  renewal: row.renewal,
  saidIn: row.said_in,
});

const COLUMNS = sql`id, kind, subject_kind, subject_id, promisee_kind, promisee_id, owner_id, made_at, due_at, warn_at, warned_at, paused_at, state, settled_at, renewal, said_in`;

export async function insertPromise(tx: Tx, promise: NewPromise, madeAt: Date): Promise<PromiseRecord> {
  const made: PromiseRecord = {
    ownerId: null,
    renewal: 0,
    saidIn: null,
    ...promise,
    id: newId(),
    madeAt,
    warnAt: warnAt(madeAt, promise.dueAt),
    warnedAt: null,
    pausedAt: null,
    state: 'open',
    settledAt: null,
  };
  await write(
    tx,
    sql`INSERT INTO promises (id, kind, subject_kind, subject_id, promisee_kind, promisee_id, ladder, owner_id, made_at, due_at, warn_at, state, renewal, said_in)
    VALUES (${made.id}, ${made.kind}, ${made.subjectKind}, ${made.subjectId}, ${made.promisee.kind}, ${made.promisee.kind === 'party' ? made.promisee.id : null},
      ${made.subjectKind === 'case' ? 'care' : 'network'}, ${made.ownerId}, ${madeAt}, ${made.dueAt}, ${made.warnAt}, 'open', ${made.renewal}, ${made.saidIn})`,
  );
  return made;
}

/** The open promises about a subject, locked. */
export async function openPromises(tx: Tx, subjectId: string): Promise<PromiseRecord[]> {
  const rows = await read(
    tx,
    sql<Row>`SELECT ${COLUMNS} FROM promises WHERE subject_id = ${subjectId} AND state = 'open' ORDER BY due_at FOR UPDATE`,
  );
  return rows.map(asPromise);
}

export async function settlePromises(
  tx: Tx,
  ids: readonly string[],
  state: PromiseState,
  at: Date,
  because: string,
  supersededBy: string | null = null,
): Promise<void> {
  if (ids.length === 0) return;
  await write(
    tx,
    sql`UPDATE promises SET state = ${state}, settled_at = ${at}, settled_because = ${because}, superseded_by = ${supersededBy}
    WHERE id = ANY(${[...ids]}::uuid[]) AND state = 'open'`,
  );
}

/** Notes which message said some promises, and kept others. */
export async function noteMessageOf(
  tx: Tx,
  messageId: string,
  { said, kept }: { said: readonly string[]; kept: readonly string[] },
): Promise<void> {
  await sql`UPDATE promises SET said_in = ${messageId} WHERE id = ANY(${[...said]}::uuid[])`.execute(tx);
  await sql`UPDATE promises SET data = data || ${JSON.stringify({ keptBy: messageId })}::jsonb WHERE id = ANY(${[...kept]}::uuid[])`.execute(
    tx,
  );
}

/** Opens again what a message kept. */
export async function reopenKeptBy(tx: Tx, subjectId: string, messageId: string): Promise<PromiseRecord[]> {
  const { rows } =
    await sql<Row>`UPDATE promises SET state = 'open', settled_at = NULL, settled_because = NULL, data = data - 'keptBy'
      WHERE subject_id = ${subjectId} AND state = 'kept' AND data->>'keptBy' = ${messageId} RETURNING ${COLUMNS}`.execute(
      tx,
    );
  return rows.map(asPromise);
}

/** A subject with a promise that is due; its due promises are locked for this transaction. Null when there is none (or another process has it). */
export async function takeDueSubject(tx: Tx, now: Date, skipped: readonly string[]): Promise<PromiseRecord[] | null> {
  const { rows: first } = await sql<{
    subject_id: string;
  }>`SELECT subject_id FROM promises WHERE state = 'open' AND paused_at IS NULL AND due_at <= ${now}
    AND NOT subject_id = ANY(${[...skipped]}::uuid[]) ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`.execute(tx);
  const subject = first[0]?.subject_id;
  if (!subject) return null;
  const { rows } =
    await sql<Row>`SELECT ${COLUMNS} FROM promises WHERE subject_id = ${subject} AND state = 'open' AND paused_at IS NULL AND due_at <= ${now} ORDER BY due_at FOR UPDATE`.execute(
      tx,
    );
  return rows.map(asPromise);
}

/** Marks up to 100 promises whose warning is due and returns them. */
export async function takePromisesToWarn(tx: Tx, now: Date): Promise<PromiseRecord[]> {
  const { rows } = await sql<Row>`UPDATE promises SET warned_at = ${now} WHERE id IN (
      SELECT id FROM promises WHERE state = 'open' AND warned_at IS NULL AND paused_at IS NULL AND warn_at <= ${now} AND due_at > ${now} ORDER BY warn_at LIMIT 100 FOR UPDATE SKIP LOCKED)
    RETURNING ${COLUMNS}`.execute(tx);
  return rows.map(asPromise);
}

export async function setPromiseOwner(tx: Tx, subjectId: string, ownerId: string | null): Promise<void> {
  await write(tx, sql`UPDATE promises SET owner_id = ${ownerId} WHERE subject_id = ${subjectId} AND state = 'open'`);
}

/** Promises by state, soonest first (open) or latest first (settled), at most 200. */
export async function listPromises(db: Db, state: 'open' | 'broken'): Promise<PromiseRecord[]> {
  const order = state === 'open' ? sql`due_at, id` : sql`settled_at DESC, id`;
  const { rows } =
    await sql<Row>`SELECT ${COLUMNS} FROM promises WHERE state = ${state} ORDER BY ${order} LIMIT 200`.execute(db);
  return rows.map(asPromise);
}

/** All promises about some subjects, oldest first. */
export async function promisesOf(db: Db, subjectIds: readonly string[]): Promise<PromiseRecord[]> {
  const rows = await read(
    db,
    sql<Row>`SELECT ${COLUMNS} FROM promises WHERE subject_id = ANY(${[...subjectIds]}::uuid[]) ORDER BY made_at, id`,
  );
  return rows.map(asPromise);
}

/** A promise whose clock stands or goes on since now. */
export interface Touched {
  id: string;
  kind: string;
  dueAt: Date;
}

/** The clocks of a subject's open promises stand, except of these kinds and of what is due already. */
export async function pauseOpen(
  tx: Tx,
  subject: { kind: string; id: string },
  exceptKinds: readonly PromiseKind[],
  now: Date,
): Promise<Touched[]> {
  const { rows } = await sql<Touched>`UPDATE promises SET paused_at = ${now}
    WHERE subject_id = ${subject.id}::uuid AND subject_kind = ${subject.kind} AND state = 'open' AND paused_at IS NULL
      AND due_at > ${now} AND NOT kind = ANY(${[...exceptKinds]}::text[])
    RETURNING id, kind, due_at AS "dueAt"`.execute(tx);
  return rows;
}

/** Clocks that stood go on: what is due, and what is warned of, shifts by the time that they stood. */
export async function resumePaused(tx: Tx, subject: { kind: string; id: string }, now: Date): Promise<Touched[]> {
  const { rows } = await sql<Touched>`UPDATE promises SET paused_at = NULL,
      due_at = due_at + (${now}::timestamptz - paused_at), warn_at = warn_at + (${now}::timestamptz - paused_at)
    WHERE subject_id = ${subject.id}::uuid AND subject_kind = ${subject.kind} AND state = 'open' AND paused_at IS NOT NULL
    RETURNING id, kind, due_at AS "dueAt"`.execute(tx);
  return rows;
}

/** Open promises, and open ones past their time. */
export async function countOpenPromises(db: Db, now: Date): Promise<{ state: string; count: number }[]> {
  const { rows } = await sql<{
    state: string;
    count: number;
  }>`SELECT CASE WHEN due_at <= ${now} THEN 'late' ELSE 'open' END AS state,
    count(*) AS count FROM promises WHERE state = 'open' GROUP BY 1`.execute(db);
  return rows;
}
