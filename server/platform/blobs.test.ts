import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { readBlob, storeBlob, wholeBlob } from './blobs.ts';

describe.each(ENGINES)('blobs, on %s', (engine) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openTestPlatform(engine);
  });
  afterAll(async () => await platform.close());

  const store = async (bytes: Buffer) =>
    await platform.database.transaction((tx) => storeBlob(tx, bytes, platform.clock.business()));

  test('given bytes of several chunks, when they are stored twice, then they are kept once and come back as they were', async () => {
    const bytes = randomBytes(256 * 1024 * 2 + 17);
    const first = await store(bytes);
    const second = await store(bytes);
    expect(second).toEqual(first);
    expect(first.size).toBe(bytes.length);
    const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM blob_chunks`.execute(
      platform.database.db,
    );
    expect(rows[0]?.count).toBe(3);
    expect((await wholeBlob(platform.database.db, first.id)).equals(bytes)).toBe(true);
    const sizes: number[] = [];
    for await (const chunk of readBlob(platform.database.db, first.id)) sizes.push(chunk.length);
    expect(sizes).toEqual([262_144, 262_144, 17]);
  });

  test('given nothing, when it is stored, then it is a blob too; and an unknown one is empty', async () => {
    const empty = await store(Buffer.alloc(0));
    expect(empty.size).toBe(0);
    expect(await wholeBlob(platform.database.db, empty.id)).toHaveLength(0);
    expect(await wholeBlob(platform.database.db, randomBytes(32))).toHaveLength(0);
  });
});
