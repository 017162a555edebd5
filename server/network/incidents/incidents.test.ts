import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { count } from '../../../tests/support/network.ts';
import { MINUTE, news, technician, useOutages } from '../../../tests/support/outage.ts';
import { ENGINES } from '../../../tests/support/test-platform.ts';
import { createFlow } from '../../flow.ts';
import { undoAnnouncement } from '../../notices/index.ts';
import { actOnIncident } from './life.ts';
import { presentIncident } from './present.ts';
import { sayNews } from './say-news.ts';
import { listIncidents } from './store.ts';

describe.each(ENGINES)('an outage from the first alarm to the last word, on %s', (engine) => {
  const outage = useOutages(engine);
  const { pass, raise, clear, sendAll, only } = outage;

  test('one incident forms at the topmost cause, and everyone behind it is told once on each channel in their language', async () => {
    await raise('sector1');
    await raise('mast');
    await raise('sector2');
    const incident = await only();
    // How many it would concern is seen at once; who they are is settled when it is confirmed.
    expect(incident).toMatchObject({
      state: 'suspected',
      resourceId: outage.network.resource.mast,
      servicesDown: 50,
      servicesDegraded: 7,
      partiesDown: 50,
    });
    expect(await count(outage.platform, 'affected_services', 'true')).toBe(0);
    await pass(2);
    expect(await only()).toMatchObject({ state: 'confirmed', servicesDown: 50, servicesDegraded: 7, partiesDown: 50 });
    expect(await count(outage.platform, 'notices', "channel = 'sms'")).toBe(50);
    expect(await count(outage.platform, 'notices', "channel = 'email'")).toBe(5);
    expect(await count(outage.platform, 'notices', "channel = 'sms' AND language = 'en'")).toBe(10);
    expect(await count(outage.platform, 'outbox', "kind = 'notice' AND state = 'queued'")).toBe(55);
    // Twice the same, and again after a restart: nobody is told twice.
    await raise('mast');
    await createFlow(outage.platform).round();
    expect(await count(outage.platform, 'notices', 'true')).toBe(55);
    // Even where it is no longer known how far a fan-out came: the keys know who was told.
    await sql`UPDATE announcements SET state = 'telling', expanded_to = NULL`.execute(outage.platform.database.db);
    while ((await outage.flow.round()) > 0);
    expect(await count(outage.platform, 'announcements', "state = 'told'")).toBe(1);
    expect(await count(outage.platform, 'notices', 'true')).toBe(55);
    const presented = await presentIncident(outage.platform.database.db, outage.platform, incident.id);
    expect(presented).toMatchObject({
      partiesDown: 50,
      promise: 'in time',
      areas: [{ name: 'Verbania', services: 50 }],
      notices: { queued: 55 },
    });
  });

  test('an alarm that clears within the damping time was nothing', async () => {
    await raise('mast');
    outage.platform.clock.advance(20_000);
    await clear('mast');
    await pass(10);
    expect(await listIncidents(outage.platform.database.db, 'open')).toEqual([]);
    expect(await count(outage.platform, 'notices', 'true')).toBe(0);
  });

  test('a resource with two ways up is degraded by one and down with both', async () => {
    await raise('mast');
    await pass(2);
    await raise('other');
    await pass(2);
    const incidents = await listIncidents(outage.platform.database.db, 'open');
    expect(incidents).toHaveLength(2);
    expect(incidents.find((incident) => incident.resourceId === outage.network.resource.other)).toMatchObject({
      servicesDown: 12,
    });
  });

  test('flapping: back within the damping time it goes on, and nobody was told that it ended', async () => {
    await raise('mast');
    await pass(2);
    await sendAll();
    await pass(10);
    await clear('mast');
    await pass(1);
    await raise('mast', { at: outage.platform.clock.business() });
    await pass(5);
    expect(await only()).toMatchObject({ state: 'confirmed' });
    expect(await count(outage.platform, 'announcements', "kind = 'restored'")).toBe(0);
  });

  test('a stale edit is refused, and so is an act that the state does not allow', async () => {
    await raise('mast');
    const incident = await only();
    await actOnIncident(outage.flow.ports, technician, incident.id, 'confirm', incident.version);
    await expect(
      actOnIncident(outage.flow.ports, technician, incident.id, 'dismiss', incident.version),
    ).rejects.toMatchObject({ code: 'stale' });
    const now = await only();
    await expect(actOnIncident(outage.flow.ports, technician, incident.id, 'close', now.version)).rejects.toMatchObject(
      {
        code: 'wrong-state',
      },
    );
    await expect(
      sayNews(outage.flow.ports, technician, incident.id, news(now.version, new Date(0))),
    ).rejects.toMatchObject({
      code: 'time-passed',
    });
  });

  test('a delivery that can never be worked off is set aside, and holds up nothing behind it', async () => {
    await sql`INSERT INTO alarm_deliveries (source_id, received_at, body) VALUES (${outage.network.sourceId}, ${outage.platform.clock.business()}, ${Buffer.from('{"nonsense":')})`.execute(
      outage.platform.database.db,
    );
    await raise('mast', { id: 'later' });
    expect((await only()).state).toBe('suspected');
    expect(await count(outage.platform, 'alarm_deliveries', 'worked_at IS NULL')).toBe(0);
    expect(await count(outage.platform, 'alarm_deliveries', 'trouble IS NOT NULL')).toBe(1);
  });

  test('a resource with another way up that fails by itself below an open incident is found too', async () => {
    await raise('mast');
    await pass(2);
    expect(await only()).toMatchObject({ servicesDown: 50, servicesDegraded: 7 });
    await sendAll();
    await raise('ring');
    await pass(1);
    expect(await only()).toMatchObject({ servicesDown: 57 });
    expect(await count(outage.platform, 'outbox', "kind = 'notice' AND channel = 'sms'")).toBe(7);
  });

  test('"restored" taken back by who pressed it: the incident goes on, and nobody was told that it ended', async () => {
    await raise('mast');
    await pass(2);
    await sendAll();
    const incident = await only();
    await pass(30);
    await actOnIncident(outage.flow.ports, technician, incident.id, 'restore', (await only()).version);
    expect(await only()).toMatchObject({ state: 'restored', restoredAt: outage.platform.clock.business() });
    const [said] = (
      await sql<{ id: string }>`SELECT id FROM announcements WHERE state = 'undoable'`.execute(
        outage.platform.database.db,
      )
    ).rows;
    await undoAnnouncement(outage.platform, outage.flow.ports.telling, technician, said?.id ?? '');
    await pass(5);
    expect(await only()).toMatchObject({ state: 'confirmed', restoredAt: null });
    expect(await count(outage.platform, 'outbox', "kind = 'notice'")).toBe(0);
    expect(await count(outage.platform, 'promises', "state = 'open' AND promisee_kind = 'affected'")).toBe(1);
  });

  test('two incidents that are one: what one was about to say is not said, who heard of it is told the end once', async () => {
    await raise('sector1');
    await pass(2);
    await sendAll();
    await raise('sector2');
    await pass(2);
    const [second] = await listIncidents(outage.platform.database.db, 'open');
    if (!second) throw new Error('there should be two');
    await sendAll();
    await sayNews(
      outage.flow.ports,
      technician,
      second.id,
      news(second.version, new Date(outage.platform.clock.business().getTime() + 30 * MINUTE)),
    );
    await raise('mast');
    await pass(2);
    expect(await listIncidents(outage.platform.database.db, 'open')).toHaveLength(1);
    expect(await count(outage.platform, 'outbox', "kind = 'notice' AND channel = 'sms'")).toBe(30);
    expect(await count(outage.platform, 'promises', "kind = 'expected-end'")).toBe(0);
    await sendAll();
    for (const resource of ['sector1', 'sector2', 'mast']) await clear(resource);
    await pass(5);
    expect(await count(outage.platform, 'outbox', "kind = 'notice' AND channel = 'sms'")).toBe(50);
  });
});
