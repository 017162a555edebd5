import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Tx } from '../platform/database/database.ts';
import { read, write } from '../platform/database/statements.ts';
import { newId } from '../platform/ids.ts';
import { readSettings } from '../settings/index.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const hashOf = (address: string): Buffer => createHash('sha256').update(address.toLowerCase()).digest();

/**
 * Whether one more automatic answer may go to an address now, on whichever channel; it is counted when it may. So many an hour and a day: two machines
 * that answer each other stop by that (RFC 3834 section 2).
 */
export async function mayAnswerAutomatically(tx: Tx, address: string, now: Date): Promise<boolean> {
  const hash = hashOf(address);
  await write(
    tx,
    sql`SELECT pg_advisory_xact_lock(hashtext('filodiretto answers ' || current_schema() || ${hash.toString('hex')}))`,
  );
  const { cases } = await readSettings(tx);
  const rows = await read(
    tx,
    sql`INSERT INTO automatic_answers (address_hash, at, message_id)
    SELECT ${hash}, ${now}, ${newId()} FROM (SELECT count(*) FILTER (WHERE at > ${new Date(now.getTime() - HOUR)}) AS hour, count(*) AS day
      FROM automatic_answers WHERE address_hash = ${hash} AND at > ${new Date(now.getTime() - DAY)} AND at <= ${now}) AS sent
    WHERE hour < ${cases.automaticPerHour} AND day < ${cases.automaticPerDay} RETURNING 1`,
  );
  return rows.length > 0;
}

/** Those of more than a day ago count no more. Returns how many were forgotten, at most 1,000. */
export async function forgetAutomaticAnswers(db: Db, now: Date): Promise<number> {
  const { numAffectedRows } = await sql`DELETE FROM automatic_answers WHERE (address_hash, at, message_id) IN
    (SELECT address_hash, at, message_id FROM automatic_answers WHERE at < ${new Date(now.getTime() - DAY)} LIMIT 1000)`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0);
}
