import { sql } from 'kysely';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';

/** What went over in a merge, so that exactly this goes back. */
export interface Moved {
  contactPoints: string[];
  /** Addresses that both had: those of the first one ended. */
  ended: string[];
  delegationsFor: string[];
  delegationsAs: string[];
  cases: unknown;
}

export interface Merge {
  id: string;
  fromPartyId: string;
  intoPartyId: string;
  mergedAt: Date;
  undoneAt: Date | null;
}

interface Row {
  id: string;
  from_party_id: string;
  into_party_id: string;
  merged_at: Date;
  undone_at: Date | null;
}

const COLUMNS = sql`id, from_party_id, into_party_id, merged_at, undone_at`;

const read = (row: Row): Merge => ({
  id: row.id,
  fromPartyId: row.from_party_id,
  intoPartyId: row.into_party_id,
  mergedAt: row.merged_at,
  undoneAt: row.undone_at,
});

/** Both parties as far as they are there, locked; in one order, so that two merges of the same pair don't wait for each other. */
export async function lockBoth(
  tx: Tx,
  one: string,
  other: string,
): Promise<{ id: string; external_id: string | null; merged: boolean }[]> {
  const { rows } = await sql<{ id: string; external_id: string | null; merged: boolean }>`SELECT id, external_id,
    EXISTS (SELECT 1 FROM party_merges WHERE from_party_id = parties.id AND undone_at IS NULL) AS merged
    FROM parties WHERE id IN (${one}::uuid, ${other}::uuid) AND erased_at IS NULL ORDER BY id FOR UPDATE`.execute(tx);
  return rows;
}

/** Gives what one party has to another. An address that both have stays the other's; those of the first end, and are named in pairs (`doubled`). */
export async function moveOver(
  tx: Tx,
  from: string,
  into: string,
  now: Date,
): Promise<Omit<Moved, 'cases'> & { doubled: { from: string; into: string }[] }> {
  const { rows: doubled } = await sql<{
    from: string;
    into: string;
  }>`SELECT mine.id AS "from", theirs.id AS "into" FROM contact_points mine
    JOIN contact_points theirs ON theirs.party_id = ${into} AND theirs.channel = mine.channel AND theirs.address = mine.address WHERE mine.party_id = ${from}`.execute(
    tx,
  );
  const same = doubled.map((pair) => pair.from);
  const ended = await ids(
    tx,
    sql`UPDATE contact_points SET ended_at = ${now} WHERE id = ANY(${same}::uuid[]) AND ended_at IS NULL RETURNING id`,
  );
  const contactPoints = await ids(
    tx,
    sql`UPDATE contact_points SET party_id = ${into} WHERE party_id = ${from} AND NOT (id = ANY(${same}::uuid[])) RETURNING id`,
  );
  const delegationsFor = await ids(
    tx,
    sql`UPDATE delegations SET party_id = ${into} WHERE party_id = ${from} AND delegate_id <> ${into} RETURNING id`,
  );
  const delegationsAs = await ids(
    tx,
    sql`UPDATE delegations SET delegate_id = ${into} WHERE delegate_id = ${from} AND party_id <> ${into} RETURNING id`,
  );
  return { contactPoints, ended, delegationsFor, delegationsAs, doubled };
}

export async function moveBack(tx: Tx, to: string, moved: Moved): Promise<void> {
  await sql`UPDATE contact_points SET party_id = ${to} WHERE id = ANY(${moved.contactPoints}::uuid[])`.execute(tx);
  await sql`UPDATE contact_points SET ended_at = NULL WHERE id = ANY(${moved.ended}::uuid[])`.execute(tx);
  await sql`UPDATE delegations SET party_id = ${to} WHERE id = ANY(${moved.delegationsFor}::uuid[])`.execute(tx);
  await sql`UPDATE delegations SET delegate_id = ${to} WHERE id = ANY(${moved.delegationsAs}::uuid[])`.execute(tx);
}

/** The party that went over ends, and the merge is kept with all that moved. */
export async function keepMerge(
  tx: Tx,
  merge: { id: string; from: string; into: string; now: Date; actor: Actor; moved: Moved },
): Promise<void> {
  const { id, from, into, now, actor, moved } = merge;
  await sql`UPDATE parties SET ended_at = ${now} WHERE id = ${from}`.execute(tx);
  await sql`INSERT INTO party_merges (id, from_party_id, into_party_id, merged_at, actor, moved)
    VALUES (${id}, ${from}, ${into}, ${now}, ${JSON.stringify(storedActor(actor))}::jsonb, ${JSON.stringify(moved)}::jsonb)`.execute(
    tx,
  );
}

/** The party that had gone over is there again. */
export async function keepUndone(tx: Tx, merge: Merge, now: Date): Promise<void> {
  await sql`UPDATE parties SET ended_at = NULL WHERE id = ${merge.fromPartyId}`.execute(tx);
  await sql`UPDATE party_merges SET undone_at = ${now} WHERE id = ${merge.id}`.execute(tx);
}

export async function lockMerge(tx: Tx, id: string): Promise<(Merge & { moved: Moved }) | null> {
  const { rows } = await sql<Row & { moved: Moved }>`
    SELECT ${COLUMNS}, moved FROM party_merges WHERE id = ${id}::uuid FOR UPDATE`.execute(tx);
  const [row] = rows;
  return row ? { ...read(row), moved: row.moved } : null;
}

/** The merges that a party was part of, the newest first, at most 100. */
export async function mergesOf(db: Db, partyId: string): Promise<Merge[]> {
  const { rows } = await sql<Row>`
    SELECT ${COLUMNS} FROM party_merges WHERE ${partyId}::uuid IN (from_party_id, into_party_id) ORDER BY merged_at DESC LIMIT 100`.execute(
    db,
  );
  return rows.map(read);
}

const ids = async (tx: Tx, statement: ReturnType<typeof sql>): Promise<string[]> =>
  ((await statement.execute(tx)).rows as { id: string }[]).map(({ id }) => id);
