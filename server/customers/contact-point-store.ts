import { sql } from 'kysely';
import type { Channel, Language } from '../../contract/answer.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { read, write } from '../platform/database/statements.ts';
import { newId } from '../platform/ids.ts';

/** A party that has an address. */
export interface PartyAt {
  partyId: string;
  contactPointId: string;
  verified: boolean;
  /** Nothing arrived there, lately. */
  inTrouble: boolean;
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
      in_trouble: boolean;
      language: Language;
      vulnerable: boolean;
      critical: boolean;
    }>`SELECT party.id AS party_id, point.id AS contact_point_id, point.verification = 'verified' AS verified, point.unreachable_since IS NOT NULL OR point.soft_bounces > 0 AS in_trouble, party.language, party.vulnerable, party.critical
    FROM contact_points point JOIN parties party ON party.id = point.party_id
    WHERE point.channel = ${channel} AND point.address = ${address} AND point.ended_at IS NULL AND party.erased_at IS NULL
    ORDER BY point.verification = 'verified' DESC, party.id LIMIT 50`,
  );
  return rows.map((row) => ({
    partyId: row.party_id,
    contactPointId: row.contact_point_id,
    verified: row.verified,
    inTrouble: row.in_trouble,
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

/** How it was proven that a contact point is the party's: the operator's own records, a code or a link that only who reads it knows, a document that staff saw. */
export type Proof = 'import' | 'code' | 'link' | 'document';

/** A party of whom nothing is known but what somebody said. */
export async function insertClaimedParty(tx: Tx, id: string, { name, language }: Claim, now: Date): Promise<void> {
  await write(
    tx,
    sql`INSERT INTO parties (id, name, kind, language, made_at) VALUES (${id}, ${name.slice(0, 200)}, 'consumer', ${language}, ${now})`,
  );
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

/** False: there is no such contact point, or it ended. */
export async function setVerified(tx: Tx, contactPointId: string, how: Proof, now: Date): Promise<boolean> {
  const { rows } =
    await sql`UPDATE contact_points SET verification = 'verified', verified_at = ${now}, verified_how = ${how}
    WHERE id = ${contactPointId}::uuid AND ended_at IS NULL RETURNING id`.execute(tx);
  return rows.length > 0;
}

/** Holds a party until the end of the transaction, so that two messages of one person don't open two cases. */
export async function lockParty(tx: Tx, partyId: string): Promise<void> {
  await write(tx, sql`SELECT 1 FROM parties WHERE id = ${partyId}::uuid FOR UPDATE`);
}

/** The ids of the contact points at an address that were reachable until now. */
export async function setUnreachable(
  tx: Tx,
  { channel, address, reason }: { channel: Channel; address: string; reason: string },
  now: Date,
): Promise<string[]> {
  const { rows } = await sql<{
    id: string;
  }>`UPDATE contact_points SET unreachable_since = ${now}, unreachable_reason = ${reason.slice(0, 300)}
    WHERE channel = ${channel} AND address = ${address} AND unreachable_since IS NULL AND ended_at IS NULL RETURNING id`.execute(
    tx,
  );
  return rows.map(({ id }) => id);
}

/** Something arrived from an address: it works. */
export async function markReachable(tx: Tx, channel: Channel, address: string): Promise<void> {
  await sql`UPDATE contact_points SET unreachable_since = NULL, unreachable_reason = NULL, soft_bounces = 0, soft_bounces_since = NULL
    WHERE channel = ${channel} AND address = ${address} AND (unreachable_since IS NOT NULL OR soft_bounces > 0)`.execute(
    tx,
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
