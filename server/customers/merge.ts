import { sql } from 'kysely';
import type { Actor } from '../platform/actor.ts';
import { storedActor } from '../platform/actor.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { conflict, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';

/** What else belongs to a party and goes over with it (its cases): joined in flow.ts. What `over` returns is kept, and given to `back`. */
export interface MergePorts {
  over(tx: Tx, from: string, into: string, sameAddress: readonly { from: string; into: string }[]): Promise<unknown>;
  back(tx: Tx, to: string, moved: unknown): Promise<void>;
}

interface Moved {
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

/**
 * Two parties that a person found to be one: what the first has goes over to the second, which stays. Verified stays verified, claimed stays claimed; services
 * never move, since a customer of the operator's own records is never merged into another. Throws `not-found`, `same-party`, `imported-customer`, `merged-before`.
 */
export async function mergeParties(
  tx: Tx,
  clock: Clock,
  ports: MergePorts,
  actor: Actor,
  { from, into }: { from: string; into: string },
): Promise<Merge> {
  if (from === into) throw conflict('same-party', 'These are the same customer already.', 'Choose two.');
  const parties = await lockBoth(tx, from, into);
  const [first, second] = [from, into].map((id) => parties.find((party) => party.id === id));
  if (!first || !second) throw notFound('This customer');
  if (first.external_id !== null)
    throw conflict(
      'imported-customer',
      'This customer is in your own records, which would bring it back.',
      'Merge the other way round, or correct your records.',
    );
  if (first.merged || second.merged)
    throw conflict(
      'merged-before',
      'One of them was merged into another customer already.',
      'Take that one, or undo that first.',
    );
  const now = clock.business();
  const same = await sql<{
    from: string;
    into: string;
  }>`SELECT mine.id AS "from", theirs.id AS "into" FROM contact_points mine
    JOIN contact_points theirs ON theirs.party_id = ${into} AND theirs.channel = mine.channel AND theirs.address = mine.address WHERE mine.party_id = ${from}`.execute(
    tx,
  );
  const doubled = same.rows.map((row) => row.from);
  const ended = await ids(
    tx,
    sql`UPDATE contact_points SET ended_at = ${now} WHERE id = ANY(${doubled}::uuid[]) AND ended_at IS NULL RETURNING id`,
  );
  const contactPoints = await ids(
    tx,
    sql`UPDATE contact_points SET party_id = ${into} WHERE party_id = ${from} AND NOT (id = ANY(${doubled}::uuid[])) RETURNING id`,
  );
  const delegationsFor = await ids(
    tx,
    sql`UPDATE delegations SET party_id = ${into} WHERE party_id = ${from} AND delegate_id <> ${into} RETURNING id`,
  );
  const delegationsAs = await ids(
    tx,
    sql`UPDATE delegations SET delegate_id = ${into} WHERE delegate_id = ${from} AND party_id <> ${into} RETURNING id`,
  );
  const moved: Moved = {
    contactPoints,
    ended,
    delegationsFor,
    delegationsAs,
    cases: await ports.over(tx, from, into, same.rows),
  };
  await sql`UPDATE parties SET ended_at = ${now} WHERE id = ${from}`.execute(tx);
  const id = newId();
  await sql`INSERT INTO party_merges (id, from_party_id, into_party_id, merged_at, actor, moved)
    VALUES (${id}, ${from}, ${into}, ${now}, ${JSON.stringify(storedActor(actor))}::jsonb, ${JSON.stringify(moved)}::jsonb)`.execute(
    tx,
  );
  await recordEvents(tx, clock, actor, [
    { kind: 'customer.merged', subjectKind: 'party', subjectId: into, data: { merge: id, from } },
  ]);
  return { id, fromPartyId: from, intoPartyId: into, mergedAt: now, undoneAt: null };
}

/** Takes two parties apart again: exactly what went over goes back. Throws `not-found`, `undone-before`, `merged-before`. */
export async function unmergeParties(
  tx: Tx,
  clock: Clock,
  ports: MergePorts,
  actor: Actor,
  mergeId: string,
): Promise<Merge> {
  const { rows } = await sql<{
    id: string;
    from_party_id: string;
    into_party_id: string;
    merged_at: Date;
    undone_at: Date | null;
    moved: Moved;
  }>`
    SELECT id, from_party_id, into_party_id, merged_at, undone_at, moved FROM party_merges WHERE id = ${mergeId}::uuid FOR UPDATE`.execute(
    tx,
  );
  const [merge] = rows;
  if (!merge) throw notFound('This merge');
  if (merge.undone_at) throw conflict('undone-before', 'This was undone already.', 'Nothing is left to do.');
  const [from, into] = [merge.from_party_id, merge.into_party_id];
  const parties = await lockBoth(tx, from, into);
  if (parties.find(({ id }) => id === into)?.merged)
    throw conflict('merged-before', 'The customer was merged into another one since.', 'Undo that first.');
  const now = clock.business();
  const { moved } = merge;
  await sql`UPDATE contact_points SET party_id = ${from} WHERE id = ANY(${moved.contactPoints}::uuid[])`.execute(tx);
  await sql`UPDATE contact_points SET ended_at = NULL WHERE id = ANY(${moved.ended}::uuid[])`.execute(tx);
  await sql`UPDATE delegations SET party_id = ${from} WHERE id = ANY(${moved.delegationsFor}::uuid[])`.execute(tx);
  await sql`UPDATE delegations SET delegate_id = ${from} WHERE id = ANY(${moved.delegationsAs}::uuid[])`.execute(tx);
  await ports.back(tx, from, moved.cases);
  await sql`UPDATE parties SET ended_at = NULL WHERE id = ${from}`.execute(tx);
  await sql`UPDATE party_merges SET undone_at = ${now} WHERE id = ${merge.id}`.execute(tx);
  await recordEvents(tx, clock, actor, [
    { kind: 'customer.unmerged', subjectKind: 'party', subjectId: into, data: { merge: merge.id, from } },
  ]);
  return { id: merge.id, fromPartyId: from, intoPartyId: into, mergedAt: merge.merged_at, undoneAt: now };
}

/** The merges that a party was part of, the newest first, at most 100. */
export async function mergesOf(db: Db, partyId: string): Promise<Merge[]> {
  const { rows } = await sql<{
    id: string;
    from_party_id: string;
    into_party_id: string;
    merged_at: Date;
    undone_at: Date | null;
  }>`
    SELECT id, from_party_id, into_party_id, merged_at, undone_at FROM party_merges WHERE ${partyId}::uuid IN (from_party_id, into_party_id) ORDER BY merged_at DESC LIMIT 100`.execute(
    db,
  );
  return rows.map((row) => ({
    id: row.id,
    fromPartyId: row.from_party_id,
    intoPartyId: row.into_party_id,
    mergedAt: row.merged_at,
    undoneAt: row.undone_at,
  }));
}

async function lockBoth(
  tx: Tx,
  one: string,
  other: string,
): Promise<{ id: string; external_id: string | null; merged: boolean }[]> {
  // In one order, so that two merges of the same pair don't wait for each other.
  const { rows } = await sql<{ id: string; external_id: string | null; merged: boolean }>`SELECT id, external_id,
    EXISTS (SELECT 1 FROM party_merges WHERE from_party_id = parties.id AND undone_at IS NULL) AS merged
    FROM parties WHERE id IN (${one}::uuid, ${other}::uuid) AND erased_at IS NULL ORDER BY id FOR UPDATE`.execute(tx);
  return rows;
}

const ids = async (tx: Tx, statement: ReturnType<typeof sql>): Promise<string[]> =>
  ((await statement.execute(tx)).rows as { id: string }[]).map(({ id }) => id);
