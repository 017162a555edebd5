import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import type { Actor } from '../platform/actor.ts';
import { createHttp, type Http } from '../platform/http.ts';
import { newId } from '../platform/ids.ts';
import { customerRoutes, recordConsent, startAddress, stopAddress, unsubscribeToken } from './index.ts';

const STAFF: Actor = { kind: 'staff', id: 'anna', roles: ['care'] };
const PHONE = '+393331234567';
const MAIL = 'anna@example.it';

describe.each(ENGINES)('customers on %s', (engine) => {
  let platform: TestPlatform;
  let http: Http;
  let anna: string;
  let points: Record<string, string>;

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    http = createHttp({ log: platform.log, guard: async () => STAFF, trustedProxies: [] });
    customerRoutes(http, platform, {
      describeResources: async (_tx, ids) =>
        ids.map((id) => ({ id, externalId: 'mast-1', name: 'Traliccio', kind: 'mast', area: null })),
    });
  });
  afterAll(async () => {
    await http.close();
    await platform.close();
  });

  beforeEach(async () => {
    const { pool } = platform.database;
    await pool.query('TRUNCATE parties, contact_points, consents, services, events CASCADE');
    const [one, two] = [newId(), newId()];
    anna = one;
    await pool.query(
      "INSERT INTO parties (id, external_id, name, kind, language) VALUES ($1, 'c1', 'Anna 100% Verdi', 'consumer', 'it'), ($2, 'c2', 'Bruno', 'consumer', 'it')",
      [one, two],
    );
    points = {};
    for (const [name, party, channel, address] of [
      ['annaPhone', one, 'sms', PHONE],
      ['annaMail', one, 'email', MAIL],
      ['brunoPhone', two, 'sms', PHONE],
      ['brunoMail', two, 'email', 'bruno@example.it'],
    ] as const) {
      points[name] = newId();
      await pool.query(
        "INSERT INTO contact_points (id, party_id, channel, address, verification) VALUES ($1, $2, $3, $4, 'verified')",
        [points[name], party, channel, address],
      );
    }
    await pool.query(
      "INSERT INTO services (id, external_id, party_id, product, resource_id, state) VALUES ($1, 's1', $2, 'FWA', $1, 'active')",
      [newId(), one],
    );
  });

  const point = (name: string): string => points[name] ?? '';
  const say = async (name: string, decision: 'granted' | 'refused', givenAt = platform.clock.business()) =>
    await recordConsent(platform, STAFF, {
      contactPointId: point(name),
      decision,
      givenAt,
      source: 'by phone',
      textShown: 'May we write?',
    });
  const standing = async () => {
    const { rows } = await platform.database.pool.query('SELECT id, consent FROM contact_points');
    const byId = new Map(rows.map((row: { id: string; consent: string }) => [row.id, row.consent]));
    return Object.fromEntries(Object.entries(points).map(([name, id]) => [name, byId.get(id)]));
  };
  const wish = { channel: 'sms', address: PHONE, source: 'message', text: 'STOP' } as const;

  test('given decisions recorded in any order, the one given last stands', async () => {
    const earlier = new Date(platform.clock.business().getTime() - 86_400_000);
    expect(await say('annaPhone', 'refused')).toEqual({ consent: 'refused' });
    expect(await say('annaPhone', 'granted', earlier)).toEqual({ consent: 'refused' });
    platform.clock.advance(1000);
    expect(await say('annaPhone', 'granted')).toEqual({ consent: 'granted' });
    await expect(say('annaPhone', 'granted', new Date(platform.clock.business().getTime() + 1))).rejects.toMatchObject({
      code: 'consent-in-future',
    });
    await expect(
      recordConsent(platform, STAFF, {
        contactPointId: newId(),
        decision: 'refused',
        givenAt: earlier,
        source: 'x',
        textShown: 'x',
      }),
    ).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('given STOP from an address, exactly that address is refused at every party, and START restores only who had said yes', async () => {
    for (const name of ['annaPhone', 'annaMail', 'brunoMail']) await say(name, 'granted');
    platform.clock.advance(1000);
    expect(await stopAddress(platform, wish)).toMatchObject({
      contactPoints: 2,
      partyIds: expect.arrayContaining([anna]),
    });
    expect(await standing()).toEqual({
      annaPhone: 'refused',
      annaMail: 'granted',
      brunoPhone: 'refused',
      brunoMail: 'granted',
    });
    platform.clock.advance(1000);
    expect(await startAddress(platform, { ...wish, text: 'START' })).toEqual({ contactPoints: 1, partyIds: [anna] });
    expect(await standing()).toMatchObject({ annaPhone: 'granted', brunoPhone: 'refused' });
    const { rows } = await platform.database.pool.query("SELECT data FROM events WHERE kind = 'consent.recorded'");
    expect(JSON.stringify(rows)).not.toMatch(/333|example/);
  });

  test('given START from an address that never agreed, or was refused through staff, nothing is restored', async () => {
    expect((await startAddress(platform, wish)).contactPoints).toBe(0);
    await say('annaPhone', 'granted');
    platform.clock.advance(1000);
    await say('annaPhone', 'refused');
    platform.clock.advance(1000);
    expect((await startAddress(platform, wish)).contactPoints).toBe(0);
    expect((await stopAddress(platform, { ...wish, address: '+390000000' })).contactPoints).toBe(0);
  });

  test('given a STOP inside a transaction that fails, nothing of it stays', async () => {
    await say('annaPhone', 'granted');
    platform.clock.advance(1000);
    await expect(
      platform.database.transaction(async (tx) => {
        await stopAddress(platform, wish, tx);
        throw new Error('later');
      }),
    ).rejects.toThrow('later');
    expect(await standing()).toMatchObject({ annaPhone: 'granted' });
  });

  test('given the link of a mail, GET changes nothing and POST stops that address, also as RFC 8058 sends it', async () => {
    for (const name of ['annaPhone', 'annaMail']) await say(name, 'granted');
    platform.clock.advance(1000);
    const url = `/u/${unsubscribeToken(platform.vault, point('annaMail'))}`;
    const asked = await http.inject({ method: 'GET', url });
    expect([asked.statusCode, asked.headers['referrer-policy'], asked.headers['cache-control']]).toEqual([
      200,
      'no-referrer',
      'no-store',
    ]);
    expect(asked.body).toContain('<form method="post">');
    expect(asked.body).toContain('a…@example.it');
    expect(asked.body).not.toContain(MAIL);
    expect(await standing()).toMatchObject({ annaMail: 'granted' });
    const stopped = await http.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'List-Unsubscribe=One-Click',
    });
    expect(stopped.statusCode).toBe(200);
    expect(await standing()).toMatchObject({ annaMail: 'refused', annaPhone: 'granted' });
    expect((await http.inject({ method: 'POST', url })).statusCode).toBe(200);
  });

  test('given a token that is not ours, nothing happens and nothing is said', async () => {
    const token = unsubscribeToken(platform.vault, point('annaMail'));
    const last = token.at(-1) === 'A' ? 'B' : 'A';
    for (const wrong of [
      `${token.slice(0, -2)}${last}${last}`,
      'env:PATH',
      'v1.x',
      encodeURIComponent('v1./../..'),
      platform.vault.seal('smpp password of a route, long enough to look like a token'),
      unsubscribeToken(platform.vault, 'not-an-id'),
      unsubscribeToken(platform.vault, newId()),
    ])
      for (const method of ['GET', 'POST'] as const) {
        const answer = await http.inject({ method, url: `/u/${wrong}` });
        expect([answer.statusCode, answer.headers['content-type']], wrong).toEqual([404, 'text/html; charset=utf-8']);
        expect(answer.body).not.toContain('password');
      }
  });

  test('given a search, customers are found by name, id, number as written, mail and service', async () => {
    const found = async (search: string) =>
      (await http.inject({ method: 'GET', url: '/api/v1/customers', query: { search } }))
        .json()
        .map((one: { externalId: string }) => one.externalId);
    expect(await found('verdi')).toEqual(['c1']);
    expect(await found('c2')).toEqual(['c2']);
    expect(await found('333 1234567')).toEqual(['c1', 'c2']);
    expect(await found('Anna@Example.it')).toEqual(['c1']);
    expect(await found('s1')).toEqual(['c1']);
    expect(await found('%')).toEqual(['c1']);
    expect(await found('nobody')).toEqual([]);
  });

  test('given a customer that is read, the whole record comes and the reading is recorded', async () => {
    await say('annaPhone', 'granted');
    const answer = await http.inject({ method: 'GET', url: `/api/v1/customers/${anna}` });
    expect(answer.json()).toMatchObject({
      externalId: 'c1',
      services: [{ externalId: 's1', resource: { name: 'Traliccio' } }],
      contactPoints: [
        { channel: 'email', consent: 'none', consents: [] },
        {
          channel: 'sms',
          consent: 'granted',
          consents: [{ decision: 'granted', source: 'by phone', textShown: 'May we write?' }],
        },
      ],
    });
    const { rows } = await platform.database.pool.query(
      "SELECT subject_id, actor FROM events WHERE kind = 'customer.read'",
    );
    expect(rows).toEqual([{ subject_id: anna, actor: { kind: 'staff', id: 'anna' } }]);
    expect((await http.inject({ method: 'GET', url: `/api/v1/customers/${newId()}` })).statusCode).toBe(404);
    expect((await http.inject({ method: 'GET', url: '/api/v1/customers/1' })).statusCode).toBe(400);
  });

  test('given a consent over HTTP, it is recorded; without its text it is refused', async () => {
    const url = `/api/v1/contact-points/${point('annaPhone')}/consent`;
    const payload = {
      decision: 'granted',
      givenAt: '2026-03-10T12:00:00Z',
      source: 'by phone',
      textShown: 'May we write?',
    };
    expect((await http.inject({ method: 'POST', url, payload })).json()).toEqual({ consent: 'granted' });
    expect((await http.inject({ method: 'POST', url, payload: { ...payload, textShown: '' } })).statusCode).toBe(400);
  });
});
