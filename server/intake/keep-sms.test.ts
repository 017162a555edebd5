import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { newId } from '../platform/ids.ts';
import { joinLateParts, keepSms } from './keep-sms.ts';

describe.each(ENGINES)('short messages as they come, on %s', (engine) => {
  let platform: TestPlatform;
  const routeId = newId();
  beforeEach(async () => {
    platform ??= await openTestPlatform(engine);
    await sql`TRUNCATE inbound_messages, inbound_parts`.execute(platform.database.db);
  });
  afterAll(async () => await platform.close());

  const said = async (text: string, part: { reference: number; number: number; total: number } | null = null) =>
    await platform.database.transaction(
      async (tx) =>
        await keepSms(tx, platform, routeId, {
          sender: '+393331234567',
          text,
          raw: Buffer.from(`frame ${text} ${part?.number ?? ''}`),
          part,
        }),
    );
  const texts = async (): Promise<string[]> =>
    (
      await sql<{ text: string }>`SELECT text FROM inbound_messages ORDER BY received_at, id`.execute(
        platform.database.db,
      )
    ).rows.map(({ text }) => text);

  test('given the network delivers a message twice, then it counts once; but the same word later, or after another, is said anew', async () => {
    expect(await said('STOP')).not.toBeNull();
    expect(await said('STOP')).toBeNull();
    expect(await said('START')).not.toBeNull();
    expect(await said('STOP')).not.toBeNull();
    platform.clock.advance(15 * 60_000 + 1);
    expect(await said('STOP')).not.toBeNull();
    expect(await texts()).toEqual(['STOP', 'STOP', 'START', 'STOP', 'STOP']);
    const { rows } = await sql<{ decision: string | null }>`SELECT decision FROM inbound_messages ORDER BY id`.execute(
      platform.database.db,
    );
    expect(rows.map(({ decision }) => decision)).toEqual([null, 'repeat', null, null, null]);
  });

  test('given repeats that go on, then they are repeats for fifteen minutes after the first and no longer', async () => {
    expect(await said('ancora niente')).not.toBeNull();
    platform.clock.advance(10 * 60_000);
    expect(await said('ancora niente')).toBeNull();
    platform.clock.advance(10 * 60_000);
    expect(await said('ancora niente')).not.toBeNull();
  });

  test('given a message in parts, in any order and one of them twice, then it is one message when the last is there', async () => {
    expect(await said('mondo', { reference: 7, number: 2, total: 2 })).toBeNull();
    expect(await said('mondo', { reference: 7, number: 2, total: 2 })).toBeNull();
    expect(await said('Ciao ', { reference: 7, number: 1, total: 2 })).not.toBeNull();
    expect(await said('perduto', { reference: 8, number: 2, total: 2 })).toBeNull();
    expect(await joinLateParts(platform)).toBe(0);
    platform.clock.advance(10 * 60_000 + 1);
    expect(await joinLateParts(platform)).toBe(1);
    expect(await texts()).toEqual(['Ciao mondo', ' […] perduto']);
    const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM inbound_parts`.execute(
      platform.database.db,
    );
    expect(rows[0]?.count).toBe(0);
  });
});
