import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { count, deliver, makeNetwork, setSettings, type TestNetwork } from '../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { customerRoutes, recordConsent, unsubscribeToken } from '../customers/index.ts';
import { createFlow, type Flow } from '../flow.ts';
import { claimRows } from '../outbox/claim.ts';
import { endDoubtsByTime } from '../outbox/in-doubt.ts';
import { deleteRows, outcomeOf, putInDoubt, queueAgain, releaseRows } from '../outbox/store.ts';
import type { Actor } from '../platform/actor.ts';
import { createHttp } from '../platform/http.ts';
import { newId } from '../platform/ids.ts';

const CARE: Actor = { kind: 'staff', id: 'anna', roles: ['care'] };
const MINUTE = 60_000;
const WORKER = newId();

describe.each(ENGINES)('the last look at a notice before it leaves, on %s', (engine) => {
  let platform: TestPlatform;
  let network: TestNetwork;
  let flow: Flow;
  beforeEach(async () => {
    platform = await openTestPlatform(engine);
    network = await makeNetwork(
      platform,
      { exchange: [], mast: ['exchange'], annex: ['mast'] },
      { mast: 20, exchange: 4 },
    );
    flow = createFlow(platform);
    await setSettings(platform, { telling: { on: true, mostPeople: 1000, mostCents: 1_000_000 } });
  });
  afterEach(async () => await platform.close());

  const pass = async (minutes: number): Promise<void> => {
    platform.clock.advance(minutes * MINUTE);
    while ((await flow.round()) > 0);
  };
  const alarm = async (resource: string, state: 'firing' | 'cleared' = 'firing'): Promise<void> => {
    await deliver(platform, network, [{ id: `alarm ${resource}`, state, resource, at: platform.clock.business() }]);
    while ((await flow.round()) > 0);
  };
  const claim = async (channel: 'sms' | 'email' = 'sms') => {
    const { rows } = await claimRows(platform, flow.outbox, {
      worker: WORKER,
      routeId: network.sourceId,
      channel,
      limit: 500,
      leaseUntil: new Date(platform.clock.system().getTime() + MINUTE),
      knownTexts: new Set(),
    });
    return rows;
  };
  const giveBack = async (rows: readonly { id: string }[]): Promise<void> =>
    await platform.database.transaction(
      async (tx) =>
        await releaseRows(
          tx,
          rows.map((row) => row.id),
          WORKER,
        ),
    );
  /** As after a throttle or another refusal for now. */
  const again = async (rows: readonly { id: string }[]): Promise<void> =>
    await platform.database.transaction(
      async (tx) =>
        await queueAgain(
          tx,
          rows.map(({ id }) => ({ id, notBefore: platform.clock.business(), reason: 'throttled', tried: true })),
        ),
    );
  const doubt = async (rows: readonly { id: string; notice_made_at: Date | null }[]): Promise<void> =>
    await platform.database.transaction(async (tx) => {
      const at = platform.clock.business();
      await putInDoubt(
        tx,
        rows.map(({ id }) => ({ id, reason: 'no answer' })),
        at,
      );
      await flow.outbox.onOutcomes(
        tx,
        rows.map((row) => ({
          id: row.id,
          kind: 'notice' as const,
          noticeMadeAt: row.notice_made_at,
          outcome: 'in doubt' as const,
          reason: 'no answer',
          at,
        })),
      );
    });
  const notices = async (
    where = 'true',
  ): Promise<{ kind: string; state: string; reason: string | null; count: number }[]> =>
    (
      await sql<{ kind: string; state: string; reason: string | null; count: number }>`
        SELECT announcements.kind, notices.state, notices.reason, count(*) AS count FROM notices JOIN announcements ON announcements.id = notices.announcement_id
        WHERE notices.channel = 'sms' AND ${sql.raw(where)} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`.execute(
        platform.database.db,
      )
    ).rows;
  const pointOf = async (address: string): Promise<string> =>
    (await sql<{ id: string }>`SELECT id FROM contact_points WHERE address = ${address}`.execute(platform.database.db))
      .rows[0]?.id ?? '';

  test('given words that nothing overtook, then all leave, and rows given back leave again', async () => {
    await alarm('mast');
    await pass(2);
    const rows = await claim();
    expect(rows).toHaveLength(20);
    await giveBack(rows);
    expect(await claim()).toHaveLength(20);
    expect(await notices()).toEqual([{ kind: 'outage', state: 'queued', reason: null, count: 20 }]);
  });

  test.each([
    ['given back', giveBack],
    ['refused for now', again],
  ])(
    'given words that were claimed when it was restored, when they are %s, then nobody hears that it began',
    async (_how, back) => {
      await alarm('mast');
      await pass(2);
      const rows = await claim();
      await alarm('mast', 'cleared');
      await pass(5);
      await back(rows);
      const leaving = await claim();
      const outages = await notices("announcements.kind = 'outage'");
      expect(outages).toEqual([{ kind: 'outage', state: 'withdrawn', reason: 'superseded', count: 20 }]);
      expect(await count(platform, 'outbox', "kind = 'notice' AND channel = 'sms' AND state = 'queued'")).toBe(0);
      expect(leaving).toEqual([]); // nor that it ended
      expect(await notices("announcements.kind = 'restored'")).toEqual([
        { kind: 'restored', state: 'withdrawn', reason: 'never heard of it', count: 20 },
      ]);
    },
  );

  test('given it is over but that waits for a person, then what was claimed and comes back does not say that it began', async () => {
    await alarm('mast');
    await pass(2);
    const rows = await claim();
    await setSettings(platform, { telling: { mostPeople: 1 } });
    await alarm('mast', 'cleared');
    await pass(5);
    expect(await count(platform, 'announcements', "kind = 'restored' AND state = 'waiting'")).toBe(1);
    await giveBack(rows);
    expect(await claim()).toEqual([]);
    expect(await notices()).toEqual([{ kind: 'outage', state: 'withdrawn', reason: 'superseded', count: 20 }]);
  });

  test('given first words that left or are on the wire, when it is restored, then those who heard are told, and only they', async () => {
    await alarm('mast');
    await pass(2);
    const rows = await claim();
    const [sent, onTheWire, back] = [rows.slice(0, 5), rows.slice(5, 9), rows.slice(9)];
    await platform.database.transaction(async (tx) => {
      await deleteRows(
        tx,
        sent.map((row) => row.id),
      );
      await flow.outbox.onOutcomes(
        tx,
        sent.map((row) =>
          outcomeOf({ ...row, noticeMadeAt: row.notice_made_at }, 'sent', null, platform.clock.business()),
        ),
      );
    });
    await alarm('mast', 'cleared');
    await pass(5);
    await giveBack(back);
    expect(new Set((await claim()).map((row) => row.address))).toEqual(
      new Set([...sent, ...onTheWire].map((row) => row.address)),
    );
  });

  test('given told words and newer ones told about the same subject, then only the newer leave', async () => {
    await alarm('mast');
    await pass(2);
    const rows = await claim();
    await pass(61); // the next word falls due and is said
    await giveBack(rows);
    const leaving = await claim();
    expect(leaving).toHaveLength(20);
    const first = new Set(rows.map((row) => row.id));
    expect(leaving.filter((row) => first.has(row.id))).toEqual([]);
    expect(await count(platform, 'notices', "state = 'withdrawn' AND reason = 'superseded' AND channel = 'sms'")).toBe(
      20,
    );
  });

  test('given the outage grew and those who had not heard are told, then the first words still leave', async () => {
    await alarm('mast');
    await pass(2);
    const rows = await claim();
    await alarm('exchange');
    await pass(2);
    expect(await count(platform, 'announcements', "audience = 'unheard' AND state = 'told'")).toBe(1);
    await giveBack(rows);
    expect(await claim()).toHaveLength(24);
  });

  test('given STOP came while the message was claimed, when it comes back, then it is withdrawn', async () => {
    await alarm('mast');
    await pass(2);
    const rows = await claim();
    const stop = { sender: '+393990000003', text: 'Stop', raw: Buffer.from('Stop'), part: null };
    await platform.database.transaction((tx) => flow.outbox.keepInbound(tx, network.sourceId, stop));
    await flow.round();
    await giveBack(rows);
    expect((await claim()).map((row) => row.address)).not.toContain('+393990000003');
    expect(await notices("notices.state = 'withdrawn'")).toEqual([
      { kind: 'outage', state: 'withdrawn', reason: 'consent withdrawn', count: 1 },
    ]);
  });

  test('given the link in a mail is pressed, or staff records a refusal, then what is queued for that address does not leave', async () => {
    await alarm('mast');
    await pass(2);
    const http = createHttp({ log: platform.log, guard: async () => CARE, trustedProxies: [] });
    customerRoutes(http, platform, { describeResources: async () => [] });
    const token = unsubscribeToken(platform.vault, await pointOf('c10@example.com'));
    expect((await http.inject({ method: 'POST', url: `/u/${token}` })).statusCode).toBe(200);
    await http.close();
    expect((await claim('email')).map((row) => row.address)).toEqual(['c20@example.com']);

    await recordConsent(platform, CARE, {
      contactPointId: await pointOf('+393990000005'),
      decision: 'refused',
      givenAt: platform.clock.business(),
      source: 'by phone',
      textShown: 'no more',
    });
    const leaving = (await claim()).map((row) => row.address);
    expect(leaving).toHaveLength(19);
    expect(leaving).not.toContain('+393990000005');
    expect(await count(platform, 'notices', "state = 'withdrawn' AND reason = 'consent withdrawn'")).toBe(2);
  });

  test('given a contact point ended after its notice was queued, then nothing leaves for it', async () => {
    await alarm('mast');
    await pass(2);
    await sql`UPDATE contact_points SET ended_at = ${platform.clock.business()} WHERE address = '+393990000007'`.execute(
      platform.database.db,
    );
    expect(await claim()).toHaveLength(19);
  });

  test('given quiet hours began while messages waited, then they are held until the morning and written anew then', async () => {
    await setSettings(platform, {
      quietHours: { from: '14:10', to: '16:00', channels: ['sms'], pass: [] },
      incidents: { firstWordMinutes: 600 },
    });
    await alarm('mast');
    await pass(2); // 14:07 in Rome
    platform.clock.advance(5 * MINUTE);
    expect(await claim()).toEqual([]);
    expect(await count(platform, 'outbox', "channel = 'sms' AND kind = 'notice'")).toBe(0);
    expect(
      await count(platform, 'notices', "channel = 'sms' AND state = 'held' AND held_until = '2026-03-10T15:00:00Z'"),
    ).toBe(20);
    expect(await claim('email')).toHaveLength(2); // mail is not held
    const texts = await count(platform, 'outgoing_texts', 'true');
    await pass(107);
    expect(await claim()).toEqual([]);
    await pass(1);
    expect(await claim()).toHaveLength(20);
    expect(await count(platform, 'outgoing_texts', 'true')).toBe(texts + 2);
  });

  test('given kinds that may pass quiet hours, then they leave', async () => {
    await alarm('mast');
    await pass(2);
    await setSettings(platform, { quietHours: { from: '14:00', to: '16:00', channels: ['sms'], pass: ['outage'] } });
    expect(await claim()).toHaveLength(20);
  });

  test('given a doubt that ended with sending again, then it is written anew and leaves; and it does not when it is over', async () => {
    await setSettings(platform, { inDoubt: { hours: 1, afterwards: 'again' }, incidents: { firstWordMinutes: 600 } });
    await alarm('mast');
    await pass(2);
    const rows = await claim();
    await doubt(rows);
    platform.clock.advance(60 * MINUTE);
    expect(await endDoubtsByTime(platform, flow.outbox.onOutcomes)).toBe(20);
    expect(await claim()).toEqual([]); // an hour old: not as it was written then
    expect(await notices()).toEqual([{ kind: 'outage', state: 'held', reason: 'the route was down', count: 20 }]);
    await flow.round();
    const anew = await claim();
    expect(anew).toHaveLength(20);
    expect(await notices()).toEqual([{ kind: 'outage', state: 'queued', reason: null, count: 20 }]);

    await doubt(anew);
    await alarm('mast', 'cleared');
    await pass(5);
    await again(anew);
    const old = new Set(anew.map((row) => row.id));
    expect((await claim()).filter((row) => old.has(row.id))).toEqual([]);
    expect(await notices("announcements.kind = 'outage'")).toEqual([
      { kind: 'outage', state: 'withdrawn', reason: 'superseded', count: 20 },
    ]);
  });

  test('given what became of a notice is known, then its row goes and the notice stays as it is', async () => {
    await alarm('mast');
    await pass(2);
    await sql`UPDATE notices SET state = 'delivered' WHERE channel = 'sms'`.execute(platform.database.db);
    expect(await claim()).toEqual([]);
    expect(await count(platform, 'outbox', "channel = 'sms'")).toBe(0);
    expect(await notices()).toEqual([{ kind: 'outage', state: 'delivered', reason: null, count: 20 }]);
  });

  test('given a route that was dead for longer than a notice is valid, then what is still true is written anew', async () => {
    await setSettings(platform, { incidents: { firstWordMinutes: 600 } });
    await alarm('mast');
    await pass(2);
    const [row] = await claim();
    if (!row) throw new Error('nothing was queued');
    await sql`UPDATE outbox SET state = 'queued', worker = NULL, route_id = NULL, lease_until = NULL`.execute(
      platform.database.db,
    );
    platform.clock.advance(row.valid_until.getTime() - platform.clock.business().getTime() + MINUTE);
    expect(await claim()).toEqual([]);
    expect(await notices()).toEqual([{ kind: 'outage', state: 'held', reason: 'the route was down', count: 20 }]);
  });
});
