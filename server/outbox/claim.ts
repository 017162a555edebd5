import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import type { OutboxHooks } from './outbox.ts';
import { decideClaim } from './rules.ts';
import {
  type Candidate,
  deleteRows,
  lockCandidates,
  markClaimed,
  outcomeOf,
  readTexts,
  type TextRow,
} from './store.ts';

export interface Claim {
  worker: string;
  routeId: string;
  channel: 'sms' | 'email' | 'pec';
  /** Rows looked at, at most. */
  limit: number;
  /** System clock. */
  leaseUntil: Date;
  /** Texts that the worker has already. */
  knownTexts: ReadonlySet<string>;
}

/**
 * Claims rows for a worker, in one transaction. The one place where a row leaves: whatever brought it back to the queue (a throttle, a route that went
 * down, a doubt that ended), what it would say and to whom is looked at again here. What is no longer valid is withdrawn, what is too old goes to be
 * written anew. `looked` says how many rows were looked at: as many as the limit means that there may be more.
 */
export async function claimRows(
  platform: Platform,
  hooks: Pick<OutboxHooks, 'mayLeave' | 'onOutcomes' | 'onStale'>,
  claim: Claim,
): Promise<{ rows: Candidate[]; texts: TextRow[]; looked: number }> {
  const { clock, database } = platform;
  return await database.transaction(async (tx) => {
    const { telling } = await readSettings(tx);
    const now = clock.business();
    const candidates = await lockCandidates(tx, { ...claim, now, paused: telling.paused });
    const facts = { now, speed: clock.speed, rewriteAfterMinutes: telling.rewriteAfterMinutes };
    const decided: Record<'send' | 'withdraw' | 'rewrite', Candidate[]> = { send: [], withdraw: [], rewrite: [] };
    for (const row of candidates)
      decided[decideClaim({ kind: row.kind, madeAt: row.made_at, validUntil: row.valid_until }, facts)].push(row);
    const outcomes = decided.withdraw.map((row) => withdrawn(row, 'no longer valid', now));
    const gone = decided.withdraw.map((row) => row.id);

    const asked = [...decided.send, ...decided.rewrite].filter((row) => row.kind === 'notice');
    const verdict =
      asked.length > 0
        ? await hooks.mayLeave(
            tx,
            asked.map((row) => ({ id: row.id, noticeMadeAt: row.notice_made_at })),
          )
        : { withdraw: [], hold: [], drop: [] };
    const stays = new Set([
      ...verdict.withdraw.map(({ id }) => id),
      ...verdict.hold.map(({ id }) => id),
      ...verdict.drop,
    ]);
    const reasons = new Map(verdict.withdraw.map(({ id, reason }) => [id, reason]));
    for (const row of asked) {
      const reason = reasons.get(row.id);
      if (reason !== undefined) outcomes.push(withdrawn(row, reason, now));
    }
    const rows = decided.send.filter((row) => !stays.has(row.id));
    const stale = decided.rewrite.filter((row) => !stays.has(row.id)).map((row) => row.id);

    await markClaimed(
      tx,
      rows.map((row) => row.id),
      claim,
    );
    await deleteRows(tx, [...gone, ...stays, ...stale]);
    if (outcomes.length > 0) await hooks.onOutcomes(tx, outcomes);
    if (stale.length > 0) await hooks.onStale(tx, stale);
    const missing = [...new Set(rows.map((row) => row.text_id))].filter((id) => !claim.knownTexts.has(id));
    const texts = missing.length > 0 ? await readTexts(tx, missing) : [];
    return { rows, texts, looked: candidates.length };
  });
}

const withdrawn = (row: Candidate, reason: string, at: Date) =>
  outcomeOf({ id: row.id, kind: row.kind, noticeMadeAt: row.notice_made_at }, 'withdrawn', reason, at);
