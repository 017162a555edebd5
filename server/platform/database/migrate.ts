import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { Failure } from '../errors.ts';
import { rootFolder } from '../root-folder.ts';
import { type Database, runScript } from './database.ts';

export interface Migration {
  number: number;
  name: string;
  script: string;
  checksum: string;
}

/** All migrations of this version of the product, in order. Throws when two share a number or one is missing. */
export function readMigrations(folder = join(rootFolder, 'database', 'migrations')): Migration[] {
  const files = readdirSync(folder)
    .filter((file) => /^\d{4}-[a-z0-9-]+\.sql$/.test(file))
    .sort();
  return files.map((file, index) => {
    const number = Number(file.slice(0, 4));
    if (number !== index + 1) throw new Error(`database/migrations: ${file} should have number ${index + 1}`);
    const script = readFileSync(join(folder, file), 'utf8');
    return { number, name: file.slice(5, -4), script, checksum: createHash('sha256').update(script).digest('hex') };
  });
}

/**
 * Brings the schema up to date, each migration in a transaction of its own: one that fails leaves no trace.
 * Returns the names of those applied. Throws `schema-newer` when the database belongs to a newer version of the product.
 */
export async function migrate(database: Database, migrations = readMigrations()): Promise<string[]> {
  const applied: string[] = [];
  await database.transaction(async (tx) => {
    await lock(database, tx);
    await runScript(tx, `CREATE SCHEMA IF NOT EXISTS ${database.schema}`);
    await runScript(
      tx,
      `SET LOCAL search_path TO ${database.schema}; CREATE TABLE IF NOT EXISTS schema_migrations (
      number int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL)`,
    );
  });
  for (const migration of migrations) {
    const done = await database.transaction(async (tx) => {
      await lock(database, tx);
      const rows = await sql<{
        number: number;
        name: string;
        checksum: string;
      }>`SELECT number, name, checksum FROM schema_migrations ORDER BY number`.execute(tx);
      const last = rows.rows.at(-1);
      if (last && last.number > (migrations.at(-1)?.number ?? 0)) {
        throw new Failure({
          code: 'schema-newer',
          kind: 'environment',
          detail: `The database is at schema ${last.number} (${last.name}); this version of Filodiretto knows ${migrations.at(-1)?.number ?? 0}.`,
          help: 'Start the newer version that made it; going back needs a backup from before.',
        });
      }
      const known = rows.rows.find((row) => row.number === migration.number);
      if (known) {
        if (known.checksum !== migration.checksum) {
          throw new Failure({
            code: 'migration-changed',
            kind: 'environment',
            detail: `Migration ${migration.number} (${migration.name}) is not the one that this database was made with.`,
            help: 'A published migration is never edited: put it back and write a new one.',
          });
        }
        return false;
      }
      await runScript(tx, migration.script).catch((error: unknown) => {
        throw new Failure({
          code: 'migration-failed',
          kind: 'environment',
          detail: `Migration ${migration.number} (${migration.name}) failed: ${(error as Error).message}.`,
          help: 'Nothing of it was kept: the database is as before. Start the former version, or mend what it says and start again.',
        });
      });
      await sql`INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (${migration.number}, ${migration.name}, ${migration.checksum}, ${new Date()})`.execute(
        tx,
      );
      return true;
    });
    if (done) applied.push(migration.name);
  }
  return applied;
}

/** One migrating process at a time; the lock goes with the transaction. */
async function lock(database: Database, tx: Parameters<Parameters<Database['transaction']>[0]>[0]): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext(${`filodiretto migrate ${database.schema}`}))`.execute(tx);
}
