import { sql } from 'kysely';
import type { ChannelReceipt } from '../channels/channel.ts';
import type { Tx } from '../platform/database/database.ts';
import type { Platform } from '../platform/platform.ts';
import type { OnOutcomes, OutboxKind, Outcome } from './outbox.ts';

/** How long a receipt without a key waits for it before its address is compared with what is in doubt. */
const PATIENCE_MILLISECONDS = 10_000;
const EARLY_KEPT_MILLISECONDS = 24 * 3_600_000;
/** No network reports later than this about a message whose validity is at most two days. */
const KEYS_KEPT_MILLISECONDS = 7 * 24 * 3_600_000;
const CHUNK = 500;

interface SettledPart {
  outbox_id: string;
  kind: OutboxKind;
  notice_made_at: Date | null;
  parts: number;
  state: 'delivered' | 'failed';
  reason: string | null;
}

/** Stores receipts of a route: those whose key is known become outcomes, the others wait. Again is harmless. */
export async function storeReceipts(
  tx: Tx,
  platform: Platform,
  onOutcomes: OnOutcomes,
  routeId: string,
  receipts: readonly ChannelReceipt[],
): Promise<void> {
  const news = receipts.map((receipt, number) => ({
    number,
    ids: receipt.routeMessageIds.slice(0, 4),
    address: receipt.to,
    state: receipt.state,
    reason: receipt.reason,
  }));
  const { rows } = await sql<SettledPart>`
    WITH news AS (SELECT * FROM jsonb_to_recordset(${JSON.stringify(news)}::jsonb) AS news(number int, ids text[], address text, state text, reason text)),
    matched AS (SELECT DISTINCT ON (news.number) news.number, receipt_keys.route_message_id
      FROM news CROSS JOIN LATERAL unnest(news.ids) WITH ORDINALITY AS named(id, place)
      JOIN receipt_keys ON receipt_keys.route_id = ${routeId} AND receipt_keys.route_message_id = named.id ORDER BY news.number, named.place),
    updated AS (UPDATE receipt_keys SET state = news.state FROM matched JOIN news USING (number)
      WHERE receipt_keys.route_id = ${routeId} AND receipt_keys.route_message_id = matched.route_message_id AND receipt_keys.state IS NULL
      RETURNING receipt_keys.outbox_id, receipt_keys.kind, receipt_keys.notice_made_at, receipt_keys.parts, news.state, news.reason),
    kept AS (INSERT INTO early_receipts (route_id, route_message_ids, address, state, reason, received_at)
      SELECT ${routeId}::uuid, ids, address, state, reason, ${platform.clock.system()}::timestamptz FROM news WHERE number NOT IN (SELECT number FROM matched))
    SELECT * FROM updated`.execute(tx);
  await settleParts(tx, platform, onOutcomes, rows);
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
  const { rows } = await sql<{ route_id: string }>`SELECT DISTINCT keys.route_id FROM receipt_keys keys
    JOIN routes ON routes.id = keys.route_id AND routes.kind = 'pec'
    WHERE keys.route_message_id = ANY(${receipt.routeMessageIds}::text[]) AND keys.kind <> 'message'`.execute(tx);
  for (const { route_id: routeId } of rows) await storeReceipts(tx, platform, onOutcomes, routeId, [receipt]);
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
    const { rows } = await sql<{ outbox_id: string }>`SELECT outbox_id FROM receipt_keys
      WHERE parts > 1 AND outbox_id = ANY(${waiting.map((part) => part.outbox_id)}::uuid[]) GROUP BY outbox_id HAVING bool_and(state IS NOT DISTINCT FROM 'delivered')`.execute(
      tx,
    );
    const whole = new Set(rows.map((row) => row.outbox_id));
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
    const { rows: found } = await sql<{
      route_id: string;
      route_message_ids: string[];
      address: string | null;
      state: 'delivered' | 'failed';
      reason: string | null;
    }>`DELETE FROM early_receipts WHERE number IN (SELECT early_receipts.number FROM early_receipts WHERE EXISTS (SELECT 1 FROM receipt_keys
        WHERE receipt_keys.route_id = early_receipts.route_id AND receipt_keys.route_message_id = ANY(early_receipts.route_message_ids)) ORDER BY number LIMIT ${CHUNK})
      RETURNING route_id, route_message_ids, address, state, reason`.execute(tx);
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
    const { rows: undoubted } = await sql<SettledPart>`
      WITH alone AS (SELECT early_receipts.number, min(outbox.id::text)::uuid AS id FROM early_receipts
          JOIN outbox ON outbox.state = 'in doubt' AND outbox.route_id = early_receipts.route_id AND outbox.address = early_receipts.address
        WHERE early_receipts.received_at <= ${new Date(now - PATIENCE_MILLISECONDS)} GROUP BY early_receipts.number HAVING count(*) = 1 LIMIT ${CHUNK}),
      used AS (DELETE FROM early_receipts USING alone WHERE early_receipts.number = alone.number RETURNING alone.id, early_receipts.state, early_receipts.reason)
      DELETE FROM outbox USING used WHERE outbox.id = used.id
      RETURNING outbox.id AS outbox_id, outbox.kind, outbox.notice_made_at, 1 AS parts, used.state, used.reason`.execute(
      tx,
    );
    await settleParts(tx, platform, onOutcomes, undoubted);
    await sql`DELETE FROM early_receipts WHERE received_at < ${new Date(now - EARLY_KEPT_MILLISECONDS)}`.execute(tx);
    const { rows } = await sql<{ waiting: number }>`SELECT count(*) AS waiting FROM early_receipts`.execute(tx);
    return rows[0]?.waiting ?? 0;
  });
}

/** Forgets keys for which no receipt can come any more, some at a time. Returns how many. */
export async function forgetOldReceiptKeys(platform: Platform): Promise<number> {
  const before = new Date(platform.clock.business().getTime() - KEYS_KEPT_MILLISECONDS);
  const { numAffectedRows } =
    await sql`DELETE FROM receipt_keys WHERE ctid = ANY(ARRAY(SELECT ctid FROM receipt_keys WHERE sent_at < ${before} LIMIT ${CHUNK}))`.execute(
      platform.database.db,
    );
  return Number(numAffectedRows ?? 0);
}
