import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { count, deliver, makeNetwork, setSettings, type TestNetwork } from '../../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../../tests/support/test-platform.ts';
import { createFlow, type Flow } from '../../flow.ts';
import { refuseAnnouncement, releaseAnnouncement, undoAnnouncement } from '../../notices/index.ts';
import type { Actor } from '../../platform/actor.ts';
import { actOnIncident } from './life.ts';
import { presentIncident } from './present.ts';
import { previewNews, sayNews } from './say-news.ts';
import { listIncidents } from './store.ts';

const technician: Actor = { kind: 'staff', id: 'tina', roles: ['technician'] };
const MINUTE = 60_000;

// Here customers are 30 on the mast, 12 and 8 on its sectors, 5 on another mast; `ring` has two ways up.
const TREE = {
  exchange: [],
  mast: ['exchange'],
  sector1: ['mast'],
  sector2: ['mast'],
  other: ['exchange'],
  ring: ['mast', 'other'],
};
const PEOPLE = { mast: 30, sector1: 12, sector2: 8, other: 5, ring: 7 };

describe.each(ENGINES)('an outage from the first alarm to the last word, on %s', (engine) => {
  let platform: TestPlatform;
  let network: TestNetwork;
  let flow: Flow;

  beforeEach(async () => {
    platform = await openTestPlatform(engine);
    network = await makeNetwork(platform, TREE, PEOPLE);
    flow = createFlow(platform);
    await setSettings(platform, { telling: { on: true, mostPeople: 1000, mostCents: 1_000_000 } });
  });
  afterEach(() => platform.close());

  const pass = async (minutes: number): Promise<void> => {
    platform.clock.advance(minutes * MINUTE);
    while ((await flow.round()) > 0);
  };
  const raise = async (resource: string, rest: object = {}): Promise<void> => {
    await deliver(platform, network, [
      { id: `alarm ${resource}`, state: 'firing', resource, at: platform.clock.business(), ...rest },
    ]);
    while ((await flow.round()) > 0);
  };
  const clear = async (resource: string, at = platform.clock.business()): Promise<void> => {
    await deliver(platform, network, [{ id: `alarm ${resource}`, state: 'cleared', resource, at }]);
    while ((await flow.round()) > 0);
  };
  /** All that is on its way has been sent, as far as the product knows. */
  const sendAll = async (outcome = 'sent'): Promise<number> => {
    const { rows } = await sql<{
      id: string;
      made_at: Date;
    }>`SELECT id, notice_made_at AS made_at FROM outbox WHERE kind = 'notice' AND state = 'queued'`.execute(
      platform.database.db,
    );
    await platform.database.transaction(async (tx) => {
      await sql`DELETE FROM outbox WHERE kind = 'notice' AND state = 'queued'`.execute(tx);
      await flow.outbox.onOutcomes(
        tx,
        rows.map((row) => ({
          id: row.id,
          kind: 'notice' as const,
          noticeMadeAt: row.made_at,
          outcome: outcome as 'sent',
          reason: null,
          at: platform.clock.business(),
        })),
      );
    });
    return rows.length;
  };
  const only = async () => {
    const [incident, ...more] = await listIncidents(platform.database.db, 'open');
    expect(more).toEqual([]);
    if (!incident) throw new Error('there is no open incident');
    return incident;
  };
  /** Somebody says that the one open incident ends so many minutes from now, and everybody is told. */
  const promiseEnd = async (minutes: number) => {
    const incident = await only();
    const end = new Date(platform.clock.business().getTime() + minutes * MINUTE);
    await sayNews(flow.ports, technician, incident.id, news(incident.version, end));
    await pass(2);
    await sendAll();
    return incident;
  };
  const texts = async (channel = 'sms', language = 'it'): Promise<string[]> =>
    (
      await sql<{
        body: string;
      }>`SELECT body FROM outgoing_texts WHERE announcement_id IS NOT NULL AND channel = ${channel} AND language = ${language} ORDER BY (SELECT number FROM announcements WHERE announcements.id = announcement_id)`.execute(
        platform.database.db,
      )
    ).rows.map((row) => row.body);
  const news = (version: number, expectedEnd: Date | null) => ({
    version,
    cause: 'power' as const,
    expectedEnd: expectedEnd?.toISOString() ?? null,
    nextStep: 'technicians-on-site' as const,
    whatYouCanDo: [],
  });

  test('one incident forms at the topmost cause, and everyone behind it is told once on each channel in their language', async () => {
    await raise('sector1');
    await raise('mast');
    await raise('sector2');
    const incident = await only();
    // How many it would concern is seen at once; who they are is settled when it is confirmed.
    expect(incident).toMatchObject({
      state: 'suspected',
      resourceId: network.resource.mast,
      servicesDown: 50,
      servicesDegraded: 7,
      partiesDown: 50,
    });
    expect(await count(platform, 'affected_services', 'true')).toBe(0);
    await pass(2);
    expect(await only()).toMatchObject({ state: 'confirmed', servicesDown: 50, servicesDegraded: 7, partiesDown: 50 });
    expect(await count(platform, 'notices', "channel = 'sms'")).toBe(50);
    expect(await count(platform, 'notices', "channel = 'email'")).toBe(5);
    expect(await count(platform, 'notices', "channel = 'sms' AND language = 'en'")).toBe(10);
    expect(await count(platform, 'outbox', "kind = 'notice' AND state = 'queued'")).toBe(55);
    // Twice the same, and again after a restart: nobody is told twice.
    await raise('mast');
    await createFlow(platform).round();
    expect(await count(platform, 'notices', 'true')).toBe(55);
    // Even where it is no longer known how far a fan-out came: the keys know who was told.
    await sql`UPDATE announcements SET state = 'telling', expanded_to = NULL`.execute(platform.database.db);
    while ((await flow.round()) > 0);
    expect(await count(platform, 'announcements', "state = 'told'")).toBe(1);
    expect(await count(platform, 'notices', 'true')).toBe(55);
    const presented = await presentIncident(platform.database.db, platform, incident.id);
    expect(presented).toMatchObject({
      partiesDown: 50,
      promise: 'in time',
      areas: [{ name: 'Verbania', services: 50 }],
      notices: { queued: 55 },
    });
  });

  test('an alarm that clears within the damping time was nothing', async () => {
    await raise('mast');
    platform.clock.advance(20_000);
    await clear('mast');
    await pass(10);
    expect(await listIncidents(platform.database.db, 'open')).toEqual([]);
    expect(await count(platform, 'notices', 'true')).toBe(0);
  });

  test('a resource with two ways up is degraded by one and down with both', async () => {
    await raise('mast');
    await pass(2);
    await raise('other');
    await pass(2);
    const incidents = await listIncidents(platform.database.db, 'open');
    expect(incidents).toHaveLength(2);
    expect(incidents.find((incident) => incident.resourceId === network.resource.other)).toMatchObject({
      servicesDown: 12,
    });
  });

  test('the expected end is a promise: moved in time it is superseded and everybody is told', async () => {
    await raise('mast');
    await pass(2);
    await sendAll();
    let incident = await only();
    const first = new Date(platform.clock.business().getTime() + 90 * MINUTE);
    const preview = await previewNews(flow.ports, incident.id, news(incident.version, first));
    expect(preview.reach).toMatchObject({ people: 50, unreachable: 0, decision: { state: 'undoable' } });
    await sayNews(flow.ports, technician, incident.id, news(incident.version, first));
    expect((await only()).expectedEnd).toBeNull(); // it can still be undone
    await pass(2);
    incident = await only();
    expect(incident).toMatchObject({ expectedEnd: first, cause: 'power', ownerId: 'tina' });
    await sendAll();
    const second = new Date(first.getTime() + 45 * MINUTE);
    await sayNews(flow.ports, technician, incident.id, news(incident.version, second));
    await pass(2);
    expect(await count(platform, 'promises', "kind = 'expected-end' AND state = 'superseded'")).toBe(1);
    expect(await count(platform, 'promises', "kind = 'expected-end' AND state = 'open'")).toBe(1);
    expect(await count(platform, 'announcements', "kind = 'expected-end-moved' AND state = 'told'")).toBe(1);
    expect(await count(platform, 'outbox', "kind = 'notice'")).toBe(55);
    expect((await texts()).at(-1)).toMatch(/15:37.*16:22/);
  });

  test('passed, it breaks: those affected hear it first, it climbs a rung, and after three renewals a person must set the time', async () => {
    await raise('mast');
    await pass(2);
    await sendAll();
    await promiseEnd(30);
    await pass(30);
    expect(await count(platform, 'promises', "kind = 'expected-end' AND state = 'broken'")).toBe(1);
    expect(await count(platform, 'promises', "kind = 'next-word' AND state = 'open' AND renewal = 1")).toBe(1);
    expect(await count(platform, 'announcements', "kind = 'expected-end-passed'")).toBe(1);
    expect((await only()).rung).toBe(1);
    expect(await sendAll()).toBe(55);
    await pass(61); // 60 minutes, then 120, then 240
    await pass(121);
    expect(await count(platform, 'announcements', "kind = 'expected-end-passed'")).toBe(3);
    await pass(241);
    expect(await count(platform, 'promises', "kind = 'staff-time' AND state = 'open'")).toBe(1);
    expect(await count(platform, 'announcements', "kind = 'expected-end-passed'")).toBe(3);
    expect((await only()).rung).toBe(2);
    // No promise is ever silently late.
    await pass(600);
    expect(
      await count(platform, 'promises', `state = 'open' AND due_at <= '${platform.clock.business().toISOString()}'`),
    ).toBe(0);
  });

  test('power returns: who heard is told, who never heard is not, and the promise is kept by the time of the fact', async () => {
    await raise('mast');
    await pass(2);
    // Half of them heard; the others' notices still wait.
    await sql`UPDATE notices SET state = 'sent' WHERE id IN (SELECT id FROM outbox WHERE kind = 'notice' AND channel = 'sms' ORDER BY id LIMIT 20)`.execute(
      platform.database.db,
    );
    await sql`DELETE FROM outbox WHERE id IN (SELECT id FROM notices WHERE state = 'sent')`.execute(
      platform.database.db,
    );
    await pass(30);
    await clear('mast');
    expect((await only()).state).toBe('restoring');
    await pass(3);
    expect(await only()).toMatchObject({ state: 'restored' });
    expect(await count(platform, 'promises', "state = 'kept' AND kind = 'next-word'")).toBe(1);
    expect(await count(platform, 'notices', "state = 'withdrawn'")).toBe(35);
    expect(await count(platform, 'notices', "state = 'queued'")).toBe(20);
    expect(await count(platform, 'outbox', "kind = 'notice'")).toBe(20);
    await pass(121);
    expect(await listIncidents(platform.database.db, 'open')).toEqual([]);
  });

  test('flapping: back within the damping time it goes on, and nobody was told that it ended', async () => {
    await raise('mast');
    await pass(2);
    await sendAll();
    await pass(10);
    await clear('mast');
    await pass(1);
    await raise('mast', { at: platform.clock.business() });
    await pass(5);
    expect(await only()).toMatchObject({ state: 'confirmed' });
    expect(await count(platform, 'announcements', "kind = 'restored'")).toBe(0);
  });

  test('after downtime, what arrived meanwhile is heard first: a fact dated before the due time keeps the promise', async () => {
    await raise('mast');
    await pass(2);
    await sendAll();
    const clearedAt = new Date(platform.clock.business().getTime() + 20 * MINUTE);
    // The product is down while the mast comes back, and starts again long after the promised time.
    platform.clock.advance(5 * 60 * MINUTE);
    await deliver(platform, network, [{ id: 'alarm mast', state: 'cleared', resource: 'mast', at: clearedAt }]);
    while ((await flow.round()) > 0);
    expect(await count(platform, 'promises', "state = 'broken'")).toBe(0);
    expect(await count(platform, 'promises', "state = 'kept' AND kind = 'next-word'")).toBe(1);
    expect(await only()).toMatchObject({ state: 'restored', restoredAt: clearedAt });
  });

  test('observe-only: everything is computed and nobody is told', async () => {
    await setSettings(platform, { telling: { on: false } });
    await raise('mast');
    await pass(2);
    expect(await only()).toMatchObject({ state: 'confirmed', partiesDown: 50 });
    expect(await count(platform, 'notices', 'true')).toBe(0);
    expect(await count(platform, 'announcements', "state = 'observed'")).toBe(1);
    expect(await count(platform, 'published_incidents', 'true')).toBe(0);
  });

  test('above the limit it waits for a person, which is a promise that climbs; released, it is told; the next word need not wait', async () => {
    await setSettings(platform, { telling: { mostPeople: 40 } });
    await raise('mast');
    await pass(2);
    expect(await count(platform, 'announcements', "state = 'waiting' AND state_reason = 'people'")).toBe(1);
    expect(await count(platform, 'notices', 'true')).toBe(0);
    expect(await count(platform, 'published_incidents', 'true')).toBe(0);
    await pass(20);
    expect((await only()).rung).toBe(1);
    expect(await count(platform, 'promises', "kind = 'telling-decision' AND state = 'open'")).toBe(1);
    const [waiting] = (
      await sql<{ id: string }>`SELECT id FROM announcements WHERE state = 'waiting'`.execute(platform.database.db)
    ).rows;
    await releaseAnnouncement(
      platform,
      flow.ports.telling,
      { kind: 'staff', id: 'mara', roles: ['manager'] },
      waiting?.id ?? '',
    );
    await pass(0);
    expect(await count(platform, 'notices', "state = 'queued'")).toBe(55);
    expect(await count(platform, 'published_incidents', 'true')).toBe(1);
    expect(await count(platform, 'promises', "kind = 'telling-decision' AND state = 'open'")).toBe(0);
    await sendAll();
    const incident = await only();
    await sayNews(
      flow.ports,
      technician,
      incident.id,
      news(incident.version, new Date(platform.clock.business().getTime() + 30 * MINUTE)),
    );
    await pass(2);
    expect(await count(platform, 'announcements', "state = 'told'")).toBe(2);
    await expect(
      releaseAnnouncement(platform, flow.ports.telling, technician, waiting?.id ?? ''),
    ).rejects.toMatchObject({ code: 'announcement-settled' });
  });

  test('what waits can be refused, and what staff sends can be undone: then nobody is told and nothing changed', async () => {
    await setSettings(platform, { telling: { mostPeople: 40 } });
    await raise('mast');
    await pass(2);
    const [waiting] = (
      await sql<{ id: string }>`SELECT id FROM announcements WHERE state = 'waiting'`.execute(platform.database.db)
    ).rows;
    await refuseAnnouncement(platform, technician, waiting?.id ?? '');
    await setSettings(platform, { telling: { mostPeople: 1000 } });
    const incident = await only();
    const said = await sayNews(
      flow.ports,
      technician,
      incident.id,
      news(incident.version, new Date(platform.clock.business().getTime() + 30 * MINUTE)),
    );
    await undoAnnouncement(platform, flow.ports.telling, technician, said.id);
    await pass(5);
    expect(await count(platform, 'notices', 'true')).toBe(0);
    expect((await only()).expectedEnd).toBeNull();
    expect(await count(platform, 'promises', "kind = 'expected-end'")).toBe(0);
  });

  test('quiet hours hold an SMS; in the morning it is written for the morning, or not at all when it is over', async () => {
    await setSettings(platform, { quietHours: { from: '14:00', to: '16:00', channels: ['sms'], pass: [] } });
    await raise('mast');
    await pass(2);
    expect(await count(platform, 'notices', "state = 'held'")).toBe(50);
    expect(await count(platform, 'outbox', "kind = 'notice'")).toBe(5);
    const before = await texts();
    await pass(120);
    expect(await count(platform, 'notices', "state = 'held'")).toBe(0);
    expect((await texts()).length).toBeGreaterThan(before.length);
    expect(await count(platform, 'outbox', "channel = 'sms' AND kind = 'notice'")).toBe(50);
  });

  test('held through the whole outage: nobody hears of it afterwards', async () => {
    await setSettings(platform, { quietHours: { from: '14:00', to: '20:00', channels: ['sms', 'email'], pass: [] } });
    await raise('mast');
    await pass(2);
    await pass(20);
    await clear('mast');
    await pass(5);
    await pass(600);
    expect(await count(platform, 'outbox', "kind = 'notice'")).toBe(0);
    expect(await count(platform, 'notices', "state <> 'withdrawn'")).toBe(0);
  });

  test('STOP before sending: nothing leaves for that number, and it is not told the end', async () => {
    await raise('mast');
    await pass(2);
    const stop = { sender: '+393990000003', text: 'Stop.', raw: Buffer.from('Stop.'), part: null };
    await platform.database.transaction((tx) => flow.outbox.keepInbound(tx, network.sourceId, stop));
    await flow.round();
    expect(await count(platform, 'outbox', "address = '+393990000003'")).toBe(0);
    expect(await count(platform, 'notices', "state = 'withdrawn' AND reason = 'consent withdrawn'")).toBe(1);
    await sendAll();
    await clear('mast', platform.clock.business());
    await pass(5);
    expect(await count(platform, 'outbox', "address = '+393990000003'")).toBe(0);
    expect(await count(platform, 'outbox', "channel = 'sms' AND kind = 'notice'")).toBe(49);
  });

  test('a stale edit is refused, and so is an act that the state does not allow', async () => {
    await raise('mast');
    const incident = await only();
    await actOnIncident(flow.ports, technician, incident.id, 'confirm', incident.version);
    await expect(actOnIncident(flow.ports, technician, incident.id, 'dismiss', incident.version)).rejects.toMatchObject(
      { code: 'stale' },
    );
    const now = await only();
    await expect(actOnIncident(flow.ports, technician, incident.id, 'close', now.version)).rejects.toMatchObject({
      code: 'wrong-state',
    });
    await expect(sayNews(flow.ports, technician, incident.id, news(now.version, new Date(0)))).rejects.toMatchObject({
      code: 'time-passed',
    });
  });

  test('dismissed after telling: who heard is told that it was not so', async () => {
    await raise('mast');
    await pass(2);
    await sendAll();
    const incident = await only();
    await actOnIncident(flow.ports, technician, incident.id, 'dismiss', incident.version);
    await pass(2);
    expect(await count(platform, 'announcements', "kind = 'called-off' AND state = 'told'")).toBe(1);
    expect(await count(platform, 'outbox', "kind = 'notice'")).toBe(55);
    expect(await count(platform, 'promises', "state = 'open'")).toBe(0);
  });

  test('a delivery that can never be worked off is set aside, and holds up nothing behind it', async () => {
    await sql`INSERT INTO alarm_deliveries (source_id, received_at, body) VALUES (${network.sourceId}, ${platform.clock.business()}, ${Buffer.from('{"nonsense":')})`.execute(
      platform.database.db,
    );
    await raise('mast', { id: 'later' });
    expect((await only()).state).toBe('suspected');
    expect(await count(platform, 'alarm_deliveries', 'worked_at IS NULL')).toBe(0);
    expect(await count(platform, 'alarm_deliveries', 'trouble IS NOT NULL')).toBe(1);
  });

  test('a resource with another way up that fails by itself below an open incident is found too', async () => {
    await raise('mast');
    await pass(2);
    expect(await only()).toMatchObject({ servicesDown: 50, servicesDegraded: 7 });
    await sendAll();
    await raise('ring');
    await pass(1);
    expect(await only()).toMatchObject({ servicesDown: 57 });
    expect(await count(platform, 'outbox', "kind = 'notice' AND channel = 'sms'")).toBe(7);
  });

  test('restored while everything is paused: after the pause nobody hears that it began', async () => {
    await raise('mast');
    await pass(2);
    await setSettings(platform, { telling: { paused: true } });
    await pass(20);
    await clear('mast');
    await pass(5);
    expect(await count(platform, 'outbox', "kind = 'notice'")).toBe(0);
    await setSettings(platform, { telling: { paused: false } });
    await pass(1);
    expect(await count(platform, 'outbox', "kind = 'notice'")).toBe(0);
    expect(await count(platform, 'announcements', "state = 'waiting'")).toBe(0);
  });

  test('two processes do the work of one: nobody is told twice, nobody is missed', async () => {
    if (engine === 'embedded') return; // the embedded engine belongs to one process
    const other = createFlow(platform);
    await deliver(
      platform,
      network,
      Object.keys(TREE).map((resource) => ({
        id: resource,
        state: 'firing' as const,
        resource,
        at: platform.clock.business(),
      })),
    );
    await Promise.all([flow.round(), other.round(), flow.round(), other.round()]);
    platform.clock.advance(2 * MINUTE);
    for (let turn = 0; turn < 5; turn++) await Promise.all([flow.round(), other.round()]);
    expect(await listIncidents(platform.database.db, 'open')).toHaveLength(1);
    expect(await count(platform, 'notices', "channel = 'sms'")).toBe(62);
    expect(await count(platform, 'announcements', 'true')).toBe(1);
  });

  test('held through the night while the machine ran out of renewals: in the morning they hear what happened and when they hear more', async () => {
    await setSettings(platform, { quietHours: { from: '14:00', to: '08:00', channels: ['sms'], pass: [] } });
    await raise('mast');
    await pass(2);
    for (let turn = 0; turn < 114; turn++) await pass(10);
    expect(await count(platform, 'outbox', "channel = 'sms' AND kind = 'notice'")).toBe(50);
    expect((await texts()).at(-1)).toMatch(/Verbania/);
    expect(await count(platform, 'promises', "state = 'open' AND promisee_kind = 'affected'")).toBe(1);
  });

  test('what staff said passed while it could be undone: it is not told, the first word goes on, and somebody must say a new time', async () => {
    await raise('mast');
    await pass(2);
    const incident = await only();
    await sayNews(
      flow.ports,
      technician,
      incident.id,
      news(incident.version, new Date(platform.clock.business().getTime() + MINUTE / 2)),
    );
    await pass(2);
    expect(await count(platform, 'outbox', "kind = 'notice'")).toBe(55);
    expect(await count(platform, 'announcements', "state = 'refused'")).toBe(1);
  });

  test('repaired in time but within the damping: the promise is kept, nobody reads that it broke', async () => {
    await raise('mast');
    await pass(2);
    await sendAll();
    await promiseEnd(30);
    await pass(27);
    await clear('mast');
    for (let turn = 0; turn < 12; turn++) await pass(0.5);
    expect(await count(platform, 'announcements', "kind = 'expected-end-passed'")).toBe(0);
    expect(await count(platform, 'promises', "kind = 'expected-end' AND state = 'kept'")).toBe(1);
    expect((await only()).rung).toBe(0);
  });

  test('an outage that grows makes its promise once, and says the one that stands', async () => {
    await raise('sector2');
    await pass(2);
    await sendAll();
    const [first] = (
      await sql<{ due_at: Date }>`SELECT due_at FROM promises WHERE kind = 'next-word' AND state = 'open'`.execute(
        platform.database.db,
      )
    ).rows;
    await pass(20);
    await raise('mast');
    await pass(1);
    expect(await count(platform, 'outbox', "kind = 'notice' AND channel = 'sms'")).toBe(42);
    const { rows } = await sql<{
      next: string;
    }>`SELECT answer->>'nextWordBy' AS next FROM announcements WHERE audience = 'unheard'`.execute(
      platform.database.db,
    );
    expect(rows).toEqual([{ next: first?.due_at.toISOString() }]);
    expect(await count(platform, 'promises', "state = 'open' AND promisee_kind = 'affected'")).toBe(1);
  });

  test('a release for some is no release for many more', async () => {
    await setSettings(platform, { telling: { mostPeople: 5 } });
    await raise('sector2');
    await pass(2);
    const [waiting] = (
      await sql<{ id: string }>`SELECT id FROM announcements WHERE state = 'waiting'`.execute(platform.database.db)
    ).rows;
    await releaseAnnouncement(platform, flow.ports.telling, technician, waiting?.id ?? '');
    await pass(0);
    expect(await sendAll()).toBeGreaterThanOrEqual(8);
    await raise('mast');
    await pass(1);
    expect(await count(platform, 'announcements', "state = 'waiting' AND state_reason = 'people'")).toBe(1);
    expect(await count(platform, 'outbox', "kind = 'notice'")).toBe(0);
  });

  test('the pause does not hide the limit', async () => {
    await setSettings(platform, { telling: { paused: true, mostPeople: 10 } });
    await raise('mast');
    await pass(2);
    await setSettings(platform, { telling: { paused: false, mostPeople: 10 } });
    await pass(1);
    expect(await count(platform, 'announcements', "state = 'waiting' AND state_reason = 'people'")).toBe(1);
    expect(await count(platform, 'promises', "kind = 'telling-decision' AND state = 'open'")).toBe(1);
    expect(await count(platform, 'notices', 'true')).toBe(0);
  });

  test('undone, what staff wrote leaves what waits for a person waiting', async () => {
    await setSettings(platform, { telling: { mostPeople: 10 } });
    await raise('mast');
    await pass(2);
    await setSettings(platform, { telling: { mostPeople: 1000 } });
    const incident = await only();
    const said = await sayNews(
      flow.ports,
      technician,
      incident.id,
      news(incident.version, new Date(platform.clock.business().getTime() + 30 * MINUTE)),
    );
    await undoAnnouncement(platform, flow.ports.telling, technician, said.id);
    expect(await count(platform, 'announcements', "state = 'waiting'")).toBe(1);
    expect(await count(platform, 'promises', "kind = 'telling-decision' AND state = 'open'")).toBe(1);
  });

  test('"restored" taken back by who pressed it: the incident goes on, and nobody was told that it ended', async () => {
    await raise('mast');
    await pass(2);
    await sendAll();
    const incident = await only();
    await pass(30);
    await actOnIncident(flow.ports, technician, incident.id, 'restore', (await only()).version);
    expect(await only()).toMatchObject({ state: 'restored', restoredAt: platform.clock.business() });
    const [said] = (
      await sql<{ id: string }>`SELECT id FROM announcements WHERE state = 'undoable'`.execute(platform.database.db)
    ).rows;
    await undoAnnouncement(platform, flow.ports.telling, technician, said?.id ?? '');
    await pass(5);
    expect(await only()).toMatchObject({ state: 'confirmed', restoredAt: null });
    expect(await count(platform, 'outbox', "kind = 'notice'")).toBe(0);
    expect(await count(platform, 'promises', "state = 'open' AND promisee_kind = 'affected'")).toBe(1);
  });

  test('two incidents that are one: what one was about to say is not said, who heard of it is told the end once', async () => {
    await raise('sector1');
    await pass(2);
    await sendAll();
    await raise('sector2');
    await pass(2);
    const [second] = await listIncidents(platform.database.db, 'open');
    if (!second) throw new Error('there should be two');
    await sendAll();
    await sayNews(
      flow.ports,
      technician,
      second.id,
      news(second.version, new Date(platform.clock.business().getTime() + 30 * MINUTE)),
    );
    await raise('mast');
    await pass(2);
    expect(await listIncidents(platform.database.db, 'open')).toHaveLength(1);
    expect(await count(platform, 'outbox', "kind = 'notice' AND channel = 'sms'")).toBe(30);
    expect(await count(platform, 'promises', "kind = 'expected-end'")).toBe(0);
    await sendAll();
    for (const resource of ['sector1', 'sector2', 'mast']) await clear(resource);
    await pass(5);
    expect(await count(platform, 'outbox', "kind = 'notice' AND channel = 'sms'")).toBe(50);
  });
});
