import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../../tests/support/test-platform.ts';
import { applyCustomers, applyServices, endServices } from '../../customers/index.ts';
import { newId } from '../../platform/ids.ts';
import {
  affectServices,
  ancestorsOf,
  ancestorsOfAll,
  applyLinks,
  applyResources,
  areasOfSubject,
  countAffected,
  endResources,
  findResources,
  impactOf,
  isBelow,
  publicAreas,
  resourceBriefs,
  resourceByExternalId,
  resourceIds,
  topmost,
} from './index.ts';

/** core ← left, right ← mast (either way is enough) ← sector; left ← hut */
const ROWS = [
  { externalId: 'core', kind: 'exchange', name: 'Centrale 100%' },
  { externalId: 'left', kind: 'link', name: 'Ponte sinistro', upstream: ['core'] },
  { externalId: 'right', kind: 'link', name: 'Ponte destro', upstream: ['core'] },
  { externalId: 'mast', kind: 'mast', name: 'Traliccio', upstream: ['left', 'right'], lat: 45.9214, lon: 8.5518 },
  { externalId: 'sector', kind: 'sector', name: 'Settore nord', upstream: ['mast'], lat: 45.8836, lon: 8.5381 },
  { externalId: 'hut', kind: 'mast', name: 'Baita', upstream: ['left'] },
];

