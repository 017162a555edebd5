// npm run schema: writes database/schema.sql from a freshly migrated database of the embedded engine.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../server/platform/database/database.ts';
import { migrate } from '../server/platform/database/migrate.ts';
import { createLog } from '../server/platform/log.ts';
import { rootFolder } from '../server/platform/root-folder.ts';
import { describeSchema } from './describe-schema.ts';

const dataFolder = mkdtempSync(join(tmpdir(), 'filodiretto-schema-'));
try {
  const database = await openDatabase({ url: null, dataFolder, schema: 'filodiretto', log: createLog('warn') });
  try {
    await migrate(database);
    writeFileSync(join(rootFolder, 'database', 'schema.sql'), await describeSchema(database));
  } finally {
    await database.close();
  }
} finally {
  rmSync(dataFolder, { recursive: true, force: true });
}
