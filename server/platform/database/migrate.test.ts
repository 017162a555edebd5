import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform } from '../../../tests/support/test-platform.ts';
import { migrate, readMigrations } from './migrate.ts';

describe.each(ENGINES)('migrations on %s', (engine) => {
  test('a second run applies nothing', async () => {
    const platform = await openTestPlatform(engine);
    expect(await migrate(platform.database)).toEqual([]);
    await platform.close();
  });

  test('one that fails half-way leaves no trace, and the ones before it stay', async () => {
    const platform = await openTestPlatform(engine, { migrated: false });
    const [first] = readMigrations();
    if (!first) throw new Error('no migrations');
    const broken = {
      number: 2,
      name: 'broken',
      checksum: 'x',
      script: 'CREATE TABLE half (id int); INSERT INTO half VALUES (1); SELECT 1/0;',
    };
    await expect(migrate(platform.database, [first, broken])).rejects.toMatchObject({
      code: 'migration-failed',
      kind: 'environment',
      message: expect.stringContaining('Migration 2 (broken) failed: division by zero. Nothing of it was kept'),
    });
    const { rows } = await sql<{ number: number }>`SELECT number FROM schema_migrations`.execute(platform.database.db);
    expect(rows).toEqual([{ number: 1 }]);
    const half = await sql<{ half: string | null }>`SELECT to_regclass('half')::text AS half`.execute(
      platform.database.db,
    );
    expect(half.rows[0]?.half).toBeNull();
    await platform.close();
  });

  test('a database of a newer version is refused in words', async () => {
    const platform = await openTestPlatform(engine);
    await sql`INSERT INTO schema_migrations VALUES (9999, 'from-the-future', 'x', ${new Date()})`.execute(
      platform.database.db,
    );
    await expect(migrate(platform.database)).rejects.toMatchObject({ code: 'schema-newer', kind: 'environment' });
    await platform.close();
  });

  test('a published migration that was edited is refused', async () => {
    const platform = await openTestPlatform(engine);
    const edited = readMigrations().map((migration) =>
      migration.number === 1 ? { ...migration, checksum: 'other' } : migration,
    );
    await expect(migrate(platform.database, edited)).rejects.toMatchObject({ code: 'migration-changed' });
    await platform.close();
  });
});
