import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock } from '../server/platform/clock.ts';
import { openDatabase } from '../server/platform/database/database.ts';
import { migrate } from '../server/platform/database/migrate.ts';
import { createLog } from '../server/platform/log.ts';
import type { Platform } from '../server/platform/platform.ts';
import { createVault } from '../server/platform/secrets.ts';
import { startPostgres } from '../tests/support/postgres.ts';

export const BENCH_ENGINES = ['embedded', 'postgresql'] as const;
export type BenchEngine = (typeof BENCH_ENGINES)[number];

/** A platform on a fresh database of one engine; `close` removes it. */
export async function openBenchPlatform(engine: BenchEngine): Promise<{ platform: Platform; close(): Promise<void> }> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'filodiretto-bench-'));
  const server = engine === 'postgresql' ? await startPostgres() : null;
  const log = createLog('silent');
  const database = await openDatabase({ url: server?.url ?? null, dataFolder, schema: 'bench', log });
  await migrate(database);
  const platform: Platform = {
    database,
    clock: createClock(),
    log,
    vault: createVault(randomBytes(32)),
    timeZone: 'Europe/Rome',
    publicUrl: 'http://127.0.0.1:8600',
    dataFolder,
  };
  return {
    platform,
    close: async () => {
      await database.close();
      await server?.stop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

/** The value that so many per cent of the measured ones do not pass; percentile from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
