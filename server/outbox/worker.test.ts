import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Smsc } from '../../example/smsc.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { readTimeline } from '../platform/events.ts';
import { changeSettings, DEFAULT_SETTINGS } from '../settings/index.ts';
import { enqueueSingle } from './enqueue-single.ts';
import { changeRoute, listRoutes, testRoute } from './manage-routes.ts';
import {
  ADMINISTRATOR,
  createOutboxWorker,
  queueNotices,
  readOutbox,
  remembering,
  until,
  withSmsc,
} from './outbox.fixture.ts';
import { outboxReadiness, routeCost } from './route-store.ts';
import type { OutboxWorker } from './worker.ts';

describe.each(ENGINES)('the outbox worker on %s', (engine) => {
  let platform: TestPlatform;
  const workers: OutboxWorker[] = [];
  const smscs: Smsc[] = [];
  beforeEach(async () => {
    platform = await openTestPlatform(engine);
  });
  afterEach(async () => {
    for (const worker of workers.splice(0)) await worker.stop();
    for (const smsc of smscs.splice(0)) await smsc.close();
    await platform.close();
  });
  const start = async (hooks = remembering()) => {
    const worker = createOutboxWorker(platform, hooks);
    workers.push(worker);
    await worker.start();
    return { worker, hooks };
  };
  const network = async (config: Record<string, unknown> = {}) => {
    const made = await withSmsc(platform, config);
    smscs.push(made.smsc);
    return made;
  };
  const pause = async (paused: boolean) =>
    await changeSettings(platform, ADMINISTRATOR, { telling: { ...DEFAULT_SETTINGS.telling, paused } });

  test('given 700 queued notices, when it runs, then each goes on the wire once, is sent and then delivered', async () => {
    const { smsc } = await network();
    smsc.behaviour.receiptMilliseconds = 1;
    const ids = await queueNotices(platform, 700);
    const { hooks } = await start();
    await until(() => hooks.outcomes.filter(({ outcome }) => outcome === 'delivered').length >= 700);
    expect(smsc.stats().submits).toBe(700);
    expect(new Set(smsc.messages().map(({ to }) => to)).size).toBe(700);
    expect(hooks.outcomes.filter(({ outcome }) => outcome === 'sent')).toHaveLength(700);
    expect(new Set(hooks.outcomes.map(({ id }) => id))).toEqual(new Set(ids));
    expect(hooks.outcomes[0]).toMatchObject({ kind: 'notice', noticeMadeAt: platform.clock.business(), reason: null });
    expect(await readOutbox(platform)).toEqual([]);
  });

  test('given two workers, then they share the work and nothing goes twice', async () => {
    const { smsc } = await network();
    await queueNotices(platform, 500);
    const hooks = remembering();
    await Promise.all([start(hooks), start(hooks)]);
    await until(() => hooks.outcomes.length >= 500);
    expect(smsc.stats().submits).toBe(500);
    expect(new Set(smsc.messages().map(({ to }) => to)).size).toBe(500);
  });

  test('given telling is paused, then notices wait while a word to staff leaves; and they leave when it goes on', async () => {
    const { smsc } = await network();
    await pause(true);
    await queueNotices(platform, 3);
    await platform.database.transaction(
      async (tx) =>
        await enqueueSingle(tx, platform.clock, {
          kind: 'staff',
          channel: 'sms',
          to: '+393330000001',
          subject: null,
          text: 'Reperibile: guasto.',
          language: 'it',
        }),
    );
    const { hooks } = await start();
    await until(() => hooks.outcomes.length > 0);
    expect(hooks.outcomes.map(({ kind, outcome }) => [kind, outcome])).toEqual([['staff', 'sent']]);
    expect(smsc.messages().map(({ to }) => to)).toEqual(['+393330000001']);
    await pause(false);
    await until(() => hooks.outcomes.length === 4);
  });

  test('given a notice whose validity ended, then it is withdrawn at the claim and never sent', async () => {
    const { smsc } = await network();
    const [id] = await queueNotices(platform, 1, { validMinutes: 5 });
    platform.clock.advance(5 * 60_000);
    const { hooks } = await start();
    await until(() => hooks.outcomes.length > 0);
    expect(hooks.outcomes).toMatchObject([{ id, outcome: 'withdrawn', reason: 'no longer valid' }]);
    expect(smsc.stats().submits).toBe(0);
    expect(await readOutbox(platform)).toEqual([]);
  });

  test('given notices that waited longer than they may, then they are handed over to be written anew, and the fresh ones are sent', async () => {
    const { smsc } = await network();
    const old = await queueNotices(platform, 2, { minutesAgo: 11 });
    await queueNotices(platform, 1, { minutesAgo: 9, from: 10 });
    const { hooks } = await start();
    await until(() => hooks.outcomes.length > 0 && hooks.stale.length > 0);
    expect(new Set(hooks.stale)).toEqual(new Set(old));
    expect(smsc.messages().map(({ to }) => to)).toEqual(['+39000000011']);
    expect(await readOutbox(platform)).toEqual([]);
  });

  test('given the network refuses for now, then the row waits longer and longer, and fails when no time is left', async () => {
    const { smsc } = await network();
    smsc.behaviour.status = 0x08; // ESME_RSYSERR
    const [id] = await queueNotices(platform, 1, { validMinutes: 1 });
    const { hooks } = await start();
    await until(async () => (await readOutbox(platform))[0]?.attempts === 1);
    const [row] = await readOutbox(platform);
    expect(row).toMatchObject({ state: 'queued', worker: null, route_id: null });
    expect(row?.not_before).toEqual(new Date(platform.clock.business().getTime() + 5000));
    expect(hooks.outcomes).toEqual([]);
    platform.clock.advance(5000);
    await until(async () => (await readOutbox(platform))[0]?.attempts === 2);
    platform.clock.advance(15_000);
    await until(() => hooks.outcomes.length > 0);
    expect(hooks.outcomes).toMatchObject([{ id, outcome: 'failed' }]);
    expect(hooks.outcomes[0]?.reason).toContain('ESME_RSYSERR');
    expect(smsc.stats().refused).toBe(3);
  });

  test('given a number that the network does not know, then it failed at once and for good', async () => {
    const { smsc } = await network();
    smsc.behaviour.status = 0x0b; // ESME_RINVDSTADR
    await queueNotices(platform, 1);
    const { hooks } = await start();
    await until(() => hooks.outcomes.length > 0);
    expect(hooks.outcomes).toMatchObject([{ outcome: 'failed', reason: 'the SMSC refuses: ESME_RINVDSTADR' }]);
    expect(await readOutbox(platform)).toEqual([]);
  });

  test('given nobody listens at the route, then it is shown as down with the reason, readiness says so, and nothing is claimed', async () => {
    const { smsc, route } = await network();
    await smscs.pop()?.close();
    await queueNotices(platform, 2);
    await start();
    await until(async () => (await listRoutes(platform))[0]?.state === 'down');
    expect((await listRoutes(platform))[0]).toMatchObject({ stateReason: 'ECONNREFUSED', queued: 2 });
    expect(await outboxReadiness(platform.database.db)).toEqual([
      expect.stringMatching(/^the route "SMSC \d+" is down: ECONNREFUSED$/),
    ]);
    expect((await readTimeline(platform.database.db, 'route', route.id)).map(({ kind }) => kind)).toEqual([
      'route.made',
      'route.down',
    ]);
    expect(smsc.stats().submits).toBe(0);
    expect((await readOutbox(platform)).every(({ state }) => state === 'queued')).toBe(true);
  });

  test('given a running worker, when a route is switched on, off, and tested, then it is taken up without a restart', async () => {
    const { smsc, route } = await network();
    await changeRoute(platform, ADMINISTRATOR, route.id, { enabled: false });
    const { hooks } = await start();
    await queueNotices(platform, 1);
    await changeRoute(platform, ADMINISTRATOR, route.id, { enabled: true });
    await until(() => hooks.outcomes.length === 1);
    await until(async () => (await listRoutes(platform))[0]?.state === 'up');
    expect(await routeCost(platform.database.db, 'sms')).toEqual({ millicentsPerPart: 4200 });
    await testRoute(platform, ADMINISTRATOR, route.id, '+39 333 123 4567');
    await until(() => hooks.outcomes.length === 2);
    expect(hooks.outcomes[1]).toMatchObject({ kind: 'test', outcome: 'sent' });
    expect(smsc.messages()[1]).toMatchObject({ to: '+393331234567', from: 'Lagonet' });
    await changeRoute(platform, ADMINISTRATOR, route.id, { enabled: false });
    await until(async () => (await listRoutes(platform))[0]?.state === 'unknown');
    await until(() => smsc.stats().sessions === 1);
    await queueNotices(platform, 1, { from: 50 });
    await expect(testRoute(platform, ADMINISTRATOR, route.id, '+393331234567')).rejects.toMatchObject({
      code: 'route-disabled',
    });
    expect(await routeCost(platform.database.db, 'sms')).toBeNull();
  });

  test('given it is stopped while much waits, then what was not sent is queued again and a later worker sends it, all once', async () => {
    const { smsc } = await network({ perSecond: 200 });
    await queueNotices(platform, 300);
    const first = await start();
    await until(() => smsc.stats().taken > 20);
    await first.worker.stop();
    expect((await readOutbox(platform)).every(({ state, worker }) => state === 'queued' && worker === null)).toBe(true);
    expect(first.hooks.outcomes.length).toBe(smsc.stats().taken);
    const second = await start();
    await until(() => first.hooks.outcomes.length + second.hooks.outcomes.length === 300);
    expect(smsc.stats().submits).toBe(300);
    expect(new Set(smsc.messages().map(({ to }) => to)).size).toBe(300);
  });

  test('given somebody writes to the operator, then the message is stored raw and handed over', async () => {
    const { smsc, route } = await network();
    const { hooks } = await start();
    await until(() => smsc.stats().sessions === 1);
    expect(await smsc.send('+393331234567', 'STOP')).toBe(true);
    await until(() => hooks.inbound.length === 1);
    expect(hooks.inbound[0]).toMatchObject({
      sender: '+393331234567',
      text: 'STOP',
      routeId: route.id,
      part: null,
    });
  });
});
