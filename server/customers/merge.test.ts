import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeNetwork } from '../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { createFlow, type Flow } from '../flow.ts';
import { receiveForm } from '../intake/index.ts';
import { keepSms } from '../intake/keep-sms.ts';
import { newId } from '../platform/ids.ts';
import { makeFirstTeams } from '../teams/index.ts';
import { claimContactPoint, partiesAt } from './contact-point-store.ts';
import { appointDelegate } from './delegations.ts';
import { verifyContactPoint } from './known-at.ts';
import { mergeParties, unmergeParties } from './merge.ts';
import { mergesOf } from './merge-store.ts';

const CARE = { kind: 'staff', id: 'care', roles: ['care'] } as const;

describe.each(ENGINES)('two parties that are one, on %s', (engine) => {
  let platform: TestPlatform;
  let flow: Flow;
  const party: Record<string, string> = {};
  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    await makeNetwork(platform, { mast: [] }, { mast: 10 });
    await platform.database.transaction((tx) => makeFirstTeams(tx, platform.clock));
    flow = createFlow(platform);
    // Somebody unknown writes by SMS and by the form; it turns out to be customer 1.
    await platform.database.transaction((tx) =>
      keepSms(tx, platform, newId(), {
        sender: '+393667654321',
        text: 'La linea non va',
        raw: Buffer.from('x'),
        part: null,
      }),
    );
    await flow.round();
    const { rows } = await sql<{ id: string; name: string }>`SELECT id, external_id AS name FROM parties`.execute(
      platform.database.db,
    );
    for (const { id, name } of rows) party[name ?? 'claimed'] = id;
    const { clock } = platform;
    await platform.database.transaction(async (tx) => {
      // Both have this address.
      for (const name of ['claimed', 'c1'])
        await claimContactPoint(tx, party[name] ?? '', { channel: 'email', address: 'both@example.com' });
      const scopes = ['technical'] as const;
      const dates = { startsAt: clock.business(), endsAt: null, evidence: 'test' };
      await appointDelegate(tx, clock, CARE, {
        partyId: party.claimed ?? '',
        delegateId: party.c2 ?? '',
        scopes,
        ...dates,
      });
      await appointDelegate(tx, clock, CARE, {
        partyId: party.c3 ?? '',
        delegateId: party.claimed ?? '',
        scopes,
        ...dates,
      });
      await receiveForm(tx, flow.intake, {
        key: 'one',
        name: null,
        address: 'else@example.com',
        subject: null,
        text: 'Fattura sbagliata',
        language: 'it',
        attachments: [],
      });
    });
  });
  afterAll(async () => await platform.close());

  const everything = async () => ({
    parties: (await sql`SELECT id, ended_at FROM parties ORDER BY id`.execute(platform.database.db)).rows,
    points: (
      await sql`SELECT id, party_id, verification, ended_at FROM contact_points ORDER BY id`.execute(
        platform.database.db,
      )
    ).rows,
    delegations: (
      await sql`SELECT id, party_id, delegate_id FROM delegations ORDER BY id`.execute(platform.database.db)
    ).rows,
    cases: (await sql`SELECT id, party_id, contact_point_id FROM cases ORDER BY id`.execute(platform.database.db)).rows,
    messages: (await sql`SELECT id, party_id, contact_point_id FROM messages ORDER BY id`.execute(platform.database.db))
      .rows,
    links: (await sql`SELECT token_hash, party_id FROM case_links ORDER BY token_hash`.execute(platform.database.db))
      .rows,
    promises: (await sql`SELECT id, promisee_id FROM promises ORDER BY id`.execute(platform.database.db)).rows,
  });
  const merge = async (from: string, into: string) =>
    await platform.database.transaction((tx) =>
      mergeParties(tx, platform.clock, flow.merging, CARE, { from: party[from] ?? '', into: party[into] ?? '' }),
    );
  const undo = async (id: string) =>
    await platform.database.transaction((tx) => unmergeParties(tx, platform.clock, flow.merging, CARE, id));

  test('given they are merged, then everything is the one party’s; undone, everything is as it was', async () => {
    const before = await everything();
    const merged = await merge('claimed', 'c1');
    const { rows } = await sql<{ owners: number }>`SELECT count(*) AS owners FROM (
      SELECT party_id FROM cases UNION ALL SELECT party_id FROM messages UNION ALL SELECT party_id FROM delegations UNION ALL SELECT delegate_id FROM delegations) AS things
      WHERE party_id = ${party.claimed ?? ''}::uuid`.execute(platform.database.db);
    expect(rows[0]?.owners).toBe(0);
    expect(await partiesAt(platform.database.db, 'sms', '+393667654321')).toMatchObject([
      { partyId: party.c1, verified: false },
    ]);
    expect(await partiesAt(platform.database.db, 'email', 'both@example.com')).toHaveLength(1);
    expect(await mergesOf(platform.database.db, party.c1 ?? '')).toMatchObject([{ id: merged.id, undoneAt: null }]);
    await undo(merged.id);
    expect(await everything()).toEqual(before);
    await expect(undo(merged.id)).rejects.toMatchObject({ code: 'undone-before' });
  });

  test('given what came after the merge, when it is undone, then that stays where it came', async () => {
    const merged = await merge('claimed', 'c1');
    platform.clock.advance(60_000);
    const late = await platform.database.transaction((tx) =>
      claimContactPoint(tx, party.c1 ?? '', { channel: 'sms', address: '+393660000009' }),
    );
    await undo(merged.id);
    expect(await partiesAt(platform.database.db, 'sms', '+393660000009')).toMatchObject([
      { partyId: party.c1, contactPointId: late },
    ]);
    await platform.database.transaction((tx) => verifyContactPoint(tx, platform.clock, CARE, late, 'document'));
    expect(await partiesAt(platform.database.db, 'sms', '+393660000009')).toMatchObject([{ verified: true }]);
  });

  test('given customers of the operator’s own records, the same party, or one that went already, then it is refused', async () => {
    await expect(merge('c1', 'c2')).rejects.toMatchObject({ code: 'imported-customer' });
    await expect(merge('claimed', 'claimed')).rejects.toMatchObject({ code: 'same-party' });
    const merged = await merge('claimed', 'c1');
    await expect(merge('claimed', 'c2')).rejects.toMatchObject({ code: 'merged-before' });
    await undo(merged.id);
    await expect(undo(newId())).rejects.toMatchObject({ code: 'not-found' });
  });
});
