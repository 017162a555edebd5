import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rootFolder } from '../server/platform/root-folder.ts';
import type { Measurement } from './measurement.ts';

const RUNS = 5;

/** What a start can't do without: a Node process that opens the same embedded database and answers with a bare Fastify. */
const BARE = `
  import { PGlite } from '@electric-sql/pglite';
  import { fastify } from 'fastify';
  const database = await PGlite.create(process.argv[1]);
  await database.query('SELECT 1');
  const http = fastify();
  http.get('/ready', () => ({ ready: true }));
  await http.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** Milliseconds from spawning to the first 200 of /ready. */
async function timeToReady(begin: (port: number) => ChildProcess): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = begin(port);
  try {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode} before it was ready`);
      const ready = await fetch(`http://127.0.0.1:${port}/ready`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (ready) return performance.now() - startedAt;
      await sleep(5);
    }
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** From `filodiretto start` to ready, on an existing embedded database with the desk built, in turn with the bare parts that it stands on. */
export async function* start(): AsyncGenerator<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'filodiretto-bench-start-'));
  const bareFolder = join(folder, 'bare');
  const product = (port: number): ChildProcess =>
    spawn(
      process.execPath,
      [join(rootFolder, 'bin', 'filodiretto.mjs'), 'start', '--data', join(folder, 'data'), '--port', String(port)],
      {
        cwd: rootFolder,
        stdio: 'ignore',
        env: { ...process.env, DATABASE_URL: '', LOG_LEVEL: 'silent' },
      },
    );
  const bare = (port: number): ChildProcess =>
    spawn(process.execPath, ['--input-type=module', '-e', BARE, bareFolder, String(port)], {
      cwd: rootFolder,
      stdio: 'ignore',
    });
  try {
    await timeToReady(product); // makes the database, builds the desk
    await timeToReady(bare);
    const [products, bares]: [number[], number[]] = [[], []];
    for (let run = 0; run < RUNS; run++) {
      products.push(await timeToReady(product));
      bares.push(await timeToReady(bare));
    }
    const [value, baseline] = [median(products), median(bares)];
    yield {
      name: 'start',
      value: Math.round(value),
      unit: 'ms',
      baseline: Math.round(baseline),
      ratio: value / baseline,
      conditions: `median of ${RUNS}, existing embedded database; baseline: bare PGlite and Fastify`,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
