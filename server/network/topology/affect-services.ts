import type { Db, Tx } from '../../platform/database/database.ts';
import { areaName, areaParent } from './areas.ts';
import { decidePublicAreas } from './rules.ts';
import {
  affectLinesOn,
  affectNextLines,
  areaCodes,
  countLines,
  countNextByResource,
  countNextParties,
  isAnyAffected,
  leaveNextLines,
} from './store.ts';

/** So many lines, or resources, in one statement: on the embedded engine some 20 ms. */
const LINES = 1000;
const RESOURCES = 1000;
const FIRST = '00000000-0000-0000-0000-000000000000';

export interface AffectedCounts {
  servicesDown: number;
  servicesDegraded: number;
  partiesDown: number;
}

/**
 * Writes who is concerned by a subject: the active and suspended lines on the resources that are down or degraded. Those that no longer are
 * get `left_at`; those that are back lose it. Again with the same changes nothing. In chunks, so that no statement is long.
 */
export async function affectServices(
  tx: Tx,
  subjectId: string,
  { down, degraded }: { down: readonly string[]; degraded: readonly string[] },
  at: Date,
): Promise<AffectedCounts> {
  const before = await isAnyAffected(tx, subjectId);
  const servicesDown = await affectOn(tx, subjectId, down, 'down', at);
  const servicesDegraded = await affectOn(tx, subjectId, degraded, 'degraded', at);
  if (before) {
    const standing = [...down, ...degraded];
    let after: string | null = FIRST;
    while (after !== null) after = await leaveNextLines(tx, subjectId, standing, after, LINES, at);
  }
  let partiesDown = 0;
  for (let after: string | null = FIRST; after !== null; ) {
    const page = await countNextParties(tx, subjectId, after, 5 * LINES);
    partiesDown += page.parties;
    after = page.last;
  }
  return { servicesDown, servicesDegraded, partiesDown };
}

async function affectOn(
  tx: Tx,
  subjectId: string,
  resourceIds: readonly string[],
  effect: 'down' | 'degraded',
  at: Date,
): Promise<number> {
  let total = 0;
  for (let start = 0; start < resourceIds.length; start += RESOURCES) {
    const counts = await countLines(tx, resourceIds.slice(start, start + RESOURCES));
    let together: string[] = [];
    let lines = 0;
    for (const [resourceId, count] of counts) {
      total += count;
      if (count > LINES) {
        let after: string | null = FIRST;
        while (after !== null) after = await affectNextLines(tx, subjectId, resourceId, after, LINES, effect, at);
        continue;
      }
      if (lines + count > LINES) {
        await affectLinesOn(tx, subjectId, together, effect, at);
        together = [];
        lines = 0;
      }
      together.push(resourceId);
      lines += count;
    }
    if (together.length > 0) await affectLinesOn(tx, subjectId, together, effect, at);
  }
  return total;
}

export interface AreaOfSubject {
  /** ISTAT code of the municipality. */
  code: string;
  name: string;
  services: number;
}

/** Where the concerned lines are, most first: exact counts by municipality, for staff. Lines on a resource without a position are in none. */
export async function areasOfSubject(db: Db, subjectId: string, effect: 'down' | 'degraded'): Promise<AreaOfSubject[]> {
  const byResource = new Map<string, number>();
  for (let after: string | null = FIRST; after !== null; ) {
    const page = await countNextByResource(db, subjectId, effect, after, 2 * LINES);
    for (const { resourceId, count } of page.counts)
      byResource.set(resourceId, (byResource.get(resourceId) ?? 0) + count);
    after = page.last;
  }
  const ids = [...byResource.keys()];
  const byArea = new Map<string, number>();
  for (let start = 0; start < ids.length; start += RESOURCES) {
    for (const [id, code] of await areaCodes(db, ids.slice(start, start + RESOURCES)))
      byArea.set(code, (byArea.get(code) ?? 0) + (byResource.get(id) ?? 0));
  }
  return [...byArea]
    .map(([code, services]) => ({ code, name: areaName(code) ?? code, services }))
    .sort((a, b) => b.services - a.services || (a.name < b.name ? -1 : 1));
}

/** Where the concerned lines are, as the public may see it: small areas merged upwards, counts rounded (see `decidePublicAreas`). */
export async function publicAreas(
  db: Db,
  subjectId: string,
  effect: 'down' | 'degraded',
): Promise<{ name: string; lines: number | null }[]> {
  const areas = await areasOfSubject(db, subjectId, effect);
  return decidePublicAreas(areas, areaParent).map(({ code, lines }) => ({ name: areaName(code) ?? code, lines }));
}
