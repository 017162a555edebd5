import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { applyCustomers, recordConsent, startAddress, stopAddress } from '../customers/index.ts';
import type { Actor } from '../platform/actor.ts';
import { eraseParty } from './erase-party.ts';

const NUMBER = '+393331234567';
const DAY = 86_400_000;
const STAFF: Actor = { kind: 'staff', id: 'carla', roles: ['administrator'] };
const WISH = { channel: 'sms', address: NUMBER, source: 'message', text: 'STOP' } as const;

describe.each(ENGINES)('the STOP of somebody who was erased on %s', (engine) => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
  });
  afterAll(async () => {
    await platform.close();
  });
  beforeEach(async () => {
    await platform.database.pool.query('TRUNCATE parties, contact_points, consents, address_refusals, events CASCADE');
  });

  const rows = async (text: string, values: unknown[] = []) =>
    (await platform.database.pool.query(text, values)).rows as Record<string, unknown>[];
  /** The operator's records name somebody with this number and an old yes; their id and the consent that stands. */
  const importCustomer = async (externalId: string) => {
    const at = platform.clock.business();
    const facts = { defaultLanguage: 'it' as const, at, recordedAt: at, actor: STAFF, vault: platform.vault };
    const customer: Parameters<typeof applyCustomers>[1][number] = {
      externalId,
      name: `Cliente ${externalId}`,
      kind: 'consumer',
      taxCode: null,
      language: 'it',
      addresses: { sms: NUMBER, email: null, pec: null },
      notify: {
        channels: ['sms'],
        consent: { givenAt: new Date(at.getTime() - 400 * DAY).toISOString(), source: 'contract', text: 'Avvisi' },
      },
    };
    await platform.database.transaction((tx) => applyCustomers(tx, [customer], facts));
    const [found] = await rows(
      'SELECT parties.id, point.id AS point, point.consent FROM parties JOIN contact_points point ON point.party_id = parties.id WHERE external_id = $1',
      [externalId],
    );
    return { id: String(found?.id), point: String(found?.point), consent: found?.consent };
  };
  const consentOf = async (point: string) =>
    (await rows('SELECT consent FROM contact_points WHERE id = $1', [point]))[0]?.consent;

  test('given a customer who said STOP and was erased, when their number comes back under another customer, then nobody is enrolled, and the number was kept nowhere', async () => {
    const first = await importCustomer('c1');
    expect(first.consent).toBe('granted');
    await stopAddress(platform, WISH);
    await eraseParty(platform, STAFF, first.id, { confirm: 'c1' });
    expect(await rows('SELECT channel, address, text, lifted_at FROM address_refusals')).toEqual([
      { channel: 'sms', address: expect.stringMatching(/^erased:[\w-]{43}$/), text: '', lifted_at: null },
    ]);
    const everything = JSON.stringify([
      await rows('SELECT * FROM address_refusals'),
      await rows('SELECT * FROM contact_points'),
      await rows('SELECT * FROM consents'),
    ]);
    expect(everything).not.toContain(NUMBER.slice(1));

    // The same customer again brings nothing back; a new one with this number is not told anything.
    await importCustomer('c1');
    expect(JSON.stringify(await rows('SELECT address FROM address_refusals'))).toContain('erased:');
    const second = await importCustomer('c2');
    expect(second.consent).toBe('refused');
    // Nor by an older yes that somebody types in.
    await recordConsent(platform, STAFF, {
      contactPointId: second.point,
      decision: 'granted',
      givenAt: new Date(platform.clock.business().getTime() - 100 * DAY),
      source: 'paper',
      textShown: 'Avvisi',
    });
    expect(await consentOf(second.point)).toBe('refused');
    // START ends it, and only a yes after that counts.
    await startAddress(platform, { ...WISH, text: 'START' });
    expect(await rows('SELECT count(*) AS count FROM address_refusals WHERE lifted_at IS NULL')).toEqual([
      { count: 0 },
    ]);
  });

  test('given the refusal of a number that nobody had, then erasing its later owner keeps it as a fingerprint, and START finds it there', async () => {
    await stopAddress(platform, WISH);
    const owner = await importCustomer('c1');
    expect(owner.consent).toBe('refused');
    await eraseParty(platform, STAFF, owner.id, { confirm: 'c1' });
    const [kept] = await rows('SELECT address FROM address_refusals WHERE lifted_at IS NULL');
    expect(kept?.address).toMatch(/^erased:/);
    await startAddress(platform, { ...WISH, text: 'START' });
    expect(await rows('SELECT 1 FROM address_refusals WHERE lifted_at IS NULL')).toEqual([]);
    expect((await importCustomer('c3')).consent).toBe('granted');
  });

  test('given two customers at one number, when one is erased, then the STOP of the other stands as it was', async () => {
    await stopAddress(platform, WISH);
    const [first, second] = [await importCustomer('c1'), await importCustomer('c2')];
    await eraseParty(platform, STAFF, first.id, { confirm: 'c1' });
    expect(await rows('SELECT address FROM address_refusals WHERE address = $1', [NUMBER])).toHaveLength(1);
    expect(await consentOf(second.point)).toBe('refused');
    expect((await importCustomer('c4')).consent).toBe('refused');
  });

  test('given somebody who never said STOP, then nothing of their address stays', async () => {
    const customer = await importCustomer('c1');
    await eraseParty(platform, STAFF, customer.id, { confirm: 'c1' });
    expect(await rows('SELECT 1 FROM address_refusals')).toEqual([]);
    expect((await importCustomer('c2')).consent).toBe('granted');
  });
});
