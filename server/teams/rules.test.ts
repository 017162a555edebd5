import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, fitsTeam, leastLoaded } from './rules.ts';

const candidate = fc.record({
  staffId: fc.uuid(),
  absent: fc.boolean(),
  capacity: fc.integer({ min: 1, max: 30 }),
  openCases: fc.integer({ min: 0, max: 40 }),
});

describe('who is given a case', () => {
  test('given any people, then never somebody away or full, and nobody else had more room', () => {
    fc.assert(
      fc.property(fc.uniqueArray(candidate, { selector: ({ staffId }) => staffId, maxLength: 12 }), (people) => {
        const chosen = leastLoaded(people);
        const able = people.filter(({ absent, openCases, capacity }) => !absent && openCases < capacity);
        if (chosen === null) expect(able).toEqual([]);
        const found = able.find(({ staffId }) => staffId === chosen);
        if (found)
          for (const other of able)
            expect(found.openCases / found.capacity).toBeLessThanOrEqual(other.openCases / other.capacity);
        else expect(able).toEqual([]);
      }),
    );
  });

  test('given cases one after the other, then they are spread as the capacities are', () => {
    const people: Candidate[] = [
      { staffId: 'a', absent: false, capacity: 10, openCases: 0 },
      { staffId: 'b', absent: false, capacity: 20, openCases: 0 },
      { staffId: 'c', absent: true, capacity: 50, openCases: 0 },
    ];
    for (let index = 0; index < 30; index++) {
      const chosen = people.find(({ staffId }) => staffId === leastLoaded(people));
      if (chosen) chosen.openCases++;
    }
    expect(people.map(({ openCases }) => openCases)).toEqual([10, 20, 0]);
    expect(leastLoaded(people)).toBeNull();
  });

  test('partners work in teams of partners only, and nobody else does', () => {
    expect([fitsTeam('partner', true), fitsTeam('care', false)]).toEqual([true, true]);
    expect([fitsTeam('partner', false), fitsTeam('technical', true)]).toEqual([false, false]);
  });
});
