import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import type { Clock } from '../platform/clock.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import { LEGAL_KINDS } from './promise.ts';

interface Touched {
  id: string;
  kind: string;
  due_at: Date;
}

/**
 * The clocks of the open promises about a subject stand from now on: they neither warn nor break. Legal deadlines go on, and so does what is due
 * already. Pausing again changes nothing. Returns how many stand now that did not before.
 */
export async function pausePromises(
  tx: Tx,
  clock: Clock,
  actor: Actor,
  subject: { kind: string; id: string },
): Promise<number> {
  const now = clock.business();
  const { rows } = await sql<Touched>`UPDATE promises SET paused_at = ${now}
    WHERE subject_id = ${subject.id}::uuid AND subject_kind = ${subject.kind} AND state = 'open' AND paused_at IS NULL
      AND due_at > ${now} AND NOT kind = ANY(${[...LEGAL_KINDS]}::text[])
    RETURNING id, kind, due_at`.execute(tx);
  await recordEvents(
    tx,
    clock,
    actor,
    rows.map((row) => ({
      kind: 'promise.paused',
      subjectKind: subject.kind,
      subjectId: subject.id,
      data: { promise: row.id, kind: row.kind, dueAt: row.due_at.toISOString() },
    })),
  );
  return rows.length;
}

/** Their clocks go on: what is due, and what is warned of, shifts by exactly the time that they stood. Returns how many went on. */
export async function resumePromises(
  tx: Tx,
  clock: Clock,
  actor: Actor,
  subject: { kind: string; id: string },
): Promise<number> {
  const now = clock.business();
  const { rows } = await sql<Touched>`UPDATE promises SET paused_at = NULL,
      due_at = due_at + (${now}::timestamptz - paused_at), warn_at = warn_at + (${now}::timestamptz - paused_at)
    WHERE subject_id = ${subject.id}::uuid AND subject_kind = ${subject.kind} AND state = 'open' AND paused_at IS NOT NULL
    RETURNING id, kind, due_at`.execute(tx);
  await recordEvents(
    tx,
    clock,
    actor,
    rows.map((row) => ({
      kind: 'promise.resumed',
      subjectKind: subject.kind,
      subjectId: subject.id,
      data: { promise: row.id, kind: row.kind, dueAt: row.due_at.toISOString() },
    })),
  );
  return rows.length;
}
