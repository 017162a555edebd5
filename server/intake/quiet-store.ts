import { sql } from 'kysely';
import type { Db, Tx } from '../platform/database/database.ts';
import type { Inbound } from './intake.ts';
import { COLUMNS, hashMailId, type InboundRow, readRow, storable } from './store.ts';

/** The oldest messages that are never answered and that nobody has worked off, apart from those named. Not locked. */
export async function nextQuiet(db: Db, skipped: readonly string[], most: number): Promise<Inbound[]> {
  const { rows } = await sql<InboundRow>`SELECT ${COLUMNS} FROM inbound_messages
    WHERE worked_at IS NULL AND quiet AND NOT (id = ANY(${skipped}::uuid[])) ORDER BY received_at, id LIMIT ${most}`.execute(
    db,
  );
  return rows.map(readRow);
}

/** Locks those that are still to be worked off and that nobody else has. */
export async function takeQuiet(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM inbound_messages
    WHERE id = ANY(${[...ids]}::uuid[]) AND worked_at IS NULL ORDER BY id FOR UPDATE SKIP LOCKED`.execute(tx);
  return new Set(rows.map(({ id }) => id));
}

export interface QuietOutcome {
  id: string;
  decision: string;
  mailId: string | null;
  sender: string;
  text: string;
  /** Ids, results and numbers, no words. */
  facts: Record<string, unknown>;
}

/** Keeps what became of many, as `settleInbound` does for one. */
export async function settleQuiet(tx: Tx, outcomes: readonly QuietOutcome[], at: Date): Promise<void> {
  if (outcomes.length === 0) return;
  const rows = JSON.stringify(
    outcomes.map(({ id, decision, mailId, sender, text, facts }) => ({
      id,
      decision,
      mail: mailId === null ? null : hashMailId(mailId).toString('hex'),
      sender: storable(sender).slice(0, 320),
      words: storable(text).slice(0, 500),
      facts,
    })),
  );
  await sql`UPDATE inbound_messages SET decision = one.decision, worked_at = ${at}, sender = one.sender, text = one.words,
      facts = inbound_messages.facts || one.facts, mail_id_hash = coalesce(decode(one.mail, 'hex'), mail_id_hash)
    FROM jsonb_to_recordset(${rows}::jsonb) AS one(id uuid, decision text, mail text, sender text, words text, facts jsonb)
    WHERE inbound_messages.id = one.id`.execute(tx);
}
