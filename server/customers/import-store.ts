import { sql } from 'kysely';
import type { Channel } from '../../contract/answer.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import type {
  CustomerDecision,
  Decision,
  KnownContactPoint,
  KnownCustomer,
  Service,
  WantedContactPoint,
} from './rules.ts';
import {
  type ContactPointRow,
  type DecisionRow,
  decision,
  gather,
  loadDecisions,
  type PartyRow,
  SERVICE_COLUMNS,
  type ServiceRow,
  service,
} from './store.ts';

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

/** Which of these customers were erased: an import must not bring them back. */
export async function erasedCustomers(db: Db, externalIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ external_id: string }>`SELECT external_id FROM parties
    WHERE external_id = ANY(${[...externalIds]}::text[]) AND erased_at IS NOT NULL`.execute(db);
  return new Set(rows.map(({ external_id }) => external_id));
}

/** Which of these parties were erased. */
export async function erasedParties(db: Db, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM parties
    WHERE id = ANY(${[...new Set(ids)]}::uuid[]) AND erased_at IS NOT NULL`.execute(db);
  return new Set(rows.map(({ id }) => id));
}

/** The refusals of some addresses, at any party or at none, by "channel address". */
export async function loadRefusals(db: Db, addresses: readonly string[]): Promise<Map<string, Decision[]>> {
  const { rows } = await sql<
    DecisionRow & { channel: Channel; address: string }
  >`SELECT point.channel, point.address, consent.contact_point_id, consent.decision, consent.given_at, consent.source
    FROM contact_points point JOIN consents consent ON consent.contact_point_id = point.id AND consent.decision = 'refused'
    WHERE point.channel IN ('sms', 'email', 'pec') AND point.address = ANY(${addresses}::text[])
    UNION ALL SELECT channel, address, id, 'refused', refused_at, source FROM address_refusals
    WHERE lifted_at IS NULL AND channel IN ('sms', 'email', 'pec') AND address = ANY(${addresses}::text[])`.execute(db);
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
