import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import { copyFreshEngine, dropSchema, newSchemaName, testPostgresUrl } from '../tests/support/test-platform.ts';
import { readConfig } from './config.ts';
import { type DoctorInputs, doctor, doctorExitStatus, doctorJson, doctorText, type Finding } from './doctor.ts';
import { createClock } from './platform/clock.ts';
import { openDatabase } from './platform/database/database.ts';
import { migrate } from './platform/database/migrate.ts';
import { createLog } from './platform/log.ts';
import { makePartitions } from './platform/maintenance.ts';
import { identityOf } from './platform/process-identity.ts';

const log = createLog('silent');
const KEY = 'ab'.repeat(32);
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'filodiretto-doctor-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function inputs(environment: Record<string, string>, data: string): DoctorInputs {
  return { config: readConfig(environment, { data }), environment, log };
}

const stateOf = (findings: Finding[], what: string): string | undefined =>
  findings.find((finding) => finding.what === what)?.state;

async function migrated({ url, folder, schema }: { url: string | null; folder: string; schema: string }) {
  const database = await openDatabase({ url, dataFolder: folder, schema, log });
  await migrate(database);
  return database;
}

describe('doctor', () => {
  test('on a fresh machine it says what the first start will make, and makes none of it', async () => {
    const folder = newFolder();
    const findings = await doctor(inputs({ FILODIRETTO_KEY: KEY }, folder));
    expect(stateOf(findings, 'power cut')).toBe('warning');
    expect(stateOf(findings, 'database')).toBe('warning');
    expect(stateOf(findings, 'key')).toBe('ok');
    expect(doctorExitStatus(findings)).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('on a migrated embedded database it looks at schema, partitions, telling and routes', async () => {
    const folder = newFolder();
    await copyFreshEngine(folder);
    const database = await migrated({ url: null, folder, schema: 'filodiretto' });
    const without = inputs({}, folder);
    await makePartitions({ database, clock: createClock(), log });
    await database.close();
    writeFileSync(join(folder, 'filodiretto.lock'), JSON.stringify(identityOf(process.ppid))); // as if another process served from it
    const busy = (await doctor(without)).find(({ what }) => what === 'database');
    expect(busy).toMatchObject({ state: 'warning', detail: expect.stringContaining(String(process.ppid)) });
    rmSync(join(folder, 'filodiretto.lock'));
    const listRoutes = async () => [
      { name: 'sms', enabled: true, state: 'down', stateReason: 'bind refused' },
      { name: 'mail', enabled: true, state: 'up', stateReason: null },
      { name: 'old', enabled: false, state: 'down', stateReason: null },
    ];
    const findings = await doctor({ ...without, listRoutes });
    expect(Object.fromEntries(findings.map(({ what, state }) => [what, state]))).toMatchObject({
      key: 'warning',
      schema: 'ok',
      partitions: 'ok',
      clock: 'ok',
      telling: 'warning',
      'route sms': 'trouble',
      'route mail': 'ok',
    });
    expect(stateOf(findings, 'route old')).toBeUndefined();
    expect(doctorExitStatus(findings)).toBe(3);
    expect(JSON.parse(doctorJson(findings)).state).toBe('trouble');
    expect(doctorText(findings)).toContain('bind refused');
  });

  test('on a server: an older schema is a warning, a newer one and an unreachable server are trouble', async () => {
    const schema = newSchemaName();
    const folder = newFolder();
    const environment = { DATABASE_URL: testPostgresUrl(), FILODIRETTO_SCHEMA: schema, FILODIRETTO_KEY: KEY };
    expect(stateOf(await doctor(inputs(environment, folder)), 'schema')).toBe('warning');
    const database = await migrated({ url: testPostgresUrl(), folder, schema });
    cleanups.push(() => dropSchema(schema));
    cleanups.push(() => database.close());
    const fresh = await doctor(inputs(environment, folder));
    expect(stateOf(fresh, 'schema')).toBe('ok');
    expect(stateOf(fresh, 'partitions')).toBe('warning');
    expect(stateOf(fresh, 'power cut')).toBeUndefined();
    await sql`INSERT INTO schema_migrations VALUES (9999, 'future', 'x', ${new Date()})`.execute(database.db);
    expect(stateOf(await doctor(inputs(environment, folder)), 'schema')).toBe('trouble');
    const nowhere = await doctor(
      inputs({ ...environment, DATABASE_URL: 'postgres://nobody:hunter2@127.0.0.1:1/none' }, folder),
    );
    expect(stateOf(nowhere, 'database')).toBe('trouble');
    expect(doctorText(nowhere)).not.toContain('hunter2');
  });

  test('a public address without encryption is trouble, on this machine a warning', async () => {
    const at = async (PUBLIC_URL: string) =>
      stateOf(await doctor(inputs({ PUBLIC_URL, FILODIRETTO_KEY: KEY }, newFolder())), 'PUBLIC_URL');
    expect(await at('http://care.example.it')).toBe('trouble');
    expect(await at('http://localhost:8600')).toBe('warning');
    expect(await at('https://care.example.it')).toBe('ok');
  });
});
