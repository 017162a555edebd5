import { sql } from 'kysely';
import type { ChannelReceipt } from '../channels/channel.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import type { OutboxKind } from './outbox.ts';

/** A part of a message of which the network said what became of it. */
export interface SettledPart {
  outbox_id: string;
  kind: OutboxKind;
  notice_made_at: Date | null;
  parts: number;
  state: 'delivered' | 'failed';
  reason: string | null;
}

/** Gives receipts to the keys that they name, and returns what that settled; those without a known key are kept for later. */
export async function settleByKey(
  tx: Tx,
  routeId: string,
  receipts: readonly ChannelReceipt[],
  now: Date,
): Promise<SettledPart[]> {
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
      SELECT ${routeId}::uuid, ids, address, state, reason, ${now}::timestamptz FROM news WHERE number NOT IN (SELECT number FROM matched))
    SELECT * FROM updated`.execute(tx);
  return rows;
}

/** The routes of certified mail over which something left under one of these ids, what left about a case excepted. */
export async function certifiedRoutes(tx: Tx, routeMessageIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ route_id: string }>`SELECT DISTINCT keys.route_id FROM receipt_keys keys
    JOIN routes ON routes.id = keys.route_id AND routes.kind = 'pec'
    WHERE keys.route_message_id = ANY(${[...routeMessageIds]}::text[]) AND keys.kind <> 'message'`.execute(tx);
  return rows.map((row) => row.route_id);
}

/** Which of these messages of several parts are delivered in all of them. */
export async function wholeDelivered(tx: Tx, outboxIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ outbox_id: string }>`SELECT outbox_id FROM receipt_keys
    WHERE parts > 1 AND outbox_id = ANY(${[...outboxIds]}::uuid[]) GROUP BY outbox_id HAVING bool_and(state IS NOT DISTINCT FROM 'delivered')`.execute(
    tx,
  );
  return new Set(rows.map((row) => row.outbox_id));
}

export interface EarlyReceipt {
  route_id: string;
  route_message_ids: string[];
  address: string | null;
  state: 'delivered' | 'failed';
  reason: string | null;
}

/** Takes the receipts that waited and whose key is there now. */
export async function takeWithKey(tx: Tx, limit: number): Promise<EarlyReceipt[]> {
  const { rows } =
    await sql<EarlyReceipt>`DELETE FROM early_receipts WHERE number IN (SELECT early_receipts.number FROM early_receipts WHERE EXISTS (SELECT 1 FROM receipt_keys
      WHERE receipt_keys.route_id = early_receipts.route_id AND receipt_keys.route_message_id = ANY(early_receipts.route_message_ids)) ORDER BY number LIMIT ${limit})
    RETURNING route_id, route_message_ids, address, state, reason`.execute(tx);
  return rows;
}

/** Receipts that waited since an instant or longer, where exactly one message to their address is in doubt on their route: they are its receipts. */
export async function settleByAddress(tx: Tx, since: Date, limit: number): Promise<SettledPart[]> {
  const { rows } = await sql<SettledPart>`
    WITH alone AS (SELECT early_receipts.number, min(outbox.id::text)::uuid AS id FROM early_receipts
        JOIN outbox ON outbox.state = 'in doubt' AND outbox.route_id = early_receipts.route_id AND outbox.address = early_receipts.address
      WHERE early_receipts.received_at <= ${since} GROUP BY early_receipts.number HAVING count(*) = 1 LIMIT ${limit}),
    used AS (DELETE FROM early_receipts USING alone WHERE early_receipts.number = alone.number RETURNING alone.id, early_receipts.state, early_receipts.reason)
    DELETE FROM outbox USING used WHERE outbox.id = used.id
    RETURNING outbox.id AS outbox_id, outbox.kind, outbox.notice_made_at, 1 AS parts, used.state, used.reason`.execute(
    tx,
  );
  return rows;
}

export async function forgetEarly(tx: Tx, before: Date): Promise<void> {
  await sql`DELETE FROM early_receipts WHERE received_at < ${before}`.execute(tx);
}

export async function countEarly(tx: Tx): Promise<number> {
  const { rows } = await sql<{ waiting: number }>`SELECT count(*) AS waiting FROM early_receipts`.execute(tx);
  return rows[0]?.waiting ?? 0;
}

/** Returns how many. */
export async function deleteKeys(db: Db, sentBefore: Date, limit: number): Promise<number> {
  const { numAffectedRows } =
    await sql`DELETE FROM receipt_keys WHERE ctid = ANY(ARRAY(SELECT ctid FROM receipt_keys WHERE sent_at < ${sentBefore} LIMIT ${limit}))`.execute(
      db,
    );
  return Number(numAffectedRows ?? 0);
}
