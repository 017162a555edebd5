import { sql } from 'kysely';
import type { AnnouncementKind } from '../../contract/answer.ts';
import type { LeavingNotice } from '../outbox/index.ts';
import type { Tx } from '../platform/database/database.ts';
import { FIGURES_CHANNEL } from './notice-store.ts';

/** A notice at the moment when it would leave. */
export interface Leaving {
  id: string;
  state: string | null;
  kind: AnnouncementKind;
  channel: string;
  replaced: boolean;
  agreed: boolean;
  heard: boolean;
}

/**
 * An announcement is replaced by a later one of its subject that is being told or was told, and by word that all is over even while that may not be said yet;
 * never by one that is only for those who have not heard. Word that it is over leaves only where earlier words left, or are on the wire. Lateral look-ups by key, so that a table without statistics (a fan-out just made it grow) is
 * never read as a whole.
 */
export async function lookAt(tx: Tx, notices: readonly LeavingNotice[]): Promise<Leaving[]> {
  const { rows } = await sql<Leaving>`
    WITH asked AS (SELECT * FROM jsonb_to_recordset(${asRows(notices)}::jsonb) AS asked(id uuid, made_at timestamptz)),
    found AS MATERIALIZED (
      SELECT asked.id, notice.state, notice.channel, notice.announcement_id, notice.subject_id, notice.party_id, notice.contact_point_id, coalesce(point.agreed, false) AS agreed FROM asked
      LEFT JOIN LATERAL (SELECT state, channel, announcement_id, subject_id, party_id, contact_point_id FROM notices WHERE notices.made_at = asked.made_at AND notices.id = asked.id LIMIT 1) AS notice ON true
      LEFT JOIN LATERAL (SELECT consent = 'granted' AND ended_at IS NULL AS agreed FROM contact_points WHERE contact_points.id = notice.contact_point_id LIMIT 1) AS point ON true),
    said AS MATERIALIZED (
      SELECT announcements.id, announcements.kind, announcements.audience, announcements.state IN ('superseded', 'undone', 'refused') OR EXISTS (
          SELECT 1 FROM announcements AS later WHERE later.subject_id = announcements.subject_id AND later.number > announcements.number
            AND ((later.audience <> 'unheard' AND later.state IN ('telling', 'told')) OR (later.kind IN ('restored', 'called-off') AND later.state <> 'undone'))) AS replaced
      FROM (SELECT DISTINCT announcement_id FROM found) AS spoken JOIN announcements ON announcements.id = spoken.announcement_id)
    SELECT found.id, found.state, found.channel, found.agreed, said.kind, coalesce(said.replaced, true) AS replaced,
      said.audience IS DISTINCT FROM 'heard' OR EXISTS (SELECT 1 FROM notices AS other
        WHERE other.subject_id = found.subject_id AND other.party_id = found.party_id AND other.contact_point_id = found.contact_point_id AND other.id <> found.id
          AND (other.state IN ('sent', 'delivered', 'in doubt') OR (other.state = 'queued' AND EXISTS (SELECT 1 FROM outbox WHERE outbox.id = other.id AND outbox.state = 'claimed')))) AS heard
    FROM found LEFT JOIN said ON said.id = found.announcement_id`.execute(tx);
  return rows;
}

export async function setStates(
  tx: Tx,
  notices: readonly LeavingNotice[],
  news: readonly { id: string; state: string; held_until: Date | null }[],
): Promise<void> {
  await sql`WITH asked AS (SELECT * FROM jsonb_to_recordset(${asRows(notices)}::jsonb) AS asked(id uuid, made_at timestamptz)),
    news AS (SELECT * FROM jsonb_to_recordset(${JSON.stringify(news)}::jsonb) AS news(id uuid, state text, held_until timestamptz)),
    changed AS (
      UPDATE notices SET state = news.state, held_until = news.held_until, reason = NULL FROM asked JOIN news USING (id)
      WHERE notices.made_at = asked.made_at AND notices.id = asked.id RETURNING notices.subject_id)
    SELECT pg_notify(${FIGURES_CHANNEL}, subject_id::text) FROM (SELECT DISTINCT subject_id FROM changed) AS subjects`.execute(
    tx,
  );
}

const asRows = (notices: readonly LeavingNotice[]): string =>
  JSON.stringify(notices.map(({ id, noticeMadeAt }) => ({ id, made_at: noticeMadeAt })));
