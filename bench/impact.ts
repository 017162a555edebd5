import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { affectServices, impactOf } from '../server/network/topology/index.ts';
import { type Database, openDatabase } from '../server/platform/database/database.ts';
import { migrate } from '../server/platform/database/migrate.ts';
import { newId } from '../server/platform/ids.ts';
import { createLog } from '../server/platform/log.ts';
import type { Measurement } from './measurement.ts';

const EXCHANGES = 40;
const MASTS = 2000;
const SERVICES = 100_000;
const RUNS = 15;

/**
 * Who is behind a mast (50 lines) and behind an exchange (50 masts that have no other way, 2,500 lines), and writing them down, on the embedded engine with 100,000
 * services. Baselines: the same closure as one bare recursive statement, and one bare INSERT … SELECT of the same lines.
 */
export async function* impact(): AsyncGenerator<Measurement> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'filodiretto-bench-'));
  const database = await openDatabase({ url: null, dataFolder, schema: 'filodiretto', log: createLog('silent') });
  try {
    await migrate(database);
    await fill(database);
    const rows: Measurement[] = [];
    for (const [name, externalId] of [
      ['mast', 'mast-7'],
      ['exchange', 'exchange-7'],
    ] as const)
      rows.push(...(await measure(database, name, externalId)));
    yield* rows;
  } finally {
    await database.close();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

/** One core, exchanges below it, masts each below one exchange, lines on masts. */
async function fill({ pool }: Database): Promise<void> {
  await pool.query(`INSERT INTO resources (id, external_id, kind, name) SELECT gen_random_uuid(), name, split_part(name, '-', 1), name
    FROM (SELECT 'core' AS name UNION ALL SELECT 'exchange-' || n FROM generate_series(1, ${EXCHANGES}) n
      UNION ALL SELECT 'mast-' || n FROM generate_series(1, ${MASTS}) n) names`);
  await pool.query(`INSERT INTO resource_links SELECT below.id, above.id FROM resources below JOIN resources above ON above.external_id =
    CASE WHEN below.kind = 'exchange' THEN 'core' ELSE 'exchange-' || (1 + split_part(below.external_id, '-', 2)::int % ${EXCHANGES}) END
    WHERE below.kind <> 'core'`);
  await pool.query(`INSERT INTO parties (id, external_id, name, kind, language)
    SELECT gen_random_uuid(), 'customer-' || n, 'Customer ' || n, 'consumer', 'it' FROM generate_series(1, ${SERVICES}) n`);
  await pool.query(`INSERT INTO services (id, external_id, party_id, product, resource_id, state)
    SELECT gen_random_uuid(), 'service-' || n, party.id, 'FWA', mast.id, 'active' FROM generate_series(1, ${SERVICES}) n
    JOIN parties party ON party.external_id = 'customer-' || n JOIN resources mast ON mast.external_id = 'mast-' || (1 + n % ${MASTS})`);
  await pool.query('ANALYZE');
}

async function measure(database: Database, name: string, externalId: string): Promise<Measurement[]> {
  const { rows } = await database.pool.query<{ id: string }>('SELECT id FROM resources WHERE external_id = $1', [
    externalId,
  ]);
  const id = rows[0]?.id ?? '';
  const { down } = await impactOf(database.db, [id]);
  const bare = `WITH RECURSIVE below (id) AS (SELECT $1::uuid UNION SELECT link.resource_id FROM below JOIN resource_links link ON link.upstream_id = below.id) SELECT id FROM below`;
  const [ours, theirs] = await medians(
    async () => void (await impactOf(database.db, [id])),
    async () => void (await database.pool.query(bare, [id])),
  );
  const at = new Date();
  let lines = 0;
  const [writing, bareWriting] = await medians(
    async () => {
      const counts = await database.transaction(
        async (tx) => await affectServices(tx, newId(), { down, degraded: [] }, at),
      );
      lines = counts.servicesDown;
    },
    async () => {
      await database.pool.query(
        `INSERT INTO affected_services (subject_id, service_id, party_id, effect, since)
         SELECT $1, id, party_id, 'down', $3 FROM services WHERE state IN ('active', 'suspended') AND state <> 'ended' AND resource_id = ANY($2::uuid[])`,
        [newId(), down, at],
      );
    },
  );
  const conditions = `embedded engine, ${SERVICES} services on ${MASTS} masts; ${down.length} resources down, ${lines} lines; median of ${RUNS}`;
  return [
    row(`impact of a ${name}`, ours, theirs, conditions),
    row(`lines behind a ${name} written down`, writing, bareWriting, conditions),
  ];
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
const row = (name: string, value: number, baseline: number, conditions: string): Measurement => ({
  name,
  value: rounded(value),
  unit: 'ms',
  baseline: rounded(baseline),
  ratio: rounded(value / baseline),
  conditions,
});

/** Both in turn, so that what else the machine does falls on both. */
async function medians(first: () => Promise<void>, second: () => Promise<void>): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let run = 0; run < RUNS + 2; run++) {
    for (const [index, work] of [first, second].entries()) {
      const begin = performance.now();
      await work();
      if (run >= 2) times[index]?.push(performance.now() - begin); // the first two warm up
    }
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  return [median(times[0]), median(times[1])];
}
