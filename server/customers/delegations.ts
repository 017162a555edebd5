import { sql } from 'kysely';
import { DELEGATION_SCOPES, type DelegationScope } from '../../contract/customer-page.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { invalid, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';

/** Longer than any mandate that somebody still remembers having given. */
const LONGEST_DAYS = 2 * 366;
const DAY = 86_400_000;

export interface Delegation {
  id: string;
  partyId: string;
  delegateId: string;
  /** The delegate's name. */
  name: string;
  scopes: DelegationScope[];
  startsAt: Date;
  /** Null: until it is revoked. */
  endsAt: Date | null;
  revokedAt: Date | null;
}

export interface NewDelegation {
  /** For whom. */
  partyId: string;
  /** Who may act. */
  delegateId: string;
  scopes: readonly DelegationScope[];
  startsAt: Date;
  endsAt: Date | null;
  /** By what it was proven that the customer wants it: "one-time code to …", a document. No personal text. */
  evidence: string;
}

/** Lets somebody act for a customer, in the caller's transaction. Throws `scopes`, `own-delegate`, `delegation-dates`. */
export async function appointDelegate(tx: Tx, clock: Clock, actor: Actor, wish: NewDelegation): Promise<string> {
  const scopes = DELEGATION_SCOPES.filter((scope) => wish.scopes.includes(scope));
  const now = clock.business();
  if (scopes.length === 0)
    throw invalid('scopes', 'A delegate needs at least one thing that they may do.', 'Choose one.');
  if (wish.partyId === wish.delegateId)
    throw invalid('own-delegate', 'Nobody is their own delegate.', 'Name somebody else.');
  const end = wish.endsAt?.getTime() ?? Number.POSITIVE_INFINITY;
  if (end <= Math.max(now.getTime(), wish.startsAt.getTime()))
    throw invalid('delegation-dates', 'The delegation would end before it begins.', 'Choose a later end.');
  if (wish.endsAt && end > now.getTime() + LONGEST_DAYS * DAY)
    throw invalid('delegation-dates', 'A delegation lasts at most two years.', 'Choose an earlier end.');
  const id = newId();
  await sql`INSERT INTO delegations (id, party_id, delegate_id, scopes, starts_at, ends_at, evidence, made_at, actor)
    VALUES (${id}, ${wish.partyId}, ${wish.delegateId}, ${scopes}::text[], ${wish.startsAt}, ${wish.endsAt}, ${wish.evidence}, ${now},
      ${JSON.stringify(storedActor(actor))}::jsonb)`.execute(tx);
  await recordEvents(tx, clock, actor, [
    {
      kind: 'delegate.appointed',
      subjectKind: 'party',
      subjectId: wish.partyId,
      data: { delegation: id, delegate: wish.delegateId, scopes, endsAt: wish.endsAt?.toISOString() ?? null },
    },
  ]);
  return id;
}

/** Ends a delegation at once, in the caller's transaction; revoking again changes nothing. Throws `not-found` when it is not one of this party's. */
export async function revokeDelegation(
  tx: Tx,
  clock: Clock,
  actor: Actor,
  wish: { partyId: string; delegationId: string },
): Promise<void> {
  const { rows } = await sql<{ revoked: boolean }>`WITH before AS (
      SELECT id, revoked_at FROM delegations WHERE id = ${wish.delegationId}::uuid AND party_id = ${wish.partyId}::uuid FOR UPDATE)
    UPDATE delegations SET revoked_at = coalesce(delegations.revoked_at, ${clock.business()}) FROM before WHERE delegations.id = before.id
    RETURNING before.revoked_at IS NOT NULL AS revoked`.execute(tx);
  const [row] = rows;
  if (!row) throw notFound('This delegation');
  if (row.revoked) return;
  await recordEvents(tx, clock, actor, [
    {
      kind: 'delegate.revoked',
      subjectKind: 'party',
      subjectId: wish.partyId,
      data: { delegation: wish.delegationId },
    },
  ]);
}

/** The delegations of a party that stand or will, and those of the past: newest first, at most 100. */
export async function delegationsOf(db: Db, partyId: string): Promise<Delegation[]> {
  const { rows } = await sql<{
    id: string;
    party_id: string;
    delegate_id: string;
    name: string;
    scopes: DelegationScope[];
    starts_at: Date;
    ends_at: Date | null;
    revoked_at: Date | null;
  }>`SELECT delegation.id, delegation.party_id, delegation.delegate_id, party.name, delegation.scopes, delegation.starts_at, delegation.ends_at, delegation.revoked_at
    FROM delegations delegation JOIN parties party ON party.id = delegation.delegate_id
    WHERE delegation.party_id = ${partyId}::uuid ORDER BY delegation.made_at DESC, delegation.id DESC LIMIT 100`.execute(
    db,
  );
  return rows.map((row) => ({
    id: row.id,
    partyId: row.party_id,
    delegateId: row.delegate_id,
    name: row.name,
    scopes: row.scopes,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    revokedAt: row.revoked_at,
  }));
}

/** What somebody may do for a party at an instant: nothing, unless a delegation that stands then says so. */
export async function scopesOf(db: Db, delegateId: string, partyId: string, at: Date): Promise<Set<DelegationScope>> {
  const { rows } = await sql<{ scope: DelegationScope }>`SELECT DISTINCT unnest(scopes) AS scope FROM delegations
    WHERE delegate_id = ${delegateId}::uuid AND party_id = ${partyId}::uuid AND starts_at <= ${at} AND (ends_at IS NULL OR ends_at > ${at})
      AND (revoked_at IS NULL OR revoked_at > ${at})`.execute(db);
  return new Set(rows.map(({ scope }) => scope));
}

/** Whether somebody may act for a party within a scope at an instant. The party itself always may. */
export const mayAct = async (
  db: Db,
  delegateId: string,
  partyId: string,
  scope: DelegationScope,
  at: Date,
): Promise<boolean> => delegateId === partyId || (await scopesOf(db, delegateId, partyId, at)).has(scope);
