import { sql } from 'kysely';
import type { PublishedIncident, PublishedStatus } from '../../contract/status.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { withoutSmallCounts } from './rules.ts';

/** How long what ended stays on the page. */
const ENDED_DAYS = 14;
const MOST_ENDED = 100;
const MOST_OPEN = 500;

/**
 * Writes what the public may know of an incident, in the transaction that changed it; null takes it away. Unchanged facts leave `changed_at` as it was;
 * one that ended keeps the areas that it had while it was open, since nobody is concerned any more.
 * `at`: on the business clock.
 */
export async function publish(
  tx: Tx,
  incidentId: string,
  published: PublishedIncident | null,
  at: Date,
): Promise<void> {
  if (published === null) {
    await sql`DELETE FROM published_incidents WHERE incident_id = ${incidentId}::uuid`.execute(tx);
    return;
  }
  const safe = withoutSmallCounts(published);
  const kept = safe.endedAt !== null && safe.areas.length === 0 ? await areasBefore(tx, incidentId) : safe.areas;
  await sql`INSERT INTO published_incidents AS old (incident_id, published, began_at, ended_at, changed_at)
    VALUES (${incidentId}::uuid, ${JSON.stringify({ ...safe, areas: kept })}::jsonb, ${safe.beganAt}::timestamptz, ${safe.endedAt}::timestamptz, ${at})
    ON CONFLICT (incident_id) DO UPDATE SET published = excluded.published, began_at = excluded.began_at, ended_at = excluded.ended_at, changed_at = excluded.changed_at
    WHERE old.published <> excluded.published`.execute(tx);
}

async function areasBefore(tx: Tx, incidentId: string): Promise<PublishedIncident['areas']> {
  const { rows } = await sql<{ areas: PublishedIncident['areas'] }>`
    SELECT published->'areas' AS areas FROM published_incidents WHERE incident_id = ${incidentId}::uuid`.execute(tx);
  return rows[0]?.areas ?? [];
}

/** All that is public now: what is open, newest first, and what ended in the last 14 days. */
export async function readPublishedStatus(
  db: Db,
  facts: { operatorName: string; operatorPhone: string; publicUrl: string; timeZone: string; now: Date },
): Promise<PublishedStatus> {
  const { now, ...rest } = facts;
  const since = new Date(now.getTime() - ENDED_DAYS * 86_400_000);
  const { rows } = await sql<{ published: PublishedIncident; ended_at: Date | null; changed_at: Date }>`
    (SELECT published, ended_at, changed_at FROM published_incidents WHERE ended_at IS NULL ORDER BY began_at DESC, incident_id LIMIT ${MOST_OPEN})
    UNION ALL
    (SELECT published, ended_at, changed_at FROM published_incidents WHERE ended_at >= ${since} ORDER BY ended_at DESC, incident_id LIMIT ${MOST_ENDED})`.execute(
    db,
  );
  const changes = rows.map((row) => row.changed_at.getTime());
  const changedAt = changes.length > 0 ? new Date(Math.max(...changes)) : await beginning(db);
  return {
    ...rest,
    changedAt,
    open: rows.filter((row) => row.ended_at === null).map((row) => row.published),
    ended: rows.filter((row) => row.ended_at !== null).map((row) => row.published),
  };
}

/** When this installation began: its first event, before that the first of its migrations. A feed must say when it changed even when it is empty (RFC 4287, 4.1.1). */
async function beginning(db: Db): Promise<Date> {
  const { rows } = await sql<{ at: Date }>`
    SELECT coalesce((SELECT min(at) FROM events), (SELECT min(applied_at) FROM schema_migrations)) AS at`.execute(db);
  return rows[0]?.at ?? new Date(0);
}
