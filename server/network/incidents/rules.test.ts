import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../settings/index.ts';
import { afterAlarms, confirmAt, gravest, kindOfNews, placeAlarms, placeOf } from './rules.ts';

/** A tree of n nodes: node i hangs below parent(i) < i. */
const tree = fc
  .integer({ min: 1, max: 25 })
  .chain((size) => fc.tuple(...Array.from({ length: size }, (_, node) => fc.integer({ min: -1, max: node - 1 }))));

function below(parents: readonly number[]): (a: string, b: string) => boolean {
  return (a, b) => {
    for (let node = parents[Number(a)] ?? -1; node >= 0; node = parents[node] ?? -1)
      if (node === Number(b)) return true;
    return false;
  };
}

describe('which incident an alarm belongs to', () => {
  const chain = below([-1, 0, 1, 2]);

  test('the topmost cause takes the alarms below it', () => {
    const placed = placeAlarms(
      [],
      [
        { id: 'sector', resourceId: '2' },
        { id: 'mast', resourceId: '1' },
        { id: 'cell', resourceId: '3' },
      ],
      chain,
    );
    expect([...placed.made.values()]).toEqual(['1']);
    expect(new Set(placed.attached.values()).size).toBe(1);
  });

  test('an alarm above two open incidents raises the older and joins the other', () => {
    const star = below([-1, 0, 0]);
    const placed = placeAlarms(
      [
        { id: 'older', resourceId: '1' },
        { id: 'younger', resourceId: '2' },
      ],
      [{ id: 'alarm', resourceId: '0' }],
      star,
    );
    expect(placed.raised).toEqual(new Map([['older', '0']]));
    expect(placed.joined).toEqual(new Map([['younger', 'older']]));
    expect(placed.attached.get('alarm')).toBe('older');
    expect(placed.made.size).toBe(0);
  });

  test('in any network and any order: every alarm has one incident at or above it, and no incident lies below another', () => {
    fc.assert(
      fc.property(tree, fc.array(fc.nat(24), { minLength: 1, maxLength: 20 }), (parents, picks) => {
        const isBelow = below(parents);
        const alarms = picks.map((pick, index) => ({ id: `a${index}`, resourceId: String(pick % parents.length) }));
        const placed = placeAlarms([], alarms, isBelow);
        const causes = [...placed.made.values()];
        for (const a of causes) for (const b of causes) expect(isBelow(a, b)).toBe(false);
        for (const alarm of alarms) {
          const cause = placed.made.get(placed.attached.get(alarm.id) ?? '');
          expect(cause === alarm.resourceId || isBelow(alarm.resourceId, cause ?? '')).toBe(true);
        }
      }),
    );
  });
});

describe('damping', () => {
  const settings = DEFAULT_SETTINGS.incidents;
  const now = new Date('2026-03-10T13:00:00Z');

  test('it is counted from the alarm’s own time, never in the past', () => {
    expect(confirmAt('critical', now, now, settings)).toEqual(new Date('2026-03-10T13:01:00Z'));
    expect(confirmAt('critical', new Date('2026-03-10T12:00:00Z'), now, settings)).toEqual(now);
  });

  test('cleared while suspected it never was; cleared while confirmed it is restoring; back again it is confirmed', () => {
    const facts = { standing: 0, lastClearedAt: now, severity: 'critical' as const, now, settings };
    expect(afterAlarms('suspected', facts)).toEqual({ to: 'dismissed' });
    expect(afterAlarms('confirmed', facts)).toEqual({ to: 'restoring', dueAt: new Date('2026-03-10T13:02:00Z') });
    expect(afterAlarms('restoring', facts)).toBeNull();
    expect(afterAlarms('restoring', { ...facts, standing: 1 })).toEqual({ to: 'confirmed' });
    expect(afterAlarms('restored', { ...facts, standing: 1 })).toBeNull();
  });
});

test('the gravest severity counts', () => {
  expect(gravest(['minor', 'critical', 'info'])).toBe('critical');
});

test('a place is named by where most lines are, or by the resource', () => {
  expect(
    placeOf(
      [
        { name: 'Ghiffa', services: 3 },
        { name: 'Verbania', services: 30 },
      ],
      'Mast',
    ),
  ).toBe('Verbania, Ghiffa');
  expect(placeOf([], 'Mast')).toBe('Mast');
});

test('another expected end is said as such only where one was said before', () => {
  const end = new Date('2026-03-10T15:00:00Z');
  expect(kindOfNews({ toldBefore: false, expectedEnd: null }, end)).toBe('outage');
  expect(kindOfNews({ toldBefore: true, expectedEnd: null }, end)).toBe('update');
  expect(kindOfNews({ toldBefore: true, expectedEnd: end }, new Date('2026-03-10T16:00:00Z'))).toBe(
    'expected-end-moved',
  );
});
