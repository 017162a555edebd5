import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { aLateIncident, anEndedIncident, anIncident } from '../../web/status/published-examples.ts';
import { recordEvents } from '../platform/events.ts';
import { createHttp, type Http } from '../platform/http.ts';
import { newId } from '../platform/ids.ts';
import {
  createStatusPages,
  publish,
  readPublishedStatus,
  type StatusPages,
  statusRoutes,
  toPublished,
} from './index.ts';
import { type IncidentFacts, negotiateLanguage } from './rules.ts';
import { chooseCoding } from './snapshot.ts';

const facts: IncidentFacts = {
  reference: '26000019',
  state: 'confirmed',
  servicesDown: 1300,
  areas: [
    { name: 'Verbania', lines: 1240 },
    { name: 'Ghiffa', lines: 3 },
  ],
  cause: 'power',
  causeWords: { it: 'Batteria esaurita' },
  beganAt: new Date('2026-03-10T13:05:00Z'),
  restoredAt: null,
  expectedEnd: new Date('2026-03-10T17:30:00Z'),
  late: false,
  nextWordBy: new Date('2026-03-10T15:00:00Z'),
  nextStep: 'technicians-sent',
  announcements: [],
};

describe('what of an incident is public', () => {
  test.each([
    ['suspected', null],
    ['dismissed', null],
    ['confirmed', 'open'],
    ['restoring', 'restoring'],
    ['restored', 'ended'],
    ['closed', 'ended'],
  ] as const)('%s → %s', (state, expected) => {
    const restoredAt = state === 'restored' || state === 'closed' ? new Date('2026-03-10T16:00:00Z') : null;
    expect(toPublished({ ...facts, state, restoredAt })?.state ?? null).toBe(expected);
  });

  test('an ended one promises nothing more and has its end', () => {
    expect(
      toPublished({ ...facts, state: 'restored', restoredAt: new Date('2026-03-10T16:00:00Z'), late: true }),
    ).toMatchObject({
      expectedEnd: null,
      nextWordBy: null,
      late: false,
      endedAt: '2026-03-10T16:00:00.000Z',
    });
  });

  test('no count under five, and nothing that the type doesn’t name', () => {
    const hidden = { ...facts, ownerName: 'Anna', areas: [{ name: 'Ghiffa', lines: 3, address: 'via Roma 1' }] };
    const published = toPublished(hidden as IncidentFacts);
    expect(published?.areas).toEqual([{ name: 'Ghiffa', lines: null }]);
    expect(JSON.stringify(published)).not.toMatch(/Anna|via Roma/);
  });
});

test.each([
  ['en', 'it', 'it', 'en'],
  [undefined, 'en-GB,en;q=0.9,it;q=0.8', 'it', 'en'],
  [undefined, 'de,it;q=0.5,en;q=0.4', 'en', 'it'],
  ['xx', undefined, 'en', 'en'],
  [undefined, 'fr', 'it', 'it'],
  [undefined, 'en;q=0', 'it', 'it'],
] as const)('?lang=%s with Accept-Language %s, else %s → %s', (wanted, accept, fallback, expected) => {
  expect(negotiateLanguage(wanted, accept, fallback)).toBe(expected);
});

test.each([
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['*', 'br'],
  ['identity', 'identity'],
  [undefined, 'identity'],
] as const)('Accept-Encoding %s → %s', (accept, expected) => {
  expect(chooseCoding(accept)).toBe(expected);
});

