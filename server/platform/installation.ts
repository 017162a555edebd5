import { sql } from 'kysely';
import type { Db } from './database/database.ts';

/** Of this database: another one, or an older copy of it put back, counts its events anew. */
export async function readEpoch(db: Db): Promise<string> {
  return (await sql<{ epoch: string }>`SELECT epoch FROM installation`.execute(db)).rows[0]?.epoch ?? '';
}

/** Keeps the first check of a key that is given, and returns the one that is kept. */
export async function keepKeyCheck(db: Db, check: string): Promise<string | null> {
  const { rows } = await sql<{
    key_check: string;
  }>`UPDATE installation SET key_check = coalesce(key_check, ${check}) RETURNING key_check`.execute(db);
  return rows[0]?.key_check ?? null;
}
