import { sql } from 'kysely';
import type { NoticeCounts } from '../../contract/incidents.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import type { AnnouncementRecord } from './announcement.ts';

import { type AnnouncementRow, COLUMNS, mayBeTold, parties, read } from './store.ts';

/** Notified with a subject's id when the figures of its notices changed: many times a second, so it is no event. */
export const FIGURES_CHANNEL = 'filodiretto_figures';

export async function notifyFigures(tx: Tx, subjectIds: readonly string[]): Promise<void> {
  for (const id of subjectIds) await sql`SELECT pg_notify(${FIGURES_CHANNEL}, ${id})`.execute(tx);
}

export type ToExpand = AnnouncementRecord & { expandedTo: string | null };

/** An announcement whose fan-out is not finished, locked. */
export async function takeToExpand(tx: Tx, skipped: readonly string[]): Promise<ToExpand | null> {
  const { rows } = await sql<
    AnnouncementRow & { expanded_to: string | null }
  >`SELECT ${COLUMNS}, expanded_to FROM announcements
    WHERE state = 'telling' AND NOT id = ANY(${[...skipped]}::uuid[])
      AND NOT EXISTS (SELECT 1 FROM announcements AS former WHERE former.subject_id = announcements.subject_id AND former.state = 'telling' AND former.number < announcements.number)
    ORDER BY made_at LIMIT 1 FOR UPDATE SKIP LOCKED`.execute(tx);
  const [row] = rows;
  return row ? { ...read(row), expandedTo: row.expanded_to } : null;
}

export interface Chunk {
  announcement: AnnouncementRecord;
  effects: readonly string[];
  after: string | null;
  size: number;
  now: Date;
  /** Until when quiet hours hold each channel; null: goes now. */
  held: { sms: Date | null; email: Date | null };
}

/**
 * Makes the notices of the next parties of an announcement: key, notice, outbox row in one statement, so that a party is told once on each channel
 * whatever restarts or repeats. The announcement is locked by who calls: keys that two made at once would refuse the second. Returns the last party reached and how many there were; fewer than `size` means that the fan-out is complete.
 */
export async function expandChunk(
  tx: Tx,
  chunk: Chunk,
): Promise<{ last: string | null; people: number; made: number }> {
  const { announcement, held, now } = chunk;
  // Right after an outage was computed the planner knows nothing of its rows yet: it would sort all that are left for each chunk instead of reading
  // the next ones from the index.
  await sql`SET LOCAL enable_bitmapscan = off`.execute(tx);
  const { rows } = await sql<{ last: string | null; people: number; made: number }>`
    WITH people AS (
      SELECT DISTINCT party_id FROM (${parties(announcement.subjectId, announcement.audience, chunk.effects)}) AS audience
      WHERE party_id > ${chunk.after ?? '00000000-0000-0000-0000-000000000000'}::uuid ORDER BY party_id LIMIT ${chunk.size}),
    targets AS (
      SELECT DISTINCT ON (contact_points.party_id, contact_points.channel) contact_points.party_id, contact_points.id AS contact_point_id, contact_points.channel, contact_points.address, parties.language
      FROM people JOIN contact_points USING (party_id) JOIN parties ON parties.id = people.party_id
      WHERE contact_points.channel IN ('sms', 'email') AND ${mayBeTold(announcement.subjectId, announcement.audience)}
      ORDER BY contact_points.party_id, contact_points.channel, contact_points.id),
    texts AS MATERIALIZED (
      SELECT DISTINCT ON (channel, language) channel, language, id FROM outgoing_texts WHERE announcement_id = ${announcement.id} ORDER BY channel, language, id DESC),
    -- Whole rows are made here, once: joining one modifying part to another would be quadratic, since the planner takes each of them for one row.
    fresh AS MATERIALIZED (
      SELECT uuid_at(${now}::timestamptz) AS id, targets.*, texts.id AS text_id, CASE targets.channel WHEN 'sms' THEN ${held.sms}::timestamptz ELSE ${held.email}::timestamptz END AS held_until
      FROM targets JOIN texts USING (channel, language)
      WHERE NOT EXISTS (SELECT 1 FROM notice_keys WHERE notice_keys.announcement_id = ${announcement.id}::uuid AND notice_keys.party_id = targets.party_id AND notice_keys.channel = targets.channel)),
    keys AS (
      INSERT INTO notice_keys (announcement_id, party_id, channel, notice_id, notice_made_at)
      SELECT ${announcement.id}::uuid, party_id, channel, id, ${now}::timestamptz FROM fresh),
    made AS (
      INSERT INTO notices (made_at, id, announcement_id, subject_id, party_id, contact_point_id, channel, language, text_id, state, held_until, valid_until)
      SELECT ${now}::timestamptz, id, ${announcement.id}::uuid, ${announcement.subjectId}::uuid, party_id, contact_point_id, channel, language, text_id,
        CASE WHEN held_until IS NULL THEN 'queued' ELSE 'held' END, held_until, ${announcement.validUntil}::timestamptz FROM fresh),
    queued AS (
      INSERT INTO outbox (id, bucket, kind, channel, address, text_id, notice_made_at, unsubscribe, priority, made_at, not_before, valid_until)
      SELECT id, abs(hashtext(id::text)) % 64, 'notice', channel, address, text_id, ${now}::timestamptz, CASE WHEN channel = 'email' THEN contact_point_id::text END,
        5, ${now}::timestamptz, ${now}::timestamptz, ${announcement.validUntil}::timestamptz FROM fresh WHERE held_until IS NULL)
    SELECT (SELECT max(party_id::text) FROM people) AS last, (SELECT count(*) FROM people) AS people, (SELECT count(*) FROM fresh) AS made`.execute(
    tx,
  );
  return rows[0] ?? { last: null, people: 0, made: 0 };
}

