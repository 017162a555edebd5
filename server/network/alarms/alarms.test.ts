import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PlainAlarm, TroubledDelivery } from '../../../contract/alarms.ts';
import type { Deed, StaffRole } from '../../../contract/deeds.ts';
import { mayDo } from '../../../contract/deeds.ts';
import { count, makeNetwork, type TestNetwork } from '../../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../../tests/support/test-platform.ts';
import type { Actor } from '../../platform/actor.ts';
import { Failure, invalid } from '../../platform/errors.ts';
import { createHttp, type Http } from '../../platform/http.ts';
import { endResources } from '../topology/index.ts';
import { endRule, makeRule } from './map.ts';
import { alarmRoutes } from './routes.ts';
import { type AlarmFact, keepDelivery, listAlarms } from './store.ts';
import { workOffDeliveries } from './work-off.ts';

const technician: Actor = { kind: 'staff', id: 'tina', roles: ['technician'] };
const MINUTE = 60_000;

describe.each(ENGINES)('what sources deliver, on %s', (engine) => {
  let platform: TestPlatform;
  let network: TestNetwork;
  let heard: AlarmFact[][];
  let begin: Date;

  beforeEach(async () => {
    platform = await openTestPlatform(engine);
    network = await makeNetwork(platform, { mast: [], other: [] }, {});
    heard = [];
    begin = platform.clock.business();
  });
  afterEach(() => platform.close());

  const minute = (n: number): string => new Date(begin.getTime() + n * MINUTE).toISOString();
  const pass = (minutes: number): void => platform.clock.advance(minutes * MINUTE);
  const read = (_kind: string, body: Buffer): PlainAlarm[] => {
    try {
      return JSON.parse(body.toString()) as PlainAlarm[];
    } catch {
      throw invalid('not-json', 'The body is not JSON.');
    }
  };
  const onAlarms = async (_tx: unknown, changed: AlarmFact[]): Promise<void> => {
    heard.push(changed);
  };
  const keep = async (body: Buffer): Promise<void> =>
    await platform.database.transaction((tx) => keepDelivery(tx, network.sourceId, body, platform.clock.business()));
  const work = (): Promise<number> => workOffDeliveries(platform, read, onAlarms);
  const deliver = async (...alarms: PlainAlarm[]): Promise<void> => {
    await keep(Buffer.from(JSON.stringify(alarms)));
    await work();
  };
  const firing = (at: number, rest: Partial<PlainAlarm> = {}): PlainAlarm => ({
    id: 'x',
    state: 'firing',
    resource: 'mast',
    summary: 'no mains',
    at: minute(at),
    ...rest,
  });
  const cleared = (at: number, rest: Partial<PlainAlarm> = {}): PlainAlarm => firing(at, { state: 'cleared', ...rest });
  /** As Alertmanager says it. `group` stands for what else is in the body. */
  const fires = (from: number, group = ''): PlainAlarm => firing(from, { startedAt: minute(from), labels: { group } });
  const resolves = (from: number, to: number): PlainAlarm => cleared(to, { startedAt: minute(from) });
  const standing = (): Promise<number> => count(platform, 'alarms', 'cleared_at IS NULL');
  const episodes = async (): Promise<[string, string | null][]> =>
    (
      await sql<{
        started_at: Date;
        cleared_at: Date | null;
      }>`SELECT started_at, cleared_at FROM alarms ORDER BY started_at`.execute(platform.database.db)
    ).rows.map((row) => [row.started_at.toISOString(), row.cleared_at?.toISOString() ?? null]);

  test('a repeated old “cleared” leaves a newer alarm alone', async () => {
    await deliver(firing(0));
    await deliver(cleared(1));
    await deliver(firing(2));
    await deliver(cleared(1));
    expect(await episodes()).toEqual([
      [minute(0), minute(1)],
      [minute(2), null],
    ]);
    expect(heard.flat()).toHaveLength(3);
  });

  test('firing and cleared of one alarm in one delivery: it is over, and nobody hears of it', async () => {
    await deliver(firing(0), cleared(1));
    expect(await episodes()).toEqual([[minute(0), minute(1)]]);
    expect(heard.flat()).toEqual([]);
  });

  test('what stood is cleared and raised again in one delivery: both are heard', async () => {
    await deliver(firing(0));
    await deliver(cleared(1), firing(2));
    expect(await episodes()).toEqual([
      [minute(0), minute(1)],
      [minute(2), null],
    ]);
    expect(heard[1]).toHaveLength(2);
  });

  test('cleared before it was raised, in two deliveries: it never stands, and has what the raise said of it', async () => {
    await deliver(cleared(1, { resource: 'nobody-knows', summary: 'over' }));
    expect(await listAlarms(platform.database.db, 'unmapped')).toEqual([]);
    await deliver(firing(0));
    expect(await episodes()).toEqual([[minute(0), minute(1)]]);
    expect(await count(platform, 'alarms', `summary = 'no mains' AND resource_id = '${network.resource.mast}'`)).toBe(
      1,
    );
    expect(heard.flat()).toEqual([]);
  });

  test('an alert that ended by timeout fires again with the same beginning: a new alarm from now on, and its end clears it', async () => {
    await deliver(fires(0));
    pass(10);
    await deliver(resolves(0, 9));
    pass(10);
    await deliver(fires(0, 'with others'));
    expect(await episodes()).toEqual([
      [minute(0), minute(9)],
      [minute(20), null],
    ]);
    await deliver(resolves(0, 9));
    expect(await standing()).toBe(1);
    pass(10);
    await deliver(resolves(0, 29));
    expect(await episodes()).toEqual([
      [minute(0), minute(9)],
      [minute(20), minute(29)],
    ]);
    expect(heard.flat()).toHaveLength(4);
  });

  test('the same body again within five minutes is the same delivery; after that it is a new word, though it was repeated meanwhile', async () => {
    await deliver(fires(0));
    pass(2);
    await deliver(resolves(0, 1));
    pass(2);
    await deliver(fires(0));
    expect(await standing()).toBe(0);
    pass(2);
    await deliver(fires(0));
    expect(await standing()).toBe(1);
  });

  test('what a source repeats while an alarm stands has no effect, whatever else is in the group', async () => {
    await deliver(fires(0));
    await deliver(fires(0));
    pass(240);
    await deliver(fires(0));
    await deliver(fires(0, 'with others'), firing(0, { id: 'y', startedAt: minute(0) }));
    expect(await standing()).toBe(2);
    expect(heard.flat()).toHaveLength(2);
  });

  test('a delivery of many is worked off in slices that are kept, and goes on where it was stopped', async () => {
    await keep(Buffer.from(JSON.stringify(Array.from({ length: 250 }, (_, n) => firing(0, { id: `a${n}` })))));
    let slices = 0;
    const stopped = workOffDeliveries(platform, read, async (tx, changed) => {
      if (++slices === 2) throw new Error('the machine stops');
      await onAlarms(tx, changed);
    });
    await expect(stopped).rejects.toThrow('the machine stops');
    expect(await count(platform, 'alarms', 'true')).toBe(100);
    expect(await count(platform, 'alarm_deliveries', 'worked = 100 AND worked_at IS NULL')).toBe(1);
    expect(await work()).toBe(2);
    expect(await count(platform, 'alarms', 'true')).toBe(250);
    expect(await count(platform, 'alarm_deliveries', 'worked = 250 AND worked_at IS NOT NULL')).toBe(1);
    expect(heard.map((changed) => changed.length)).toEqual([100, 100, 50]);
    expect(await count(platform, 'events', "kind = 'alarms.heard'")).toBe(3);
  });

  test('many words about few alarms across slices end as the last of them', async () => {
    const words = Array.from({ length: 400 }, (_, n) =>
      n % 2 ? cleared(n, { id: 'even' }) : firing(n, { id: 'even' }),
    );
    const more = Array.from({ length: 301 }, (_, n) => (n % 2 ? cleared(n, { id: 'odd' }) : firing(n, { id: 'odd' })));
    await deliver(...[...words, ...more].reverse());
    expect(await count(platform, 'alarms', "fingerprint = 'even' AND cleared_at IS NULL")).toBe(0);
    expect(await count(platform, 'alarms', "fingerprint = 'odd' AND cleared_at IS NULL")).toBe(1);
    expect(await count(platform, 'alarms', 'true')).toBe(200 + 151);
  });

  test('a burst on a thousand resources is heard whole, each alarm once', async () => {
    await sql`INSERT INTO resources (id, external_id, kind, name) SELECT gen_random_uuid(), 'r' || n, 'port', 'R ' || n FROM generate_series(1, 1000) n`.execute(
      platform.database.db,
    );
    await deliver(...Array.from({ length: 1000 }, (_, n) => firing(0, { id: `b${n}`, resource: `r${n + 1}` })));
    expect(await count(platform, 'alarms', 'cleared_at IS NULL AND resource_id IS NOT NULL')).toBe(1000);
    expect(new Set(heard.flat().map((alarm) => alarm.resourceId)).size).toBe(1000);
    await deliver(...Array.from({ length: 1000 }, (_, n) => cleared(1, { id: `b${n}`, resource: `r${n + 1}` })));
    expect(await standing()).toBe(0);
    expect(heard.flat()).toHaveLength(2000);
  });

  test('an id longer than an index can hold', async () => {
    const id = Array.from({ length: 2000 }, (_, n) => String.fromCodePoint(0x4e00 + ((n * 7919) % 20000))).join('');
    await deliver(firing(0, { id }));
    expect(await standing()).toBe(1);
    await deliver(cleared(1, { id }));
    expect(await standing()).toBe(0);
    expect(await count(platform, 'alarm_deliveries', 'trouble IS NOT NULL')).toBe(0);
  });

  test('a resource that ended: its standing alarm can clear, a new one waits for a person, and a rule that names it decides nothing', async () => {
    await makeRule(
      platform,
      technician,
      { label: 'port', act: 'resource', resourceId: network.resource.mast ?? '' },
      onAlarms,
    );
    await deliver(firing(0, { resource: 'unknown', labels: { port: '7' } }));
    expect((await listAlarms(platform.database.db, 'standing'))[0]?.resourceId).toBe(network.resource.mast);
    await platform.database.transaction((tx) => endResources(tx, ['mast'], platform.clock.business()));
    await deliver(cleared(1));
    expect(heard.at(-1)).toMatchObject([{ resourceId: network.resource.mast, clearedAt: new Date(minute(1)) }]);
    await deliver(firing(2, { resource: 'unknown', labels: { port: '7' } }));
    await deliver(firing(2, { id: 'z' }));
    expect(await listAlarms(platform.database.db, 'unmapped')).toHaveLength(2);
    // What else names a resource is asked instead.
    await deliver(firing(2, { id: 'w', resource: 'other', labels: { port: '7' } }));
    expect(await count(platform, 'alarms', `fingerprint = 'w' AND resource_id = '${network.resource.other}'`)).toBe(1);
    await expect(
      makeRule(
        platform,
        technician,
        { label: 'port', act: 'resource', resourceId: network.resource.mast ?? '' },
        onAlarms,
      ),
    ).rejects.toThrow('This resource');
  });

  test('a rule that is deleted maps no more; what it mapped stays mapped', async () => {
    const { id } = await makeRule(
      platform,
      technician,
      { label: 'port', act: 'resource', resourceId: network.resource.mast ?? '' },
      onAlarms,
    );
    await deliver(firing(0, { id: 'before', resource: 'unknown', labels: { port: '7' } }));
    await endRule(platform, technician, id);
    await deliver(firing(0, { id: 'after', resource: 'unknown', labels: { port: '7' } }));
    expect(await count(platform, 'alarms', "fingerprint = 'before' AND resource_id IS NOT NULL")).toBe(1);
    expect(await count(platform, 'alarms', "fingerprint = 'after' AND resource_id IS NULL")).toBe(1);
  });

  describe('over HTTP', () => {
    let http: Http;
    let roles: StaffRole[];
    beforeEach(() => {
      roles = ['technician'];
      http = createHttp({
        log: platform.log,
        trustedProxies: [],
        guard: async (_request, access) => {
          if (!mayDo(roles, access.slice('deed:'.length) as Deed))
            throw new Failure({ code: 'forbidden', kind: 'forbidden', detail: 'No.' });
          return { kind: 'staff', id: 'tina', roles };
        },
      });
      alarmRoutes(http, platform, onAlarms);
    });
    afterEach(() => http.close());
    const url = '/api/v1/alarm-deliveries?trouble=true';

    test('the newest fifty deliveries that were not understood, without their secrets', async () => {
      await deliver(firing(0));
      for (let n = 0; n < 55; n++)
        await keep(Buffer.from(`{"n":${n},"password":"hunter2","text":"${'é'.repeat(9000)}`));
      await work();
      const answer = await http.inject({ url });
      expect(answer.statusCode).toBe(200);
      const listed = answer.json<TroubledDelivery[]>();
      expect(listed).toHaveLength(50);
      expect(listed[0]).toMatchObject({
        source: 'monitoring',
        receivedAt: minute(0),
        trouble: 'The body is not JSON.',
      });
      expect(listed[0]?.body.startsWith('{"n":54,"password":[…],"text":"é')).toBe(true);
      expect(listed[0]?.body).toHaveLength(300);
      expect(answer.body).not.toContain('hunter2');
    });

    test('not for everybody, and only what was asked for', async () => {
      expect((await http.inject({ url: '/api/v1/alarm-deliveries' })).statusCode).toBe(400);
      roles = [];
      expect((await http.inject({ url })).statusCode).toBe(403);
    });
  });
});
