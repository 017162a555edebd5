import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Smsc, startSmsc } from '../../example/smsc.ts';
import { type Database, openDatabase } from '../../server/platform/database/database.ts';
import { migrate } from '../../server/platform/database/migrate.ts';
import { newId } from '../../server/platform/ids.ts';
import { createLog } from '../../server/platform/log.ts';
import { copyFreshEngine, dropSchema, ENGINES, newSchemaName, testPostgresUrl } from '../support/test-platform.ts';

const ROWS = 10_000;
const WINDOW = 50;
const PROGRAM = fileURLToPath(new URL('./outbox-process.ts', import.meta.url));
const log = createLog('silent');

describe.each(ENGINES)('a process that is killed while it sends 10,000 messages, on %s', (engine) => {
  const url = (): string | null => (engine === 'postgresql' ? testPostgresUrl() : null);
  let dataFolder: string;
  let schema: string;
  let smsc: Smsc;
  let child: ChildProcess | null = null;

  beforeEach(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), 'filodiretto-kill-'));
    schema = newSchemaName();
    if (engine === 'embedded') await copyFreshEngine(dataFolder);
    smsc = await startSmsc({ behaviour: { receiptMilliseconds: -1, answerMilliseconds: 5 } });
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await smsc.close();
    if (engine === 'postgresql') await dropSchema(schema);
    rmSync(dataFolder, { recursive: true, force: true });
  });

  /** The embedded database belongs to one process: ours between those of the test. */
  const withDatabase = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    const database = await openDatabase({ url: url(), dataFolder, schema, log });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  };

  const startSending = async (): Promise<void> => {
    const started = spawn(
      process.execPath,
      ['--import', 'tsx', PROGRAM, dataFolder, schema, join(dataFolder, 'outcomes')],
      {
        env: { ...process.env, ...(engine === 'postgresql' ? { DATABASE_URL: testPostgresUrl() } : {}) },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    child = started;
    await new Promise<void>((resolve, reject) => {
      started.stdout?.once('data', () => resolve());
      started.once('exit', (code) => reject(new Error(`the process ended with ${code}`)));
    });
  };

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    child = null;
    if (!ending) return;
    await new Promise<void>((resolve) => {
      ending.once('exit', () => resolve());
      ending.kill(signal);
    });
  };

  const until = async (holds: () => boolean): Promise<void> => {
    const deadline = Date.now() + 90_000;
    while (!holds()) {
      if (Date.now() > deadline) throw new Error(`it never came to be; the SMSC has ${JSON.stringify(smsc.stats())}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };

  test('given it is killed twice and started again, then everybody is reached or in doubt, nothing goes out twice, and at most the window is in doubt for each kill', async () => {
    await withDatabase(async (database) => {
      await migrate(database);
      await database.transaction(async (tx) => {
        const [text, now] = [newId(), new Date()];
        const config = {
          host: '127.0.0.1',
          port: smsc.port,
          tls: false,
          systemId: 'operator',
          systemType: '',
          sender: 'Lagonet',
          window: WINDOW,
          perSecond: 5000,
          sealedPassword: null,
        };
        await sql`INSERT INTO routes (id, name, kind, config, enabled, made_at) VALUES (${newId()}, 'SMSC', 'smpp', ${JSON.stringify(config)}::jsonb, true, ${now})`.execute(
          tx,
        );
        await sql`INSERT INTO outgoing_texts (id, channel, language, body) VALUES (${text}, 'sms', 'it', 'Guasto a Verbania. Prossima notizia alle 18:00.')`.execute(
          tx,
        );
        await sql`INSERT INTO outbox (id, kind, channel, address, text_id, notice_made_at, made_at, not_before, valid_until)
          SELECT gen_random_uuid(), 'notice', 'sms', '+39' || lpad(number::text, 9, '0'), ${text}, ${now}, ${now}, ${now}, ${new Date(now.getTime() + 3_600_000)}
          FROM generate_series(1, ${ROWS}::int) AS number`.execute(tx);
      });
    });
    for (const share of [0.3, 0.6]) {
      await startSending();
      await until(() => smsc.stats().taken >= ROWS * share);
      await end('SIGKILL');
    }
    const takenBefore = smsc.stats().taken;
    expect(takenBefore).toBeLessThan(ROWS); // the kills fell in the middle
    await startSending();
    let before = -1;
    await until(() => {
      // all that could leave has left: nothing new for a while is judged by the database below
      const { taken } = smsc.stats();
      const done = taken >= ROWS - 2 * WINDOW && taken === before;
      before = taken;
      return done;
    });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await end('SIGTERM');

    const left = await withDatabase(async (database) => {
      const { rows } = await sql<{ address: string; state: string }>`SELECT address, state FROM outbox`.execute(
        database.db,
      );
      return rows;
    });
    const times = new Map<string, number>();
    for (const { to } of smsc.messages()) times.set(to, (times.get(to) ?? 0) + 1);
    const inDoubt = new Set(left.map(({ address }) => address));
    const everybody = Array.from({ length: ROWS }, (_, index) => `+39${String(index + 1).padStart(9, '0')}`);
    expect(left.filter(({ state }) => state !== 'in doubt')).toEqual([]);
    expect(everybody.filter((number) => !times.has(number) && !inDoubt.has(number))).toEqual([]);
    expect([...times].filter(([, count]) => count > 1)).toEqual([]);
    expect(inDoubt.size).toBeLessThanOrEqual(2 * WINDOW);
    expect(smsc.stats().submits).toBe(times.size);
  });
});
