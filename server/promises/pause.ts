import type { Actor } from '../platform/actor.ts';
import type { Clock } from '../platform/clock.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import { LEGAL_KINDS } from './promise.ts';
import { pauseOpen, resumePaused } from './store.ts';

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
  const paused = await pauseOpen(tx, subject, LEGAL_KINDS, clock.business());
  await recordEvents(
    tx,
    clock,
    actor,
    paused.map((row) => ({
      kind: 'promise.paused',
      subjectKind: subject.kind,
      subjectId: subject.id,
      data: { promise: row.id, kind: row.kind, dueAt: row.dueAt.toISOString() },
    })),
  );
  return paused.length;
}

/** Their clocks go on: what is due, and what is warned of, shifts by exactly the time that they stood. Returns how many went on. */
export async function resumePromises(
  tx: Tx,
  clock: Clock,
  actor: Actor,
  subject: { kind: string; id: string },
): Promise<number> {
  const resumed = await resumePaused(tx, subject, clock.business());
  await recordEvents(
    tx,
    clock,
    actor,
    resumed.map((row) => ({
      kind: 'promise.resumed',
      subjectKind: subject.kind,
      subjectId: subject.id,
      data: { promise: row.id, kind: row.kind, dueAt: row.dueAt.toISOString() },
    })),
  );
  return resumed.length;
}
