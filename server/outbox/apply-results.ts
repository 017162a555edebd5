import type { SendResult } from '../channels/channel.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import type { OnOutcomes, OutboxKind, Outcome } from './outbox.ts';
import { decideFate } from './rules.ts';
import {
  deleteRows,
  insertReceiptKeys,
  lockSettleable,
  type NewReceiptKey,
  outcomeOf,
  putInDoubt,
  queueAgain,
} from './store.ts';

export interface Finished {
  row: { id: string; kind: OutboxKind; noticeMadeAt: Date | null; attempts: number; validUntil: Date };
  result: SendResult;
}

/** Settles what a worker has results for, set-based, in the caller's transaction: rows, receipt keys, outcomes and the event about doubts. */
export async function applyResults(
  tx: Tx,
  platform: Platform,
  onOutcomes: OnOutcomes,
  { worker, routeId, finished }: { worker: string; routeId: string; finished: readonly Finished[] },
): Promise<void> {
  const mine = await lockSettleable(
    tx,
    finished.map(({ row }) => row.id),
    worker,
  );
  const { clock } = platform;
  const now = clock.business();
  const gone: string[] = [];
  const keys: NewReceiptKey[] = [];
  const doubts: { id: string; reason: string }[] = [];
  const again: { id: string; notBefore: Date; reason: string; tried: boolean }[] = [];
  const outcomes: Outcome[] = [];
  for (const { row, result } of finished) {
    if (!mine.has(row.id)) continue;
    const fate = decideFate(result, row, { now, speed: clock.speed });
    switch (fate.fate) {
      case 'sent':
        gone.push(row.id);
        for (const routeMessageId of fate.routeMessageIds)
          keys.push({
            routeMessageId,
            outboxId: row.id,
            kind: row.kind,
            noticeMadeAt: row.noticeMadeAt,
            parts: fate.routeMessageIds.length,
          });
        outcomes.push(outcomeOf(row, 'sent', null, now));
        break;
      case 'failed':
        gone.push(row.id);
        outcomes.push(outcomeOf(row, 'failed', fate.reason, now));
        break;
      case 'in doubt':
        doubts.push({ id: row.id, reason: fate.reason });
        outcomes.push(outcomeOf(row, 'in doubt', fate.reason, now));
        break;
      case 'again':
        again.push({ id: row.id, notBefore: fate.notBefore, reason: fate.reason, tried: fate.tried });
        break;
    }
  }
  await deleteRows(tx, gone);
  await insertReceiptKeys(tx, routeId, keys, now);
  await putInDoubt(tx, doubts, now);
  await queueAgain(tx, again);
  if (outcomes.length > 0) await onOutcomes(tx, outcomes);
  if (doubts.length > 0) await recordDoubts(tx, platform, routeId, doubts.length, doubts[0]?.reason ?? '');
}

/** One event for all that came into doubt together. */
export async function recordDoubts(
  tx: Tx,
  platform: Platform,
  routeId: string,
  count: number,
  reason: string,
): Promise<void> {
  await recordEvents(tx, platform.clock, { kind: 'rule', name: 'outbox' }, [
    { kind: 'outbox.in-doubt', subjectKind: 'route', subjectId: routeId, data: { count, reason } },
  ]);
}
