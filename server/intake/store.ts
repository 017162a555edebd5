import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Tx } from '../platform/database/database.ts';
import { read, write } from '../platform/database/statements.ts';
import type { Inbound, InboundChannel } from './intake.ts';

export interface InboundRow {
  id: string;
  channel: InboundChannel;
  route_id: string | null;
  mailbox_id: string | null;
  received_at: Date;
  sender: string;
  text: string;
  quiet: boolean;
  raw: Buffer | null;
  raw_blob: Buffer | null;
  facts: Record<string, unknown>;
}

export const readRow = (row: InboundRow): Inbound => ({
  id: row.id,
  channel: row.channel,
  routeId: row.route_id,
  mailboxId: row.mailbox_id,
  receivedAt: row.received_at,
  sender: row.sender,
  text: row.text,
  quiet: row.quiet,
  raw: row.raw,
  rawBlob: row.raw_blob,
  facts: row.facts,
});

export const COLUMNS = sql.raw(
  'id, channel, route_id, mailbox_id, received_at, sender, text, quiet, raw, raw_blob, facts',
);

export interface NewInbound extends Inbound {
  contentHash: string;
  /** What became of it already, when nothing is left to do. */
  decision?: string;
}

/** PostgreSQL's text has no zero byte, and no half of a pair; the raw bytes keep them. */
export const storable = (text: string): string =>
  text
    .replaceAll('\0', '')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');

/** Keeps what came in. False when it is known already: the same content on the same channel. */
export async function insertInbound(tx: Tx, inbound: NewInbound): Promise<boolean> {
  const { numAffectedRows } =
    await sql`INSERT INTO inbound_messages (id, channel, route_id, mailbox_id, received_at, content_hash, raw, raw_blob, sender, text, quiet, facts, decision, worked_at)
    VALUES (${inbound.id}, ${inbound.channel}, ${inbound.routeId}, ${inbound.mailboxId}, ${inbound.receivedAt}, ${inbound.contentHash}, ${inbound.raw}, ${inbound.rawBlob},
      ${storable(inbound.sender)}, ${storable(inbound.text)}, ${inbound.quiet}, ${JSON.stringify(inbound.facts)}::jsonb, ${inbound.decision ?? null},
      ${inbound.decision === undefined ? null : inbound.receivedAt}) ON CONFLICT (channel, content_hash) DO NOTHING`.execute(
      tx,
    );
  return Boolean(numAffectedRows);
}

/** Keeps mails of one mailbox, all at once. Returns the ids of those that were not known already. */
export async function insertMails(
  tx: Tx,
  { channel, mailboxId, receivedAt }: { channel: InboundChannel; mailboxId: string; receivedAt: Date },
  mails: readonly { id: string; quiet: boolean; rawBlob: Buffer | null; content: string; contentHash: string }[],
): Promise<string[]> {
  const { rows } = await sql<{
    id: string;
  }>`INSERT INTO inbound_messages (id, channel, mailbox_id, received_at, content_hash, raw_blob, sender, text, quiet, facts)
    SELECT mail.id, ${channel}, ${mailboxId}, ${receivedAt}, mail.content_hash, mail.raw_blob, '', '', mail.quiet, jsonb_build_object('content', mail.content)
    FROM unnest(${mails.map(({ id }) => id)}::uuid[], ${mails.map(({ contentHash }) => contentHash)}::text[], ${mails.map(({ rawBlob }) => rawBlob)}::bytea[],
      ${mails.map(({ quiet }) => quiet)}::boolean[], ${mails.map(({ content }) => content)}::text[]) AS mail(id, content_hash, raw_blob, quiet, content)
    ON CONFLICT (channel, content_hash) DO NOTHING RETURNING id`.execute(tx);
  return rows.map(({ id }) => id);
}

/** The oldest messages that may want an answer and that nobody has worked off, apart from those named and those of some senders; at most `limit`. Not locked. */
export async function nextInbounds(
  db: Db,
  skipped: readonly string[],
  senders: readonly string[],
  limit: number,
): Promise<Inbound[]> {
  const { rows } = await sql<InboundRow>`SELECT ${COLUMNS} FROM inbound_messages
    WHERE worked_at IS NULL AND NOT quiet AND NOT (id = ANY(${skipped}::uuid[])) AND (sender = '' OR NOT (sender = ANY(${senders}::text[]))) ORDER BY received_at, id LIMIT ${limit}`.execute(
    db,
  );
  return rows.map(readRow);
}

