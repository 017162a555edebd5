import { sql } from 'kysely';
import type { Channel, Language } from '../../contract/answer.ts';
import type { Actor } from '../platform/actor.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { read, write } from '../platform/database/statements.ts';
import { notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';

/** A party that has an address. */
export interface PartyAt {
  partyId: string;
  contactPointId: string;
  verified: boolean;
  language: Language;
  vulnerable: boolean;
  critical: boolean;
}

/**
 * Whoever has an address now, by its stored form (`normaliseAddress`); the verified first. A claimed contact point is only what somebody said.
 */
export async function partiesAt(db: Db, channel: Channel, address: string): Promise<PartyAt[]> {
  const rows = await read(
    db,
    sql<{
      party_id: string;
      contact_point_id: string;
      verified: boolean;
      language: Language;
      vulnerable: boolean;
      critical: boolean;
    }>`SELECT party.id AS party_id, point.id AS contact_point_id, point.verification = 'verified' AS verified, party.language, party.vulnerable, party.critical
    FROM contact_points point JOIN parties party ON party.id = point.party_id
    WHERE point.channel = ${channel} AND point.address = ${address} AND point.ended_at IS NULL AND party.erased_at IS NULL
    ORDER BY point.verification = 'verified' DESC, party.id LIMIT 50`,
  );
  return rows.map((row) => ({
    partyId: row.party_id,
    contactPointId: row.contact_point_id,
    verified: row.verified,
    language: row.language,
    vulnerable: row.vulnerable,
    critical: row.critical,
  }));
}

export interface Claim {
  /** What somebody calls themselves, or their address. */
  name: string;
  language: Language;
  /** Where they can be answered; null: nowhere. */
  contactPoint: { channel: Channel; address: string } | null;
}

/** Somebody who wrote and whom nobody knows: a party from the first contact on, whose contact point is what they say it is. */
export async function claimParty(
  tx: Tx,
  clock: Clock,
  actor: Actor,
  claim: Claim,
): Promise<{ partyId: string; contactPointId: string | null }> {
  const now = clock.business();
  const partyId = newId();
  await write(
    tx,
    sql`INSERT INTO parties (id, name, kind, language, made_at) VALUES (${partyId}, ${claim.name.slice(0, 200)}, 'consumer', ${claim.language}, ${now})`,
  );
  const contactPointId = claim.contactPoint ? await claimContactPoint(tx, partyId, claim.contactPoint) : null;
  await recordEvents(tx, clock, actor, [
    { kind: 'customer.claimed', subjectKind: 'party', subjectId: partyId, data: { contactPoint: contactPointId } },
  ]);
  return { partyId, contactPointId };
}

/** An address that somebody says is a party's; the one that is there already when it is. */
export async function claimContactPoint(
  tx: Tx,
  partyId: string,
  { channel, address }: { channel: Channel; address: string },
): Promise<string> {
  const { rows } = await sql<{
    id: string;
  }>`INSERT INTO contact_points (id, party_id, channel, address, verification) VALUES (${newId()}, ${partyId}, ${channel}, ${address}, 'claimed')
    ON CONFLICT (party_id, channel, address) DO UPDATE SET ended_at = NULL,
      verification = CASE WHEN contact_points.ended_at IS NULL THEN contact_points.verification ELSE 'claimed' END RETURNING id`.execute(
    tx,
  );
  const [row] = rows;
  if (!row) throw new Error('a contact point was not stored');
  return row.id;
}

/** How it was proven that a contact point is the party's: the operator's own records, a code or a link that only who reads it knows, a document that staff saw. */
export type Proof = 'import' | 'code' | 'link' | 'document';

/** A claimed contact point becomes a verified one. Throws `not-found`. */
export async function verifyContactPoint(
  tx: Tx,
  clock: Clock,
  actor: Actor,
  contactPointId: string,
  how: Proof,
): Promise<void> {
  const { rows } = await sql<{
    party_id: string;
  }>`UPDATE contact_points SET verification = 'verified', verified_at = ${clock.business()}, verified_how = ${how}
    WHERE id = ${contactPointId}::uuid AND ended_at IS NULL RETURNING party_id`.execute(tx);
  if (rows.length === 0) throw notFound('This contact point');
  await recordEvents(tx, clock, actor, [
    { kind: 'contact-point.verified', subjectKind: 'contact-point', subjectId: contactPointId, data: { how } },
  ]);
}

/** Holds a party until the end of the transaction, so that two messages of one person don't open two cases. */
export async function lockParty(tx: Tx, partyId: string): Promise<void> {
  await write(tx, sql`SELECT 1 FROM parties WHERE id = ${partyId}::uuid FOR UPDATE`);
}

/** Nothing arrives at an address: whoever has it is not written to there until it works again. Returns how many contact points that are. */
export async function markUnreachable(
  tx: Tx,
  clock: Clock,
  { channel, address, reason }: { channel: Channel; address: string; reason: string },
): Promise<number> {
  const { rows } = await sql<{
    id: string;
  }>`UPDATE contact_points SET unreachable_since = ${clock.business()}, unreachable_reason = ${reason.slice(0, 300)}
    WHERE channel = ${channel} AND address = ${address} AND unreachable_since IS NULL AND ended_at IS NULL RETURNING id`.execute(
    tx,
  );
  await recordEvents(
    tx,
    clock,
    { kind: 'channel', name: channel },
    rows.map(({ id }) => ({ kind: 'contact-point.unreachable', subjectKind: 'contact-point', subjectId: id })),
  );
  return rows.length;
}

/** Something arrived from an address: it works. */
export async function markReachable(tx: Tx, channel: Channel, address: string): Promise<void> {
  await write(
    tx,
    sql`UPDATE contact_points SET unreachable_since = NULL, unreachable_reason = NULL, soft_bounces = 0, soft_bounces_since = NULL
    WHERE channel = ${channel} AND address = ${address} AND (unreachable_since IS NOT NULL OR soft_bounces > 0)`,
  );
}

/** How often mails to an address came back for a while, since when; the highest of all who have it. */
export async function softBouncesAt(
  tx: Tx,
  channel: Channel,
  address: string,
): Promise<{ times: number; since: Date | null }> {
  const { rows } = await sql<{
    soft_bounces: number;
    soft_bounces_since: Date | null;
  }>`SELECT soft_bounces, soft_bounces_since FROM contact_points
    WHERE channel = ${channel} AND address = ${address} ORDER BY soft_bounces DESC LIMIT 1`.execute(tx);
  return { times: rows[0]?.soft_bounces ?? 0, since: rows[0]?.soft_bounces_since ?? null };
}

export async function noteSoftBounces(
  tx: Tx,
  channel: Channel,
  address: string,
  bounces: { times: number; since: Date | null },
): Promise<void> {
  await sql`UPDATE contact_points SET soft_bounces = ${bounces.times}, soft_bounces_since = ${bounces.since} WHERE channel = ${channel} AND address = ${address}`.execute(
    tx,
  );
}

/** The service that a party certainly means: its only one in use, else the only one in a place. */
export async function serviceOf(
  db: Db,
  partyId: string,
  placeName: string | null,
): Promise<{ serviceId: string; resourceId: string } | null> {
  const rows = await read(
    db,
    sql<{
      id: string;
      resource_id: string;
      address: string | null;
    }>`SELECT id, resource_id, address FROM services
    WHERE party_id = ${partyId} AND state <> 'ended' ORDER BY external_id LIMIT 50`,
  );
  const place = placeName?.toLowerCase() ?? null;
  const there = place === null ? [] : rows.filter((row) => row.address?.toLowerCase().includes(place));
  const [only] = rows.length === 1 ? rows : there.length === 1 ? there : [];
  return only ? { serviceId: only.id, resourceId: only.resource_id } : null;
}

/** Those for whom somebody may act in technical matters now. */
export async function actsFor(db: Db, delegateId: string, at: Date): Promise<string[]> {
  const { rows } = await sql<{ party_id: string }>`SELECT DISTINCT party_id FROM delegations
    WHERE delegate_id = ${delegateId} AND 'technical' = ANY(scopes) AND revoked_at IS NULL AND starts_at <= ${at} AND (ends_at IS NULL OR ends_at > ${at}) LIMIT 200`.execute(
    db,
  );
  return rows.map((row) => row.party_id);
}
