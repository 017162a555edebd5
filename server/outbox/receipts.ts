import type { ChannelReceipt } from '../channels/channel.ts';
import type { Tx } from '../platform/database/database.ts';
import type { Platform } from '../platform/platform.ts';
import type { OnOutcomes, Outcome } from './outbox.ts';
import {
  certifiedRoutes,
  countEarly,
  deleteKeys,
  forgetEarly,
  type SettledPart,
  settleByAddress,
  settleByKey,
  takeWithKey,
  wholeDelivered,
} from './receipt-store.ts';

/** How long a receipt without a key waits for it before its address is compared with what is in doubt. */
const PATIENCE_MILLISECONDS = 10_000;
const EARLY_KEPT_MILLISECONDS = 24 * 3_600_000;
/** No network reports later than this about a message whose validity is at most two days. */
const KEYS_KEPT_MILLISECONDS = 7 * 24 * 3_600_000;
const CHUNK = 500;

/** Stores receipts of a route: those whose key is known become outcomes, the others wait. Again is harmless. */
export async function storeReceipts(
  tx: Tx,
  platform: Platform,
  onOutcomes: OnOutcomes,
  routeId: string,
  receipts: readonly ChannelReceipt[],
): Promise<void> {
  const parts = await settleByKey(tx, routeId, receipts, platform.clock.system());
  await settleParts(tx, platform, onOutcomes, parts);
}

/**
 * A receipt of certified mail, which comes in through a mailbox and not by the route: of whatever left under its Message-ID. What left about a case is told
 * by the case itself. Again is harmless.
 */
export async function settleCertified(
  tx: Tx,
  platform: Platform,
  onOutcomes: OnOutcomes,
  receipt: ChannelReceipt,
): Promise<void> {
  for (const routeId of await certifiedRoutes(tx, receipt.routeMessageIds))
    await storeReceipts(tx, platform, onOutcomes, routeId, [receipt]);
}

/** A message of several parts failed when one did, and is delivered when all are. */
async function settleParts(
  tx: Tx,
  platform: Platform,
  onOutcomes: OnOutcomes,
  settled: readonly SettledPart[],
): Promise<void> {
  const at = platform.clock.business();
  const outcomes = new Map<string, Outcome>();
  const waiting: SettledPart[] = [];
  for (const part of settled) {
    if (part.parts > 1 && part.state === 'delivered') waiting.push(part);
    else outcomes.set(part.outbox_id, outcome(part, at));
  }
  if (waiting.length > 0) {
    const whole = await wholeDelivered(
      tx,
      waiting.map((part) => part.outbox_id),
    );
    for (const part of waiting)
      if (whole.has(part.outbox_id) && !outcomes.has(part.outbox_id)) outcomes.set(part.outbox_id, outcome(part, at));
  }
  if (outcomes.size > 0) await onOutcomes(tx, [...outcomes.values()]);
}

const outcome = (part: SettledPart, at: Date): Outcome => ({
  id: part.outbox_id,
  kind: part.kind,
  noticeMadeAt: part.notice_made_at,
  outcome: part.state,
  reason: part.reason,
  at,
});

/**
 * Looks again at receipts that waited: their key may be there now; or else exactly one message to that address is in doubt on that route,
 * and then it is its receipt. Returns how many still wait.
 */
export async function matchEarlyReceipts(platform: Platform, onOutcomes: OnOutcomes): Promise<number> {
  return await platform.database.transaction(async (tx) => {
    const now = platform.clock.system().getTime();
    const found = await takeWithKey(tx, CHUNK);
    for (const routeId of new Set(found.map((row) => row.route_id))) {
      const receipts = found
        .filter((row) => row.route_id === routeId)
        .map((row) => ({
          routeMessageIds: row.route_message_ids,
          to: row.address,
          state: row.state,
          reason: row.reason,
        }));
      await storeReceipts(tx, platform, onOutcomes, routeId, receipts);
    }
    const undoubted = await settleByAddress(tx, new Date(now - PATIENCE_MILLISECONDS), CHUNK);
    await settleParts(tx, platform, onOutcomes, undoubted);
    await forgetEarly(tx, new Date(now - EARLY_KEPT_MILLISECONDS));
    return await countEarly(tx);
  });
}

/** Forgets keys for which no receipt can come any more, some at a time. Returns how many. */
export async function forgetOldReceiptKeys(platform: Platform): Promise<number> {
  const before = new Date(platform.clock.business().getTime() - KEYS_KEPT_MILLISECONDS);
  return await deleteKeys(platform.database.db, before, CHUNK);
}
