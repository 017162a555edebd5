import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../../tests/support/test-platform.ts';
import { readTimeline, recordEvents } from '../events.ts';
import { forget, once } from './once.ts';
import { nameOf, read, write } from './statements.ts';

describe.each(ENGINES)('statements on %s', (engine) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    await sql`CREATE TABLE things (id int PRIMARY KEY, word text NOT NULL)`.execute(platform.database.db);
  });
  afterAll(() => platform.close());

  const things = async (): Promise<number[]> =>
    (await sql<{ id: number }>`SELECT id FROM things ORDER BY id`.execute(platform.database.db)).rows.map(
      ({ id }) => id,
    );

  test('given more writes than may be on their way, then all are there after the commit, and were visible to what came after them', async () => {
    const seen = await platform.database.transaction(async (tx) => {
      for (let id = 0; id < 200; id++) await write(tx, sql`INSERT INTO things VALUES (${id}, 'one')`);
      return await read(tx, sql<{ count: number }>`SELECT count(*) AS count FROM things WHERE word = ${'one'}`);
    });
    expect(seen).toEqual([{ count: 200 }]);
    expect(await things()).toHaveLength(200);
  });

  test('given a write that fails, then the commit fails for its reason and nothing stays', async () => {
    const before = await things();
    const done = platform.database.transaction(async (tx) => {
      await write(tx, sql`INSERT INTO things VALUES (${1000}, 'new')`);
      await write(tx, sql`INSERT INTO things VALUES (${7}, 'there already')`);
      await write(tx, sql`INSERT INTO things VALUES (${1001}, 'new')`);
      return 'done';
    });
    await expect(done).rejects.toMatchObject({ code: '23505' });
    expect(await things()).toEqual(before);
  });

  test.each(['read', 'plain'] as const)(
    'given a write that fails, then the next %s statement tells its reason, not only that the transaction is over',
    async (how) => {
      const done = platform.database.transaction(async (tx) => {
        await write(tx, sql`INSERT INTO things VALUES (${7}, 'there already')`);
        if (how === 'read') await read(tx, sql`SELECT id FROM things WHERE id = ${1}`);
        else await sql`SELECT id FROM things WHERE id = ${1}`.execute(tx);
      });
      await expect(done).rejects.toMatchObject({ code: '23505' });
    },
  );

  test('given a value that cannot be sent, then the transaction fails and nothing of it stays', async () => {
    const round: Record<string, unknown> = {};
    round.itself = round;
    const before = await things();
    const done = platform.database.transaction(async (tx) => {
      await write(tx, sql`INSERT INTO things VALUES (${2000}, 'new')`);
      await write(tx, sql`INSERT INTO things VALUES (${2001}, ${round})`);
    });
    await expect(done).rejects.toThrow();
    expect(await things()).toEqual(before);
  });

  test('given a transaction that failed, then the next one on the connection knows nothing of it', async () => {
    await expect(
      platform.database.transaction((tx) => write(tx, sql`INSERT INTO things VALUES (${7}, 'there already')`)),
    ).rejects.toMatchObject({ code: '23505' });
    await expect(sql`SELECT no_such_column FROM things`.execute(platform.database.db)).rejects.toMatchObject({
      code: '42703',
    });
    await platform.database.transaction((tx) => write(tx, sql`INSERT INTO things VALUES (${3000}, 'after')`));
    expect(await things()).toContain(3000);
  });

  test('given several reads at once, then each gets its own rows', async () => {
    const found = await platform.database.transaction((tx) =>
      Promise.all([1, 2, 3].map((id) => read(tx, sql<{ id: number }>`SELECT id FROM things WHERE id = ${id}`))),
    );
    expect(found).toEqual([[{ id: 1 }], [{ id: 2 }], [{ id: 3 }]]);
  });

  test('given what is read once, then a transaction has one answer until it is forgotten, and outside of one it is read anew', async () => {
    const count = () =>
      read(
        platform.database.db,
        sql<{ count: number }>`SELECT count(*) AS count FROM things WHERE word = ${'counted'}`,
      );
    await platform.database.transaction(async (tx) => {
      const again = () => once(tx, 'counted', () => read(tx, sql`SELECT id FROM things WHERE word = ${'counted'}`));
      expect(await again()).toEqual([]);
      await write(tx, sql`INSERT INTO things VALUES (${4000}, 'counted')`);
      expect(await again()).toEqual([]);
      forget(tx, 'counted');
      expect(await again()).toEqual([{ id: 4000 }]);
    });
    expect(await count()).toEqual([{ count: 1 }]);
  });

  test('given events of several verbs in one transaction, then they stand in their order, within it and after it; of one that fails none stands', async () => {
    const record = (tx: Parameters<typeof recordEvents>[0], kind: string) =>
      recordEvents(tx, platform.clock, { kind: 'rule', name: 'test' }, [
        { kind, subjectKind: 'thing', subjectId: '1' },
      ]);
    await platform.database.transaction(async (tx) => {
      await record(tx, 'thing.made');
      await record(tx, 'thing.changed');
      expect((await readTimeline(tx, 'thing', '1')).map(({ kind }) => kind)).toEqual(['thing.made', 'thing.changed']);
      await record(tx, 'thing.ended');
    });
    await expect(
      platform.database.transaction(async (tx) => {
        await record(tx, 'thing.lost');
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect((await readTimeline(platform.database.db, 'thing', '1')).map(({ kind }) => kind)).toEqual([
      'thing.made',
      'thing.changed',
      'thing.ended',
    ]);
  });
});

test('a statement has its name when it comes again, always the same, and one that is very long has none', () => {
  expect(nameOf('SELECT $1::int AS only_here')).toBeNull();
  const name = nameOf('SELECT $1::int AS only_here');
  expect(name).toMatch(/^s\d+$/);
  expect(nameOf('SELECT $1::int AS only_here')).toBe(name);
  const long = `SELECT $1::text, '${'x'.repeat(30_000)}'`;
  expect([nameOf(long), nameOf(long)]).toEqual([null, null]);
});
