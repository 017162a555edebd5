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
  const migrated = options.migrated !== false;
  const used = migrated ? ready[engine].pop() : undefined;
  const schema = used?.schema ?? newSchemaName();
  const dataFolder = mkdtempSync(join(tmpdir(), 'filodiretto-test-'));
  const database = await openSchema(engine, schema, dataFolder);
  if (migrated && !used) await migrate(database);
  const fresh = migrated ? (used ?? { schema, shape: await shapeOf(database) }) : null;
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
      rmSync(dataFolder, { recursive: true, force: true });
      if (fresh && (await makeEmpty(engine, fresh))) ready[engine].push(fresh);
      else await drop(engine, schema);
    },
  };
}

const openSchema = async (engine: Engine, schema: string, dataFolder: string): Promise<Database> => {
  const log = createLog('silent');
  return engine === 'embedded'
    ? openOnEngine(await sharedEngine(), { schema, log }, async () => {})
    : await openDatabase({ url: testPostgresUrl(), dataFolder, schema, log });
};

async function drop(engine: Engine, schema: string): Promise<void> {
  if (engine === 'postgresql') return await dropSchema(schema);
  const cleaner = await openSchema(engine, schema, '');
  await cleaner.pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await cleaner.close();
}

/** A migrated schema of this test file, with what is in it by name. */
interface Ready {
  schema: string;
  shape: string;
}

/** Those that are as good as new. To migrate one takes longer than most tests, to empty it a moment: the next test of the file takes it over. */
const ready: Record<Engine, Ready[]> = { embedded: [], postgresql: [] };

const shapeOf = async ({ pool, schema }: Database): Promise<string> =>
  (
    await pool.query<{ shape: string }>(
      `SELECT (SELECT count(*) FROM schema_migrations) || string_agg(relname || relkind::text, ' ' ORDER BY relname) AS shape
        FROM pg_class WHERE relnamespace = '${schema}'::regnamespace`,
    )
  ).rows[0]?.shape ?? '';

/** Makes a schema as it was after its migrations; false where a test changed more than rows. */
async function makeEmpty(engine: Engine, { schema, shape }: Ready): Promise<boolean> {
  const cleaner = await openSchema(engine, schema, '');
  try {
    if ((await shapeOf(cleaner)) !== shape) return false;
    const { rows: tables } = await cleaner.pool.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = '${schema}'::regnamespace AND relkind IN ('r', 'p')
        AND NOT relispartition AND relname <> 'schema_migrations'`,
    );
    const { rows: filled } = await cleaner.pool.query<{ name: string }>(
      tables.map(({ name }) => `SELECT '${name}' AS name WHERE EXISTS (SELECT FROM ${name})`).join(' UNION ALL '),
    );
    const { rows: counted } = await cleaner.pool.query<{ name: string }>(
      `SELECT sequencename AS name FROM pg_sequences WHERE schemaname = '${schema}' AND last_value IS NOT NULL`,
    );
    await cleaner.pool.query(
      [
        `TRUNCATE ${filled.map(({ name }) => name).join(', ')} CASCADE`,
        ...counted.map(({ name }) => `ALTER SEQUENCE ${name} RESTART`),
        // What the migrations themselves put in.
        'INSERT INTO installation DEFAULT VALUES',
      ].join('; '),
    );
    return true;
  } finally {
    await cleaner.close();
  }
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
  for (const { schema } of ready.postgresql.splice(0)) await dropSchema(schema);
  ready.embedded.length = 0;
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
