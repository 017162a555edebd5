import { sql } from 'kysely';
import type { ChangeSettings, Settings } from '../../contract/settings.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { forget, once } from '../platform/database/once.ts';
import { read } from '../platform/database/statements.ts';
import { DEFAULT_SETTINGS, laddersIn } from './defaults.ts';

/**
 * Today's settings: what is stored over the defaults, group by group, so that a new setting has its default everywhere. What was read within a transaction
 * holds for the rest of it, and is frozen: it is shared.
 */
export const readSettings = async (db: Db): Promise<Settings> => await once(db, 'settings', () => load(db));

async function load(db: Db): Promise<Settings> {
  const rows = await read(db, sql<{ key: keyof Settings; value: object }>`SELECT key, value FROM settings`);
  const operator = rows.find(({ key }) => key === 'operator')?.value as Partial<Settings['operator']> | undefined;
  const { defaultLanguage } = { ...DEFAULT_SETTINGS.operator, ...operator };
  const settings: Record<string, object> = { ...structuredClone(DEFAULT_SETTINGS), ...laddersIn(defaultLanguage) };
  for (const { key, value } of rows) {
    if (!(key in settings)) continue;
    settings[key] = Array.isArray(value) ? value : { ...settings[key], ...value };
  }
  return frozen(settings) as Settings;
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}

export async function writeSettings(tx: Tx, change: ChangeSettings, at: Date, actor: Actor): Promise<void> {
  forget(tx, 'settings');
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
