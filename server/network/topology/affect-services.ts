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
  partiesOfLinesOn,
  partiesOfNextLines,
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
  for await (const portion of portionsOf(tx, resourceIds)) {
    total += portion.lines;
    if (portion.lines <= LINES) {
      await affectLinesOn(tx, subjectId, portion.resourceIds, effect, at);
      continue;
    }
    for (const resourceId of portion.resourceIds) {
      let after: string | null = FIRST;
      while (after !== null) after = await affectNextLines(tx, subjectId, resourceId, after, LINES, effect, at);
    }
  }
  return total;
}

interface Portion {
  /** Several with few lines, or one with more than fit into a statement. */
  resourceIds: string[];
  lines: number;
}

/** The resources that have lines in use, put together so that one statement bears their lines. */
async function* portionsOf(db: Db, resourceIds: readonly string[]): AsyncGenerator<Portion> {
  for (let start = 0; start < resourceIds.length; start += RESOURCES) {
    let together: Portion = { resourceIds: [], lines: 0 };
    for (const [resourceId, count] of await countLines(db, resourceIds.slice(start, start + RESOURCES))) {
      if (count > LINES) {
        yield { resourceIds: [resourceId], lines: count };
        continue;
      }
      if (together.lines + count > LINES) {
        yield together;
        together = { resourceIds: [], lines: 0 };
      }
      together.resourceIds.push(resourceId);
      together.lines += count;
    }
    if (together.resourceIds.length > 0) yield together;
  }
}

/** How many would be concerned if these resources were down and degraded, as `affectServices` counts them: nothing is written. */
export async function countAffected(
  db: Db,
  { down, degraded }: { down: readonly string[]; degraded: readonly string[] },
): Promise<AffectedCounts> {
  const parties = new Set<string>();
  let servicesDown = 0;
  for await (const { resourceIds, lines } of portionsOf(db, down)) {
    servicesDown += lines;
    if (lines <= LINES) {
      for (const id of await partiesOfLinesOn(db, resourceIds)) parties.add(id);
      continue;
    }
    for (const resourceId of resourceIds) {
      for (let after: string | null = FIRST; after !== null; ) {
        const page = await partiesOfNextLines(db, resourceId, after, 5 * LINES);
        for (const id of page.parties) parties.add(id);
        after = page.last;
      }
    }
  }
  let servicesDegraded = 0;
  for await (const { lines } of portionsOf(db, degraded)) servicesDegraded += lines;
  return { servicesDown, servicesDegraded, partiesDown: parties.size };
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
