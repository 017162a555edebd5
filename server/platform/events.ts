import { sql } from 'kysely';
import { type Actor, storedActor } from './actor.ts';
import type { Clock } from './clock.ts';
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

/** Writes events in the verb's own transaction and notifies the readers at its commit. */
export async function recordEvents(tx: Tx, clock: Clock, actor: Actor, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = JSON.stringify(
    events.map((event) => ({
      kind: event.kind,
      subject_kind: event.subjectKind,
      subject_id: event.subjectId,
      data: event.data ?? {},
    })),
  );
  await write(
    tx,
    sql`WITH told AS (INSERT INTO events (at, recorded_at, kind, subject_kind, subject_id, actor, data)
    SELECT ${clock.business()}, ${clock.system()}, row.kind, row.subject_kind, row.subject_id, ${JSON.stringify(storedActor(actor))}::jsonb, row.data
    FROM jsonb_to_recordset(${rows}::jsonb) AS row(kind text, subject_kind text, subject_id text, data jsonb) RETURNING 1)
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
  const { rows } =
    await sql<EventRow>`SELECT at, number, transaction::text AS transaction, kind, subject_kind, subject_id, actor, data FROM events
    WHERE subject_kind = ${subjectKind} AND subject_id = ${subjectId} ORDER BY number LIMIT ${limit}`.execute(db);
  return rows.map(present);
}
