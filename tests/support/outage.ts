import { sql } from 'kysely';
import { afterEach, beforeEach, expect } from 'vitest';
import { createFlow, type Flow } from '../../server/flow.ts';
import { sayNews } from '../../server/network/incidents/say-news.ts';
import { listIncidents } from '../../server/network/incidents/store.ts';
import type { Actor } from '../../server/platform/actor.ts';
import { deliver, makeNetwork, setSettings, type TestNetwork } from './network.ts';
import { type Engine, openTestPlatform, type TestPlatform } from './test-platform.ts';

export const technician: Actor = { kind: 'staff', id: 'tina', roles: ['technician'] };
export const MINUTE = 60_000;

// Here customers are 30 on the mast, 12 and 8 on its sectors, 5 on another mast; `ring` has two ways up.
export const TREE = {
  exchange: [],
  mast: ['exchange'],
  sector1: ['mast'],
  sector2: ['mast'],
  other: ['exchange'],
  ring: ['mast', 'other'],
};
export const PEOPLE = { mast: 30, sector1: 12, sector2: 8, other: 5, ring: 7 };

/** What staff says of an incident. */
export const news = (version: number, expectedEnd: Date | null) => ({
  version,
  cause: 'power' as const,
  expectedEnd: expectedEnd?.toISOString() ?? null,
  nextStep: 'technicians-on-site' as const,
  whatYouCanDo: [],
});

/** A small network with customers for each test of a block, telling switched on, and hands to make things happen in it. */
export function useOutages(engine: Engine) {
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
  return {
    pass,
    raise,
    clear,
    sendAll,
    only,
    promiseEnd,
    texts,
    get platform() {
      return platform;
    },
    get network() {
      return network;
    },
    get flow() {
      return flow;
    },
  };
}