describe.each(ENGINES)('the public pages on %s', (engine) => {
  let platform: TestPlatform;
  let pages: StatusPages;
  let http: Http;
  const [first, second] = [newId(), newId()];

  const put = (id: string, incident: ReturnType<typeof anIncident> | null): Promise<void> =>
    platform.database.transaction(async (tx) => {
      await publish(tx, id, incident, platform.clock.business());
      await recordEvents(tx, platform.clock, { kind: 'rule', name: 'test' }, [
        { kind: 'incident.test', subjectKind: 'incident', subjectId: id },
      ]);
    });
  const get = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    http.inject({ method, url, headers });

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    pages = createStatusPages(platform);
    http = createHttp({
      log: platform.log,
      guard: async () => {
        throw new Error('public pages ask nobody who they are');
      },
      trustedProxies: [],
    });
    statusRoutes(http, pages);
    await http.ready();
  });
  afterAll(async () => {
    await http.close();
    await pages.stop();
    await platform.close();
  });
  beforeEach(async () => {
    await sql`DELETE FROM published_incidents`.execute(platform.database.db);
    platform.clock.set(new Date('2026-03-10T13:40:00Z'));
    await pages.refresh();
  });

  test('what is published is read back, once for each incident, and can be taken away', async () => {
    await put(first, anIncident());
    await put(first, anIncident({ cause: 'cable' }));
    await put(second, anEndedIncident);
    const read = () =>
      readPublishedStatus(platform.database.db, {
        operatorName: 'Lagolink',
        operatorPhone: '',
        publicUrl: platform.publicUrl,
        timeZone: platform.timeZone,
        now: platform.clock.business(),
      });
    const status = await read();
    expect(status.open).toEqual([anIncident({ cause: 'cable' })]);
    expect(status.ended).toEqual([anEndedIncident]);
    await put(first, null);
    expect((await read()).open).toEqual([]);
    platform.clock.advance(15 * 86_400_000);
    expect((await read()).ended).toEqual([]);
  });

  test('a feed without entries says when the installation began, and so at any later time', async () => {
    const updated = async () => /<updated>([^<]+)/.exec((await get('/status/feed.atom')).body)?.[1];
    await pages.refresh();
    const began = await updated();
    expect(Date.parse(began ?? '')).toBeGreaterThan(Date.UTC(2020, 0, 1));
    platform.clock.advance(3_600_000);
    await pages.refresh();
    expect(await updated()).toBe(began);
  });

  test('facts written again unchanged do not count as a change', async () => {
    const changedAt = async () =>
      (await sql<{ at: Date }>`SELECT changed_at AS at FROM published_incidents`.execute(platform.database.db)).rows[0]
        ?.at;
    await put(first, anIncident());
    const before = await changedAt();
    platform.clock.advance(60_000);
    await put(first, anIncident());
    expect(await changedAt()).toEqual(before);
    await put(first, anIncident({ nextStep: 'repairing' }));
    expect(await changedAt()).toEqual(platform.clock.business());
  });

  test('an incident that ended keeps the areas it had', async () => {
    await put(first, anIncident({ areas: [{ name: 'Omegna', lines: 90 }] }));
    await put(first, { ...anEndedIncident, areas: [] });
    await pages.refresh();
    expect((await get('/status?lang=it')).body).toContain('<b>Omegna</b>');
  });

  test('a small count that slips through is not stored', async () => {
    await put(first, anIncident({ areas: [{ name: 'Ghiffa', lines: 2 }] }));
    const { rows } = await sql<{ text: string }>`SELECT published::text AS text FROM published_incidents`.execute(
      platform.database.db,
    );
    expect(rows[0]?.text).toContain('null');
    expect(rows[0]?.text).not.toContain('"lines": 2');
  });

  test.each(['/status', '/status/feed.atom', '/status/api/v2/summary.json'])(
    '%s has validators that change exactly with the facts',
    async (url) => {
      await put(first, anIncident());
      await pages.refresh();
      const one = await get(url);
      expect(one.statusCode).toBe(200);
      expect(one.headers['cache-control']).toContain('public, max-age=15, stale-while-revalidate');
      expect(one.headers.vary).toBe('Accept-Encoding, Accept-Language');
      expect(one.headers.etag).toMatch(/^"[\w-]+"$/);

      platform.clock.advance(60_000);
      await pages.refresh();
      const again = await get(url, { 'if-none-match': `"other", W/${one.headers.etag}` });
      expect(again.statusCode).toBe(304);
      expect(again.body).toBe('');
      expect(again.headers.etag).toBe(one.headers.etag);
      expect((await get(url, { 'if-modified-since': String(one.headers['last-modified']) })).statusCode).toBe(304);
      expect(
        (await get(url, { 'if-none-match': '"other"', 'if-modified-since': String(one.headers['last-modified']) }))
          .statusCode,
      ).toBe(200);

      await put(first, anIncident({ areas: [{ name: 'Omegna', lines: 90 }], updates: [] }));
      await pages.refresh();
      const changed = await get(url, { 'if-none-match': String(one.headers.etag) });
      expect(changed.statusCode).toBe(200);
      expect(changed.headers.etag).not.toBe(one.headers.etag);
    },
  );

  test('compressed copies say the same under validators of their own, and HEAD says it without a body', async () => {
    await put(first, anIncident());
    await pages.refresh();
    const plain = await get('/status');
    const br = await get('/status', { 'accept-encoding': 'gzip, br' });
    const gz = await get('/status', { 'accept-encoding': 'gzip' });
    expect(br.headers['content-encoding']).toBe('br');
    expect(gz.headers['content-encoding']).toBe('gzip');
    expect(brotliDecompressSync(br.rawPayload).toString()).toBe(plain.body);
    expect(gunzipSync(gz.rawPayload).toString()).toBe(plain.body);
    expect(new Set([plain, br, gz].map(({ headers }) => headers.etag)).size).toBe(3);
    const head = await get('/status', {}, 'HEAD');
    expect([head.statusCode, head.body, head.headers.etag]).toEqual([200, '', plain.headers.etag]);
    expect(head.headers['content-length']).toBe(String(plain.rawPayload.length));
  });

  test('the language is asked for in the address, or by the browser', async () => {
    expect((await get('/status', { 'accept-language': 'en' })).body).toContain('<html lang="en">');
    expect((await get('/status?lang=it', { 'accept-language': 'en' })).body).toContain('<html lang="it">');
    expect((await get('/status?lang=%3Cscript%3E&lang=en')).statusCode).toBe(200);
    expect((await get('/status/feed.atom?lang=en')).body).toContain('xml:lang="en"');
  });

  test('the policy lets nothing run and allows exactly the style sheet that is there', async () => {
    const { headers, body } = await get('/status');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|script-src/);
    const style = /<style>([\s\S]*)<\/style>/.exec(body)?.[1] ?? '';
    const { createHash } = await import('node:crypto');
    expect(policy).toContain(createHash('sha256').update(style).digest('base64'));
    expect((await get('/')).headers.location).toBe('/status');
  });

  test('after a change the page follows by itself', async () => {
    await pages.start();
    await put(second, aLateIncident);
    const deadline = Date.now() + 20_000;
    let body = '';
    while (!body.includes('Cannobio') && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      ({ body } = await get('/status?lang=it'));
    }
    expect(body).toContain('Cannobio');
  });
});
