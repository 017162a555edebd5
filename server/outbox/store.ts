import { sql } from 'kysely';
import type { ComposedText } from '../../contract/answer.ts';
import type { OutgoingMail } from '../channels/channel.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { write } from '../platform/database/statements.ts';
import { newId } from '../platform/ids.ts';
import type { ClaimedRow, OutboxKind, Outcome } from './outbox.ts';

export interface SavedText {
  id: string;
  channel: ComposedText['channel'];
  language: ComposedText['language'];
}

/** Stores the texts that rows of the outbox will carry, in the order given. `announcementId` is null for what is said to one person. */
export async function saveTexts(
  tx: Tx,
  announcementId: string | null,
  texts: readonly (ComposedText & { mail?: Omit<OutgoingMail, 'attachments'> })[],
): Promise<SavedText[]> {
  if (texts.length === 0) return [];
  const rows = texts.map((text) => ({ id: newId(), ...text }));
  await write(
    tx,
    sql`INSERT INTO outgoing_texts (id, announcement_id, channel, language, subject, body, html, parts, mail)
    SELECT id, ${announcementId}::uuid, channel, language, subject, body, html, parts, mail
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS t(id uuid, channel text, language text, subject text, body text, html text, parts int, mail jsonb)`,
  );
  return rows.map(({ id, channel, language }) => ({ id, channel, language }));
}

export interface NewRow {
  id: string;
  kind: Exclude<OutboxKind, 'notice'>;
  channel: ComposedText['channel'];
  address: string;
  textId: string;
  priority: number;
  madeAt: Date;
  validUntil: Date;
  /** Only this route may carry it. */
  routeId: string | null;
}

export async function insertRow(tx: Tx, row: NewRow): Promise<string> {
  await write(
    tx,
    sql`INSERT INTO outbox (id, kind, channel, address, text_id, priority, made_at, not_before, valid_until, route_id)
    VALUES (${row.id}, ${row.kind}, ${row.channel}, ${row.address}, ${row.textId}, ${row.priority}, ${row.madeAt}, ${row.madeAt}, ${row.validUntil}, ${row.routeId})`,
  );
  return row.id;
}

export interface Candidate {
  id: string;
  kind: OutboxKind;
  address: string;
  text_id: string;
  notice_made_at: Date | null;
  unsubscribe: string | null;
  made_at: Date;
  valid_until: Date;
  attempts: number;
}

/** Rows that may leave now, locked, most urgent first. `paused`: none of kind notice. */
export async function lockCandidates(
  tx: Tx,
  options: { channel: string; routeId: string; now: Date; limit: number; paused: boolean },
): Promise<Candidate[]> {
  const kinds = options.paused ? sql`AND kind <> 'notice'` : sql``;
  const { rows } =
    await sql<Candidate>`SELECT id, kind, address, text_id, notice_made_at, unsubscribe, made_at, valid_until, attempts FROM outbox
    WHERE state = 'queued' ${kinds} AND channel = ${options.channel} AND not_before <= ${options.now} AND (route_id IS NULL OR route_id = ${options.routeId})
    ORDER BY priority, not_before, id LIMIT ${options.limit} FOR UPDATE SKIP LOCKED`.execute(tx);
  return rows;
}

export async function markClaimed(
  tx: Tx,
  ids: readonly string[],
  claim: { worker: string; routeId: string; leaseUntil: Date },
): Promise<void> {
  if (ids.length === 0) return;
  await sql`UPDATE outbox SET state = 'claimed', worker = ${claim.worker}, route_id = ${claim.routeId}, lease_until = ${claim.leaseUntil} WHERE id = ANY(${[...ids]}::uuid[])`.execute(
    tx,
  );
}

export async function deleteRows(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await sql`DELETE FROM outbox WHERE id = ANY(${[...ids]}::uuid[])`.execute(tx);
}

export async function renewLeases(db: Db, worker: string, leaseUntil: Date): Promise<void> {
  await sql`UPDATE outbox SET lease_until = ${leaseUntil} WHERE state = 'claimed' AND worker = ${worker}`.execute(db);
}

/** Rows that a worker claimed and did not put on the wire: anybody's again; certified mail is its route's, whose mailbox it comes from. */
export async function releaseRows(tx: Tx, ids: readonly string[], worker: string): Promise<void> {
  if (ids.length === 0) return;
  await sql`UPDATE outbox SET state = 'queued', worker = NULL, lease_until = NULL, route_id = CASE WHEN kind = 'test' OR channel = 'pec' THEN route_id END
    WHERE id = ANY(${[...ids]}::uuid[]) AND state = 'claimed' AND worker = ${worker}`.execute(tx);
}

export interface HeldRow {
  id: string;
  kind: OutboxKind;
  notice_made_at: Date | null;
  attempts: number;
  valid_until: Date;
  route_id: string | null;
}

/** What a worker has claimed and not yet settled; at most `limit`. */
export async function rowsOfWorker(tx: Tx, worker: string, limit: number): Promise<HeldRow[]> {
  const { rows } =
    await sql<HeldRow>`SELECT id, kind, notice_made_at, attempts, valid_until, route_id FROM outbox WHERE state = 'claimed' AND worker = ${worker} ORDER BY id LIMIT ${limit} FOR UPDATE`.execute(
      tx,
    );
  return rows;
}

/** The workers whose leases ran out. */
export async function expiredWorkers(db: Db, now: Date): Promise<string[]> {
  const { rows } = await sql<{
    worker: string;
  }>`SELECT DISTINCT worker FROM outbox WHERE state = 'claimed' AND lease_until < ${now} AND worker IS NOT NULL`.execute(
    db,
  );
  return rows.map((row) => row.worker);
}

