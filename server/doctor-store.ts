import { sql } from 'kysely';
import type { Database, Db } from './platform/database/database.ts';

/** What the database says of itself: its version and its clock. */
export async function askServer(db: Db): Promise<{ version: string; at: Date } | null> {
  const { rows } = await sql<{
    version: string;
    at: Date;
  }>`SELECT current_setting('server_version') AS version, clock_timestamp() AS at`.execute(db);
  return rows[0] ?? null;
}

/** The number of the last migration that was applied, 0 before the first; null: there is no schema of this name yet. */
export async function migrationOf({ db, schema }: Pick<Database, 'db' | 'schema'>): Promise<number | null> {
  const known =
    await sql`SELECT 1 FROM pg_tables WHERE schemaname = ${schema} AND tablename = 'schema_migrations'`.execute(db);
  if (known.rows.length === 0) return null;
  const { rows } = await sql<{ number: number | null }>`SELECT max(number) AS number FROM schema_migrations`.execute(
    db,
  );
  return rows[0]?.number ?? 0;
}

/** The partitioned tables that have no partition of a month (`2026_03`), by name. */
export async function tablesWithoutMonth(
  { db, schema }: Pick<Database, 'db' | 'schema'>,
  month: string,
): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`SELECT parent.relname AS name FROM pg_partitioned_table partitioned
    JOIN pg_class parent ON parent.oid = partitioned.partrelid
    WHERE parent.relnamespace = ${schema}::regnamespace AND NOT EXISTS (
      SELECT 1 FROM pg_class WHERE relnamespace = parent.relnamespace AND relname = parent.relname || '_' || ${month}::text)
    ORDER BY 1`.execute(db);
  return rows.map(({ name }) => name);
}
