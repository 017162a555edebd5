import { createHash } from 'node:crypto';
import type { Config } from './config.ts';
import type { Clock } from './platform/clock.ts';
import { openDatabase } from './platform/database/database.ts';
import { migrate } from './platform/database/migrate.ts';
import { Failure } from './platform/errors.ts';
import { keepKeyCheck } from './platform/installation.ts';
import { createLog } from './platform/log.ts';
import { makePartitions } from './platform/maintenance.ts';
import type { Platform } from './platform/platform.ts';
import { createVault } from './platform/secrets.ts';

/**
 * Opens the database (migrated, unless told not to) and makes the platform. Throws Failures of kind `environment` in words: another process has the
 * folder, the server can't be reached, the schema is newer, the key is another one.
 */
export async function openPlatform(
  config: Config,
  clock: Clock,
  { migrated = true } = {},
): Promise<{ platform: Platform; applied: string[]; close: () => Promise<void> }> {
  const log = createLog(config.logLevel);
  const database = await openDatabase({
    url: config.databaseUrl,
    dataFolder: config.dataFolder,
    schema: config.schema,
    log,
  });
  const platform: Platform = {
    database,
    clock,
    log,
    vault: createVault(config.key),
    timeZone: config.timeZone,
    publicUrl: config.publicUrl,
    dataFolder: config.dataFolder,
  };
  try {
    const applied = migrated ? await migrate(database) : [];
    if (migrated) {
      await makePartitions(platform);
      await checkKey(platform, config.key);
    }
    return { platform, applied, close: () => database.close() };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The key that sealed the stored secrets must be the one given: better said at the start than at the first SMS. */
async function checkKey(platform: Platform, key: Buffer): Promise<void> {
  const check = createHash('sha256').update('filodiretto key check').update(key).digest('base64url');
  if ((await keepKeyCheck(platform.database.db, check)) === check) return;
  throw new Failure({
    code: 'wrong-key',
    kind: 'environment',
    detail: 'This database was made with another key.',
    help: 'Start with the FILODIRETTO_KEY (or the file "key" in the data folder) that it was made with.',
  });
}
