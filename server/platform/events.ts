import { sql } from 'kysely';
import { type Actor, storedActor } from './actor.ts';
import type { Clock } from './clock.ts';
import { atCommit, doAtCommit } from './database/at-commit.ts';
import type { Db, Tx } from './database/database.ts';
import { write } from './database/statements.ts';

/** One thing that happened. `data` holds ids and facts, never personal text. */
export interface NewEvent {
  kind: string; // 'incident.confirmed'
  subjectKind: string;
  subjectId: string;
  data?: Record<string, unknown>;
}

export interface RecordedEvent {
  /** Opaque position for readers; grows in commit order among what is readable. */
  position: string;
  at: Date;
  kind: string;
  subjectKind: string;
  subjectId: string;
  actor: Record<string, string>;
  data: Record<string, unknown>;
}

/** The channel that is notified with each commit that recorded something. */
export const EVENTS_CHANNEL = 'filodiretto_events';

interface EventToWrite {
  at: Date;
  recorded_at: Date;
  kind: string;
  subject_kind: string;
  subject_id: string;
  actor: Record<string, unknown>;
  data: Record<string, unknown>;
}

/** So many are kept for one statement; then they are written, whether or not the transaction ends. */
const MOST_TOGETHER = 1000;
const recorded = new WeakMap<Tx, EventToWrite[]>();

/** Records events in the verb's own transaction: they are written together, in their order, right before it commits, and then the readers are notified. */
export async function recordEvents(tx: Tx, clock: Clock, actor: Actor, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const own = recorded.get(tx) ?? [];
  const [at, recorded_at] = [clock.business(), clock.system()];
  for (const event of events)
    own.push({
      at,
      recorded_at,
      kind: event.kind,
      subject_kind: event.subjectKind,
      subject_id: event.subjectId,
      actor: storedActor(actor),
      data: event.data ?? {},
    });
  recorded.set(tx, own);
  if (own.length >= MOST_TOGETHER) await writeRecorded(tx);
  else atCommit(tx, 'events', () => writeRecorded(tx));
}

async function writeRecorded(tx: Tx): Promise<void> {
  const rows = recorded.get(tx) ?? [];
  recorded.delete(tx);
  if (rows.length === 0) return;
  await write(
    tx,
    sql`WITH told AS (INSERT INTO events (at, recorded_at, kind, subject_kind, subject_id, actor, data)
    SELECT at, recorded_at, kind, subject_kind, subject_id, actor, data FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS (at timestamptz, recorded_at timestamptz, kind text, subject_kind text, subject_id text, actor jsonb, data jsonb)) WITH ORDINALITY AS row ORDER BY ordinality RETURNING 1)
    SELECT pg_notify(${EVENTS_CHANNEL}, '') FROM (SELECT count(*) FROM told) AS counted`,
  );
}

interface EventRow {
  at: Date;
  number: number;
  transaction: string;
  kind: string;
  subject_kind: string;
  subject_id: string;
  actor: Record<string, string>;
  data: Record<string, unknown>;
}

const present = (row: EventRow): RecordedEvent => ({
  position: `${row.transaction}.${row.number}`,
  at: row.at,
  kind: row.kind,
  subjectKind: row.subject_kind,
  subjectId: row.subject_id,
  actor: row.actor,
  data: row.data,
});

/**
 * Events after a position, in commit order, never past a transaction that is still open (`pg_snapshot_xmin`), so that nothing is
 * ever skipped. At most `limit` (1 to 1000).
 */
export async function readEventsAfter(db: Db, position: string, limit: number): Promise<RecordedEvent[]> {
  const [transaction = '0', number = '0'] = /^\d+\.\d+$/.test(position) ? position.split('.') : [];
  const { rows } =
    await sql<EventRow>`SELECT at, number, transaction::text AS transaction, kind, subject_kind, subject_id, actor, data FROM events
    WHERE (transaction, number) > (${transaction}::xid8, ${number}::bigint) AND transaction < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY transaction, number LIMIT ${Math.min(Math.max(limit, 1), 1000)}`.execute(db);
  return rows.map(present);
}

/** The position of the newest event that is safe to read from. */
export async function lastPosition(db: Db): Promise<string> {
  const { rows } = await sql<{ position: string }>`SELECT transaction::text || '.' || number AS position FROM events
    WHERE transaction < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY transaction DESC, number DESC LIMIT 1`.execute(
    db,
  );
  return rows[0]?.position ?? '0.0';
}

/** What happened to one subject, oldest first, at most `limit`. */
export async function readTimeline(
  db: Db,
  subjectKind: string,
  subjectId: string,
  limit = 500,
): Promise<RecordedEvent[]> {
  // What this transaction itself recorded is there too.
  if (db.isTransaction) await doAtCommit(db);
  const { rows } =
    await sql<EventRow>`SELECT at, number, transaction::text AS transaction, kind, subject_kind, subject_id, actor, data FROM events
    WHERE subject_kind = ${subjectKind} AND subject_id = ${subjectId} ORDER BY number LIMIT ${limit}`.execute(db);
  return rows.map(present);
}
