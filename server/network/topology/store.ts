import { type RawBuilder, sql } from 'kysely';
import type { ResourceBrief } from '../../../contract/incidents.ts';
import { linesInUse } from '../../customers/index.ts';
import type { Db, Tx } from '../../platform/database/database.ts';
import { areaCodeAt, areaName } from './areas.ts';
import type { KnownResource, Upstreams } from './rules.ts';

interface EdgeRow {
  id: string;
  upstream: string[] | null;
}

/** Walks the links one way from some resources. Recurses over resources only, never over lines. */
async function walk(db: Db, ids: readonly string[], from: 'upstream_id' | 'resource_id'): Promise<Upstreams> {
  const to = from === 'upstream_id' ? 'resource_id' : 'upstream_id';
  const { rows } = await sql<EdgeRow>`WITH RECURSIVE reached (id) AS (
      SELECT unnest(${ids}::uuid[])
      UNION
      SELECT link.${sql.raw(to)} FROM reached JOIN resource_links link ON link.${sql.raw(from)} = reached.id
      JOIN resources next ON next.id = link.${sql.raw(to)} AND next.ended_at IS NULL
    )
    SELECT reached.id, array_agg(link.upstream_id) FILTER (WHERE upstream.id IS NOT NULL) AS upstream
    FROM reached LEFT JOIN resource_links link ON link.resource_id = reached.id
    LEFT JOIN resources upstream ON upstream.id = link.upstream_id AND upstream.ended_at IS NULL
    GROUP BY reached.id`.execute(db);
  return new Map(rows.map((row) => [row.id, row.upstream ?? []]));
}

/** Some resources and everything below them, each with all of its upstreams that have not ended. */
export const loadBelow = (db: Db, ids: readonly string[]): Promise<Upstreams> => walk(db, ids, 'upstream_id');

/** Some resources and everything above them, each with its upstreams that have not ended. */
export const loadAbove = (db: Db, ids: readonly string[]): Promise<Upstreams> => walk(db, ids, 'resource_id');

interface BriefRow {
  id: string;
  external_id: string;
  name: string;
  kind: string;
  area_code: string | null;
}

const brief = (row: BriefRow): ResourceBrief => ({
  id: row.id,
  externalId: row.external_id,
  name: row.name,
  kind: row.kind,
  area: areaName(row.area_code),
});

async function selectBriefs(db: Db, rest: RawBuilder<unknown>): Promise<ResourceBrief[]> {
  const { rows } = await sql<BriefRow>`SELECT id, external_id, name, kind, area_code FROM resources ${rest}`.execute(
    db,
  );
  return rows.map(brief);
}

/** Resources whose id or name holds the words (not those that ended): first the exact id, then what begins so. At most `limit` (1 to 100). */
export async function findResources(
  db: Db,
  { search, limit }: { search: string; limit: number },
): Promise<ResourceBrief[]> {
  const words = search.trim();
  const literal = words.replace(/[\\%_]/g, '\\$&');
  return await selectBriefs(
    db,
    sql`WHERE ended_at IS NULL AND (external_id ILIKE ${`%${literal}%`} OR name ILIKE ${`%${literal}%`})
      ORDER BY lower(external_id) = lower(${words}) DESC, (external_id ILIKE ${`${literal}%`} OR name ILIKE ${`${literal}%`}) DESC,
        lower(name) COLLATE "C", external_id COLLATE "C"
      LIMIT ${Math.min(Math.max(Math.trunc(limit), 1), 100)}`,
  );
}

/** Resources by id, in no order; those that ended too. */
export const resourceBriefs = async (db: Db, ids: readonly string[]): Promise<ResourceBrief[]> =>
  ids.length === 0 ? [] : await selectBriefs(db, sql`WHERE id = ANY(${ids}::uuid[])`);

/** The resource that the operator calls so; null when there is none, or it ended. */
export const resourceByExternalId = async (db: Db, externalId: string): Promise<ResourceBrief | null> =>
  (await selectBriefs(db, sql`WHERE external_id = ${externalId} AND ended_at IS NULL`))[0] ?? null;

