import { sql } from 'kysely';
import type { Channel, Language } from '../../contract/answer.ts';
import type { CustomerBrief } from '../../contract/customers.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { newId } from '../platform/ids.ts';
import type { Consent, Decision, Service, ServiceState } from './rules.ts';

/** The lines that count when a resource fails, as a table for other statements: id, party_id, resource_id. The last condition is the index's. */
export const linesInUse = sql<{
  id: string;
  party_id: string;
  resource_id: string;
}>`(SELECT id, party_id, resource_id FROM services
  WHERE state IN ('active', 'suspended') AND state <> 'ended')`;

// Contact points and consents -----------------------------------------------------------------------------------------

/**
 * A STOP must not fall between an import's reading of the decisions and its writing: imports share this lock, whoever records a decision has it alone.
 * Held until the end of the transaction.
 */
export async function lockConsents(tx: Tx, how: 'shared' | 'alone'): Promise<void> {
  const take = sql.raw(how === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock');
  await sql`SELECT ${take}(hashtext('filodiretto consents ' || current_schema()))`.execute(tx);
}

export interface ContactPointRow {
  id: string;
  party_id: string;
  channel: Channel;
  address: string;
  consent: Consent;
}

/** Locks a contact point until the end of the transaction; null when there is none. */
export async function lockContactPoint(tx: Tx, id: string): Promise<ContactPointRow | null> {
  const { rows } =
    await sql<ContactPointRow>`SELECT id, party_id, channel, address, consent FROM contact_points WHERE id = ${id}::uuid FOR UPDATE`.execute(
      tx,
    );
  return rows[0] ?? null;
}

export async function loadContactPoint(db: Db, id: string): Promise<ContactPointRow | null> {
  const { rows } =
    await sql<ContactPointRow>`SELECT id, party_id, channel, address, consent FROM contact_points WHERE id = ${id}::uuid`.execute(
      db,
    );
  return rows[0] ?? null;
}

/** Locks every contact point with an address, of whichever party, ended or not. */
export async function lockContactPointsAt(tx: Tx, channel: Channel, address: string): Promise<ContactPointRow[]> {
  const { rows } = await sql<ContactPointRow>`SELECT id, party_id, channel, address, consent FROM contact_points
    WHERE channel = ${channel} AND address = ${address} ORDER BY id FOR UPDATE`.execute(tx);
  return rows;
}

export interface DecisionRow {
  contact_point_id: string;
  decision: 'granted' | 'refused';
  given_at: Date;
  source: string;
}

/** Map.groupBy comes with Node 21. */
export function gather<T>(groups: Map<string, T[]>, key: string, value: T): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}

export const decision = (row: DecisionRow): Decision => ({
  decision: row.decision,
  givenAt: row.given_at,
  source: row.source,
});

/** Every decision about some contact points, a standing refusal of their address included; by the contact point's id. */
export async function loadDecisions(db: Db, contactPointIds: readonly string[]): Promise<Map<string, Decision[]>> {
  const { rows } = await sql<DecisionRow>`SELECT contact_point_id, decision, given_at, source FROM consents
    WHERE contact_point_id = ANY(${contactPointIds}::uuid[])
    UNION ALL SELECT point.id, 'refused', refusal.refused_at, refusal.source
    FROM contact_points point JOIN address_refusals refusal ON refusal.channel = point.channel AND refusal.address = point.address AND refusal.lifted_at IS NULL
    WHERE point.id = ANY(${contactPointIds}::uuid[])`.execute(db);
  const decisions = new Map<string, Decision[]>();
  for (const row of rows) gather(decisions, row.contact_point_id, decision(row));
  return decisions;
}

export interface NewConsent {
  contactPointId: string;
  decision: 'granted' | 'refused';
  givenAt: Date | string;
  source: string;
  text: string;
}

