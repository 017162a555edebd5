import { sql } from 'kysely';
import type { Db, Tx } from '../platform/database/database.ts';
import { read, write } from '../platform/database/statements.ts';
import { newId } from '../platform/ids.ts';
import type { AttachmentRecord, CaseRecord, MessageRecord, NewAttachment } from './case.ts';
import { changed } from './store.ts';

const MESSAGE = sql`messages.id, messages.case_id AS "caseId", messages.number, messages.direction, messages.visibility, messages.kind, messages.channel, messages.actor,
  messages.party_id AS "partyId", messages.contact_point_id AS "contactPointId", messages.claim, messages.language, messages.said_at AS "saidAt", messages.subject,
  messages.body, messages.quoted, messages.html, messages.answer, messages.inbound_id AS "inboundId", messages.mail_id AS "mailId",
  messages.undo_until AS "undoUntil", messages.state, messages.state_reason AS "stateReason"`;

/** Adds a message to a case, with the next number in it; `change`: what else changes about the case by it. */
export async function insertMessage(
  tx: Tx,
  message: Omit<MessageRecord, 'number' | 'stateReason'>,
  change?: Partial<CaseRecord> | null,
): Promise<void> {
  const more = change ? sql`, ${changed(change)}` : sql``;
  await write(
    tx,
    sql`WITH counted AS (UPDATE cases SET messages = messages + 1${more} WHERE id = ${message.caseId} RETURNING messages)
    INSERT INTO messages (id, case_id, number, direction, visibility, kind, channel, actor, party_id, contact_point_id, claim, language, said_at, subject, body,
      quoted, html, answer, inbound_id, mail_id, undo_until, state)
    VALUES (${message.id}, ${message.caseId}, (SELECT messages FROM counted), ${message.direction}, ${message.visibility}, ${message.kind}, ${message.channel},
      ${JSON.stringify(message.actor)}::jsonb, ${message.partyId}, ${message.contactPointId}, ${message.claim}, ${message.language}, ${message.saidAt}, ${message.subject},
      ${message.body}, ${message.quoted}, ${message.html}, ${message.answer ? JSON.stringify(message.answer) : null}::jsonb, ${message.inboundId}, ${message.mailId},
      ${message.undoUntil}, ${message.state})`,
  );
}

export async function insertAttachments(
  tx: Tx,
  caseId: string,
  messageId: string,
  attachments: readonly NewAttachment[],
): Promise<void> {
  for (const [number, one] of attachments.entries())
    await write(
      tx,
      sql`INSERT INTO attachments (id, message_id, case_id, number, name, type, declared_type, size, blob_id, inline, content_id, problem)
      VALUES (${newId()}, ${messageId}, ${caseId}, ${number}, ${one.name}, ${one.type}, ${one.declaredType}, ${one.size}, ${one.blobId}, ${one.inline}, ${one.contentId}, ${one.problem})`,
    );
}

/** Whether one of these parties was answered, or asked something, since then; acknowledgements and reports of where it stands are neither. */
export async function askedSince(db: Db, partyIds: readonly string[], since: Date): Promise<boolean> {
  if (partyIds.length === 0) return false;
  const { rows } = await sql`SELECT 1 FROM messages WHERE party_id = ANY(${[...partyIds]}::uuid[]) AND direction = 'out'
    AND kind IN ('answer', 'question', 'fix-question') AND said_at > ${since} LIMIT 1`.execute(db);
  return rows.length > 0;
}

/** Messages of a case in order, after a number; at most `limit`. `visibilities`: which of them. */
export async function messagesOf(
  db: Db,
  caseId: string,
  {
    after = 0,
    limit,
    visibilities,
  }: { after?: number; limit: number; visibilities: readonly MessageRecord['visibility'][] },
): Promise<MessageRecord[]> {
  const { rows } =
    await sql<MessageRecord>`SELECT ${MESSAGE} FROM messages WHERE case_id = ${caseId} AND number > ${after}
    AND visibility = ANY(${[...visibilities]}::text[]) ORDER BY number LIMIT ${limit}`.execute(db);
  return rows;
}

export async function attachmentsOf(db: Db, messageIds: readonly string[]): Promise<AttachmentRecord[]> {
  if (messageIds.length === 0) return [];
  const { rows } =
    await sql<AttachmentRecord>`SELECT id, message_id AS "messageId", case_id AS "caseId", number, name, type, size, blob_id AS "blobId", inline,
    content_id AS "contentId", problem FROM attachments WHERE message_id = ANY(${[...messageIds]}::uuid[]) ORDER BY message_id, number`.execute(
      db,
    );
  return rows;
}

export async function attachmentById(db: Db, id: string): Promise<AttachmentRecord | null> {
  const { rows } =
    await sql<AttachmentRecord>`SELECT id, message_id AS "messageId", case_id AS "caseId", number, name, type, size, blob_id AS "blobId", inline,
    content_id AS "contentId", problem FROM attachments WHERE id = ${id}`.execute(db);
  return rows[0] ?? null;
}

export async function lockMessage(tx: Tx, id: string): Promise<MessageRecord | null> {
  const { rows } = await sql<MessageRecord>`SELECT ${MESSAGE} FROM messages WHERE id = ${id} FOR UPDATE`.execute(tx);
  return rows[0] ?? null;
}

export async function setMessageState(
  tx: Tx,
  id: string,
  state: NonNullable<MessageRecord['state']>,
  at: Date | null,
  reason: string | null = null,
): Promise<void> {
  await sql`UPDATE messages SET state = ${state}, state_reason = ${reason}, settled_at = ${at} WHERE id = ${id}`.execute(
    tx,
  );
}

