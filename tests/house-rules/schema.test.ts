import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeSchema } from '../../database/describe-schema.ts';
import { runScript } from '../../server/platform/database/database.ts';
import { makePartitions } from '../../server/platform/maintenance.ts';
import { rootFolder } from '../../server/platform/root-folder.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../support/test-platform.ts';

const written = readFileSync(join(rootFolder, 'database', 'schema.sql'), 'utf8');

describe.each(ENGINES)('database/schema.sql and the migrated database of %s', (engine) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openTestPlatform(engine);
  });
  afterAll(async () => {
    await platform?.close();
  });

  test('are the same; after a new migration run: npm run schema', async () => {
    expect(await describeSchema(platform.database)).toBe(written);
  });

  test('stay the same when months are made', async () => {
    expect((await makePartitions(platform)).length).toBeGreaterThan(0);
    expect(await describeSchema(platform.database)).toBe(written);
  });

  test('differ as soon as one column, index or check differs', async () => {
    for (const change of [
      'ALTER TABLE parties ADD COLUMN nickname text',
      'CREATE INDEX parties_by_name ON parties (name)',
      "ALTER TABLE parties ADD CONSTRAINT named CHECK (name <> '')",
      'ALTER TABLE parties ALTER COLUMN tax_code SET NOT NULL',
    ]) {
      await platform.database
        .transaction(async (tx) => {
          await runScript(tx, change);
          expect(await describeSchema({ ...platform.database, db: tx }), change).not.toBe(written);
          throw new Error('taken back');
        })
        .catch((error: Error) => expect(error.message).toBe('taken back'));
    }
  });

  test('the text is a script: it makes the same schema again', async () => {
    await runScript(platform.database.db, 'CREATE SCHEMA again');
    try {
      await platform.database
        .transaction(async (tx) => {
          await runScript(tx, `SET LOCAL search_path TO again; ${written}`);
          const { rows } = await sql<{ schema: string }>`SELECT current_schema() AS schema`.execute(tx);
          expect(rows).toEqual([{ schema: 'again' }]);
          const again = await describeSchema({ ...platform.database, schema: 'again', db: tx });
          expect(again.split('\n').sort()).toEqual(written.split('\n').sort());
          throw new Error('taken back');
        })
        .catch((error: Error) => expect(error.message).toBe('taken back'));
    } finally {
      await runScript(platform.database.db, 'DROP SCHEMA again CASCADE');
    }
  });
});
