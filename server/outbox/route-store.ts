import { sql } from 'kysely';
import type { Route, SmppConfig, SmtpConfig } from '../../contract/settings.ts';
import type { Database, Db, Tx } from '../platform/database/database.ts';

/** In the database: the configuration with its password sealed. */
export type StoredRoute = {
  id: string;
  name: string;
  enabled: boolean;
  costMillicents: number;
  sealedPassword: string | null;
  state: Route['state'];
  stateSince: Date | null;
  stateReason: string | null;
} & ({ kind: 'smpp'; config: SmppConfig } | { kind: 'smtp' | 'pec'; config: SmtpConfig });

/** What a route of each kind carries. */
const CHANNEL_OF = { smpp: 'sms', smtp: 'email', pec: 'pec' } as const;

export const channelOf = (kind: Route['kind']): (typeof CHANNEL_OF)[Route['kind']] => CHANNEL_OF[kind];

interface Row {
  id: string;
  name: string;
  kind: Route['kind'];
  config: Record<string, unknown>;
  enabled: boolean;
  cost_millicents: number;
  state: Route['state'];
  state_since: Date | null;
  state_reason: string | null;
}

const COLUMNS = sql`id, name, kind, config, enabled, cost_millicents, state, state_since, state_reason`;

function read(row: Row): StoredRoute {
  const { sealedPassword = null, ...config } = row.config as { sealedPassword?: string | null };
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    config,
    enabled: row.enabled,
    costMillicents: row.cost_millicents,
    sealedPassword,
    state: row.state,
    stateSince: row.state_since,
    stateReason: row.state_reason,
  } as StoredRoute;
}

/** The routes that were not ended, by name. */
export async function readRoutes(db: Db): Promise<StoredRoute[]> {
  const { rows } = await sql<Row>`SELECT ${COLUMNS} FROM routes WHERE ended_at IS NULL ORDER BY name`.execute(db);
  return rows.map(read);
}

export async function lockRoute(tx: Tx, id: string): Promise<StoredRoute | null> {
  const { rows } =
    await sql<Row>`SELECT ${COLUMNS} FROM routes WHERE id = ${id} AND ended_at IS NULL FOR UPDATE`.execute(tx);
  return rows[0] ? read(rows[0]) : null;
}

/** False when another route has the name. An ended route gives its name free. */
export async function writeRoute(tx: Tx, route: StoredRoute, madeAt: Date): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM routes WHERE name = ${route.name} AND id <> ${route.id}`.execute(tx);
  if (rows.length > 0) return false;
  const config = JSON.stringify({ ...route.config, sealedPassword: route.sealedPassword });
  await sql`INSERT INTO routes (id, name, kind, config, enabled, cost_millicents, made_at) VALUES (${route.id}, ${route.name}, ${route.kind}, ${config}::jsonb, ${route.enabled}, ${route.costMillicents}, ${madeAt})
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, config = excluded.config, enabled = excluded.enabled, cost_millicents = excluded.cost_millicents`.execute(
    tx,
  );
  return true;
}

/** What waits for it goes by another of its channel; a test of it goes nowhere. */
export async function endRouteRow(tx: Tx, id: string, at: Date): Promise<void> {
  await sql`UPDATE outbox SET route_id = NULL WHERE route_id = ${id} AND state = 'queued' AND kind <> 'test'`.execute(
    tx,
  );
  await sql`UPDATE routes SET ended_at = ${at}, enabled = false, state = 'unknown', state_reason = NULL, name = name || ' (' || id || ')' WHERE id = ${id}`.execute(
    tx,
  );
}

/** Writes what the worker sees of a route; returns whether up or down changed. */
export async function writeRouteState(
  tx: Tx,
  id: string,
  state: Route['state'],
  reason: string | null,
  at: Date,
): Promise<boolean> {
  const { rows } = await sql<{
    changed: boolean;
  }>`UPDATE routes SET state = ${state}, state_reason = ${reason}, state_since = CASE WHEN routes.state = ${state} THEN routes.state_since ELSE ${at}::timestamptz END
    FROM (SELECT id, state FROM routes WHERE id = ${id} FOR UPDATE) AS before
    WHERE routes.id = before.id AND routes.ended_at IS NULL RETURNING before.state <> ${state} AS changed`.execute(tx);
  return rows[0]?.changed ?? false;
}

/** How many rows wait for a channel, counted up to 10,000. */
export async function countQueued(db: Db, channel: string): Promise<number> {
  const { rows } = await sql<{
    queued: number;
  }>`SELECT count(*) AS queued FROM (SELECT 1 FROM outbox WHERE state = 'queued' AND channel = ${channel} LIMIT 10000) AS first_ones`.execute(
    db,
  );
  return rows[0]?.queued ?? 0;
}

/** What one part costs on a channel: of the enabled route that costs most, so that the brake errs on the safe side. Null without one. */
export async function routeCost(db: Db, channel: string): Promise<{ millicentsPerPart: number } | null> {
  const kind = Object.entries(CHANNEL_OF).find(([, carried]) => carried === channel)?.[0];
  const { rows } = await sql<{
    cost: number | null;
  }>`SELECT max(cost_millicents) AS cost FROM routes WHERE kind = ${kind ?? ''} AND enabled AND ended_at IS NULL`.execute(
    db,
  );
  const cost = rows[0]?.cost ?? null;
  return cost === null ? null : { millicentsPerPart: cost };
}

/** What keeps messages from leaving, in plain words: enabled routes that are down. For `/ready`; none is good. */
export async function outboxReadiness(db: Db): Promise<string[]> {
  const routes = await readRoutes(db);
  return routes
    .filter((route) => route.enabled && route.state === 'down')
    .map((route) => `the route "${route.name}" is down: ${route.stateReason ?? 'no reason known'}`);
}

/** The routes as `doctor` looks at them. */
export async function listRoutesForDoctor(
  database: Database,
): Promise<{ name: string; enabled: boolean; state: string; stateReason: string | null }[]> {
  return (await readRoutes(database.db)).map(({ name, enabled, state, stateReason }) => ({
    name,
    enabled,
    state,
    stateReason,
  }));
}

/** Enabled routes, by state. */
export async function countRoutes(db: Db): Promise<{ state: string; count: number }[]> {
  const { rows } = await sql<{ state: string; count: number }>`SELECT state, count(*) AS count FROM routes
    WHERE enabled AND ended_at IS NULL GROUP BY state`.execute(db);
  return rows;
}