/** Which of these rows are the worker's to settle still (a row given up for lost may be settled late). */
export async function lockSettleable(tx: Tx, ids: readonly string[], worker: string): Promise<Set<string>> {
  const { rows } = await sql<{
    id: string;
  }>`SELECT id FROM outbox WHERE id = ANY(${[...ids]}::uuid[]) AND worker = ${worker} AND state IN ('claimed', 'in doubt') FOR UPDATE`.execute(
    tx,
  );
  return new Set(rows.map((row) => row.id));
}

export async function putInDoubt(tx: Tx, rows: readonly { id: string; reason: string }[], since: Date): Promise<void> {
  if (rows.length === 0) return;
  await sql`UPDATE outbox SET state = 'in doubt', lease_until = NULL, in_doubt_since = ${since}::timestamptz, last_trouble = news.reason
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS news(id uuid, reason text) WHERE outbox.id = news.id`.execute(
    tx,
  );
}

export async function queueAgain(
  tx: Tx,
  rows: readonly { id: string; notBefore: Date; reason: string; tried: boolean }[],
): Promise<void> {
  if (rows.length === 0) return;
  const news = rows.map((row) => ({
    id: row.id,
    not_before: row.notBefore,
    reason: row.reason,
    tried: row.tried ? 1 : 0,
  }));
  await sql`UPDATE outbox SET state = 'queued', worker = NULL, lease_until = NULL, in_doubt_since = NULL, route_id = CASE WHEN kind = 'test' OR channel = 'pec' THEN route_id END,
      not_before = news.not_before, attempts = least(32000, attempts + news.tried), last_trouble = news.reason
    FROM jsonb_to_recordset(${JSON.stringify(news)}::jsonb) AS news(id uuid, not_before timestamptz, reason text, tried int) WHERE outbox.id = news.id`.execute(
    tx,
  );
}

/** A row of which it became known that it left. */
export async function endDoubt(tx: Tx, id: string): Promise<void> {
  await sql`DELETE FROM outbox WHERE id = ${id} AND state = 'in doubt'`.execute(tx);
}

export interface NewReceiptKey {
  routeMessageId: string;
  outboxId: string;
  kind: OutboxKind;
  noticeMadeAt: Date | null;
  parts: number;
}

export async function insertReceiptKeys(
  tx: Tx,
  routeId: string,
  keys: readonly NewReceiptKey[],
  at: Date,
): Promise<void> {
  if (keys.length === 0) return;
  const rows = keys.map((key) => ({
    route_message_id: key.routeMessageId,
    outbox_id: key.outboxId,
    kind: key.kind,
    notice_made_at: key.noticeMadeAt,
    parts: key.parts,
  }));
  // An SMSC that uses an id again means its newer message.
  await sql`INSERT INTO receipt_keys (route_id, route_message_id, outbox_id, kind, notice_made_at, parts, sent_at)
    SELECT DISTINCT ON (route_message_id) ${routeId}::uuid, route_message_id, outbox_id, kind, notice_made_at, parts, ${at}::timestamptz
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS key(route_message_id text, outbox_id uuid, kind text, notice_made_at timestamptz, parts smallint)
    ON CONFLICT (route_id, route_message_id) DO UPDATE SET outbox_id = excluded.outbox_id, kind = excluded.kind, notice_made_at = excluded.notice_made_at,
      parts = excluded.parts, state = NULL, sent_at = excluded.sent_at`.execute(tx);
}

export interface TextRow {
  id: string;
  subject: string | null;
  body: string;
  html: string | null;
  /** What only mail has. */
  mail: Omit<OutgoingMail, 'attachments'> | null;
}

export async function readTexts(db: Db, ids: readonly string[]): Promise<TextRow[]> {
  const { rows } =
    await sql<TextRow>`SELECT id, subject, body, html, mail FROM outgoing_texts WHERE id = ANY(${[...ids]}::uuid[])`.execute(
      db,
    );
  return rows;
}

/** A candidate as the worker keeps it. */
export const claimed = (row: Candidate, leaseUntil: Date): ClaimedRow => ({
  id: row.id,
  kind: row.kind,
  address: row.address,
  textId: row.text_id,
  noticeMadeAt: row.notice_made_at,
  unsubscribe: row.unsubscribe,
  madeAt: row.made_at,
  validUntil: row.valid_until,
  attempts: row.attempts,
  leaseUntil,
});

export const outcomeOf = (
  row: { id: string; kind: OutboxKind; noticeMadeAt: Date | null },
  outcome: Outcome['outcome'],
  reason: string | null,
  at: Date,
): Outcome => ({ id: row.id, kind: row.kind, noticeMadeAt: row.noticeMadeAt, outcome, reason, at });

/** Texts to one person (an invitation holds a link that works once) go when they were sent, at most 500 in a call. */
export async function forgetSingleTexts(db: Db): Promise<void> {
  await sql`DELETE FROM outgoing_texts WHERE id IN (SELECT id FROM outgoing_texts WHERE announcement_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.text_id = outgoing_texts.id) LIMIT 500)`.execute(db);
}

/** Rows of the outbox, by state. */
export async function countOutbox(db: Db): Promise<{ state: string; count: number }[]> {
  const { rows } = await sql<{
    state: string;
    count: number;
  }>`SELECT state, count(*) AS count FROM outbox GROUP BY state`.execute(db);
  return rows;
}
