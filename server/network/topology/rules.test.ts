import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areaCodeAt, areaName, areaParent } from './areas.ts';
import { decideImpact, decidePublicAreas, decideTopmost, roundedCount } from './rules.ts';

/** A random graph: each node's upstreams have smaller numbers, so that it has no circle. */
const graph = fc.integer({ min: 1, max: 14 }).chain((size) =>
  fc.record({
    upstreams: fc
      .tuple(
        ...Array.from({ length: size }, (_, index) =>
          fc.subarray(Array.from({ length: index }, (__, up) => String(up))),
        ),
      )
      .map((lists) => new Map(lists.map((list, index) => [String(index), list]))),
    chosen: fc.subarray(Array.from({ length: size }, (_, index) => String(index))),
  }),
);

/** The plain model: straight from the definition, by recursion. */
function effectOf(id: string, failed: readonly string[], upstreams: Map<string, string[]>): 'down' | 'degraded' | 'up' {
  if (failed.includes(id)) return 'down';
  const above = (upstreams.get(id) ?? []).map((upstream) => effectOf(upstream, failed, upstreams));
  if (above.length > 0 && above.every((effect) => effect === 'down')) return 'down';
  return above.some((effect) => effect !== 'up') ? 'degraded' : 'up';
}

const ancestors = (id: string, upstreams: Map<string, string[]>): string[] =>
  (upstreams.get(id) ?? []).flatMap((above) => [above, ...ancestors(above, upstreams)]);

describe('impact', () => {
  test('given any graph and failures, it is what the plain model says', () => {
    fc.assert(
      fc.property(graph, ({ upstreams, chosen }) => {
        const impact = decideImpact(chosen, upstreams);
        for (const wanted of ['down', 'degraded'] as const)
          expect(impact[wanted].toSorted()).toEqual(
            [...upstreams.keys()].filter((id) => effectOf(id, chosen, upstreams) === wanted).sort(),
          );
      }),
      { numRuns: 500 },
    );
  });

  test('given a mast with two ways up, one lost degrades it, both lost end it', () => {
    const upstreams = new Map([
      ['mast', ['left', 'right']],
      ['left', ['core']],
      ['right', ['core']],
    ]);
    expect(decideImpact(['left'], upstreams)).toEqual({ down: ['left'], degraded: ['mast'] });
    expect(decideImpact(['left', 'right'], upstreams).down.sort()).toEqual(['left', 'mast', 'right']);
  });
});

test('given any set of resources, topmost are those with no other of the set above', () => {
  fc.assert(
    fc.property(graph, ({ upstreams, chosen }) => {
      expect(decideTopmost(chosen, upstreams).sort()).toEqual(
        chosen.filter((id) => !ancestors(id, upstreams).some((above) => chosen.includes(above))).sort(),
      );
    }),
  );
});

describe('public areas', () => {
  const PARENTS: Record<string, string> = { a1: 'a', a2: 'a', b1: 'b', b2: 'b', a: 'r', b: 'r' };
  const parentOf = (code: string) => PARENTS[code] ?? null;

  test('given small areas, they merge upwards, and what stays below five has no count', () => {
    const areas = (counts: Record<string, number>) =>
      decidePublicAreas(
        Object.entries(counts).map(([code, services]) => ({ code, services })),
        parentOf,
      );
    expect(areas({ a1: 4, a2: 3, b1: 12 })).toEqual([
      { code: 'b1', lines: 10 },
      { code: 'a', lines: 5 },
    ]);
    expect(areas({ a1: 2, b1: 2 })).toEqual([{ code: 'r', lines: null }]);
    expect(areas({ a1: 3, b1: 3 })).toEqual([{ code: 'r', lines: 5 }]);
    expect(areas({})).toEqual([]);
  });

  test('given any counts, no area below the region stands for fewer than five lines, and nobody is left out', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ code: fc.constantFrom('a1', 'a2', 'b1', 'b2'), services: fc.integer({ min: 1, max: 9 }) }),
        ),
        (areas) => {
          const shown = decidePublicAreas(areas, parentOf);
          for (const { code, lines } of shown) if (code !== 'r') expect(lines).toBeGreaterThanOrEqual(5);
          expect(shown.length > 0).toBe(areas.length > 0);
        },
      ),
    );
  });

  test('counts are rounded to 5 below 100, to 10 below 1000, to 100 above', () => {
    expect([4, 5, 97, 99, 104, 996, 1049, 1051].map(roundedCount)).toEqual([null, 5, 95, 100, 100, 1000, 1000, 1100]);
  });
});

describe('areas', () => {
  test('given places, the municipality, its province and its region are named', () => {
    const code = areaCodeAt(45.9214, 8.5518);
    expect(areaName(code)).toBe('Verbania');
    const province = areaParent(code ?? '') ?? '';
    expect([areaName(province), areaName(areaParent(province)), areaParent(areaParent(province) ?? '')]).toEqual([
      'Verbano-Cusio-Ossola',
      'Piemonte',
      null,
    ]);
    expect(areaName(areaCodeAt(41.8933, 12.4829))).toBe('Roma');
    expect(areaCodeAt(43.2, 5.4)).toBeNull(); // Marseille
    expect(areaCodeAt(39.8, 12.0)).toBeNull(); // in the middle of the Tyrrhenian Sea
    expect(areaName('999999')).toBeNull();
  });
});