/** What became of messages on the wire; what is final stays. Returns those that failed, with their cases. */
export async function applyMessageOutcomes(
  tx: Tx,
  outcomes: readonly { id: string; outcome: string; reason: string | null; at: Date }[],
): Promise<{ id: string; caseId: string }[]> {
  if (outcomes.length === 0) return [];
  const { rows } = await sql<{
    id: string;
    caseId: string;
    state: string;
  }>`UPDATE messages SET state = news.outcome, state_reason = news.reason, settled_at = news.at
    FROM jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb) AS news(id uuid, outcome text, reason text, at timestamptz)
    WHERE messages.id = news.id AND messages.state NOT IN ('delivered', 'failed', 'withdrawn') RETURNING messages.id, messages.case_id AS "caseId", messages.state`.execute(
    tx,
  );
  return rows.filter(({ state }) => state === 'failed');
}

/** A message whose time to be taken back is over (system clock), locked. */
export async function takeHeldMessage(tx: Tx, now: Date, skipped: readonly string[]): Promise<MessageRecord | null> {
  const { rows } =
    await sql<MessageRecord>`SELECT ${MESSAGE} FROM messages WHERE state = 'held' AND undo_until <= ${now} AND NOT id = ANY(${[...skipped]}::uuid[])
    ORDER BY undo_until LIMIT 1 FOR UPDATE SKIP LOCKED`.execute(tx);
  return rows[0] ?? null;
}

/** The last mail of the customer in a case, and all Message-IDs before: what an answer answers. `inboundId`: of the last that came by this channel. */
export async function mailThread(
  db: Db,
  caseId: string,
  by: 'email' | 'pec',
): Promise<{ inReplyTo: string | null; references: string[]; inboundId: string | null; subject: string | null }> {
  const { rows } = await sql<{
    mailId: string;
    direction: string;
    channel: string;
    inboundId: string | null;
    subject: string | null;
  }>`SELECT mail_id AS "mailId", direction, channel, inbound_id AS "inboundId", subject FROM messages WHERE case_id = ${caseId} AND mail_id IS NOT NULL
    ORDER BY number DESC LIMIT 20`.execute(db);
  const heard = rows.find(({ direction }) => direction === 'in');
  return {
    inReplyTo: heard?.mailId ?? rows[0]?.mailId ?? null,
    references: rows.map(({ mailId }) => mailId).reverse(),
    inboundId: rows.find(({ direction, channel }) => direction === 'in' && channel === by)?.inboundId ?? null,
    subject: heard?.subject ?? null,
  };
}

/** Whether a customer said since an instant that it works, and nothing since then that it does not. */
export async function saidYesSince(db: Db, caseId: string, since: Date | null): Promise<boolean> {
  if (!since) return false;
  const rows = await read(
    db,
    sql<{
      kind: string;
    }>`SELECT kind FROM messages WHERE case_id = ${caseId} AND direction = 'in' AND NOT claim AND said_at >= ${since}
    AND kind IN ('confirmation', 'denial') ORDER BY number DESC LIMIT 1`,
  );
  return rows[0]?.kind === 'confirmation';
}

/** The newest message of the customer; its number and id. */
export async function lastHeard(db: Db, caseId: string): Promise<{ id: string; number: number } | null> {
  const { rows } = await sql<{
    id: string;
    number: number;
  }>`SELECT id, number FROM messages WHERE case_id = ${caseId} AND direction = 'in' AND NOT claim
    ORDER BY number DESC LIMIT 1`.execute(db);
  return rows[0] ?? null;
}

/** The words of the last question to the customer. */
export async function lastQuestion(db: Db, caseId: string): Promise<string | null> {
  const { rows } = await sql<{
    words: string | null;
  }>`SELECT answer->>'words' AS words FROM messages WHERE case_id = ${caseId} AND kind = 'question' AND direction = 'out'
    ORDER BY number DESC LIMIT 1`.execute(db);
  return rows[0]?.words ?? null;
}

/** Whether somebody wrote to us from a contact point by its own channel: then an answer there reaches who asked. */
export async function wroteFrom(db: Db, contactPointId: string, channel: string): Promise<boolean> {
  const rows = await read(
    db,
    sql`SELECT 1 FROM messages WHERE contact_point_id = ${contactPointId} AND direction = 'in' AND channel = ${channel} LIMIT 1`,
  );
  return rows.length > 0;
}

/** Whether a case has an answer that stands after the message of a number. */
export async function hasLaterAnswer(tx: Tx, caseId: string, number: number): Promise<boolean> {
  const { rows } = await sql<{ one: number }>`SELECT 1 AS one FROM messages
    WHERE case_id = ${caseId} AND number > ${number} AND kind = 'answer' AND state IS DISTINCT FROM 'withdrawn' LIMIT 1`.execute(
    tx,
  );
  return rows.length > 0;
}

/** In which cases messages were said, by the ids of the messages. */
export async function casesOfMessages(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, { id: string; number: string }>> {
  const { rows } = await sql<{
    message: string;
    id: string;
    number: string;
  }>`SELECT messages.id AS message, cases.id, cases.number
    FROM messages JOIN cases ON cases.id = case_id WHERE messages.id = ANY(${[...ids]}::uuid[])`.execute(db);
  return new Map(rows.map(({ message, id, number }) => [message, { id, number }]));
}
