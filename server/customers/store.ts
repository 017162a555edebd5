import { sql } from 'kysely';
import type { Channel, Language } from '../../contract/answer.ts';
import type { CustomerBrief } from '../../contract/customers.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { newId } from '../platform/ids.ts';
import type {
  Consent,
  CustomerDecision,
  Decision,
  KnownContactPoint,
  KnownCustomer,
  Service,
  ServiceState,
  WantedContactPoint,
} from './rules.ts';

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

interface DecisionRow {
  contact_point_id: string;
  decision: 'granted' | 'refused';
  given_at: Date;
  source: string;
}

/** Map.groupBy comes with Node 21. */
function gather<T>(groups: Map<string, T[]>, key: string, value: T): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}

const decision = (row: DecisionRow): Decision => ({
  decision: row.decision,
  givenAt: row.given_at,
  source: row.source,
});

export async function loadDecisions(db: Db, contactPointIds: readonly string[]): Promise<Map<string, Decision[]>> {
  const { rows } = await sql<DecisionRow>`SELECT contact_point_id, decision, given_at, source FROM consents
    WHERE contact_point_id = ANY(${contactPointIds}::uuid[])`.execute(db);
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

// Reading -------------------------------------------------------------------------------------------------------------

interface PartyRow {
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

interface ServiceRow {
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

const service = (row: ServiceRow): Service => ({
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

const SERVICE_COLUMNS = sql.raw(
  'id, external_id, party_id, product, address, resource_id, state, activated_on, ultrabroadband, monthly_fee_cents',
);

/** The services of a party, those in use first; at most 500. */
export async function servicesOf(db: Db, partyId: string): Promise<Service[]> {
  const { rows } = await sql<ServiceRow>`SELECT ${SERVICE_COLUMNS} FROM services WHERE party_id = ${partyId}::uuid
    ORDER BY state = 'ended', external_id LIMIT 500`.execute(db);
  return rows.map(service);
}

// Imports -------------------------------------------------------------------------------------------------------------

/** The ids of customers by the operator's ids; those that ended are not among them, unless asked for. */
export async function customerIds(
  db: Db,
  externalIds: readonly string[],
  { withEnded = false }: { withEnded?: boolean } = {},
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; external_id: string }>`SELECT id, external_id FROM parties
    WHERE external_id = ANY(${externalIds}::text[]) AND (ended_at IS NULL OR ${withEnded})`.execute(db);
  return new Map(rows.map((row) => [row.external_id, row.id]));
}

interface KnownPointRow extends ContactPointRow {
  ended: boolean;
}

/** Customers with their contact points and every decision about them. */
export async function loadCustomers(db: Db, externalIds: readonly string[]): Promise<Map<string, KnownCustomer>> {
  const parties = await sql<
    PartyRow & { external_id: string }
  >`SELECT id, external_id, name, kind, tax_code, language, ended_at FROM parties
    WHERE external_id = ANY(${externalIds}::text[])`.execute(db);
  if (parties.rows.length === 0) return new Map();
  const points =
    await sql<KnownPointRow>`SELECT id, party_id, channel, address, consent, ended_at IS NOT NULL AS ended FROM contact_points
    WHERE party_id = ANY(${parties.rows.map(({ id }) => id)}::uuid[])`.execute(db);
  const decisions = await loadDecisions(
    db,
    points.rows.map(({ id }) => id),
  );
  const byParty = new Map<string, KnownContactPoint[]>();
  for (const { id, party_id, channel, address, consent, ended } of points.rows)
    gather(byParty, party_id, { id, channel, address, consent, ended, decisions: decisions.get(id) ?? [] });
  return new Map(
    parties.rows.map((row) => [
      row.external_id,
      {
        id: row.id,
        externalId: row.external_id,
        name: row.name,
        kind: row.kind,
        taxCode: row.tax_code,
        language: row.language,
        ended: row.ended_at !== null,
        contactPoints: byParty.get(row.id) ?? [],
      },
    ]),
  );
}

/** The refusals of some addresses at any party, by "channel address". */
export async function loadRefusals(db: Db, addresses: readonly string[]): Promise<Map<string, Decision[]>> {
  const { rows } = await sql<
    DecisionRow & { channel: Channel; address: string }
  >`SELECT point.channel, point.address, consent.contact_point_id, consent.decision, consent.given_at, consent.source
    FROM contact_points point JOIN consents consent ON consent.contact_point_id = point.id AND consent.decision = 'refused'
    WHERE point.channel IN ('sms', 'email', 'pec') AND point.address = ANY(${addresses}::text[])`.execute(db);
  const refusals = new Map<string, Decision[]>();
  for (const row of rows) gather(refusals, `${row.channel} ${row.address}`, decision(row));
  return refusals;
}

export async function putParties(tx: Tx, parties: readonly CustomerDecision['party'][]): Promise<void> {
  const rows = parties.map((party) => ({
    id: party.id,
    external_id: party.externalId,
    name: party.name,
    kind: party.kind,
    tax_code: party.taxCode,
    language: party.language,
  }));
  await sql`INSERT INTO parties (id, external_id, name, kind, tax_code, language)
    SELECT id, external_id, name, kind, tax_code, language FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS row(id uuid, external_id text, name text, kind text, tax_code text, language text)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind, tax_code = excluded.tax_code,
      language = excluded.language, ended_at = NULL`.execute(tx);
}

/** Writes contact points that an import made or changed; what the operator's own records name counts as verified. */
export async function putContactPoints(
  tx: Tx,
  points: readonly (WantedContactPoint & { partyId: string })[],
  at: Date,
): Promise<void> {
  const rows = points.map((point) => ({
    id: point.id,
    party_id: point.partyId,
    channel: point.channel,
    address: point.address,
    consent: point.consent,
    ended: point.ended,
  }));
  await sql`INSERT INTO contact_points (id, party_id, channel, address, verification, consent, ended_at)
    SELECT id, party_id, channel, address, 'verified', consent, CASE WHEN ended THEN ${at}::timestamptz END
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS row(id uuid, party_id uuid, channel text, address text, consent text, ended boolean)
    ON CONFLICT (id) DO UPDATE SET consent = excluded.consent, ended_at = excluded.ended_at, verification = 'verified'`.execute(
    tx,
  );
}

export async function loadServices(db: Db, externalIds: readonly string[]): Promise<Map<string, Service>> {
  const { rows } =
    await sql<ServiceRow>`SELECT ${SERVICE_COLUMNS} FROM services WHERE external_id = ANY(${externalIds}::text[])`.execute(
      db,
    );
  return new Map(rows.map((row) => [row.external_id, service(row)]));
}

export async function putServices(tx: Tx, services: readonly Service[]): Promise<void> {
  const rows = services.map((one) => ({
    id: one.id,
    external_id: one.externalId,
    party_id: one.partyId,
    product: one.product,
    address: one.address,
    resource_id: one.resourceId,
    state: one.state,
    activated_on: one.activatedOn,
    ultrabroadband: one.ultrabroadband,
    monthly_fee_cents: one.monthlyFeeCents,
  }));
  await sql`INSERT INTO services (${SERVICE_COLUMNS})
    SELECT ${SERVICE_COLUMNS} FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS row(id uuid, external_id text, party_id uuid, product text, address text, resource_id uuid, state text, activated_on date, ultrabroadband boolean, monthly_fee_cents bigint)
    ON CONFLICT (external_id) DO UPDATE SET party_id = excluded.party_id, product = excluded.product, address = excluded.address,
      resource_id = excluded.resource_id, state = excluded.state, activated_on = excluded.activated_on,
      ultrabroadband = excluded.ultrabroadband, monthly_fee_cents = excluded.monthly_fee_cents`.execute(tx);
}

/** The operator's ids of the next customers that have not ended. */
export async function nextCustomers(db: Db, after: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ external_id: string }>`SELECT external_id FROM parties
    WHERE external_id > ${after} AND ended_at IS NULL ORDER BY external_id LIMIT ${limit}`.execute(db);
  return rows.map((row) => row.external_id);
}

/** The operator's ids of the next services that have not ended. */
export async function nextServices(db: Db, after: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ external_id: string }>`SELECT external_id FROM services
    WHERE external_id > ${after} AND state <> 'ended' ORDER BY external_id LIMIT ${limit}`.execute(db);
  return rows.map((row) => row.external_id);
}

export async function endCustomers(tx: Tx, externalIds: readonly string[], at: Date): Promise<void> {
  await sql`UPDATE parties SET ended_at = ${at} WHERE external_id = ANY(${externalIds}::text[]) AND ended_at IS NULL`.execute(
    tx,
  );
}

export async function endServices(tx: Tx, externalIds: readonly string[]): Promise<void> {
  await sql`UPDATE services SET state = 'ended' WHERE external_id = ANY(${externalIds}::text[]) AND state <> 'ended'`.execute(
    tx,
  );
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
