import { sql } from 'kysely';
import { keepRefusals } from '../customers/index.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import type { Vault } from '../platform/secrets.ts';

// Every table in which personal text lies, in one place: what is not here stays, and must be figures, ids and times.

/** Stands where personal text was. */
export const ERASED = '[…]';

export interface ErasedTexts {
  messages: number;
  attachments: number;
}

const count = (affected: bigint | undefined): number => Number(affected ?? 0);

/** The chunks of blobs that nothing refers to any more. */
async function removeLonelyBlobs(tx: Tx, ids: readonly Buffer[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`DELETE FROM blobs WHERE id = ANY(${[...ids]}::bytea[])
    AND NOT EXISTS (SELECT 1 FROM attachments WHERE attachments.blob_id = blobs.id)
    AND NOT EXISTS (SELECT 1 FROM draft_files WHERE draft_files.blob_id = blobs.id)
    AND NOT EXISTS (SELECT 1 FROM inbound_messages WHERE inbound_messages.raw_blob = blobs.id)`.execute(tx);
}

/** The raw originals of some inbound messages, with the words read from them. What they were decided to be stays. */
async function eraseInbound(tx: Tx, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const { rows } = await sql<{
    raw_blob: Buffer | null;
  }>`SELECT raw_blob FROM inbound_messages WHERE id = ANY(${[...ids]}::uuid[]) FOR UPDATE`.execute(tx);
  await sql`UPDATE inbound_messages SET raw = NULL, raw_blob = NULL, text = '', sender = '', facts = '{}', trouble = NULL, mail_id_hash = NULL
    WHERE id = ANY(${[...ids]}::uuid[])`.execute(tx);
  await removeLonelyBlobs(
    tx,
    rows.flatMap(({ raw_blob }) => (raw_blob ? [raw_blob] : [])),
  );
  return rows.length;
}

/** The words of some messages: body, subject, markup, attachments, raw originals, Message-IDs. Numbers, times, channels and receipts stay. */
async function eraseMessages(tx: Tx, which: ReturnType<typeof sql>): Promise<ErasedTexts> {
  const { rows } = await sql<{
    id: string;
    inbound_id: string | null;
  }>`SELECT id, inbound_id FROM messages WHERE ${which}`.execute(tx);
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return { messages: 0, attachments: 0 };
  const blobs = await sql<{
    blob_id: Buffer;
  }>`SELECT blob_id FROM attachments WHERE message_id = ANY(${ids}::uuid[]) AND blob_id IS NOT NULL`.execute(tx);
  const attachments =
    await sql`UPDATE attachments SET name = ${ERASED}, blob_id = NULL, declared_type = NULL, content_id = NULL, problem = 'erased'
    WHERE message_id = ANY(${ids}::uuid[])`.execute(tx);
  await sql`UPDATE messages SET body = ${ERASED}, subject = NULL, quoted = NULL, html = NULL, answer = NULL, mail_id = NULL, inbound_id = NULL
    WHERE id = ANY(${ids}::uuid[])`.execute(tx);
  await sql`DELETE FROM mail_keys WHERE message_id = ANY(${ids}::uuid[])`.execute(tx);
  await sql`DELETE FROM mail_receipts WHERE message_id = ANY(${ids}::uuid[])`.execute(tx);
  // What is claimed is on its way out; its text goes with the outbox's own tidying.
  const texts = await sql<{
    text_id: string;
  }>`DELETE FROM outbox WHERE id = ANY(${ids}::uuid[]) AND state = 'queued' RETURNING text_id`.execute(tx);
  await sql`DELETE FROM outgoing_texts WHERE id = ANY(${texts.rows.map(({ text_id }) => text_id)}::uuid[]) AND announcement_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.text_id = outgoing_texts.id)`.execute(tx);
  await removeLonelyBlobs(
    tx,
    blobs.rows.map(({ blob_id }) => blob_id),
  );
  await eraseInbound(
    tx,
    rows.flatMap(({ inbound_id }) => (inbound_id ? [inbound_id] : [])),
  );
  return { messages: ids.length, attachments: count(attachments.numAffectedRows) };
}

/** The words of some cases. Their numbers, states, times, promises and events stay: they are the figures. */
export async function eraseCases(tx: Tx, caseIds: readonly string[], at: Date): Promise<ErasedTexts> {
  if (caseIds.length === 0) return { messages: 0, attachments: 0 };
  const ids = sql`${[...caseIds]}::uuid[]`;
  const erased = await eraseMessages(tx, sql`case_id = ANY(${ids})`);
  const { rows } = await sql<{ id: string }>`SELECT id FROM inbound_messages WHERE case_id = ANY(${ids})`.execute(tx);
  await eraseInbound(
    tx,
    rows.map(({ id }) => id),
  );
  await sql`UPDATE cases SET subject = ${ERASED}, triage = '{}', texts_erased_at = ${at} WHERE id = ANY(${ids})`.execute(
    tx,
  );
  await sql`UPDATE hand_overs SET note = ${ERASED} WHERE case_id = ANY(${ids})`.execute(tx);
  await sql`UPDATE join_proposals SET reasons = '{}' WHERE case_id = ANY(${ids}) OR into_case_id = ANY(${ids})`.execute(
    tx,
  );
  await sql`DELETE FROM case_links WHERE case_id = ANY(${ids})`.execute(tx);
  return erased;
}

/** What somebody said in the cases of others. */
export const eraseWordsElsewhere = (tx: Tx, partyId: string, keptCaseIds: readonly string[]): Promise<ErasedTexts> =>
  eraseMessages(
    tx,
    sql`party_id = ${partyId}::uuid AND NOT case_id = ANY(${[...keptCaseIds]}::uuid[]) AND body <> ${ERASED}`,
  );

export interface PartyState {
  id: string;
  externalId: string | null;
  name: string;
  erasedAt: Date | null;
  openServices: number;
  openCases: number;
}

/** A party, locked, with what stands against its erasure. */
export async function lockParty(tx: Tx, id: string): Promise<PartyState | null> {
  const { rows } = await sql<PartyState>`SELECT id, external_id AS "externalId", name, erased_at AS "erasedAt",
      (SELECT count(*) FROM services WHERE party_id = parties.id AND state <> 'ended') AS "openServices",
      (SELECT count(*) FROM cases WHERE party_id = parties.id AND ended_at IS NULL) AS "openCases"
    FROM parties WHERE id = ${id}::uuid FOR UPDATE`.execute(tx);
  return rows[0] ?? null;
}

/** The cases of a party whose words are there, apart by whether the law wants them kept after `legalSince`. */
export async function casesToErase(
  db: Db,
  partyId: string,
  legalSince: Date,
): Promise<{ free: string[]; kept: string[] }> {
  const { rows } = await sql<{
    id: string;
    legal: boolean;
  }>`SELECT id, ended_at > ${legalSince} AND (formal_at IS NOT NULL
      OR EXISTS (SELECT 1 FROM messages WHERE messages.case_id = cases.id AND messages.channel = 'pec')) AS legal
    FROM cases WHERE party_id = ${partyId}::uuid AND texts_erased_at IS NULL AND ended_at IS NOT NULL ORDER BY id`.execute(
    db,
  );
  return {
    free: rows.filter(({ legal }) => !legal).map(({ id }) => id),
    kept: rows.filter(({ legal }) => legal).map(({ id }) => id),
  };
}

/** Who somebody is. Consents stay with their times, without the address, of which a STOP keeps a fingerprint; so do lines with their dates, without the place. Returns how many addresses went. */
export async function eraseIdentity(tx: Tx, vault: Vault, partyId: string, at: Date): Promise<number> {
  await keepRefusals(tx, vault, partyId);
  const points =
    await sql`UPDATE contact_points SET address = 'erased:' || id, unreachable_reason = NULL, verification = 'claimed',
      ended_at = coalesce(ended_at, ${at}) WHERE party_id = ${partyId}::uuid AND address NOT LIKE 'erased:%'`.execute(
      tx,
    );
  await sql`DELETE FROM one_time_codes WHERE contact_point_id IN (SELECT id FROM contact_points WHERE party_id = ${partyId}::uuid)`.execute(
    tx,
  );
  await sql`UPDATE delegations SET evidence = ${ERASED}, revoked_at = coalesce(revoked_at, ${at}) WHERE party_id = ${partyId}::uuid OR delegate_id = ${partyId}::uuid`.execute(
    tx,
  );
  await sql`UPDATE services SET address = NULL WHERE party_id = ${partyId}::uuid`.execute(tx);
  await sql`DELETE FROM case_links WHERE party_id = ${partyId}::uuid`.execute(tx);
  await sql`UPDATE parties SET name = ${ERASED}, tax_code = NULL, vulnerable = false, critical = false, ended_at = coalesce(ended_at, ${at}) WHERE id = ${partyId}::uuid`.execute(
    tx,
  );
  return count(points.numAffectedRows);
}

/** The party, and those that were found to be the same and merged into it. */
export async function sameParties(db: Db, partyId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`WITH RECURSIVE same AS (
      SELECT ${partyId}::uuid AS id UNION SELECT from_party_id FROM party_merges JOIN same ON into_party_id = same.id WHERE undone_at IS NULL)
    SELECT id FROM same`.execute(db);
  return rows.map(({ id }) => id);
}

export async function markErased(tx: Tx, partyIds: readonly string[], at: Date): Promise<void> {
  await sql`UPDATE parties SET erased_at = ${at} WHERE id = ANY(${[...partyIds]}::uuid[])`.execute(tx);
}

// Retention -----------------------------------------------------------------------------------------------------------

/** Cases that ended long ago and still have words; formal ones and those with certified mail by a date of their own. Locked; other processes pass them by. */
export async function takeForgottenCases(
  tx: Tx,
  { endedBefore, formalBefore }: { endedBefore: Date; formalBefore: Date },
  most: number,
): Promise<string[]> {
  const { rows } = await sql<{
    id: string;
  }>`SELECT id FROM cases WHERE ended_at IS NOT NULL AND texts_erased_at IS NULL AND ended_at < ${endedBefore}
      AND (ended_at < ${formalBefore} OR (formal_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM messages WHERE messages.case_id = cases.id AND messages.channel = 'pec')))
    ORDER BY ended_at, id LIMIT ${most} FOR UPDATE SKIP LOCKED`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Raw originals received long ago: not of cases that are open or of legal weight, nor what nobody has worked off. Returns how many went. */
export async function forgetOriginals(
  tx: Tx,
  { before, formalBefore }: { before: Date; formalBefore: Date },
  most: number,
): Promise<number> {
  const { rows } = await sql<{
    id: string;
  }>`SELECT id FROM inbound_messages inbound WHERE (raw IS NOT NULL OR raw_blob IS NOT NULL)
      AND received_at < ${before} AND worked_at IS NOT NULL AND (received_at < ${formalBefore} OR channel <> 'pec')
      AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.id = inbound.case_id AND (cases.ended_at IS NULL
        OR (cases.formal_at IS NOT NULL AND inbound.received_at >= ${formalBefore})))
    ORDER BY received_at, id LIMIT ${most} FOR UPDATE SKIP LOCKED`.execute(tx);
  return await eraseInbound(
    tx,
    rows.map(({ id }) => id),
  );
}

/** Parties that were erased up to what the law kept, of which nothing is kept any more. */
export async function takeHalfErased(tx: Tx, most: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM parties WHERE erased_at IS NOT NULL AND name <> '[…]'
      AND NOT EXISTS (SELECT 1 FROM cases WHERE cases.party_id = parties.id AND cases.texts_erased_at IS NULL)
    ORDER BY erased_at LIMIT ${most} FOR UPDATE SKIP LOCKED`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Deletes rows of one kind that are older than `before` (of imports: the cells that were wrong), `most` at a time. Returns how many. */
export async function forgetRows(
  db: Db,
  kind: 'alarms' | 'notices' | 'events' | 'codes' | 'links' | 'imports',
  before: Date,
  most: number,
): Promise<number> {
  const statements = {
    alarms: sql`DELETE FROM alarm_deliveries WHERE number IN (
      SELECT number FROM alarm_deliveries WHERE worked_at IS NOT NULL AND received_at < ${before} ORDER BY number LIMIT ${most})`,
    notices: sql`WITH old AS (SELECT made_at, id, announcement_id, party_id, channel FROM notices
        WHERE made_at < ${before} AND state NOT IN ('held', 'queued', 'in doubt') ORDER BY made_at LIMIT ${most}),
      keys AS (DELETE FROM notice_keys USING old
        WHERE notice_keys.announcement_id = old.announcement_id AND notice_keys.party_id = old.party_id AND notice_keys.channel = old.channel)
      DELETE FROM notices USING old WHERE notices.made_at = old.made_at AND notices.id = old.id`,
    events: sql`DELETE FROM events WHERE (at, number) IN (SELECT at, number FROM events WHERE at < ${before} ORDER BY at LIMIT ${most})`,
    imports: sql`UPDATE imports SET problems = '[]', notes = '[]' WHERE id IN (
      SELECT id FROM imports WHERE finished_at < ${before} AND (problems <> '[]' OR notes <> '[]') LIMIT ${most})`,
    codes: sql`DELETE FROM one_time_codes WHERE id IN (SELECT id FROM one_time_codes WHERE expires_at < ${before} LIMIT ${most})`,
    links: sql`DELETE FROM case_links WHERE token_hash IN (SELECT token_hash FROM case_links WHERE expires_at < ${before} LIMIT ${most})`,
  };
  const { numAffectedRows } = await statements[kind].execute(db);
  return count(numAffectedRows);
}
