import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { copyFreshEngine } from '../../../tests/support/test-platform.ts';
import { createLog } from '../log.ts';
import { type Database, openDatabase } from './database.ts';
import { EmbeddedEngine } from './embedded.ts';

describe('the embedded engine when its thread dies', () => {
  let dataFolder: string;
  let database: Database;
  let thread: Worker;
  beforeEach(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), 'filodiretto-test-'));
    await copyFreshEngine(dataFolder);
    const made = new Promise<Worker>((resolve) => process.once('worker', resolve));
    database = await openDatabase({ url: null, dataFolder, schema: 'public', log: createLog('silent') });
    thread = await made;
  });
  afterEach(async () => {
    await database.close(); // ends though nothing answers
    rmSync(dataFolder, { recursive: true, force: true });
  });

  test('given a statement under way, then it is refused instead of waiting for ever, and so is every later one', async () => {
    const refused = expect(database.pool.query('SELECT pg_sleep(30)')).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await thread.terminate();
    await refused;
    await expect(database.pool.query('SELECT 1')).rejects.toThrow();
    await expect(database.transaction(async () => {})).rejects.toThrow();
  });

  test('given nothing was asked, then the next statement is refused', async () => {
    await database.pool.query('SELECT 1');
    await thread.terminate();
    await expect(database.pool.query('SELECT 1')).rejects.toThrow();
  });
});

test('given a folder that holds something else, then opening the engine is refused', async () => {
  await expect(EmbeddedEngine.open('/dev/null/nowhere')).rejects.toThrow("can't be opened");
});
