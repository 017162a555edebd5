import { sql } from 'kysely';
import type { Settings } from '../../contract/settings.ts';
import { newId } from '../../server/platform/ids.ts';
import type { Platform } from '../../server/platform/platform.ts';
import { hashToken } from '../../server/platform/secrets.ts';
import { changeSettings, readSettings } from '../../server/settings/index.ts';

/** A small network in the database, made by SQL: these tests are about what happens to it, not about how it got there. */
export interface TestNetwork {
  /** The resource's uuid by its name. */
  resource: Record<string, string>;
  sourceId: string;
}

/**
 * `upstream`: resource → the resources above it, any one of which is enough. `customers`: how many stand directly on a resource; each has a service, an SMS
 * contact point with consent, and every tenth a mail address too; every fifth speaks English.
 */
export async function makeNetwork(
  platform: Platform,
  upstream: Record<string, string[]>,
  customers: Record<string, number>,
): Promise<TestNetwork> {
  const { db } = platform.database;
  const resource: Record<string, string> = {};
  for (const name of Object.keys(upstream)) {
    resource[name] = newId();
    await sql`INSERT INTO resources (id, external_id, kind, name, lat, lon, area_code) VALUES (${resource[name]}, ${name}, 'mast', ${`Mast ${name}`}, 45.93528, 8.5402, '103072')`.execute(
      db,
    );
  }
  for (const [name, above] of Object.entries(upstream)) {
    for (const one of above)
      await sql`INSERT INTO resource_links VALUES (${resource[name]}, ${resource[one]})`.execute(db);
  }
  let first = 0;
  for (const [name, count] of Object.entries(customers)) {
    await sql`WITH people AS (SELECT n, gen_random_uuid() AS party, gen_random_uuid() AS phone, gen_random_uuid() AS mail, (CASE WHEN n % 5 = 0 THEN 'en' ELSE 'it' END) AS language FROM generate_series(${first}::int + 1, ${first + count}::int) AS n),
      parties AS (INSERT INTO parties (id, external_id, name, kind, language) SELECT party, 'c' || n, 'Customer ' || n, 'consumer', language FROM people RETURNING 1),
      phones AS (INSERT INTO contact_points (id, party_id, channel, address, verification, consent) SELECT phone, party, 'sms', '+39399' || lpad(n::text, 7, '0'), 'verified', 'granted' FROM people RETURNING 1),
      mails AS (INSERT INTO contact_points (id, party_id, channel, address, verification, consent) SELECT mail, party, 'email', 'c' || n || '@example.com', 'verified', 'granted' FROM people WHERE n % 10 = 0 RETURNING 1)
      INSERT INTO services (id, external_id, party_id, product, resource_id, state) SELECT gen_random_uuid(), 's' || n, party, 'FWA 100', ${resource[name]}::uuid, 'active' FROM people`.execute(
      db,
    );
    first += count;
  }
  const sourceId = newId();
  await sql`INSERT INTO alarm_sources (id, name, kind, token_hash, made_at) VALUES (${sourceId}, 'monitoring', 'alarms', ${hashToken(`token-${sourceId}`)}, ${platform.clock.business()})`.execute(
    db,
  );
  return { resource, sourceId };
}

/** Delivers plain alarms as the hook does: kept, to be worked off by the next round. */
export async function deliver(
  platform: Platform,
  network: TestNetwork,
  alarms: {
    id: string;
    state: 'firing' | 'cleared';
    resource: string;
    severity?: string;
    at: Date;
    labels?: Record<string, string>;
  }[],
): Promise<void> {
  const body = Buffer.from(
    JSON.stringify(
      alarms.map((alarm) => ({
        severity: 'critical',
        summary: `${alarm.resource} ${alarm.state}`,
        ...alarm,
        at: alarm.at.toISOString(),
      })),
    ),
  );
  await sql`INSERT INTO alarm_deliveries (source_id, received_at, body) VALUES (${network.sourceId}, ${platform.clock.business()}, ${body})`.execute(
    platform.database.db,
  );
}

/** Changes settings in part, as an administrator would. */
export async function setSettings(
  platform: Platform,
  change: { [Group in keyof Settings]?: Partial<Settings[Group]> },
): Promise<void> {
  const now = await readSettings(platform.database.db);
  const whole = Object.fromEntries(
    Object.entries(change).map(([group, value]) => [
      group,
      Array.isArray(value) ? value : { ...now[group as keyof Settings], ...value },
    ]),
  );
  await changeSettings(platform, { kind: 'staff', id: 'test', roles: ['administrator'] }, whole, {
    unknownStaff: async () => [],
  });
}

export const count = async (platform: Platform, table: string, where: string): Promise<number> =>
  (
    await sql<{ n: number }>`SELECT count(*) AS n FROM ${sql.table(table)} WHERE ${sql.raw(where)}`.execute(
      platform.database.db,
    )
  ).rows[0]?.n ?? 0;
