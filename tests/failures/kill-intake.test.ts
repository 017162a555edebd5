import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFlow } from '../../server/flow.ts';
import { seedLexicon } from '../../server/intake/index.ts';
import { createClock } from '../../server/platform/clock.ts';
import { type Database, openDatabase } from '../../server/platform/database/database.ts';
import { migrate } from '../../server/platform/database/migrate.ts';
import { newId } from '../../server/platform/ids.ts';
import { createLog } from '../../server/platform/log.ts';
import { createVault } from '../../server/platform/secrets.ts';
import { makeFirstTeams } from '../../server/teams/index.ts';
import { makeNetwork } from '../support/network.ts';
import { copyFreshEngine, dropSchema, ENGINES, newSchemaName, testPostgresUrl } from '../support/test-platform.ts';

const PEOPLE = 40;
const PROGRAM = fileURLToPath(new URL('./intake-process.ts', import.meta.url));
const log = createLog('silent');

describe.each(ENGINES)('a process that is killed while it works off what came in, on %s', (engine) => {
  let dataFolder: string;
  let schema: string;
  let child: ChildProcess | null = null;

  beforeEach(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), 'filodiretto-kill-'));
    schema = newSchemaName();
    if (engine === 'embedded') await copyFreshEngine(dataFolder);
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    if (engine === 'postgresql') await dropSchema(schema);
    rmSync(dataFolder, { recursive: true, force: true });
  });

  /** The embedded database belongs to one process: ours between those of the test. */
  const withDatabase = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    const url = engine === 'postgresql' ? testPostgresUrl() : null;
    const database = await openDatabase({ url, dataFolder, schema, log });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  };

  /** Runs the process until it said something so often; then it gets the signal. */
  const run = async (word: string, times: number, signal: NodeJS.Signals): Promise<void> => {
    const started = spawn(process.execPath, ['--import', 'tsx', PROGRAM, dataFolder, schema], {
      env: { ...process.env, ...(engine === 'postgresql' ? { DATABASE_URL: testPostgresUrl() } : {}) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = started;
    let heard = 0;
    await new Promise<void>((resolve, reject) => {
      started.stdout.setEncoding('utf8').on('data', (text: string) => {
        heard += text.split('\n').filter((line) => line === word).length;
        if (heard >= times) started.kill(signal);
      });
      started.once('exit', (code) =>
        heard >= times ? resolve() : reject(new Error(`the process ended with ${code}`)),
      );
    });
    child = null;
  };

  test('given it is killed twice, when it is started again, then each message is worked off once and everybody is answered once', async () => {
    await withDatabase(async (database) => {
      await migrate(database);
      const clock = createClock();
      const platform = {
        database,
        clock,
        log,
        vault: createVault(randomBytes(32)),
        timeZone: 'Europe/Rome',
        publicUrl: 'http://127.0.0.1:8600',
        dataFolder,
      };
      await makeNetwork(platform, { mast: [] }, { mast: PEOPLE });
      await database.transaction((tx) => makeFirstTeams(tx, clock));
      await seedLexicon(platform);
      const flow = createFlow(platform);
      const routeId = newId();
      for (const text of ['Internet non funziona', 'Ancora niente?'])
        for (let number = 1; number <= PEOPLE; number++) {
          const message = {
            sender: `+39399${String(number).padStart(7, '0')}`,
            text,
            raw: Buffer.from(text),
            part: null,
          };
          await database.transaction((tx) => flow.outbox.keepInbound(tx, routeId, message));
        }
    });
    await run('answering', 15, 'SIGKILL');
    await run('answering', 30, 'SIGKILL');
    await run('done', 1, 'SIGTERM');
    await withDatabase(async (database) => {
      const { rows } = await sql<{
        kept: number;
        placed: number;
        said: number;
        cases: number;
        acknowledged: number;
        queued: number;
        out: number;
      }>`SELECT
        (SELECT count(*) FROM inbound_messages) AS kept,
        (SELECT count(*) FROM inbound_messages WHERE case_id IS NOT NULL AND worked_at IS NOT NULL) AS placed,
        (SELECT count(DISTINCT inbound_id) FROM messages WHERE direction = 'in') AS said,
        (SELECT count(*) FROM cases) AS cases,
        (SELECT count(*) FROM messages WHERE kind = 'acknowledgement') AS acknowledged,
        (SELECT count(*) FROM outbox WHERE kind = 'message') AS queued,
        (SELECT count(*) FROM messages WHERE direction = 'out') AS out`.execute(database.db);
      expect(rows[0]).toMatchObject({
        kept: 2 * PEOPLE,
        placed: 2 * PEOPLE,
        said: 2 * PEOPLE,
        cases: PEOPLE,
        acknowledged: PEOPLE,
      });
      expect(rows[0]?.queued).toBe(rows[0]?.out);
      const { rows: doubled } =
        await sql`SELECT inbound_id FROM messages WHERE direction = 'in' GROUP BY inbound_id HAVING count(*) > 1`.execute(
          database.db,
        );
      expect(doubled).toEqual([]);
    });
  }, 180_000);
});
