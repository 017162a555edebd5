import { type RawBuilder, sql } from 'kysely';
import type { AnnouncementKind, Answer } from '../../contract/answer.ts';
import type { AnnouncementState } from '../../contract/incidents.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import type { AnnouncementRecord, Audience, AudienceRow } from './announcement.ts';

export interface AnnouncementRow {
  id: string;
  subject_kind: string;
  subject_id: string;
  number: number;
  kind: AnnouncementKind;
  answer: Answer;
  audience: Audience;
  state: AnnouncementState;
  state_reason: string | null;
  made_at: Date;
  actor: Record<string, string>;
  release_at: Date | null;
  released_by_person: boolean;
  audience_count: number;
  cost_cents: number;
  valid_until: Date;
}

export const read = (row: AnnouncementRow): AnnouncementRecord => ({
  id: row.id,
  subjectKind: row.subject_kind,
  subjectId: row.subject_id,
  number: row.number,
  kind: row.kind,
  answer: row.answer,
  audience: row.audience,
  state: row.state,
  stateReason: row.state_reason,
  madeAt: row.made_at,
  actor: row.actor,
  releaseAt: row.release_at,
  releasedByPerson: row.released_by_person,
  audienceCount: row.audience_count,
  costCents: row.cost_cents,
  validUntil: row.valid_until,
});

export const COLUMNS = sql`id, subject_kind, subject_id, number, kind, answer, audience, state, state_reason, made_at, actor, release_at, released_by_person, audience_count, cost_cents, valid_until`;

/** Which notices mean that somebody heard, or is about to: unsent ones of earlier announcements are withdrawn before an audience of those who heard is made. */
const HEARD = sql`('queued', 'sent', 'delivered', 'in doubt')`;

/** The parties of an audience, as a sub-select with one column `party_id`. */
export function parties(subjectId: string, audience: Audience, effects: readonly string[]): RawBuilder<unknown> {
  const concerned = sql`SELECT party_id FROM affected_services WHERE subject_id = ${subjectId} AND left_at IS NULL AND effect = ANY(${[...effects]}::text[])`;
  if (audience === 'concerned') return concerned;
  if (audience === 'heard')
    return sql`SELECT party_id FROM notices WHERE subject_id = ${subjectId} AND state IN ${HEARD}`;
  return sql`${concerned} AND NOT EXISTS (SELECT 1 FROM notices WHERE notices.subject_id = ${subjectId} AND notices.party_id = affected_services.party_id AND notices.state IN ('held', 'queued', 'sent', 'delivered', 'in doubt'))`;
}

/** On which contact points a party of the audience may be told: with consent, reachable; and where only those who heard are told, the one that heard. */
export const mayBeTold = (subjectId: string, audience: Audience): RawBuilder<unknown> =>
  audience === 'heard'
    ? sql`contact_points.consent = 'granted' AND contact_points.ended_at IS NULL
        AND EXISTS (SELECT 1 FROM notices WHERE notices.subject_id = ${subjectId} AND notices.party_id = contact_points.party_id
          AND notices.contact_point_id = contact_points.id AND notices.state IN ${HEARD})`
    : sql`contact_points.consent = 'granted' AND contact_points.ended_at IS NULL AND contact_points.unreachable_since IS NULL`;

/** Who would be told now: people by channel and language, all people with a channel, and those concerned without one. */
export async function countAudience(
  db: Db,
  subjectId: string,
  audience: Audience,
  effects: readonly string[],
): Promise<{ rows: AudienceRow[]; people: number; unreachable: number }> {
  const { rows } = await sql<{ channel: 'sms' | 'email' | null; language: 'it' | 'en'; people: number }>`
    WITH people AS (SELECT DISTINCT party_id FROM (${parties(subjectId, audience, effects)}) AS audience),
      reached AS (SELECT DISTINCT contact_points.party_id, contact_points.channel FROM people JOIN contact_points USING (party_id)
        WHERE contact_points.channel IN ('sms', 'email') AND ${mayBeTold(subjectId, audience)})
    SELECT reached.channel, parties.language, count(*) AS people FROM reached JOIN parties ON parties.id = reached.party_id GROUP BY 1, 2
    UNION ALL SELECT NULL, 'it', (SELECT count(DISTINCT party_id) FROM reached)
    UNION ALL SELECT NULL, 'en', (SELECT count(*) FROM people)`.execute(db);
  const reached = rows.find((row) => row.channel === null && row.language === 'it')?.people ?? 0;
  const all = rows.find((row) => row.channel === null && row.language === 'en')?.people ?? 0;
  const byChannel = rows.flatMap(({ channel, language, people }) =>
    channel === null ? [] : [{ channel, language, people }],
  );
  return { rows: byChannel, people: reached, unreachable: all - reached };
}

export async function insertAnnouncement(
  tx: Tx,
  record: Omit<AnnouncementRecord, 'number' | 'releasedByPerson'>,
): Promise<AnnouncementRecord> {
  const { rows } =
    await sql<AnnouncementRow>`INSERT INTO announcements (id, subject_kind, subject_id, number, kind, answer, audience, state, state_reason, made_at, actor, release_at, audience_count, cost_cents, valid_until)
    SELECT ${record.id}, ${record.subjectKind}, ${record.subjectId}, coalesce(max(number), 0) + 1, ${record.kind}, ${JSON.stringify(record.answer)}::jsonb, ${record.audience}, ${record.state}, ${record.stateReason},
      ${record.madeAt}::timestamptz, ${JSON.stringify(record.actor)}::jsonb, ${record.releaseAt}::timestamptz, ${record.audienceCount}::int, ${record.costCents}::int, ${record.validUntil}::timestamptz
    FROM announcements WHERE subject_id = ${record.subjectId}
    RETURNING ${COLUMNS}`.execute(tx);
  const [row] = rows;
  if (!row) throw new Error('an announcement was not stored');
  return read(row);
}

