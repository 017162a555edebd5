import { sql } from 'kysely';
import type { Db } from '../platform/database/database.ts';

/** A promise that falls due is spoken of in the next round; so long it may take. */
const GRACE_MILLISECONDS = 60_000;

/**
 * Cases that are open, hand-overs that nobody accepted yet, and promises about cases whose time is over and of which nothing was said (`silent`: must be
 * none). By the business clock.
 */
export async function countCases(db: Db, now: Date): Promise<{ state: string; count: number }[]> {
  const silentSince = new Date(now.getTime() - GRACE_MILLISECONDS);
  const { rows } = await sql<{ state: string; count: number }>`
    SELECT 'open' AS state, count(*) AS count FROM cases WHERE ended_at IS NULL
    UNION ALL SELECT 'hand-over', count(*) FROM hand_overs WHERE accepted_at IS NULL AND ended_at IS NULL
    UNION ALL SELECT 'silent', count(*) FROM promises
      WHERE subject_kind = 'case' AND state = 'open' AND paused_at IS NULL AND due_at < ${silentSince}`.execute(db);
  return rows;
}
