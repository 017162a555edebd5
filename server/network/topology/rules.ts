/** For each resource, those directly above it; any one of them is enough. A resource that is missing here stands by itself. */
export type Upstreams = ReadonlyMap<string, readonly string[]>;

export interface Impact {
  down: string[];
  degraded: string[];
}

/**
 * What the failure of some resources does to those below. The failed are down; below, a resource is down when all of its upstreams are
 * down, and degraded when some upstream is down or degraded. One without upstreams is up. `upstreams` must hold every resource below the
 * failed ones with all of its upstreams; an upstream that it doesn't hold is up unless it failed.
 */
export function decideImpact(failed: readonly string[], upstreams: Upstreams): Impact {
  const isFailed = new Set(failed);
  const downstreams = new Map<string, string[]>();
  const undecided = new Map<string, number>();
  for (const [id, above] of upstreams) {
    if (isFailed.has(id)) continue;
    const waitsFor = above.filter((upstream) => upstreams.has(upstream) && !isFailed.has(upstream));
    undecided.set(id, waitsFor.length);
    for (const upstream of waitsFor) {
      const below = downstreams.get(upstream);
      if (below) below.push(id);
      else downstreams.set(upstream, [id]);
    }
  }
  const effects = new Map<string, 'down' | 'degraded'>([...isFailed].map((id) => [id, 'down']));
  // Each is decided after all that it waits for; what waits for itself (the import refuses cycles) stays up.
  const ready = [...undecided].filter(([, count]) => count === 0).map(([id]) => id);
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    const above = upstreams.get(id) ?? [];
    if (above.length > 0 && above.every((upstream) => effects.get(upstream) === 'down')) effects.set(id, 'down');
    else if (above.some((upstream) => effects.has(upstream))) effects.set(id, 'degraded');
    for (const below of downstreams.get(id) ?? []) {
      const left = (undecided.get(below) ?? 0) - 1;
      undecided.set(below, left);
      if (left === 0) ready.push(below);
    }
  }
  const withEffect = (wanted: 'down' | 'degraded'): string[] =>
    [...effects].filter(([, effect]) => effect === wanted).map(([id]) => id);
  return { down: withEffect('down'), degraded: withEffect('degraded') };
}

/** Of some resources, those that have no other one of them above. `upstreams` must hold them and everything above them. */
export function decideTopmost(ids: readonly string[], upstreams: Upstreams): string[] {
  const wanted = new Set(ids);
  return [...wanted].filter(
    (id) => ![...decideAncestors(id, upstreams)].some((above) => above !== id && wanted.has(above)),
  );
}

/** Everything above a resource, without itself. */
export function decideAncestors(id: string, upstreams: Upstreams): Set<string> {
  const found = new Set<string>();
  const open = [...(upstreams.get(id) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...(upstreams.get(next) ?? []));
  }
  found.delete(id);
  return found;
}

export interface AreaCount {
  /** ISTAT code: six digits a municipality, three a province, two a region. */
  code: string;
  services: number;
}

/** Fewer lines than this could point at a household. */
export const LEAST_LINES = 5;

/** A count as the public sees it: to 5 below 100, to 10 below 1000, to 100 from there; null below 5. */
export function roundedCount(count: number): number | null {
  if (count < LEAST_LINES) return null;
  const step = count < 100 ? 5 : count < 1000 ? 10 : 100;
  return Math.round(count / step) * step;
}

/**
 * Areas as the public may see them: those with fewer than 5 lines merge into their province, then their region. A region that still has
 * fewer is named without a count. `parentOf` gives the area above, null for a region. Largest first.
 */
export function decidePublicAreas(
  areas: readonly AreaCount[],
  parentOf: (code: string) => string | null,
): { code: string; lines: number | null }[] {
  const shown: AreaCount[] = [];
  let level = summed(areas);
  while (level.length > 0) {
    const risen: AreaCount[] = [];
    for (const area of level) {
      const parent = area.services < LEAST_LINES ? parentOf(area.code) : null;
      if (parent === null) shown.push(area);
      else risen.push({ code: parent, services: area.services });
    }
    level = summed(risen);
  }
  return summed(shown)
    .sort((a, b) => b.services - a.services || (a.code < b.code ? -1 : 1))
    .map(({ code, services }) => ({ code, lines: roundedCount(services) }));
}

function summed(areas: readonly AreaCount[]): AreaCount[] {
  const sums = new Map<string, number>();
  for (const { code, services } of areas) if (services > 0) sums.set(code, (sums.get(code) ?? 0) + services);
  return [...sums].map(([code, services]) => ({ code, services }));
}

export interface KnownResource {
  id: string;
  externalId: string;
  kind: string;
  name: string;
  lat: number | null;
  lon: number | null;
  batteryMinutes: number | null;
  ended: boolean;
  /** External ids, in order of the alphabet. */
  upstream: string[];
}

/** A resource as a file names it. What the file has no column for is undefined, and stays as it is. */
export interface ImportedResource {
  externalId: string;
  kind: string;
  name: string;
  upstream?: string[] | undefined;
  lat?: number | null | undefined;
  lon?: number | null | undefined;
  batteryMinutes?: number | null | undefined;
}

export interface ResourceDecision {
  fate: 'added' | 'changed' | 'unchanged';
  wanted: KnownResource;
}

/** What an imported row makes of what is known (null: nothing yet). `newId` is used where the resource is new. */
export function decideResource(row: ImportedResource, known: KnownResource | null, newId: string): ResourceDecision {
  const wanted: KnownResource = {
    id: known?.id ?? newId,
    externalId: row.externalId,
    kind: row.kind,
    name: row.name,
    lat: row.lat === undefined ? (known?.lat ?? null) : row.lat,
    lon: row.lon === undefined ? (known?.lon ?? null) : row.lon,
    batteryMinutes: row.batteryMinutes === undefined ? (known?.batteryMinutes ?? null) : row.batteryMinutes,
    ended: false,
    upstream: row.upstream === undefined ? (known?.upstream ?? []) : [...new Set(row.upstream)].sort(),
  };
  if (!known) return { fate: 'added', wanted };
  const same =
    known.kind === wanted.kind &&
    known.name === wanted.name &&
    known.lat === wanted.lat &&
    known.lon === wanted.lon &&
    known.batteryMinutes === wanted.batteryMinutes &&
    !known.ended &&
    known.upstream.length === wanted.upstream.length &&
    known.upstream.every((id, index) => id === wanted.upstream[index]);
  return { fate: same ? 'unchanged' : 'changed', wanted };
}
