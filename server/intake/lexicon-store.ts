import { sql } from 'kysely';
import type { Db, Tx } from '../platform/database/database.ts';
import { forget, once } from '../platform/database/once.ts';
import { read } from '../platform/database/statements.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { DEFAULT_LEXICON } from './default-lexicon.ts';
import type { LexiconEntry } from './triage.ts';

export async function readLexicon(db: Db): Promise<LexiconEntry[]> {
  return await once(db, 'lexicon', async () => {
    const rows = await read(
      db,
      sql<LexiconEntry>`SELECT language, stem, topic, severity, weight FROM lexicon ORDER BY language, topic, stem`,
    );
    return rows;
  });
}

/** The whole lexicon, new. */
export async function writeLexicon(tx: Tx, entries: readonly LexiconEntry[]): Promise<void> {
  forget(tx, 'lexicon');
  await sql`DELETE FROM lexicon`.execute(tx);
  const rows = entries.map((entry) => ({ id: newId(), ...entry }));
  await sql`INSERT INTO lexicon (id, language, stem, topic, severity, weight)
    SELECT id, language, stem, topic, severity, weight FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS row(id uuid, language text, stem text, topic text, severity text, weight smallint) ON CONFLICT DO NOTHING`.execute(
    tx,
  );
}

/** A fresh installation knows the common words of both languages. */
export async function seedLexicon(platform: Platform): Promise<void> {
  await platform.database.transaction(async (tx) => {
    await sql`SELECT pg_advisory_xact_lock(hashtext('filodiretto lexicon ' || current_schema()))`.execute(tx);
    const { rows } = await sql`SELECT 1 FROM lexicon LIMIT 1`.execute(tx);
    if (rows.length === 0) await writeLexicon(tx, DEFAULT_LEXICON);
  });
}
