import { IMPORT_WORDS } from '../../contract/import-words.ts';
import { countServicesOf, countServicesOn, customerIds, nextCustomers, nextServices } from '../customers/index.ts';
import { nextResources, resourceIds } from '../network/topology/index.ts';
import type { Db } from '../platform/database/database.ts';
import { type ImportRecord, MOST_ENDED_SHARE, type ResourceRow, type ServiceRow } from './import.ts';
import type { Problems } from './problems.ts';
import { findCycle } from './rules.ts';
import { nextIds, nextRows, stagedIds } from './store.ts';

const { say } = IMPORT_WORDS;

/** Rows looked at in one statement. */
const PAGE = 400;

/** Checks a staged file as a whole: ids that stand twice, references to what isn't there, circles, and, where the file is complete, what would end. Returns how many would. */
export async function checkImport(db: Db, one: ImportRecord, problems: Problems): Promise<{ ending: number }> {
  await checkDoubles(db, one, problems);
  if (one.kind === 'resources') await checkUpstreams(db, one, problems);
  if (one.kind === 'services') await checkReferences(db, one, problems);
  return one.complete ? await checkAbsent(db, one, problems) : { ending: 0 };
}

async function checkDoubles(db: Db, one: ImportRecord, problems: Problems): Promise<void> {
  let before = { externalId: '', line: 0 };
  for (;;) {
    const page = await nextIds(db, one.id, before, PAGE);
    if (page.length === 0) return;
    for (const { external_id, line } of page) {
      if (external_id === before.externalId)
        problems.add({
          line,
          column: 'id',
          wrong: say('id-twice', { id: external_id, line: before.line }),
          right: say('each-id-once'),
        });
      before = { externalId: external_id, line };
    }
  }
}

async function checkUpstreams(db: Db, one: ImportRecord, problems: Problems): Promise<void> {
  const upstreams = new Map<string, readonly string[]>();
  // A complete file is all there will be.
  for (let after = ''; !one.complete; ) {
    const page = await nextResources(db, after, PAGE);
    for (const { externalId, upstream } of page) upstreams.set(externalId, upstream);
    const last = page.at(-1);
    if (!last) break;
    after = last.externalId;
  }
  await eachPage<ResourceRow>(db, one.id, async (rows) => {
    for (const { row } of rows) upstreams.set(row.externalId, row.upstream ?? upstreams.get(row.externalId) ?? []);
  });
  await eachPage<ResourceRow>(db, one.id, async (rows) => {
    for (const { line, row } of rows)
      for (const upstream of row.upstream ?? [])
        if (!upstreams.has(upstream))
          problems.add({
            line,
            column: 'upstream',
            wrong: say(one.complete ? 'no-resource-in-file' : 'no-resource', { id: upstream }),
            right: say('upstream-known'),
          });
  });
  const cycle = findCycle(upstreams);
  if (!cycle) return;
  const lines = new Map<string, number>();
  await eachPage<ResourceRow>(db, one.id, async (rows) => {
    for (const { line, row } of rows) if (cycle.includes(row.externalId)) lines.set(row.externalId, line);
  });
  problems.add({
    line: cycle.map((id) => lines.get(id)).find((line) => line !== undefined) ?? 1,
    column: 'upstream',
    wrong: say('circle', { circle: cycleInWords(cycle) }),
    right: say('upstream-onward'),
  });
}

/** "A → B → C → A"; a long one is cut in the middle. */
function cycleInWords(cycle: readonly string[]): string {
  if (cycle.length <= 14) return cycle.join(' → ');
  return [...cycle.slice(0, 7), `… +${cycle.length - 13} …`, ...cycle.slice(-6)].join(' → ');
}