/** The ids of resources by the operator's ids; those that ended are not among them, unless asked for. */
export async function resourceIds(
  db: Db,
  externalIds: readonly string[],
  { withEnded = false }: { withEnded?: boolean } = {},
): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; external_id: string }>`SELECT id, external_id FROM resources
    WHERE external_id = ANY(${externalIds}::text[]) AND (ended_at IS NULL OR ${withEnded})`.execute(db);
  return new Map(rows.map((row) => [row.external_id, row.id]));
}

/** Which of some resources (by uuid) exist and have not ended. */
export async function liveResources(db: Db, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const { rows } = await sql<{
    id: string;
  }>`SELECT id FROM resources WHERE id = ANY(${ids}::uuid[]) AND ended_at IS NULL`.execute(db);
  return new Set(rows.map((row) => row.id));
}

// Who is concerned ----------------------------------------------------------------------------------------------------

/** How many lines in use stand directly on each of some resources. Those without any are left out. */
export async function countLines(db: Db, ids: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ resource_id: string; count: number }>`SELECT resource_id, count(*) AS count
    FROM ${linesInUse} line WHERE resource_id = ANY(${ids}::uuid[]) GROUP BY resource_id`.execute(db);
  return new Map(rows.map((row) => [row.resource_id, row.count]));
}

const putAffected = (lines: RawBuilder<unknown>, subjectId: string, effect: string, at: Date) =>
  sql`INSERT INTO affected_services AS known (subject_id, service_id, party_id, effect, since)
    SELECT ${subjectId}::uuid, line.id, line.party_id, ${effect}, ${at}::timestamptz FROM ${lines} line
    ON CONFLICT (subject_id, service_id) DO UPDATE SET effect = excluded.effect, party_id = excluded.party_id, left_at = NULL,
      since = CASE WHEN known.left_at IS NULL THEN known.since ELSE excluded.since END
    WHERE known.left_at IS NOT NULL OR known.effect <> excluded.effect OR known.party_id <> excluded.party_id`;

/** The lines on some resources, together few enough for one statement, become concerned. */
export async function affectLinesOn(
  tx: Tx,
  subjectId: string,
  ids: readonly string[],
  effect: 'down' | 'degraded',
  at: Date,
): Promise<void> {
  await putAffected(
    sql`(SELECT * FROM ${linesInUse} line WHERE resource_id = ANY(${ids}::uuid[]))`,
    subjectId,
    effect,
    at,
  ).execute(tx);
}

/** The next `limit` lines on one resource after a line become concerned; returns the last of them, null when there are no more. */
export async function affectNextLines(
  tx: Tx,
  subjectId: string,
  resourceId: string,
  after: string,
  limit: number,
  effect: 'down' | 'degraded',
  at: Date,
): Promise<string | null> {
  const page = sql<{
    id: string;
  }>`(SELECT * FROM ${linesInUse} line WHERE resource_id = ${resourceId}::uuid AND id > ${after}::uuid ORDER BY id LIMIT ${limit})`;
  const { rows } = await sql<{ id: string | null }>`SELECT max(id::text)::uuid AS id FROM ${page} page`.execute(tx);
  const last = rows[0]?.id ?? null;
  if (last !== null) await putAffected(page, subjectId, effect, at).execute(tx);
  return last;
}

/** Whose the lines on some resources are, together few enough for one statement; each party once. */
export async function partiesOfLinesOn(db: Db, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{
    party_id: string;
  }>`SELECT DISTINCT party_id FROM ${linesInUse} line WHERE resource_id = ANY(${ids}::uuid[])`.execute(db);
  return rows.map((row) => row.party_id);
}

/** Whose the next `limit` lines on one resource after a line are; and the last of these lines, null at the end. */
export async function partiesOfNextLines(
  db: Db,
  resourceId: string,
  after: string,
  limit: number,
): Promise<{ parties: string[]; last: string | null }> {
  const { rows } = await sql<{
    parties: string[] | null;
    last: string | null;
  }>`SELECT array_agg(DISTINCT party_id::text) AS parties, max(id::text)::uuid AS last FROM (
    SELECT id, party_id FROM ${linesInUse} line WHERE resource_id = ${resourceId}::uuid AND id > ${after}::uuid ORDER BY id LIMIT ${limit}) page`.execute(
    db,
  );
  return { parties: rows[0]?.parties ?? [], last: rows[0]?.last ?? null };
}