export async function insertConsents(
  tx: Tx,
  consents: readonly NewConsent[],
  recordedAt: Date,
  actor: Actor,
): Promise<void> {
  if (consents.length === 0) return;
  const rows = consents.map((consent) => ({
    id: newId(),
    contact_point_id: consent.contactPointId,
    decision: consent.decision,
    given_at: consent.givenAt,
    source: consent.source,
    text_shown: consent.text,
  }));
  await sql`INSERT INTO consents (id, contact_point_id, decision, given_at, recorded_at, source, text_shown, actor)
    SELECT id, contact_point_id, decision, given_at, ${recordedAt}, source, text_shown, ${JSON.stringify(storedActor(actor))}::jsonb
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS row(id uuid, contact_point_id uuid, decision text, given_at timestamptz, source text, text_shown text)`.execute(
    tx,
  );
}

export async function setConsent(tx: Tx, contactPointIds: readonly string[], consent: Consent): Promise<void> {
  await sql`UPDATE contact_points SET consent = ${consent} WHERE id = ANY(${contactPointIds}::uuid[]) AND consent <> ${consent}`.execute(
    tx,
  );
}

/** A STOP from an address that no contact point has: kept until a START, so that no later import enrols it by an older yes. */
export async function refuseAddress(
  tx: Tx,
  refusal: { channel: Channel; address: string; refusedAt: Date; source: string; text: string },
): Promise<string> {
  const { rows } = await sql<{
    id: string;
  }>`INSERT INTO address_refusals (id, channel, address, refused_at, source, text)
    VALUES (${newId()}, ${refusal.channel}, ${refusal.address}, ${refusal.refusedAt}, ${refusal.source}, ${refusal.text})
    ON CONFLICT (channel, address) WHERE lifted_at IS NULL DO UPDATE SET refused_at = greatest(address_refusals.refused_at, excluded.refused_at),
      source = excluded.source, text = excluded.text RETURNING id`.execute(tx);
  const [row] = rows;
  if (!row) throw new Error('a refusal was not stored');
  return row.id;
}

/** A START ends the standing refusal of an address, in whichever of its `forms` it is kept; its id, or null when there was none. */
export async function liftRefusal(
  tx: Tx,
  channel: Channel,
  forms: readonly string[],
  at: Date,
): Promise<string | null> {
  const { rows } = await sql<{
    id: string;
  }>`UPDATE address_refusals SET lifted_at = ${at} WHERE channel = ${channel} AND address = ANY(${[...forms]}::text[]) AND lifted_at IS NULL
    RETURNING id`.execute(tx);
  return rows[0]?.id ?? null;
}

// Reading -------------------------------------------------------------------------------------------------------------

export interface PartyRow {
  id: string;
  external_id: string | null;
  name: string;
  kind: 'consumer' | 'business';
  tax_code: string | null;
  language: Language;
  ended_at: Date | null;
}

/** By the operator's id, tax code, an address, a service's id (all exact), or a part of the name. At most `limit` (1 to 50). */
export async function findCustomers(
  db: Db,
  { search, addresses, limit }: { search: string; addresses: readonly string[]; limit: number },
): Promise<CustomerBrief[]> {
  const words = search.trim();
  if (words === '') return [];
  const literal = `%${words.replace(/[\\%_]/g, '\\$&')}%`;
  const { rows } =
    await sql<PartyRow>`SELECT party.id, party.external_id, party.name, party.kind, party.tax_code, party.language, party.ended_at
    FROM parties party WHERE party.id IN (
      SELECT id FROM parties WHERE external_id = ${words}
      UNION SELECT party_id FROM contact_points WHERE address = ANY(${addresses}::text[]) AND channel IN ('sms', 'email', 'pec')
      UNION SELECT party_id FROM services WHERE external_id = ${words}
      UNION (SELECT id FROM parties WHERE name ILIKE ${literal} OR tax_code = upper(${words}) LIMIT 200))
    ORDER BY party.ended_at IS NOT NULL, lower(party.name) COLLATE "C", party.id LIMIT ${Math.min(Math.max(Math.trunc(limit), 1), 50)}`.execute(
      db,
    );
  return rows.map((row) => ({
    id: row.id,
    externalId: row.external_id,
    name: row.name,
    kind: row.kind,
    endedAt: row.ended_at?.toISOString() ?? null,
  }));
}