/** Locks a message that is still to be worked off; false: somebody else has it, or has done it. */
export async function takeInbound(tx: Tx, id: string): Promise<boolean> {
  const rows = await read(
    tx,
    sql`SELECT 1 FROM inbound_messages WHERE id = ${id} AND worked_at IS NULL FOR UPDATE SKIP LOCKED`,
  );
  return rows.length > 0;
}

export async function loadInbound(
  db: Db,
  id: string,
): Promise<(Inbound & { decision: string | null; caseId: string | null; trouble: string | null }) | null> {
  const { rows } = await sql<
    InboundRow & { decision: string | null; case_id: string | null; trouble: string | null }
  >`SELECT ${COLUMNS}, decision, case_id, trouble FROM inbound_messages WHERE id = ${id}::uuid`.execute(db);
  const [row] = rows;
  return row ? { ...readRow(row), decision: row.decision, caseId: row.case_id, trouble: row.trouble } : null;
}

/** Locks a message, whatever became of it. */
export async function lockInbound(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM inbound_messages WHERE id = ${id}::uuid FOR UPDATE`.execute(tx);
  return rows.length > 0;
}

export interface Outcome {
  /** What became of it when it made no case; null: it is in a case. */
  decision: string | null;
  caseId: string | null;
  trouble: string | null;
  /** Joined to those that are there. Ids, results and numbers, no words. */
  facts: Record<string, unknown>;
  mailId: string | null;
  /** Who wrote it and how it begins, where only the original says so. */
  sender?: string;
  text?: string;
}

/** Keeps what became of a message, in the transaction of whoever decided. */
export async function settleInbound(tx: Tx, id: string, outcome: Outcome, at: Date): Promise<void> {
  await write(
    tx,
    sql`UPDATE inbound_messages SET decision = ${outcome.decision}, case_id = ${outcome.caseId}, trouble = ${outcome.trouble}, worked_at = ${at},
    sender = coalesce(${outcome.sender === undefined ? null : storable(outcome.sender).slice(0, 320)}, sender), text = coalesce(${outcome.text === undefined ? null : storable(outcome.text).slice(0, 500)}, text),
    facts = facts || ${JSON.stringify(outcome.facts)}::jsonb, mail_id_hash = coalesce(${outcome.mailId === null ? null : hashMailId(outcome.mailId)}, mail_id_hash)
    WHERE id = ${id}`,
  );
}

/** Of a Message-ID: they hold addresses, and are long. */
export const hashMailId = (mailId: string): Buffer => createHash('sha256').update(mailId).digest();

/** An earlier mail with the same Message-ID of the same sender and the same words: through another mailbox, or sent again. */
export async function sameMail(
  db: Db,
  mail: { id: string; mailId: string; wordsHash: string },
): Promise<{ id: string; caseId: string | null } | null> {
  const rows = await read(
    db,
    sql<{ id: string; case_id: string | null }>`SELECT id, case_id FROM inbound_messages
    WHERE mail_id_hash = ${hashMailId(mail.mailId)} AND id <> ${mail.id} AND worked_at IS NOT NULL AND facts->>'words' = ${mail.wordsHash} ORDER BY received_at LIMIT 1`,
  );
  const [row] = rows;
  return row ? { id: row.id, caseId: row.case_id } : null;
}

/** For many mails, by `MAIL-ID WORDS`: an earlier mail that each repeats. */
export async function sameMails(
  db: Db,
  mails: readonly { mailId: string; words: string }[],
): Promise<Map<string, { id: string; caseId: string | null }>> {
  if (mails.length === 0) return new Map();
  const ids = new Map(mails.map(({ mailId }) => [hashMailId(mailId).toString('hex'), mailId]));
  const { rows } = await sql<{
    id: string;
    case_id: string | null;
    mail_id_hash: Buffer;
    words: string;
  }>`SELECT id, case_id, mail_id_hash, facts->>'words' AS words
    FROM inbound_messages WHERE mail_id_hash = ANY(${mails.map(({ mailId }) => hashMailId(mailId))}::bytea[]) AND worked_at IS NOT NULL
    ORDER BY received_at DESC`.execute(db);
  return new Map(
    rows.map((row) => [
      `${ids.get(row.mail_id_hash.toString('hex'))} ${row.words}`,
      { id: row.id, caseId: row.case_id },
    ]),
  );
}
