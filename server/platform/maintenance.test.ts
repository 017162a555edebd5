import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { recordEvents } from './events.ts';
import { makePartitions, removeOldLimits, startMaintenance } from './maintenance.ts';
import { takeFromLimit } from './rate-limit.ts';

const RULE = { kind: 'rule', name: 'test' } as const;

describe.each(ENGINES)('maintenance on %s', (engine) => {
  let platform: TestPlatform;

  const happen = (count: number): Promise<void> =>
    platform.database.transaction((tx) =>
      recordEvents(
        tx,
        platform.clock,
        RULE,
        Array.from({ length: count }, (_, index) => ({
          kind: 'test.happened',
          subjectKind: 'test',
          subjectId: String(index),
        })),
      ),
    );
  const where = async (): Promise<Record<string, number>> => {
    const { rows } = await sql<{
      part: string;
      count: number;
    }>`SELECT tableoid::regclass::text AS part, count(*)::int AS count
      FROM events GROUP BY 1`.execute(platform.database.db);
    return Object.fromEntries(rows.map(({ part, count }) => [part, count]));
  };

  const stored = async (): Promise<unknown[]> => {
    const { rows } =
      await sql`SELECT number, transaction::text AS transaction, at, recorded_at, kind, subject_id, actor, data
      FROM events ORDER BY number`.execute(platform.database.db);
    return rows;
  };

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
  });
  afterAll(async () => {
    await platform?.close();
  });

  test('months are made ahead, once, and what had fallen into the rest moves with its identity', async () => {
    await happen(3);
    const before = await stored();
    expect(before).toHaveLength(3);
    expect(await where()).toEqual({ events_rest: 3 });
    const made = await Promise.all([makePartitions(platform), makePartitions(platform)]);
    expect(
      made
        .flat()
        .filter((name) => /^(events|notices)_/.test(name))
        .sort(),
    ).toEqual([
      'events_2026_03',
      'events_2026_04',
      'events_2026_05',
      'notices_2026_03',
      'notices_2026_04',
      'notices_2026_05',
    ]);
    expect(await where()).toEqual({ events_2026_03: 3 });
    expect(await stored()).toEqual(before);
    expect(await makePartitions(platform)).toEqual([]);
    await happen(1);
    expect(await where()).toEqual({ events_2026_03: 4 });
  });

  test('who writes while partitions are made neither fails nor loses a row', async () => {
    platform.clock.set(new Date('2026-09-10T00:00:00Z'));
    await happen(1);
    const busy = Array.from({ length: 8 }, async () => {
      for (let index = 0; index < 15; index++) await happen(2);
    });
    await Promise.all([...busy, makePartitions(platform), makePartitions(platform)]);
    expect((await where()).events_2026_09).toBe(8 * 15 * 2 + 1);
    expect((await where()).events_rest).toBeUndefined();
    platform.clock.set(new Date('2026-03-10T13:05:00Z'));
  });

  test('at the last instant of a month and the first of the next each row finds its own', async () => {
    platform.clock.set(new Date('2026-03-31T23:59:59.999Z'));
    await happen(1);
    platform.clock.set(new Date('2026-04-01T00:00:00.000Z'));
    await happen(1);
    expect(await where()).toMatchObject({ events_2026_03: 5, events_2026_04: 1 });
  });

  test('when the business clock runs far ahead of the system clock both have their months', async () => {
    const ahead = { ...platform.clock, business: () => new Date('2027-12-15T00:00:00Z') };
    const made = await makePartitions({ ...platform, clock: ahead });
    expect(made).toEqual(
      expect.arrayContaining(['events_2026_06', 'events_2027_12', 'events_2028_01', 'events_2028_02']),
    );
  });

  test('a month with very many rows in the rest stays there, whole', async () => {
    platform.clock.set(new Date('2030-06-15T00:00:00Z'));
    await sql`INSERT INTO events (at, recorded_at, kind, subject_kind, subject_id, actor)
      SELECT ${platform.clock.business()}::timestamptz, ${platform.clock.system()}::timestamptz, 'test.happened', 'test', 'x', '{}'
      FROM generate_series(1, 20001)`.execute(platform.database.db);
    expect(await makePartitions(platform)).not.toContain('events_2030_06');
    expect((await where()).events_rest).toBe(20_001);
    await happen(1);
  });

  test('limits: of many at once exactly the allowed get through, and old windows go', async () => {
    const limit = { uses: 5, seconds: 60 };
    const taken = await Promise.all(
      Array.from({ length: 20 }, () => takeFromLimit(platform.database.db, platform.clock, 'somebody', limit)),
    );
    expect(taken.filter(({ allowed }) => allowed)).toHaveLength(5);
    expect(taken.find(({ allowed }) => !allowed)?.retryAfter).toBe(60);
    expect((await takeFromLimit(platform.database.db, platform.clock, 'another', limit)).allowed).toBe(true);
    expect(await removeOldLimits(platform)).toBe(0);
    platform.clock.advance(60_000);
    expect((await takeFromLimit(platform.database.db, platform.clock, 'somebody', limit)).allowed).toBe(true);
    platform.clock.advance(9 * 86_400_000);
    expect(await removeOldLimits(platform)).toBe(3);
  });

  test('while it runs the embedded engine is vacuumed and checkpointed, and chores are done', async () => {
    const chore = vi.fn(async () => {});
    const checkpoint = async (): Promise<unknown> =>
      (await sql`SELECT checkpoint_lsn::text AS at FROM pg_control_checkpoint()`.execute(platform.database.db)).rows;
    const former = await checkpoint();
    const asked: string[] = [];
    const stop = startMaintenance(
      { ...platform, log: { ...platform.log, warn: (facts: object) => asked.push(JSON.stringify(facts)) } as never },
      { chores: [chore], every: { vacuum: 5, checkpoint: 5, round: 60_000 } },
    );
    await vi.waitFor(async () => {
      expect(chore).toHaveBeenCalledTimes(1);
      if (engine === 'postgresql') return;
      const { rows } = await sql<{ count: number }>`SELECT count(*)::int AS count FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND reltuples >= 0`.execute(
        platform.database.db,
      );
      expect(rows[0]?.count).toBeGreaterThan(5); // never analysed tables have -1
      expect(await checkpoint()).not.toEqual(former);
    }, 30_000);
    await stop();
    expect(asked).toEqual([]);
  });
});
