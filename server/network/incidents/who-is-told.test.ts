import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { count, deliver, setSettings } from '../../../tests/support/network.ts';
import { MINUTE, news, TREE, technician, useOutages } from '../../../tests/support/outage.ts';
import { ENGINES } from '../../../tests/support/test-platform.ts';
import { createFlow } from '../../flow.ts';
import { refuseAnnouncement, releaseAnnouncement, undoAnnouncement } from '../../notices/index.ts';
import { actOnIncident } from './life.ts';
import { sayNews } from './say-news.ts';
import { listIncidents } from './store.ts';

describe.each(ENGINES)('who is told of an outage, and when, on %s', (engine) => {
  const outage = useOutages(engine);
  const { pass, raise, clear, sendAll, only, texts } = outage;

  test('observe-only: everything is computed and nobody is told', async () => {
    await setSettings(outage.platform, { telling: { on: false } });
    await raise('mast');
    await pass(2);
    expect(await only()).toMatchObject({ state: 'confirmed', partiesDown: 50 });
    expect(await count(outage.platform, 'notices', 'true')).toBe(0);
    expect(await count(outage.platform, 'announcements', "state = 'observed'")).toBe(1);
    expect(await count(outage.platform, 'published_incidents', 'true')).toBe(0);
  });

  test('above the limit it waits for a person, which is a promise that climbs; released, it is told; the next word need not wait', async () => {
    await setSettings(outage.platform, { telling: { mostPeople: 40 } });
    await raise('mast');
    await pass(2);
    expect(await count(outage.platform, 'announcements', "state = 'waiting' AND state_reason = 'people'")).toBe(1);
    expect(await count(outage.platform, 'notices', 'true')).toBe(0);
    expect(await count(outage.platform, 'published_incidents', 'true')).toBe(0);
    await pass(20);
    expect((await only()).rung).toBe(1);
    expect(await count(outage.platform, 'promises', "kind = 'telling-decision' AND state = 'open'")).toBe(1);
    const [waiting] = (
      await sql<{ id: string }>`SELECT id FROM announcements WHERE state = 'waiting'`.execute(
        outage.platform.database.db,
      )
    ).rows;
    await releaseAnnouncement(
      outage.platform,
      outage.flow.ports.telling,
      { kind: 'staff', id: 'mara', roles: ['manager'] },
      waiting?.id ?? '',
    );
    await pass(0);
    expect(await count(outage.platform, 'notices', "state = 'queued'")).toBe(55);
    expect(await count(outage.platform, 'published_incidents', 'true')).toBe(1);
    expect(await count(outage.platform, 'promises', "kind = 'telling-decision' AND state = 'open'")).toBe(0);
    await sendAll();
    const incident = await only();
    await sayNews(
      outage.flow.ports,
      technician,
      incident.id,
      news(incident.version, new Date(outage.platform.clock.business().getTime() + 30 * MINUTE)),
    );
    await pass(2);
    expect(await count(outage.platform, 'announcements', "state = 'told'")).toBe(2);
    await expect(
      releaseAnnouncement(outage.platform, outage.flow.ports.telling, technician, waiting?.id ?? ''),
    ).rejects.toMatchObject({ code: 'announcement-settled' });
  });

  test('what waits can be refused, and what staff sends can be undone: then nobody is told and nothing changed', async () => {
    await setSettings(outage.platform, { telling: { mostPeople: 40 } });
    await raise('mast');
    await pass(2);
    const [waiting] = (
      await sql<{ id: string }>`SELECT id FROM announcements WHERE state = 'waiting'`.execute(
        outage.platform.database.db,
      )
    ).rows;
    await refuseAnnouncement(outage.platform, technician, waiting?.id ?? '');
    await setSettings(outage.platform, { telling: { mostPeople: 1000 } });
    const incident = await only();
    const said = await sayNews(
      outage.flow.ports,
      technician,
      incident.id,
      news(incident.version, new Date(outage.platform.clock.business().getTime() + 30 * MINUTE)),
    );
    await undoAnnouncement(outage.platform, outage.flow.ports.telling, technician, said.id);
    await pass(5);
    expect(await count(outage.platform, 'notices', 'true')).toBe(0);
    expect((await only()).expectedEnd).toBeNull();
    expect(await count(outage.platform, 'promises', "kind = 'expected-end'")).toBe(0);
  });

  test('quiet hours hold an SMS; in the morning it is written for the morning, or not at all when it is over', async () => {
    await setSettings(outage.platform, { quietHours: { from: '14:00', to: '16:00', channels: ['sms'], pass: [] } });
    await raise('mast');
    await pass(2);
    expect(await count(outage.platform, 'notices', "state = 'held'")).toBe(50);
    expect(await count(outage.platform, 'outbox', "kind = 'notice'")).toBe(5);
    const before = await texts();
    await pass(120);
    expect(await count(outage.platform, 'notices', "state = 'held'")).toBe(0);
    expect((await texts()).length).toBeGreaterThan(before.length);
    expect(await count(outage.platform, 'outbox', "channel = 'sms' AND kind = 'notice'")).toBe(50);
  });

  test('held through the whole outage: nobody hears of it afterwards', async () => {
    await setSettings(outage.platform, {
      quietHours: { from: '14:00', to: '20:00', channels: ['sms', 'email'], pass: [] },
    });
    await raise('mast');
    await pass(2);
    await pass(20);
    await clear('mast');
    await pass(5);
    await pass(600);
    expect(await count(outage.platform, 'outbox', "kind = 'notice'")).toBe(0);
    expect(await count(outage.platform, 'notices', "state <> 'withdrawn'")).toBe(0);
  });

  test('STOP before sending: nothing leaves for that number, and it is not told the end', async () => {
    await raise('mast');
    await pass(2);
    const stop = { sender: '+393990000003', text: 'Stop.', raw: Buffer.from('Stop.'), part: null };
    await outage.platform.database.transaction((tx) =>
      outage.flow.outbox.keepInbound(tx, outage.network.sourceId, stop),
    );
    await outage.flow.round();
    expect(await count(outage.platform, 'outbox', "address = '+393990000003'")).toBe(0);
    expect(await count(outage.platform, 'notices', "state = 'withdrawn' AND reason = 'consent withdrawn'")).toBe(1);
    await sendAll();
    await clear('mast', outage.platform.clock.business());
    await pass(5);
    expect(await count(outage.platform, 'outbox', "address = '+393990000003'")).toBe(0);
    expect(await count(outage.platform, 'outbox', "channel = 'sms' AND kind = 'notice'")).toBe(49);
  });

  test('dismissed after telling: who heard is told that it was not so', async () => {
    await raise('mast');
    await pass(2);
    await sendAll();
    const incident = await only();
    await actOnIncident(outage.flow.ports, technician, incident.id, 'dismiss', incident.version);
    await pass(2);
    expect(await count(outage.platform, 'announcements', "kind = 'called-off' AND state = 'told'")).toBe(1);
    expect(await count(outage.platform, 'outbox', "kind = 'notice'")).toBe(55);
    expect(await count(outage.platform, 'promises', "state = 'open'")).toBe(0);
  });

  test('restored while everything is paused: after the pause nobody hears that it began', async () => {
    await raise('mast');
    await pass(2);
    await setSettings(outage.platform, { telling: { paused: true } });
    await pass(20);
    await clear('mast');
    await pass(5);
    expect(await count(outage.platform, 'outbox', "kind = 'notice'")).toBe(0);
    await setSettings(outage.platform, { telling: { paused: false } });
    await pass(1);
    expect(await count(outage.platform, 'outbox', "kind = 'notice'")).toBe(0);
    expect(await count(outage.platform, 'announcements', "state = 'waiting'")).toBe(0);
  });

  test('two processes do the work of one: nobody is told twice, nobody is missed', async () => {
    if (engine === 'embedded') return; // the embedded engine belongs to one process
    const other = createFlow(outage.platform);
    await deliver(
      outage.platform,
      outage.network,
      Object.keys(TREE).map((resource) => ({
        id: resource,
        state: 'firing' as const,
        resource,
        at: outage.platform.clock.business(),
      })),
    );
    await Promise.all([outage.flow.round(), other.round(), outage.flow.round(), other.round()]);
    outage.platform.clock.advance(2 * MINUTE);
    for (let turn = 0; turn < 5; turn++) await Promise.all([outage.flow.round(), other.round()]);
    expect(await listIncidents(outage.platform.database.db, 'open')).toHaveLength(1);
    expect(await count(outage.platform, 'notices', "channel = 'sms'")).toBe(62);
    expect(await count(outage.platform, 'announcements', 'true')).toBe(1);
  });

  test('a release for some is no release for many more', async () => {
    await setSettings(outage.platform, { telling: { mostPeople: 5 } });
    await raise('sector2');
    await pass(2);
    const [waiting] = (
      await sql<{ id: string }>`SELECT id FROM announcements WHERE state = 'waiting'`.execute(
        outage.platform.database.db,
      )
    ).rows;
    await releaseAnnouncement(outage.platform, outage.flow.ports.telling, technician, waiting?.id ?? '');
    await pass(0);
    expect(await sendAll()).toBeGreaterThanOrEqual(8);
    await raise('mast');
    await pass(1);
    expect(await count(outage.platform, 'announcements', "state = 'waiting' AND state_reason = 'people'")).toBe(1);
    expect(await count(outage.platform, 'outbox', "kind = 'notice'")).toBe(0);
  });

  test('the pause does not hide the limit', async () => {
    await setSettings(outage.platform, { telling: { paused: true, mostPeople: 10 } });
    await raise('mast');
    await pass(2);
    await setSettings(outage.platform, { telling: { paused: false, mostPeople: 10 } });
    await pass(1);
    expect(await count(outage.platform, 'announcements', "state = 'waiting' AND state_reason = 'people'")).toBe(1);
    expect(await count(outage.platform, 'promises', "kind = 'telling-decision' AND state = 'open'")).toBe(1);
    expect(await count(outage.platform, 'notices', 'true')).toBe(0);
  });

  test('undone, what staff wrote leaves what waits for a person waiting', async () => {
    await setSettings(outage.platform, { telling: { mostPeople: 10 } });
    await raise('mast');
    await pass(2);
    await setSettings(outage.platform, { telling: { mostPeople: 1000 } });
    const incident = await only();
    const said = await sayNews(
      outage.flow.ports,
      technician,
      incident.id,
      news(incident.version, new Date(outage.platform.clock.business().getTime() + 30 * MINUTE)),
    );
    await undoAnnouncement(outage.platform, outage.flow.ports.telling, technician, said.id);
    expect(await count(outage.platform, 'announcements', "state = 'waiting'")).toBe(1);
    expect(await count(outage.platform, 'promises', "kind = 'telling-decision' AND state = 'open'")).toBe(1);
  });
});
