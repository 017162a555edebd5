import { sql } from 'kysely';
import type { Db } from '../platform/database/database.ts';

/** How long the process that reads a mailbox holds it at once; while it lives it holds it anew. */
export const LEASE_MILLISECONDS = 60_000;
/** Older a sign of life means that nobody reads. */
const SILENT_MILLISECONDS = 3 * LEASE_MILLISECONDS;
/** What was set aside counts for so long: a person looks at it within days, or not at all. */
const SET_ASIDE_DAYS = 7;

export interface MailboxVitals {
  name: string;
  state: string;
  stateReason: string | null;
  /** Since whoever reads it was last heard of; of one that nobody ever read, since it was made. */
  silentSeconds: number;
}

/** The enabled mailboxes, and how long ago each gave a sign of life, by the system's clock. */
export async function mailboxVitals(db: Db, now: Date): Promise<MailboxVitals[]> {
  const { rows } = await sql<{
    name: string;
    state: string;
    stateReason: string | null;
    heard: Date;
  }>`SELECT name, state, state_reason AS "stateReason",
      coalesce(lease_until - ${LEASE_MILLISECONDS} * interval '1 millisecond', state_since, made_at) AS heard
    FROM mailboxes WHERE enabled AND ended_at IS NULL ORDER BY name COLLATE "C"`.execute(db);
  return rows.map(({ heard, ...mailbox }) => ({
    ...mailbox,
    silentSeconds: Math.max(0, Math.round((now.getTime() - heard.getTime()) / 1000)),
  }));
}

/** What keeps mail from coming in, in plain words: enabled mailboxes that are down, or that nobody reads. For `/ready`; none is good. */
export async function mailboxReadiness(db: Db, now: Date): Promise<string[]> {
  return (await mailboxVitals(db, now)).flatMap(({ name, state, stateReason, silentSeconds }) => {
    if (state === 'down') return [`the mailbox "${name}" is down: ${stateReason ?? 'no reason known'}`];
    if (silentSeconds * 1000 > SILENT_MILLISECONDS)
      return [`the mailbox "${name}" is read by nobody for ${Math.round(silentSeconds / 60)} minutes`];
    return [];
  });
}

/** What came in and is not worked off yet, and since when the oldest of it waits. */
export async function inboundWaiting(db: Db): Promise<{ count: number; oldest: Date | null }> {
  const { rows } = await sql<{
    count: number;
    oldest: Date | null;
  }>`SELECT count(*) AS count, min(received_at) AS oldest
    FROM inbound_messages WHERE worked_at IS NULL`.execute(db);
  return rows[0] ?? { count: 0, oldest: null };
}

/** What was set aside in the last days and made no case, by why. */
export async function countSetAside(db: Db, now: Date): Promise<{ decision: string; count: number }[]> {
  const since = new Date(now.getTime() - SET_ASIDE_DAYS * 86_400_000);
  const { rows } = await sql<{
    decision: string;
    count: number;
  }>`SELECT split_part(decision, ':', 1) AS decision, count(*) AS count FROM inbound_messages
    WHERE case_id IS NULL AND decision IS NOT NULL AND received_at > ${since} GROUP BY 1`.execute(db);
  return rows;
}
