import { sql } from 'kysely';
import type { DelegationScope } from '../../contract/customer-page.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';

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

export async function insertDelegation(
  tx: Tx,
  delegation: NewDelegation & { id: string; now: Date; actor: Actor },
): Promise<void> {
  const { id, partyId, delegateId, scopes, startsAt, endsAt, evidence, now, actor } = delegation;
  await sql`INSERT INTO delegations (id, party_id, delegate_id, scopes, starts_at, ends_at, evidence, made_at, actor)
    VALUES (${id}, ${partyId}, ${delegateId}, ${[...scopes]}::text[], ${startsAt}, ${endsAt}, ${evidence}, ${now},
      ${JSON.stringify(storedActor(actor))}::jsonb)`.execute(tx);
}

/** Revokes a delegation of a party where it stands, and says what it was before; null: the party has no such delegation. */
export async function endDelegation(
  tx: Tx,
  { partyId, delegationId }: { partyId: string; delegationId: string },
  now: Date,
): Promise<'standing' | 'revoked' | null> {
  const { rows } = await sql<{ revoked: boolean }>`WITH before AS (
      SELECT id, revoked_at FROM delegations WHERE id = ${delegationId}::uuid AND party_id = ${partyId}::uuid FOR UPDATE)
    UPDATE delegations SET revoked_at = coalesce(delegations.revoked_at, ${now}) FROM before WHERE delegations.id = before.id
    RETURNING before.revoked_at IS NOT NULL AS revoked`.execute(tx);
  const [row] = rows;
  if (!row) return null;
  return row.revoked ? 'revoked' : 'standing';
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

/** Those for whom somebody may act in technical matters now. */
export async function actsFor(db: Db, delegateId: string, at: Date): Promise<string[]> {
  const { rows } = await sql<{ party_id: string }>`SELECT DISTINCT party_id FROM delegations
    WHERE delegate_id = ${delegateId} AND 'technical' = ANY(scopes) AND revoked_at IS NULL AND starts_at <= ${at} AND (ends_at IS NULL OR ends_at > ${at}) LIMIT 200`.execute(
    db,
  );
  return rows.map((row) => row.party_id);
}