export async function isAnyAffected(tx: Tx, subjectId: string): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM affected_services WHERE subject_id = ${subjectId}::uuid LIMIT 1`.execute(tx);
  return rows.length > 0;
}

/** Among the next `limit` concerned lines after one, those that no longer stand on any of `ids` leave. Returns where to go on, null at the end. */
export async function leaveNextLines(
  tx: Tx,
  subjectId: string,
  ids: readonly string[],
  after: string,
  limit: number,
  at: Date,
): Promise<string | null> {
  const { rows } = await sql<{ last: string | null }>`WITH page AS (
      SELECT service_id FROM affected_services WHERE subject_id = ${subjectId}::uuid AND service_id > ${after}::uuid
      ORDER BY service_id LIMIT ${limit}
    ), leaving AS (
      UPDATE affected_services affected SET left_at = ${at} FROM page
      WHERE affected.subject_id = ${subjectId}::uuid AND affected.service_id = page.service_id AND affected.left_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM ${linesInUse} line WHERE line.id = page.service_id AND line.resource_id = ANY(${ids}::uuid[]))
    )
    SELECT max(service_id::text)::uuid AS last FROM page`.execute(tx);
  return rows[0]?.last ?? null;
}

/** How many parties among the next `limit` concerned rows after one; and the last of them, null at the end. */
export async function countNextParties(
  tx: Tx,
  subjectId: string,
  after: string,
  limit: number,
): Promise<{ parties: number; last: string | null }> {
  const { rows } = await sql<{
    parties: number;
    last: string | null;
  }>`SELECT count(DISTINCT party_id) FILTER (WHERE effect = 'down' AND left_at IS NULL) AS parties, max(party_id::text)::uuid AS last
    FROM (SELECT party_id, effect, left_at FROM affected_services WHERE subject_id = ${subjectId}::uuid AND party_id > ${after}::uuid
      AND effect = 'down' AND left_at IS NULL ORDER BY party_id LIMIT ${limit}) page`.execute(tx);
  return rows[0] ?? { parties: 0, last: null };
}

/** Concerned lines by resource among the next `limit` after one. */
export async function countNextByResource(
  db: Db,
  subjectId: string,
  effect: 'down' | 'degraded',
  after: string,
  limit: number,
): Promise<{ counts: { resourceId: string; count: number }[]; last: string | null }> {
  const { rows } = await sql<{
    resource_id: string | null;
    count: number;
    last: string;
  }>`SELECT line.resource_id, count(*) AS count, max(page.service_id::text)::uuid AS last
    FROM (SELECT service_id FROM affected_services WHERE subject_id = ${subjectId}::uuid AND service_id > ${after}::uuid
      AND effect = ${effect} AND left_at IS NULL ORDER BY service_id LIMIT ${limit}) page
    LEFT JOIN ${linesInUse} line ON line.id = page.service_id GROUP BY line.resource_id`.execute(db);
  const last = rows.reduce<string | null>((most, row) => (most === null || row.last > most ? row.last : most), null);
  const counts = rows.flatMap(({ resource_id, count }) =>
    resource_id === null ? [] : [{ resourceId: resource_id, count }],
  );
  return { counts, last };
}

/** The area codes of resources; those without a position are left out. */
export async function areaCodes(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; area_code: string }>`SELECT id, area_code FROM resources
    WHERE id = ANY(${ids}::uuid[]) AND area_code IS NOT NULL`.execute(db);
  return new Map(rows.map((row) => [row.id, row.area_code]));
}

// Imports -------------------------------------------------------------------------------------------------------------

interface KnownRow {
  id: string;
  external_id: string;
  kind: string;
  name: string;
  lat: number | null;
  lon: number | null;
  battery_minutes: number | null;
  ended: boolean;
  upstream: string[] | null;
}

export async function loadKnown(db: Db, externalIds: readonly string[]): Promise<Map<string, KnownResource>> {
  const { rows } =
    await sql<KnownRow>`SELECT resource.id, resource.external_id, resource.kind, resource.name, resource.lat, resource.lon,
      resource.battery_minutes, resource.ended_at IS NOT NULL AS ended,
      (SELECT array_agg(upstream.external_id ORDER BY upstream.external_id COLLATE "C") FROM resource_links link
        JOIN resources upstream ON upstream.id = link.upstream_id WHERE link.resource_id = resource.id) AS upstream
    FROM resources resource WHERE resource.external_id = ANY(${externalIds}::text[])`.execute(db);
  return new Map(
    rows.map((row) => [
      row.external_id,
      {
        id: row.id,
        externalId: row.external_id,
        kind: row.kind,
        name: row.name,
        lat: row.lat,
        lon: row.lon,
        batteryMinutes: row.battery_minutes,
        ended: row.ended,
        upstream: (row.upstream ?? []).sort(),
      },
    ]),
  );
}

/** Writes resources without their links, which may lead to resources that come later. */
export async function putResources(tx: Tx, resources: readonly KnownResource[]): Promise<void> {
  const rows = resources.map((resource) => ({
    id: resource.id,
    external_id: resource.externalId,
    kind: resource.kind,
    name: resource.name,
    lat: resource.lat,
    lon: resource.lon,
    battery_minutes: resource.batteryMinutes,
    area_code: resource.lat === null || resource.lon === null ? null : areaCodeAt(resource.lat, resource.lon),
  }));
  await sql`INSERT INTO resources (id, external_id, kind, name, lat, lon, battery_minutes, area_code)
    SELECT id, external_id, kind, name, lat, lon, battery_minutes, area_code FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS row(id uuid, external_id text, kind text, name text, lat double precision, lon double precision, battery_minutes int, area_code text)
    ON CONFLICT (external_id) DO UPDATE SET kind = excluded.kind, name = excluded.name, lat = excluded.lat, lon = excluded.lon,
      battery_minutes = excluded.battery_minutes, area_code = excluded.area_code, ended_at = NULL`.execute(tx);
}

/** Replaces the links upwards of some resources. */
export async function putLinks(tx: Tx, resources: readonly KnownResource[]): Promise<void> {
  await sql`DELETE FROM resource_links WHERE resource_id = ANY(${resources.map(({ id }) => id)}::uuid[])`.execute(tx);
  const rows = resources.flatMap(({ id, upstream }) => upstream.map((externalId) => ({ id, upstream: externalId })));
  await sql`INSERT INTO resource_links (resource_id, upstream_id)
    SELECT row.id, upstream.id FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS row(id uuid, upstream text)
    JOIN resources upstream ON upstream.external_id = row.upstream`.execute(tx);
}

/** The next resources that have not ended, with their upstreams (external ids), in order of their external id. */
export async function nextResources(
  db: Db,
  after: string,
  limit: number,
): Promise<{ externalId: string; upstream: string[] }[]> {
  const { rows } = await sql<{ external_id: string; upstream: string[] | null }>`SELECT page.external_id,
      (SELECT array_agg(upstream.external_id) FROM resource_links link JOIN resources upstream ON upstream.id = link.upstream_id
        WHERE link.resource_id = page.id AND upstream.ended_at IS NULL) AS upstream
    FROM (SELECT id, external_id FROM resources WHERE external_id > ${after} AND ended_at IS NULL ORDER BY external_id LIMIT ${limit}) page
    ORDER BY page.external_id`.execute(db);
  return rows.map((row) => ({ externalId: row.external_id, upstream: row.upstream ?? [] }));
}

export async function endResources(tx: Tx, externalIds: readonly string[], at: Date): Promise<void> {
  await sql`UPDATE resources SET ended_at = ${at} WHERE external_id = ANY(${externalIds}::text[]) AND ended_at IS NULL`.execute(
    tx,
  );
}

/** The only resource of a municipality; null: there is none, or which of several is meant isn't known. */
export async function onlyResourceIn(db: Db, areaCode: string): Promise<string | null> {
  const { rows } = await sql<{
    id: string;
  }>`SELECT id FROM resources WHERE area_code = ${areaCode} AND ended_at IS NULL LIMIT 2`.execute(db);
  return rows.length === 1 ? (rows[0]?.id ?? null) : null;
}