async function checkReferences(db: Db, one: ImportRecord, problems: Problems): Promise<void> {
  await eachPage<ServiceRow>(db, one.id, async (rows) => {
    const customers = [...new Set(rows.map(({ row }) => row.customer))];
    const resources = [...new Set(rows.map(({ row }) => row.resource))];
    const [inUse, ever] = [false, true].map((withEnded) => ({ withEnded }));
    const known = {
      customers: await customerIds(db, customers, inUse),
      resources: await resourceIds(db, resources, inUse),
    };
    const anyMissing =
      customers.some((id) => !known.customers.has(id)) || resources.some((id) => !known.resources.has(id));
    const former = anyMissing
      ? { customers: await customerIds(db, customers, ever), resources: await resourceIds(db, resources, ever) }
      : known;
    for (const { line, row } of rows) {
      const pairs = [
        {
          column: 'customer_id',
          what: 'customer' as const,
          id: row.customer,
          now: known.customers,
          once: former.customers,
        },
        {
          column: 'resource_id',
          what: 'resource' as const,
          id: row.resource,
          now: known.resources,
          once: former.resources,
        },
      ];
      for (const { column, what, id, now, once } of pairs) {
        if (now.has(id) || (row.state === 'ended' && once.has(id))) continue;
        problems.add({
          line,
          column,
          wrong: say(once.has(id) ? `${what}-ended` : `no-${what}`, { id }),
          right: say(`${what}s-first`),
        });
      }
    }
  });
}

async function checkAbsent(db: Db, one: ImportRecord, problems: Problems): Promise<{ ending: number }> {
  let all = 0;
  let ending = 0;
  await eachAbsent(db, one, async (absent, looked) => {
    all += looked;
    ending += absent.length;
    for (const { externalId, services } of await stillUsed(db, one, absent))
      problems.add({
        line: 1,
        column: 'id',
        wrong:
          services === 1 ? say('still-used-one', { id: externalId }) : say('still-used', { id: externalId, services }),
        right: say('services-first'),
      });
  });
  if (ending > all * MOST_ENDED_SHARE && !one.force)
    problems.add({
      line: 1,
      column: null,
      wrong: say('too-many-end', { ending, all, kind: one.kind, share: Math.round((100 * ending) / all) }),
      right: say('use-force', { share: 100 * MOST_ENDED_SHARE }),
    });
  return { ending };
}

async function stillUsed(
  db: Db,
  one: ImportRecord,
  externalIds: readonly string[],
): Promise<{ externalId: string; services: number }[]> {
  if (one.kind === 'services' || externalIds.length === 0) return [];
  const [ids, count] =
    one.kind === 'resources'
      ? [await resourceIds(db, externalIds), countServicesOn]
      : [await customerIds(db, externalIds), countServicesOf];
  const counts = await count(db, [...ids.values()]);
  return [...ids].flatMap(([externalId, id]) => {
    const services = counts.get(id) ?? 0;
    return services > 0 ? [{ externalId, services }] : [];
  });
}

/** The ids of the next things in use after one, whatever the kind. */
export async function nextInUse(db: Db, one: ImportRecord, after: string): Promise<string[]> {
  if (one.kind === 'customers') return await nextCustomers(db, after, PAGE);
  if (one.kind === 'services') return await nextServices(db, after, PAGE);
  return (await nextResources(db, after, PAGE)).map(({ externalId }) => externalId);
}

async function eachAbsent(
  db: Db,
  one: ImportRecord,
  visit: (absent: string[], looked: number) => Promise<void>,
): Promise<void> {
  for (let after = ''; ; ) {
    const page = await nextInUse(db, one, after);
    const last = page.at(-1);
    if (last === undefined) return;
    const there = await stagedIds(db, one.id, page);
    await visit(
      page.filter((id) => !there.has(id)),
      page.length,
    );
    after = last;
  }
}

async function eachPage<Row>(
  db: Db,
  id: string,
  visit: (rows: { line: number; row: Row }[]) => Promise<void>,
): Promise<void> {
  for (let after = 0; ; ) {
    const rows = await nextRows<Row>(db, id, after, PAGE);
    const last = rows.at(-1);
    if (!last) return;
    await visit(rows);
    after = last.line;
  }
}
