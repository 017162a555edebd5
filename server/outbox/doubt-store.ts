import { sql } from 'kysely';
import type { InDoubt } from '../../contract/incidents.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import type { OutboxKind } from './outbox.ts';

/** A row of the outbox of which it is not known whether it arrived. */
export interface Doubt {
  id: string;
  kind: OutboxKind;
  channel: InDoubt['channel'];
  address: string;
  noticeMadeAt: Date | null;
  since: Date;
  trouble: string | null;
}

const COLUMNS = sql`id, kind, channel, address, notice_made_at AS "noticeMadeAt", in_doubt_since AS since, last_trouble AS trouble`;

/** Oldest first. */
export async function readDoubts(db: Db, limit: number): Promise<Doubt[]> {
  const { rows } =
    await sql<Doubt>`SELECT ${COLUMNS} FROM outbox WHERE state = 'in doubt' ORDER BY in_doubt_since, id LIMIT ${limit}`.execute(
      db,
    );
  return rows;
}

/** Null: it is no longer in doubt. */
export async function lockDoubt(tx: Tx, id: string): Promise<Doubt | null> {
  const { rows } =
    await sql<Doubt>`SELECT ${COLUMNS} FROM outbox WHERE id = ${id} AND state = 'in doubt' FOR UPDATE`.execute(tx);
  return rows[0] ?? null;
}

/** Those in doubt since an instant or longer, locked; what somebody else has at hand is left out. */
export async function takeOldDoubts(tx: Tx, since: Date, limit: number): Promise<Doubt[]> {
  const { rows } =
    await sql<Doubt>`SELECT ${COLUMNS} FROM outbox WHERE state = 'in doubt' AND in_doubt_since <= ${since}
    ORDER BY in_doubt_since LIMIT ${limit} FOR UPDATE SKIP LOCKED`.execute(tx);
  return rows;
}
