import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll } from 'vitest';
import { type Clock, createManualClock } from '../../server/platform/clock.ts';
import { type Database, openDatabase, openOnEngine } from '../../server/platform/database/database.ts';
import { EmbeddedEngine } from '../../server/platform/database/embedded.ts';
import { migrate } from '../../server/platform/database/migrate.ts';
import { createLog } from '../../server/platform/log.ts';
import type { Platform } from '../../server/platform/platform.ts';
import { rootFolder } from '../../server/platform/root-folder.ts';
import { createVault } from '../../server/platform/secrets.ts';

export const ENGINES = ['embedded', 'postgresql'] as const;
export type Engine = (typeof ENGINES)[number];

export type TestPlatform = Platform & { clock: ReturnType<typeof createManualClock>; close: () => Promise<void> };

/** A migrated database of its own on the engine, and a platform around it with a clock that stands still at 2026-03-10 14:05 in Rome. */
export async function openTestPlatform(
  engine: Engine,
  options: { clock?: Clock; migrated?: boolean } = {},
): Promise<TestPlatform> {
  const { database, dataFolder, drop } = await openTestDatabase(engine);
  if (options.migrated !== false) await migrate(database);
  return {
    database,
    clock:
      (options.clock as ReturnType<typeof createManualClock>) ?? createManualClock(new Date('2026-03-10T13:05:00Z')),
    log: createLog('silent'),
    vault: createVault(randomBytes(32)),
    timeZone: 'Europe/Rome',
    publicUrl: 'http://127.0.0.1:8600',
    dataFolder,
    close: async () => {
      await database.close();
      await drop();
    },
  };
}

async function openTestDatabase(
  engine: Engine,
): Promise<{ database: Database; dataFolder: string; drop: () => Promise<void> }> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'filodiretto-test-'));
  const log = createLog('silent');
  if (engine === 'embedded') {
    const shared = await sharedEngine();
    const schema = newSchemaName();
    const database = openOnEngine(shared, { schema, log }, async () => {});
    const drop = async (): Promise<void> => {
      const cleaner = openOnEngine(shared, { schema, log }, async () => {});
      await cleaner.pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
      await cleaner.close();
      rmSync(dataFolder, { recursive: true, force: true });
    };
    return { database, dataFolder, drop };
  }
  const url = testPostgresUrl();
  const schema = newSchemaName();
  const database = await openDatabase({ url, dataFolder, schema, log });
  const drop = async (): Promise<void> => {
    await dropSchema(schema);
    rmSync(dataFolder, { recursive: true, force: true });
  };
  return { database, dataFolder, drop };
}

/** Opening an embedded engine takes a second or two: a test file has one, and each test a schema of its own in it. */
let engineOfFile: { engine: EmbeddedEngine; folder: string } | null = null;

async function sharedEngine(): Promise<EmbeddedEngine> {
  if (!engineOfFile) {
    const folder = mkdtempSync(join(tmpdir(), 'filodiretto-engine-'));
    await copyFreshEngine(folder);
    engineOfFile = { engine: await EmbeddedEngine.open(join(folder, 'database')), folder };
  }
  return engineOfFile.engine;
}

afterAll(async () => {
  await engineOfFile?.engine.close();
  if (engineOfFile) rmSync(engineOfFile.folder, { recursive: true, force: true });
  engineOfFile = null;
});

/** The server that the run's global set-up started. */
export function testPostgresUrl(): string {
  const url = process.env.TEST_POSTGRES_URL;
  if (!url) throw new Error('TEST_POSTGRES_URL is missing: these tests run through vitest');
  return url;
}

export const newSchemaName = (): string => `test_${randomBytes(6).toString('hex')}`;

export async function dropSchema(schema: string): Promise<void> {
  const client = new pg.Client(testPostgresUrl());
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await client.end();
}

/** Making an embedded database takes seconds; an empty one is made once for a version and copied. */
export async function copyFreshEngine(dataFolder: string): Promise<void> {
  const version = (
    JSON.parse(readFileSync(join(rootFolder, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
  ).dependencies['@electric-sql/pglite'];
  const template = join(tmpdir(), `filodiretto-fresh-pglite-${version}-${process.getuid?.() ?? 0}`);
  if (!existsSync(template)) {
    const own = mkdtempSync(join(tmpdir(), 'filodiretto-fresh-'));
    const made = await EmbeddedEngine.open(join(own, 'database'));
    await made.close();
    try {
      renameSync(own, template);
    } catch {
      rmSync(own, { recursive: true, force: true }); // another test file was faster
    }
  }
  cpSync(join(template, 'database'), join(dataFolder, 'database'), { recursive: true });
}
