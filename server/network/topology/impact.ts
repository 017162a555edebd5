import type { Db } from '../../platform/database/database.ts';
import { decideAncestors, decideImpact, decideTopmost, type Impact } from './rules.ts';
import { loadAbove, loadBelow } from './store.ts';

/**
 * What the failure of some resources does to those below them: down when every path is down, degraded when some is. Ids are uuids; the
 * failed ones are among the down. Lines are not looked at: see `affectServices`.
 */
export async function impactOf(db: Db, failedResourceIds: readonly string[]): Promise<Impact> {
  if (failedResourceIds.length === 0) return { down: [], degraded: [] };
  return decideImpact(failedResourceIds, await loadBelow(db, failedResourceIds));
}

/** Of some resources, those that have no other one of them above: where the cause is looked for first. */
export async function topmost(db: Db, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  return decideTopmost(ids, await loadAbove(db, ids));
}

/** Everything above a resource, itself not among them, in no order. */
export async function ancestorsOf(db: Db, id: string): Promise<string[]> {
  return [...decideAncestors(id, await loadAbove(db, [id]))];
}

/** Everything above each of some resources, itself not among them; with one query for all. An id that is no resource has nothing above it. */
export async function ancestorsOfAll(db: Db, ids: readonly string[]): Promise<Map<string, Set<string>>> {
  if (ids.length === 0) return new Map();
  const upstreams = await loadAbove(db, ids);
  return new Map(ids.map((id) => [id, decideAncestors(id, upstreams)]));
}

/** Whether `upstreamId` is somewhere above `id`. A resource is not below itself. */
export async function isBelow(db: Db, id: string, upstreamId: string): Promise<boolean> {
  return decideAncestors(id, await loadAbove(db, [id])).has(upstreamId);
}