/** One announcement, locked. */
export async function lockAnnouncement(tx: Tx, id: string): Promise<AnnouncementRecord | null> {
  const { rows } = await sql<AnnouncementRow>`SELECT ${COLUMNS} FROM announcements WHERE id = ${id} FOR UPDATE`.execute(
    tx,
  );
  return rows[0] ? read(rows[0]) : null;
}

/** Announcements about some subjects, newest first. */
export async function announcementsOf(db: Db, subjectIds: readonly string[]): Promise<AnnouncementRecord[]> {
  const { rows } =
    await sql<AnnouncementRow>`SELECT ${COLUMNS} FROM announcements WHERE subject_id = ANY(${[...subjectIds]}::uuid[]) ORDER BY number DESC`.execute(
      db,
    );
  return rows.map(read);
}

export async function setAnnouncementState(
  tx: Tx,
  id: string,
  state: AnnouncementState,
  reason: string | null,
): Promise<void> {
  await sql`UPDATE announcements SET state = ${state}, state_reason = ${reason} WHERE id = ${id}`.execute(tx);
}

export async function beginAnnouncement(
  tx: Tx,
  id: string,
  answer: Answer,
  validUntil: Date,
  byPerson: boolean,
): Promise<void> {
  await sql`UPDATE announcements SET state = 'telling', state_reason = NULL, answer = ${JSON.stringify(answer)}::jsonb, valid_until = ${validUntil},
    expanded_to = NULL, released_by_person = released_by_person OR ${byPerson} WHERE id = ${id}`.execute(tx);
}

/** Earlier announcements about the subject that were never, or not wholly, told end here. */
export async function supersedeAnnouncements(
  tx: Tx,
  subjectId: string,
  exceptId: string,
  states: readonly AnnouncementState[],
): Promise<void> {
  await sql`UPDATE announcements SET state = 'superseded' WHERE subject_id = ${subjectId} AND id <> ${exceptId} AND state = ANY(${[...states]}::text[])`.execute(
    tx,
  );
}

/**
 * Takes back notices about the subject that no worker has claimed, of other announcements than `exceptId`; at most `limit` of them (null: all).
 * Returns how many it found: as many as the limit means that there may be more. What a worker holds is looked at again when it is claimed anew.
 */
export async function withdrawUnsent(
  tx: Tx,
  subjectId: string,
  reason: string,
  at: Date,
  { exceptId = null, limit = null }: { exceptId?: string | null; limit?: number | null } = {},
): Promise<number> {
  const { rows } = await sql<{ found: number }>`
    WITH unsent AS (
      SELECT notices.id, notices.made_at FROM notices LEFT JOIN outbox ON outbox.id = notices.id
      WHERE notices.subject_id = ${subjectId} AND notices.announcement_id IS DISTINCT FROM ${exceptId}::uuid
        AND (notices.state = 'held' OR (notices.state = 'queued' AND outbox.state = 'queued')) LIMIT ${limit}),
    taken AS (DELETE FROM outbox WHERE id IN (SELECT id FROM unsent) AND state = 'queued' RETURNING id),
    withdrawn AS (
      UPDATE notices SET state = 'withdrawn', reason = ${reason}, settled_at = ${at}, held_until = NULL FROM unsent
      WHERE notices.made_at = unsent.made_at AND notices.id = unsent.id AND (notices.state = 'held' OR notices.id IN (SELECT id FROM taken)) RETURNING 1)
    SELECT (SELECT count(*) FROM unsent) + 0 * (SELECT count(*) FROM withdrawn) AS found`.execute(tx);
  return rows[0]?.found ?? 0;
}

/** How many people a person already agreed to tell about the subject, at most in one announcement. */
export async function mostPeopleReleased(db: Db, subjectId: string): Promise<number> {
  const { rows } = await sql<{ people: number | null }>`SELECT max(audience_count) AS people FROM announcements
    WHERE subject_id = ${subjectId} AND released_by_person`.execute(db);
  return rows[0]?.people ?? 0;
}

/** Whether an announcement about the subject waits for a person. */
export async function isAnyWaiting(db: Db, subjectId: string): Promise<boolean> {
  const { rows } =
    await sql`SELECT 1 FROM announcements WHERE subject_id = ${subjectId} AND state = 'waiting' LIMIT 1`.execute(db);
  return rows.length > 0;
}

export async function setAudience(tx: Tx, id: string, people: number, costCents: number): Promise<void> {
  await sql`UPDATE announcements SET audience_count = ${people}, cost_cents = ${costCents} WHERE id = ${id}`.execute(
    tx,
  );
}

/** An announcement whose undo window is over, or that waited for the pause to end; locked, others skip it. */
export async function takeReleasable(
  tx: Tx,
  systemNow: Date,
  paused: boolean,
  skipped: readonly string[],
): Promise<AnnouncementRecord | null> {
  const { rows } = await sql<AnnouncementRow>`SELECT ${COLUMNS} FROM announcements
    WHERE ((state = 'undoable' AND release_at <= ${systemNow}) OR (state = 'waiting' AND state_reason = 'paused' AND NOT ${paused}::boolean))
      AND NOT id = ANY(${[...skipped]}::uuid[])
    ORDER BY made_at LIMIT 1 FOR UPDATE SKIP LOCKED`.execute(tx);
  return rows[0] ? read(rows[0]) : null;
}
