import { randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { createFlow } from '../server/flow.ts';
import { keepSms } from '../server/intake/index.ts';
import { newId } from '../server/platform/ids.ts';
import type { Platform } from '../server/platform/platform.ts';
import { makeFirstTeams } from '../server/teams/index.ts';
import { startWorker } from '../server/worker.ts';
import type { Measurement } from './measurement.ts';
import { BENCH_ENGINES, type BenchEngine, openBenchPlatform, percentile } from './platform.ts';

const A_SECOND = 100;
const SECONDS = 60;
const CUSTOMERS = 2000;
/** Before the figures count: a process that runs is measured, not one that starts. */
const WARMING = 500;

/**
 * A hundred SMS of customers a second for a minute: how long from stored to acknowledged (committed, in the outbox), at most, for 95 of 100. The baseline is the same storing
 * alone, at the same pace: what the machine needs before anything is understood.
 */
export async function* inbound(): AsyncGenerator<Measurement> {
  for (const engine of BENCH_ENGINES) yield await measure(engine);
}

async function measure(engine: BenchEngine): Promise<Measurement> {
  const { platform, close } = await openBenchPlatform(engine);
  try {
    const { db } = platform.database;
    await fill(platform);
    const routeId = newId();
    await sql`INSERT INTO routes (id, name, kind, config, enabled, made_at) VALUES (${routeId}, 'SMSC', 'smpp', '{}', false, ${new Date()})`.execute(
      db,
    );
    const flow = createFlow(platform);
    const storing: number[] = [];
    const store = async (turn: number): Promise<void> => {
      const begin = performance.now();
      const sender = `+39340${String(turn % CUSTOMERS).padStart(7, '0')}`;
      const text = `Internet non funziona, prova ${randomUUID()}`;
      await platform.database.transaction((tx) =>
        keepSms(tx, platform, routeId, { sender, text, raw: Buffer.from(text), part: null }),
      );
      storing.push(performance.now() - begin);
    };
    for (let turn = 0; turn < WARMING; turn++) await store(turn);
    while ((await flow.round()) > 0);
    storing.length = 0;
    const since = new Date();
    const worker = await startWorker(platform, () => flow.round());
    const begin = performance.now();
    const running: Promise<void>[] = [];
    for (let turn = 0; turn < A_SECOND * SECONDS; turn++) {
      const ahead = (turn / A_SECOND) * 1000 - (performance.now() - begin);
      if (ahead > 1) await sleep(ahead);
      running.push(store(turn));
    }
    await Promise.all(running);
    const took = (performance.now() - begin) / 1000;
    const waiting = async (): Promise<number> =>
      (await sql<{ n: number }>`SELECT count(*) AS n FROM inbound_messages WHERE worked_at IS NULL`.execute(db)).rows[0]
        ?.n ?? 0;
    while ((await waiting()) > 0) await sleep(200);
    await worker.stop();
    const { rows } = await sql<{
      seconds: number;
    }>`SELECT extract(epoch FROM worked_at - received_at)::float8 AS seconds
      FROM inbound_messages WHERE received_at >= ${since}`.execute(db);
    const value = percentile(
      rows.map(({ seconds }) => seconds * 1000),
      0.95,
    );
    const baseline = percentile(storing, 0.95);
    return {
      name: `inbound-acknowledged-${engine}`,
      value: Math.round(value),
      unit: 'ms (p95, stored to acknowledged)',
      baseline: Math.round(baseline * 10) / 10,
      ratio: Math.round((value / baseline) * 10) / 10,
      conditions: `${rows.length} SMS of ${CUSTOMERS} customers in ${Math.round(took)} s, ${cpus().length} cores, Node ${process.version}; baseline: storing one, p95`,
    };
  } finally {
    await close();
  }
}

async function fill(platform: Platform): Promise<void> {
  const { db } = platform.database;
  await platform.database.transaction((tx) => makeFirstTeams(tx, platform.clock));
  await sql`WITH people AS (
      INSERT INTO parties (id, external_id, name, kind, language)
      SELECT gen_random_uuid(), 'C-' || n, 'Cliente ' || n, 'consumer', 'it' FROM generate_series(0, ${CUSTOMERS - 1}::int) n RETURNING id, external_id)
    INSERT INTO contact_points (id, party_id, channel, address, verification)
    SELECT gen_random_uuid(), id, 'sms', '+39340' || lpad(substring(external_id FROM 3), 7, '0'), 'verified' FROM people`.execute(
    db,
  );
}
