import { sql } from 'kysely';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { read, write } from '../platform/database/statements.ts';

/** Of some addresses those that this product reads or writes from: mail from there would be an answer to ourselves. */
export async function ownAddressesAmong(db: Db, addresses: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await read(
    db,
    sql<{
      address: string;
    }>`SELECT lower(address) AS address FROM mailboxes WHERE lower(address) = ANY(${addresses}::text[]) AND ended_at IS NULL AND kind <> 'letter'
    UNION SELECT own.address FROM (SELECT lower(substring(config->>'from' FROM '[^<>[:space:]]+@[^<>[:space:]]+')) AS address FROM routes
      WHERE kind IN ('smtp', 'pec') AND ended_at IS NULL) AS own WHERE own.address = ANY(${addresses}::text[])`,
  );
  return new Set(rows.map(({ address }) => address));
}

export const isOwnAddress = async (db: Db, address: string): Promise<boolean> =>
  (await ownAddressesAmong(db, [address])).has(address);

/** How many messages of a sender came since an instant, this one left out. */
export async function heardSince(db: Db, sender: string, since: Date, apart: string): Promise<number> {
  const rows = await read(
    db,
    sql<{ count: number }>`SELECT count(*) AS count FROM (SELECT 1 FROM inbound_messages
    WHERE channel IN ('sms', 'email', 'pec') AND sender = ${sender} AND received_at > ${since} AND id <> ${apart} AND NOT quiet LIMIT 1000) AS heard`,
  );
  return rows[0]?.count ?? 0;
}

/** One message of a sender at a time, until the end of the transaction: two of somebody unknown are one party. */
export async function lockSender(tx: Tx, sender: string): Promise<void> {
  await write(
    tx,
    sql`SELECT pg_advisory_xact_lock(hashtext('filodiretto sender ' || current_schema() || ' ' || ${sender}))`,
  );
}

export interface BlockedSender {
  address: string;
  madeAt: Date;
}

export async function blockedAmong(db: Db, addresses: readonly string[]): Promise<string[]> {
  const rows = await read(
    db,
    sql<{
      address: string;
    }>`SELECT address FROM blocked_senders WHERE address = ANY(${addresses}::text[])`,
  );
  return rows.map(({ address }) => address);
}

/** The newest first, at most 1,000. */
export async function listBlocked(db: Db): Promise<BlockedSender[]> {
  const { rows } = await sql<{
    address: string;
    made_at: Date;
  }>`SELECT address, made_at FROM blocked_senders ORDER BY made_at DESC, address LIMIT 1000`.execute(db);
  return rows.map((row) => ({ address: row.address, madeAt: row.made_at }));
}

export async function insertBlocked(tx: Tx, address: string, at: Date, actor: Actor): Promise<void> {
  await sql`INSERT INTO blocked_senders (address, made_at, actor) VALUES (${address}, ${at}, ${JSON.stringify(storedActor(actor))}::jsonb) ON CONFLICT DO NOTHING`.execute(
    tx,
  );
}

export async function deleteBlocked(tx: Tx, address: string): Promise<boolean> {
  const { numAffectedRows } = await sql`DELETE FROM blocked_senders WHERE address = ${address}`.execute(tx);
  return Boolean(numAffectedRows);
}
