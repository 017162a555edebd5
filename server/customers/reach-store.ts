import { sql } from 'kysely';
import type { Channel } from '../../contract/answer.ts';
import type { Db } from '../platform/database/database.ts';
import { read } from '../platform/database/statements.ts';
import { notFound } from '../platform/errors.ts';

/** A contact point as whoever wants to write there needs it. */
export interface ReachablePoint {
  partyId: string;
  channel: Channel;
  address: string;
  verified: boolean;
  /** It has ended, or nothing arrives there. */
  dead: boolean;
}

export async function reachablePoint(db: Db, contactPointId: string): Promise<ReachablePoint | null> {
  const rows = await read(
    db,
    sql<ReachablePoint>`SELECT party_id AS "partyId", channel, address, verification = 'verified' AS verified,
    ended_at IS NOT NULL OR unreachable_since IS NOT NULL AS dead FROM contact_points WHERE id = ${contactPointId}::uuid`,
  );
  return rows[0] ?? null;
}

/** Whether a party is cared for first; null: there is no such party. */
export async function partyStanding(
  db: Db,
  partyId: string,
): Promise<{ vulnerable: boolean; critical: boolean } | null> {
  const rows = await read(
    db,
    sql<{
      vulnerable: boolean;
      critical: boolean;
    }>`SELECT vulnerable, critical FROM parties WHERE id = ${partyId}::uuid`,
  );
  return rows[0] ?? null;
}

/** The resource that a line of a party hangs on. Throws `not-found` where the party has no such line. */
export async function resourceOfService(db: Db, partyId: string, serviceId: string): Promise<string> {
  const { rows } = await sql<{
    resource_id: string;
  }>`SELECT resource_id FROM services WHERE id = ${serviceId}::uuid AND party_id = ${partyId}::uuid`.execute(db);
  const [service] = rows;
  if (!service) throw notFound('This line of this customer');
  return service.resource_id;
}

/** A line as a case about it shows it; null: there is none any more. */
export async function serviceBrief(
  db: Db,
  serviceId: string,
): Promise<{ id: string; externalId: string; product: string; address: string | null; resource: string } | null> {
  const { rows } = await sql<{
    id: string;
    externalId: string;
    product: string;
    address: string | null;
    resource: string;
  }>`SELECT services.id, services.external_id AS "externalId", product, address, resources.name AS resource
    FROM services JOIN resources ON resources.id = resource_id WHERE services.id = ${serviceId}::uuid`.execute(db);
  return rows[0] ?? null;
}
