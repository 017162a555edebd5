import { sql } from 'kysely';
import type { ChangeSettings, Settings } from '../../contract/settings.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { DEFAULT_SETTINGS } from './defaults.ts';

/** What was read within a transaction holds for the rest of it: a verb asks many times, and must not judge by two different settings. */
const known = new WeakMap<Db, Promise<Settings>>();

/** Today's settings: what is stored over the defaults, group by group, so that a new setting has its default everywhere. */
export async function readSettings(db: Db): Promise<Settings> {
  if (!db.isTransaction) return await load(db);
  const found = known.get(db) ?? load(db);
  known.set(db, found);
  return structuredClone(await found);
}

async function load(db: Db): Promise<Settings> {
  const { rows } = await sql<{ key: keyof Settings; value: object }>`SELECT key, value FROM settings`.execute(db);
  const settings = structuredClone(DEFAULT_SETTINGS) as Record<string, object>;
  for (const { key, value } of rows) {
    if (!(key in settings)) continue;
    settings[key] = Array.isArray(value) ? value : { ...settings[key], ...value };
  }
  return settings as Settings;
}

export async function writeSettings(tx: Tx, change: ChangeSettings, at: Date, actor: Actor): Promise<void> {
  known.delete(tx);
  for (const [key, value] of Object.entries(change)) {
    await sql`INSERT INTO settings (key, value, changed_at, changed_by) VALUES (${key}, ${JSON.stringify(value)}::jsonb, ${at}, ${JSON.stringify(storedActor(actor))}::jsonb)
      ON CONFLICT (key) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by`.execute(
      tx,
    );
  }
}

/** One change at a time: what a change is judged by must still stand when it is written. */
export async function lockSettings(tx: Tx): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('filodiretto settings ' || current_schema()))`.execute(tx);
}