export async function advanceExpansion(
  tx: Tx,
  id: string,
  last: string | null,
  complete: boolean,
  at: Date,
): Promise<void> {
  if (complete)
    await sql`UPDATE announcements SET state = 'told', told_at = ${at}, expanded_to = coalesce(${last}::uuid, expanded_to) WHERE id = ${id}`.execute(
      tx,
    );
  else await sql`UPDATE announcements SET expanded_to = ${last}::uuid WHERE id = ${id}`.execute(tx);
}

/** Up to `limit` held notices whose time has come, locked, with the announcement that they belong to. */
export async function takeReleasedByTime(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<{ id: string; announcementId: string; channel: 'sms' | 'email'; language: 'it' | 'en' }[]> {
  const { rows } = await sql<{
    id: string;
    announcement_id: string;
    channel: 'sms' | 'email';
    language: 'it' | 'en';
  }>`SELECT id, announcement_id, channel, language FROM notices
    WHERE state = 'held' AND held_until <= ${now} ORDER BY held_until LIMIT ${limit} FOR UPDATE SKIP LOCKED`.execute(
    tx,
  );
  return rows.map((row) => ({
    id: row.id,
    announcementId: row.announcement_id,
    channel: row.channel,
    language: row.language,
  }));
}

/** Sends held notices with a text that was written anew. */
export async function requeue(
  tx: Tx,
  ids: readonly string[],
  textId: string,
  now: Date,
  validUntil: Date,
): Promise<void> {
  await sql`WITH released AS (
      UPDATE notices SET state = 'queued', held_until = NULL, reason = NULL, text_id = ${textId}, valid_until = ${validUntil} WHERE id = ANY(${[...ids]}::uuid[]) AND state = 'held'
      RETURNING id, made_at, channel, contact_point_id)
    INSERT INTO outbox (id, bucket, kind, channel, address, text_id, notice_made_at, unsubscribe, priority, made_at, not_before, valid_until)
    SELECT released.id, abs(hashtext(released.id::text)) % 64, 'notice', released.channel, contact_points.address, ${textId}::uuid, released.made_at,
      CASE WHEN released.channel = 'email' THEN contact_points.id::text END, 5, ${now}::timestamptz, ${now}::timestamptz, ${validUntil}::timestamptz
    FROM released JOIN contact_points ON contact_points.id = released.contact_point_id WHERE contact_points.consent = 'granted' AND contact_points.ended_at IS NULL`.execute(
    tx,
  );
  await sql`UPDATE notices SET state = 'withdrawn', reason = 'consent withdrawn', settled_at = ${now} WHERE id = ANY(${[...ids]}::uuid[]) AND state = 'queued' AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = notices.id)`.execute(
    tx,
  );
}

export async function withdrawNotices(tx: Tx, ids: readonly string[], reason: string, at: Date): Promise<void> {
  await sql`UPDATE notices SET state = 'withdrawn', reason = ${reason}, settled_at = ${at}, held_until = NULL WHERE id = ANY(${[...ids]}::uuid[]) AND state IN ('held', 'queued')`.execute(
    tx,
  );
}

/** Quiet hours hold on. */
export async function holdUntil(tx: Tx, ids: readonly string[], until: Date): Promise<void> {
  await sql`UPDATE notices SET held_until = ${until} WHERE id = ANY(${[...ids]}::uuid[]) AND state = 'held'`.execute(
    tx,
  );
}

/** Notices that a dead route held up too long wait to be written anew; their outbox rows are gone. */
export async function holdForRewriting(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  await sql`UPDATE notices SET state = 'held', reason = 'the route was down', held_until = ${now} WHERE id = ANY(${[...ids]}::uuid[]) AND state = 'queued'`.execute(
    tx,
  );
}

export interface NoticeOutcome {
  id: string;
  noticeMadeAt: Date | null;
  outcome: 'sent' | 'delivered' | 'failed' | 'withdrawn' | 'in doubt';
  reason: string | null;
  at: Date;
}

/**
 * Applies what became of notices on the wire, set-based. A later word wins only where it says more: delivered is never taken back by sent.
 * Returns the subjects whose figures changed.
 */
export async function applyOutcomes(tx: Tx, outcomes: readonly NoticeOutcome[]): Promise<string[]> {
  const rows = JSON.stringify(
    outcomes.map((outcome) => ({
      id: outcome.id,
      made_at: outcome.noticeMadeAt,
      outcome: outcome.outcome,
      reason: outcome.reason,
      at: outcome.at,
    })),
  );
  const { rows: changed } = await sql<{ subject_id: string }>`
    WITH news AS (SELECT * FROM jsonb_to_recordset(${rows}::jsonb) AS news(id uuid, made_at timestamptz, outcome text, reason text, at timestamptz)),
    updated AS (
      UPDATE notices SET state = news.outcome, reason = news.reason,
        sent_at = CASE WHEN news.outcome IN ('sent', 'delivered') THEN coalesce(notices.sent_at, news.at) ELSE notices.sent_at END,
        settled_at = CASE WHEN news.outcome IN ('delivered', 'failed', 'withdrawn') THEN news.at ELSE notices.settled_at END
      FROM news WHERE notices.made_at = news.made_at AND notices.id = news.id
        AND NOT (notices.state IN ('delivered', 'failed', 'withdrawn') AND news.outcome IN ('sent', 'in doubt'))
      RETURNING notices.subject_id)
    SELECT DISTINCT subject_id FROM updated`.execute(tx);
  return changed.map((row) => row.subject_id);
}

/** Who turns out not to have heard (the first word failed) isn't told the end: takes back what waits for them. */
export async function withdrawFromThoseWhoNeverHeard(tx: Tx, failedIds: readonly string[], at: Date): Promise<void> {
  if (failedIds.length === 0) return;
  await sql`WITH failed AS (SELECT subject_id, party_id, contact_point_id FROM notices WHERE id = ANY(${[...failedIds]}::uuid[])),
    silent AS (SELECT later.id FROM notices AS later JOIN failed USING (subject_id, party_id, contact_point_id) JOIN announcements ON announcements.id = later.announcement_id
      WHERE announcements.audience = 'heard' AND later.state IN ('held', 'queued')
      AND NOT EXISTS (SELECT 1 FROM notices AS earlier WHERE earlier.subject_id = later.subject_id AND earlier.party_id = later.party_id AND earlier.contact_point_id = later.contact_point_id AND earlier.state IN ('sent', 'delivered', 'in doubt'))),
    taken AS (DELETE FROM outbox WHERE id IN (SELECT id FROM silent) AND state = 'queued' RETURNING id)
    UPDATE notices SET state = 'withdrawn', reason = 'never heard of it', settled_at = ${at}
    WHERE id IN (SELECT id FROM silent) AND (state = 'held' OR id IN (SELECT id FROM taken))`.execute(tx);
}

export const NO_NOTICES: NoticeCounts = {
  held: 0,
  queued: 0,
  sent: 0,
  delivered: 0,
  failed: 0,
  withdrawn: 0,
  inDoubt: 0,
};

/** Notices by state, for each announcement or each subject. */
export async function noticeCounts(
  db: Db,
  by: 'announcement_id' | 'subject_id',
  ids: readonly string[],
): Promise<Map<string, NoticeCounts>> {
  const column = sql.ref(by);
  const { rows } = await sql<{
    id: string;
    state: string;
    count: number;
  }>`SELECT ${column} AS id, state, count(*) AS count FROM notices WHERE ${column} = ANY(${[...ids]}::uuid[]) GROUP BY 1, 2`.execute(
    db,
  );
  const counts = new Map<string, NoticeCounts>(ids.map((id) => [id, { ...NO_NOTICES }]));
  for (const row of rows) {
    const entry = counts.get(row.id);
    if (entry) entry[row.state === 'in doubt' ? 'inDoubt' : (row.state as keyof NoticeCounts)] = row.count;
  }
  return counts;
}

/** Parties with at least one notice that left, by subject. */
export async function peopleTold(db: Db, subjectIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{
    subject_id: string;
    people: number;
  }>`SELECT subject_id, count(DISTINCT party_id) AS people FROM notices
    WHERE subject_id = ANY(${[...subjectIds]}::uuid[]) AND state IN ('sent', 'delivered') GROUP BY 1`.execute(db);
  return new Map(rows.map((row) => [row.subject_id, row.people]));
}

/** After a STOP nothing that still waits leaves for that address. Returns how many notices were taken back. */
export async function withdrawFromContactPoints(tx: Tx, channel: string, address: string, at: Date): Promise<number> {
  const { rows } = await sql<{ withdrawn: number }>`
    WITH points AS (SELECT id, party_id FROM contact_points WHERE channel = ${channel} AND address = ${address}),
    taken AS (DELETE FROM outbox WHERE channel = ${channel} AND address = ${address} AND kind = 'notice' AND state = 'queued' RETURNING id),
    withdrawn AS (UPDATE notices SET state = 'withdrawn', reason = 'consent withdrawn', settled_at = ${at}
      FROM points WHERE notices.party_id = points.party_id AND notices.contact_point_id = points.id AND (notices.state = 'held' OR (notices.state = 'queued' AND notices.id IN (SELECT id FROM taken))) RETURNING 1)
    SELECT count(*) AS withdrawn FROM withdrawn`.execute(tx);
  return rows[0]?.withdrawn ?? 0;
}

/** Which subject each notice was about. */
export async function subjectsOfNotices(db: Db, noticeIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{
    id: string;
    subject_id: string;
  }>`SELECT id, subject_id FROM notices WHERE id = ANY(${[...noticeIds]}::uuid[])`.execute(db);
  return new Map(rows.map((row) => [row.id, row.subject_id]));
}

/** Whether no later announcement to everybody about the same subject has begun: what a held notice would say is still the last word. */
export async function isLastWord(
  db: Db,
  announcement: Pick<AnnouncementRecord, 'subjectId' | 'number' | 'state'>,
): Promise<boolean> {
  if (announcement.state !== 'telling' && announcement.state !== 'told') return false;
  const { rows } =
    await sql`SELECT 1 FROM announcements WHERE subject_id = ${announcement.subjectId} AND number > ${announcement.number}
    AND audience <> 'unheard' AND state IN ('telling', 'told') LIMIT 1`.execute(db);
  return rows.length === 0;
}

/** Notices about one subject count as about another from now on: the two turned out to be the same. */
export async function moveNotices(tx: Tx, fromSubjectId: string, toSubjectId: string): Promise<void> {
  await sql`UPDATE notices SET subject_id = ${toSubjectId} WHERE subject_id = ${fromSubjectId}`.execute(tx);
}

/** Whether a notice, by the Message-ID that its id makes, went to an address. */
export async function noticeWentTo(db: Db, mailId: string, address: string): Promise<boolean> {
  const id = /^<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@/.exec(mailId)?.[1];
  if (!id) return false;
  const { rows } = await sql`SELECT 1 FROM notices JOIN contact_points point ON point.id = notices.contact_point_id
    WHERE notices.id = ${id}::uuid AND point.address = ${address} LIMIT 1`.execute(db);
  return rows.length > 0;
}