describe.each(ENGINES)('topology on %s', (engine) => {
  let platform: TestPlatform;
  let ids: Map<string, string>;
  beforeAll(async () => {
    platform = await openTestPlatform(engine);
  });
  afterAll(async () => await platform.close());

  beforeEach(async () => {
    await platform.database.pool.query(
      'TRUNCATE resources, resource_links, parties, services, affected_services CASCADE',
    );
    await platform.database.transaction(async (tx) => {
      await applyResources(tx, ROWS);
      await applyLinks(tx, ROWS);
      ids = await resourceIds(
        tx,
        ROWS.map(({ externalId }) => externalId),
      );
      const at = platform.clock.business();
      const facts = {
        defaultLanguage: 'it' as const,
        at,
        recordedAt: at,
        vault: platform.vault,
        actor: { kind: 'command' as const, name: 'test' },
      };
      const customers = ['p1', 'p2', 'p3'].map((externalId) => ({
        externalId,
        name: externalId,
        kind: 'consumer' as const,
        addresses: {},
      }));
      const parties = await applyCustomers(tx, customers, facts);
      const service = (
        externalId: string,
        party: number,
        resource: string,
        state: 'active' | 'suspended' | 'pending',
      ) => ({
        externalId,
        partyId: parties[party]?.party.id ?? '',
        resourceId: id(resource),
        product: 'FWA',
        state,
      });
      await applyServices(tx, [
        service('s1', 0, 'mast', 'active'),
        service('s2', 0, 'sector', 'suspended'),
        service('s3', 1, 'sector', 'active'),
        service('s4', 1, 'sector', 'pending'),
        service('s5', 2, 'hut', 'active'),
      ]);
    });
  });

  const id = (externalId: string): string => ids.get(externalId) ?? '';
  const names = (found: readonly string[]): string[] =>
    [...ids]
      .filter(([, one]) => found.includes(one))
      .map(([name]) => name)
      .sort();
  const impact = async (...failed: string[]) => {
    const { down, degraded } = await impactOf(platform.database.db, failed.map(id));
    return { down: names(down), degraded: names(degraded) };
  };

  test('given failures, redundancy is counted all the way down', async () => {
    expect(await impact('left')).toEqual({ down: ['hut', 'left'], degraded: ['mast', 'sector'] });
    expect(await impact('left', 'right')).toEqual({ down: ['hut', 'left', 'mast', 'right', 'sector'], degraded: [] });
    expect((await impact('core')).down).toHaveLength(6);
    expect(await impact('sector')).toEqual({ down: ['sector'], degraded: [] });
    expect(await impactOf(platform.database.db, [])).toEqual({ down: [], degraded: [] });
  });

  test('given an upstream that has ended, it is no way up any more', async () => {
    await platform.database.transaction(async (tx) => await endResources(tx, ['right'], platform.clock.business()));
    expect(await impact('left')).toEqual({ down: ['hut', 'left', 'mast', 'sector'], degraded: [] });
  });

  test('given alarmed resources, the topmost are found, and who is above whom', async () => {
    const { db } = platform.database;
    expect(names(await topmost(db, ['sector', 'left', 'hut'].map(id)))).toEqual(['left']);
    expect(names(await topmost(db, ['left', 'right'].map(id)))).toEqual(['left', 'right']);
    expect(names(await ancestorsOf(db, id('sector')))).toEqual(['core', 'left', 'mast', 'right']);
    const all = await ancestorsOfAll(db, ['sector', 'hut', 'core'].map(id));
    expect([...all].map(([below, above]) => [names([below]), names([...above])])).toEqual([
      [['sector'], ['core', 'left', 'mast', 'right']],
      [['hut'], ['core', 'left']],
      [['core'], []],
    ]);
    expect(await ancestorsOfAll(db, [])).toEqual(new Map());
    expect(await isBelow(db, id('sector'), id('core'))).toBe(true);
    expect(await isBelow(db, id('core'), id('sector'))).toBe(false);
    expect(await isBelow(db, id('core'), id('core'))).toBe(false);
  });

  test('given an impact, lines in use are concerned once; those that drop out leave, those that return come back', async () => {
    const subject = newId();
    const { clock, database } = platform;
    const affect = async (down: string[], degraded: string[]) =>
      await database.transaction(
        async (tx) =>
          await affectServices(tx, subject, { down: down.map(id), degraded: degraded.map(id) }, clock.business()),
      );
    const rows = async () =>
      (
        await database.pool.query(
          'SELECT s.external_id, a.effect, a.left_at IS NOT NULL AS gone FROM affected_services a JOIN services s ON s.id = a.service_id ORDER BY 1',
        )
      ).rows.map((row: Record<string, unknown>) => `${row.external_id} ${row.gone ? 'gone' : row.effect}`);
    const supposed = { down: ['left', 'hut'].map(id), degraded: ['mast', 'sector'].map(id) };
    expect(await countAffected(database.db, supposed)).toEqual({
      servicesDown: 1,
      servicesDegraded: 3,
      partiesDown: 1,
    });
    expect(await affect(['left', 'hut'], ['mast', 'sector'])).toEqual({
      servicesDown: 1,
      servicesDegraded: 3,
      partiesDown: 1,
    });
    expect(await rows()).toEqual(['s1 degraded', 's2 degraded', 's3 degraded', 's5 down']);
    clock.advance(60_000);
    expect(await affect(['mast', 'sector'], [])).toEqual({ servicesDown: 3, servicesDegraded: 0, partiesDown: 2 });
    expect(await rows()).toEqual(['s1 down', 's2 down', 's3 down', 's5 gone']);
    expect(await affect(['hut', 'mast'], ['sector'])).toEqual({ servicesDown: 2, servicesDegraded: 2, partiesDown: 2 });
    expect(await rows()).toEqual(['s1 down', 's2 degraded', 's3 degraded', 's5 down']);
    // A line that ends leaves as well.
    await database.transaction(async (tx) => await endServices(tx, ['s1']));
    expect(await affect(['hut', 'mast'], ['sector'])).toMatchObject({ servicesDown: 1, partiesDown: 1 });
    expect(await rows()).toEqual(['s1 gone', 's2 degraded', 's3 degraded', 's5 down']);
  });

  test('given more lines than one statement takes, all are concerned, and areas count them', async () => {
    const { database, clock } = platform;
    await database.pool.query(
      `INSERT INTO services (id, external_id, party_id, product, resource_id, state)
       SELECT gen_random_uuid(), 'many-' || n, (SELECT id FROM parties ORDER BY external_id LIMIT 1), 'FWA', $1, 'active' FROM generate_series(1, 2500) n`,
      [id('mast')],
    );
    const subject = newId();
    const all = { down: [id('mast'), id('sector'), id('hut')], degraded: [] };
    expect(await countAffected(database.db, all)).toEqual({ servicesDown: 2504, servicesDegraded: 0, partiesDown: 3 });
    expect((await database.pool.query('SELECT 1 FROM affected_services')).rows).toEqual([]);
    const counts = await database.transaction(
      async (tx) =>
        await affectServices(
          tx,
          subject,
          { down: [id('mast'), id('sector'), id('hut')], degraded: [] },
          clock.business(),
        ),
    );
    expect(counts).toEqual({ servicesDown: 2504, servicesDegraded: 0, partiesDown: 3 });
    expect(await areasOfSubject(database.db, subject, 'down')).toEqual([
      { code: '103072', name: 'Verbania', services: 2501 },
      { code: '103064', name: 'Stresa', services: 2 },
    ]);
    expect(await publicAreas(database.db, subject, 'down')).toEqual([
      { name: 'Verbania', lines: 2500 },
      { name: 'Piemonte', lines: null },
    ]);
    const again = await database.transaction(
      async (tx) => await affectServices(tx, subject, { down: [id('mast')], degraded: [] }, clock.business()),
    );
    expect(again).toEqual({ servicesDown: 2501, servicesDegraded: 0, partiesDown: 1 });
    const { rows } = await database.pool.query('SELECT count(*) AS n FROM affected_services WHERE left_at IS NOT NULL');
    expect(rows).toEqual([{ n: 3 }]);
  });

  test('given words, resources are found: exact ids first, wildcards taken literally', async () => {
    const { db } = platform.database;
    const found = async (search: string) =>
      (await findResources(db, { search, limit: 10 })).map(({ externalId }) => externalId);
    expect(await found('mast')).toEqual(['mast']);
    expect(await found('ponte')).toEqual(['right', 'left']);
    expect(await found('0%')).toEqual(['core']);
    expect(await found('%')).toEqual(['core']);
    expect(await findResources(db, { search: '', limit: 2 })).toHaveLength(2);
    expect(await resourceByExternalId(db, 'mast')).toMatchObject({ name: 'Traliccio', area: 'Verbania' });
    expect(await resourceByExternalId(db, 'none')).toBeNull();
    expect(await resourceBriefs(db, [id('core'), id('hut')])).toHaveLength(2);
  });
});
