import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { recordEvents } from '../platform/events.ts';
import { createHttp, type Http } from '../platform/http.ts';
import { createLiveFeed } from './feed.ts';

interface Told {
  id: string | null;
  kind: string;
  subjectId: string;
}

interface Browser {
  told: Told[];
  response: IncomingMessage;
  leave(): void;
  ended: boolean;
}

const FIGURES = 'feed_test_figures';

describe.each(ENGINES)('the live feed on %s', (engine) => {
  let platform: TestPlatform;
  let http: Http;
  let feed: Awaited<ReturnType<typeof createLiveFeed>>;
  let roles: string[];
  const requests: ClientRequest[] = [];

  beforeEach(async () => {
    platform = await openTestPlatform(engine);
    roles = ['technician'];
    feed = await createLiveFeed(platform, FIGURES);
    http = createHttp({
      log: platform.log,
      trustedProxies: [],
      guard: async () => ({ kind: 'staff', id: 'tina', roles }),
    });
    feed.routes(http);
    await http.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(async () => {
    for (const request of requests.splice(0)) request.destroy();
    await feed.stop();
    await http.close();
    await platform.close();
  });

  const happen = async (subjectIds: readonly string[], subjectKind = 'incident'): Promise<void> =>
    await platform.database.transaction(
      async (tx) =>
        await recordEvents(
          tx,
          platform.clock,
          { kind: 'rule', name: 'test' },
          subjectIds.map((subjectId) => ({ kind: `${subjectKind}.changed`, subjectKind, subjectId })),
        ),
    );
  const open = async (lastEventId?: string): Promise<Browser> =>
    await new Promise((resolve, reject) => {
      const { port } = http.server.address() as AddressInfo;
      const headers = lastEventId ? { 'last-event-id': lastEventId } : {};
      const request = get({ port, host: '127.0.0.1', path: '/api/v1/events', headers }, (response) => {
        const browser: Browser = { told: [], response, leave: () => request.destroy(), ended: false };
        let rest = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          const blocks = (rest + text).split('\n\n');
          rest = blocks.pop() ?? '';
          for (const block of blocks) {
            const data = /^data: (.*)$/m.exec(block)?.[1];
            if (data) browser.told.push({ ...JSON.parse(data), id: /^id: (.*)$/m.exec(block)?.[1] ?? null });
          }
        });
        response.on('error', () => {});
        response.on('close', () => {
          browser.ended = true;
        });
        resolve(browser);
      });
      request.on('error', reject);
      requests.push(request);
    });
  const until = async (holds: () => boolean): Promise<void> => {
    const deadline = Date.now() + 90_000;
    while (!holds()) {
      if (Date.now() > deadline) throw new Error('it never came to be');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const subjects = (browser: Browser): string[] =>
    browser.told.filter(({ id }) => id).map(({ subjectId }) => subjectId);
  const named = (from: number, count: number): string[] => Array.from({ length: count }, (_, n) => `s${from + n}`);

  test('given a browser opens it, then it is told that the feed started, and what happens from then on', async () => {
    await happen(['before']);
    const browser = await open();
    await until(() => browser.told.length > 0);
    expect(browser.told[0]).toMatchObject({ kind: 'feed.started', id: null });
    await happen(['a', 'b']);
    await until(() => subjects(browser).includes('b'));
    expect(subjects(browser).slice(-2)).toEqual(['a', 'b']);
    expect(browser.response.headers).toMatchObject({ 'cache-control': 'no-store' });
  });

  test('given a browser comes back with its last id, then it is told all that it missed, once and in order, while more happens', async () => {
    const first = await open();
    await happen(named(0, 3));
    await until(() => subjects(first).length >= 3);
    const at = first.told.find(({ subjectId }) => subjectId === 's1')?.id ?? '';
    first.leave();
    await happen(named(3, 700)); // more than one reading
    const meanwhile = (async () => {
      for (let n = 0; n < 40; n++) await happen([`s${703 + n}`]);
    })();
    const again = await Promise.all([open(at), open(at), open(at)]);
    await meanwhile;
    for (const browser of again) {
      await until(() => subjects(browser).length >= 741);
      expect(subjects(browser)).toEqual(named(2, 741));
    }
    await happen(['last']);
    for (const browser of again) {
      await until(() => subjects(browser).includes('last'));
      expect(subjects(browser)).toHaveLength(742);
    }
  });

  test('given many come and resume at different moments of a stream of events, then none misses one or hears one twice', async () => {
    const first = await open();
    await happen(['s0']);
    await until(() => subjects(first).includes('s0'));
    const at = first.told.find(({ subjectId }) => subjectId === 's0')?.id ?? '';
    const browsers: Promise<Browser>[] = [];
    for (let n = 1; n <= 60; n++) {
      const happening = happen([`s${n}`]);
      if (n % 4 === 0) browsers.push(open(at));
      await happening;
    }
    for (const browser of await Promise.all(browsers)) {
      await until(() => subjects(browser).includes('s60'));
      expect(subjects(browser)).toEqual(named(1, 60));
    }
    expect(subjects(first)).toEqual(named(0, 61));
  });

  test('given an id of another database, or one that is none, then it starts afresh', async () => {
    const started = await open();
    await until(() => started.told.length > 0);
    const epoch = started.told[0]?.subjectId ?? '';
    // Whoever comes while something is being told may hear it: it is over before the next one comes.
    await happen(['old']);
    await until(() => subjects(started).includes('old'));
    for (const id of ['another~1.1', `${epoch}~`, `${epoch}~x`, `${epoch}~99999999999999999999999.1`, 'x']) {
      const browser = await open(id);
      await until(() => browser.told.length > 0);
      expect(browser.told[0]).toMatchObject({ kind: 'feed.started' });
      expect(subjects(browser)).toEqual([]);
    }
  });

  test('given roles, then each browser is told only of what they may see', async () => {
    const technician = await open();
    roles = ['care'];
    const care = await open();
    roles = [];
    const nobody = await open();
    await until(() => [technician, care, nobody].every((browser) => browser.told.length > 0));
    await happen(['m'], 'mailbox');
    await happen(['b'], 'inbound');
    await happen(['r'], 'route');
    await happen(['n'], 'something nobody listed');
    await happen(['i']);
    await until(() => subjects(technician).includes('i') && subjects(care).includes('i'));
    expect(subjects(care)).toEqual(['b', 'i']);
    roles = ['administrator'];
    const at = `${technician.told[0]?.subjectId}~0.0`;
    const administrator = await open(at);
    await until(() => subjects(administrator).includes('i'));
    expect(subjects(administrator)).toEqual(['m', 'b', 'r', 'i']);
    expect(nobody.told).toHaveLength(1);
  });

  test('given figures that changed many times, then it is said without an id, so that nothing is skipped afterwards', async () => {
    const browser = await open();
    await until(() => browser.told.length > 0);
    for (let n = 0; n < 50; n++) await platform.database.pool.query(`SELECT pg_notify('${FIGURES}', 'incident-1')`);
    await until(() => browser.told.some(({ kind }) => kind === 'notices.changed'));
    expect(browser.told.filter(({ kind }) => kind === 'notices.changed').length).toBeLessThan(50);
    expect(browser.told.at(-1)).toMatchObject({ id: null, subjectId: 'incident-1' });
  });

  test('given it stops, then every browser is let go', async () => {
    const browsers = await Promise.all([open(), open()]);
    await until(() => browsers.every((browser) => browser.told.length > 0));
    await feed.stop();
    await until(() => browsers.every((browser) => browser.ended));
  });
});
