import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { count, deliver, setSettings } from '../../../tests/support/network.ts';
import { MINUTE, news, technician, useOutages } from '../../../tests/support/outage.ts';
import { ENGINES } from '../../../tests/support/test-platform.ts';
import { previewNews, sayNews } from './say-news.ts';
import { listIncidents } from './store.ts';

describe.each(ENGINES)('the promised end of an outage, on %s', (engine) => {
  const outage = useOutages(engine);
  const { pass, raise, clear, sendAll, only, promiseEnd, texts } = outage;

  test('the expected end is a promise: moved in time it is superseded and everybody is told', async () => {
    await raise('mast');
    await pass(2);
    await sendAll();
    let incident = await only();
    const first = new Date(outage.platform.clock.business().getTime() + 90 * MINUTE);
    const preview = await previewNews(outage.flow.ports, incident.id, news(incident.version, first));
    expect(preview.reach).toMatchObject({ people: 50, unreachable: 0, decision: { state: 'undoable' } });
    await sayNews(outage.flow.ports, technician, incident.id, news(incident.version, first));
    expect((await only()).expectedEnd).toBeNull(); // it can still be undone
    await pass(2);
    incident = await only();
    expect(incident).toMatchObject({ expectedEnd: first, cause: 'power', ownerId: 'tina' });
    await sendAll();
    const second = new Date(first.getTime() + 45 * MINUTE);
    await sayNews(outage.flow.ports, technician, incident.id, news(incident.version, second));
    await pass(2);
    expect(await count(outage.platform, 'promises', "kind = 'expected-end' AND state = 'superseded'")).toBe(1);
    expect(await count(outage.platform, 'promises', "kind = 'expected-end' AND state = 'open'")).toBe(1);
    expect(await count(outage.platform, 'announcements', "kind = 'expected-end-moved' AND state = 'told'")).toBe(1);
    expect(await count(outage.platform, 'outbox', "kind = 'notice'")).toBe(55);
    expect((await texts()).at(-1)).toMatch(/15:37.*16:22/);
  });

  test('passed, it breaks: those affected hear it first, it climbs a rung, and after three renewals a person must set the time', async () => {
    await raise('mast');
    await pass(2);
    await sendAll();
    await promiseEnd(30);
    await pass(30);
    expect(await count(outage.platform, 'promises', "kind = 'expected-end' AND state = 'broken'")).toBe(1);
    expect(await count(outage.platform, 'promises', "kind = 'next-word' AND state = 'open' AND renewal = 1")).toBe(1);
    expect(await count(outage.platform, 'announcements', "kind = 'expected-end-passed'")).toBe(1);
    expect((await only()).rung).toBe(1);
    expect(await sendAll()).toBe(55);
    await pass(61); // 60 minutes, then 120, then 240
    await pass(121);
    expect(await count(outage.platform, 'announcements', "kind = 'expected-end-passed'")).toBe(3);
    await pass(241);
    expect(await count(outage.platform, 'promises', "kind = 'staff-time' AND state = 'open'")).toBe(1);
    expect(await count(outage.platform, 'announcements', "kind = 'expected-end-passed'")).toBe(3);
    expect((await only()).rung).toBe(2);
    // No promise is ever silently late.
    await pass(600);
    expect(
      await count(
        outage.platform,
        'promises',
        `state = 'open' AND due_at <= '${outage.platform.clock.business().toISOString()}'`,
      ),
    ).toBe(0);
  });

  test('power returns: who heard is told, who never heard is not, and the promise is kept by the time of the fact', async () => {
    await raise('mast');
    await pass(2);
    // Half of them heard; the others' notices still wait.
    await sql`UPDATE notices SET state = 'sent' WHERE id IN (SELECT id FROM outbox WHERE kind = 'notice' AND channel = 'sms' ORDER BY id LIMIT 20)`.execute(
      outage.platform.database.db,
    );
    await sql`DELETE FROM outbox WHERE id IN (SELECT id FROM notices WHERE state = 'sent')`.execute(
      outage.platform.database.db,
    );
    await pass(30);
    await clear('mast');
    expect((await only()).state).toBe('restoring');
    await pass(3);
    expect(await only()).toMatchObject({ state: 'restored' });
    expect(await count(outage.platform, 'promises', "state = 'kept' AND kind = 'next-word'")).toBe(1);
    expect(await count(outage.platform, 'notices', "state = 'withdrawn'")).toBe(35);
    expect(await count(outage.platform, 'notices', "state = 'queued'")).toBe(20);
    expect(await count(outage.platform, 'outbox', "kind = 'notice'")).toBe(20);
    await pass(121);
    expect(await listIncidents(outage.platform.database.db, 'open')).toEqual([]);
  });

  test('after downtime, what arrived meanwhile is heard first: a fact dated before the due time keeps the promise', async () => {
    await raise('mast');
    await pass(2);
    await sendAll();
    const clearedAt = new Date(outage.platform.clock.business().getTime() + 20 * MINUTE);
    // The product is down while the mast comes back, and starts again long after the promised time.
    outage.platform.clock.advance(5 * 60 * MINUTE);
    await deliver(outage.platform, outage.network, [
      { id: 'alarm mast', state: 'cleared', resource: 'mast', at: clearedAt },
    ]);
    while ((await outage.flow.round()) > 0);
    expect(await count(outage.platform, 'promises', "state = 'broken'")).toBe(0);
    expect(await count(outage.platform, 'promises', "state = 'kept' AND kind = 'next-word'")).toBe(1);
    expect(await only()).toMatchObject({ state: 'restored', restoredAt: clearedAt });
  });

  test('held through the night while the machine ran out of renewals: in the morning they hear what happened and when they hear more', async () => {
    await setSettings(outage.platform, { quietHours: { from: '14:00', to: '08:00', channels: ['sms'], pass: [] } });
    await raise('mast');
    await pass(2);
    for (let turn = 0; turn < 114; turn++) await pass(10);
    expect(await count(outage.platform, 'outbox', "channel = 'sms' AND kind = 'notice'")).toBe(50);
    expect((await texts()).at(-1)).toMatch(/Verbania/);
    expect(await count(outage.platform, 'promises', "state = 'open' AND promisee_kind = 'affected'")).toBe(1);
  });

  test('what staff said passed while it could be undone: it is not told, the first word goes on, and somebody must say a new time', async () => {
    await raise('mast');
    await pass(2);
    const incident = await only();
    await sayNews(
      outage.flow.ports,
      technician,
      incident.id,
      news(incident.version, new Date(outage.platform.clock.business().getTime() + MINUTE / 2)),
    );
    await pass(2);
    expect(await count(outage.platform, 'outbox', "kind = 'notice'")).toBe(55);
    expect(await count(outage.platform, 'announcements', "state = 'refused'")).toBe(1);
  });

  test('repaired in time but within the damping: the promise is kept, nobody reads that it broke', async () => {
    await raise('mast');
    await pass(2);
    await sendAll();
    await promiseEnd(30);
    await pass(27);
    await clear('mast');
    for (let turn = 0; turn < 12; turn++) await pass(0.5);
    expect(await count(outage.platform, 'announcements', "kind = 'expected-end-passed'")).toBe(0);
    expect(await count(outage.platform, 'promises', "kind = 'expected-end' AND state = 'kept'")).toBe(1);
    expect((await only()).rung).toBe(0);
  });

  test('an outage that grows makes its promise once, and says the one that stands', async () => {
    await raise('sector2');
    await pass(2);
    await sendAll();
    const [first] = (
      await sql<{ due_at: Date }>`SELECT due_at FROM promises WHERE kind = 'next-word' AND state = 'open'`.execute(
        outage.platform.database.db,
      )
    ).rows;
    await pass(20);
    await raise('mast');
    await pass(1);
    expect(await count(outage.platform, 'outbox', "kind = 'notice' AND channel = 'sms'")).toBe(42);
    const { rows } = await sql<{
      next: string;
    }>`SELECT answer->>'nextWordBy' AS next FROM announcements WHERE audience = 'unheard'`.execute(
      outage.platform.database.db,
    );
    expect(rows).toEqual([{ next: first?.due_at.toISOString() }]);
    expect(await count(outage.platform, 'promises', "state = 'open' AND promisee_kind = 'affected'")).toBe(1);
  });
});