export async function loadParty(db: Db, id: string): Promise<PartyRow | null> {
  const { rows } =
    await sql<PartyRow>`SELECT id, external_id, name, kind, tax_code, language, ended_at FROM parties WHERE id = ${id}::uuid`.execute(
      db,
    );
  return rows[0] ?? null;
}

interface FullContactPointRow extends ContactPointRow {
  verification: 'claimed' | 'verified';
  unreachable_since: Date | null;
  ended_at: Date | null;
}

export async function contactPointsOf(db: Db, partyId: string): Promise<FullContactPointRow[]> {
  const { rows } =
    await sql<FullContactPointRow>`SELECT id, party_id, channel, address, consent, verification, unreachable_since, ended_at
    FROM contact_points WHERE party_id = ${partyId}::uuid ORDER BY ended_at IS NOT NULL, channel, address`.execute(db);
  return rows;
}

interface FullConsentRow extends DecisionRow {
  recorded_at: Date;
  text_shown: string;
}

/** The newest 500 decisions of a party, newest first. */
export async function consentsOf(db: Db, partyId: string): Promise<FullConsentRow[]> {
  const { rows } =
    await sql<FullConsentRow>`SELECT consent.contact_point_id, consent.decision, consent.given_at, consent.recorded_at, consent.source, consent.text_shown
    FROM consents consent JOIN contact_points point ON point.id = consent.contact_point_id
    WHERE point.party_id = ${partyId}::uuid ORDER BY consent.given_at DESC, consent.id DESC LIMIT 500`.execute(db);
  return rows;
}

export interface ServiceRow {
  id: string;
  external_id: string;
  party_id: string;
  product: string;
  address: string | null;
  resource_id: string;
  state: ServiceState;
  activated_on: string | null;
  ultrabroadband: boolean;
  monthly_fee_cents: number | null;
}

export const service = (row: ServiceRow): Service => ({
  id: row.id,
  externalId: row.external_id,
  partyId: row.party_id,
  product: row.product,
  address: row.address,
  resourceId: row.resource_id,
  state: row.state,
  activatedOn: row.activated_on,
  ultrabroadband: row.ultrabroadband,
  monthlyFeeCents: row.monthly_fee_cents,
});

export const SERVICE_COLUMNS = sql.raw(
  'id, external_id, party_id, product, address, resource_id, state, activated_on, ultrabroadband, monthly_fee_cents',
);

/** The services of a party, those in use first; at most 500. */
export async function servicesOf(db: Db, partyId: string): Promise<Service[]> {
  const { rows } = await sql<ServiceRow>`SELECT ${SERVICE_COLUMNS} FROM services WHERE party_id = ${partyId}::uuid
    ORDER BY state = 'ended', external_id LIMIT 500`.execute(db);
  return rows.map(service);
}

/** How many services that have not ended each of some parties has; by the party's id. */
export async function countServicesOf(db: Db, partyIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ id: string; count: number }>`SELECT party_id AS id, count(*) AS count FROM services
    WHERE party_id = ANY(${partyIds}::uuid[]) AND state <> 'ended' GROUP BY party_id`.execute(db);
  return new Map(rows.map((row) => [row.id, row.count]));
}

/** How many services that have not ended stand directly on each of some resources; by the resource's id. */
export async function countServicesOn(db: Db, resourceIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ id: string; count: number }>`SELECT resource_id AS id, count(*) AS count FROM services
    WHERE resource_id = ANY(${resourceIds}::uuid[]) AND state <> 'ended' GROUP BY resource_id`.execute(db);
  return new Map(rows.map((row) => [row.id, row.count]));
}

/** The names of some parties, by id. */
export async function namesOfParties(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{ id: string; name: string }>`SELECT id, name FROM parties WHERE id = ANY(${[
    ...new Set(ids),
  ]}::uuid[])`.execute(db);
  return new Map(rows.map(({ id, name }) => [id, name]));
}
