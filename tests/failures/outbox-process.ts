import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { openChannel } from '../../server/channels/open-channel.ts';
import { createOutboxWorker } from '../../server/outbox/index.ts';
import { createClock } from '../../server/platform/clock.ts';
import { openDatabase } from '../../server/platform/database/database.ts';
import { createLog } from '../../server/platform/log.ts';
import { createVault } from '../../server/platform/secrets.ts';

/**
 * The real outbox worker in a process of its own, to be killed: `outbox-process.ts DATA_FOLDER SCHEMA OUTCOMES_FILE`, with DATABASE_URL for a
 * server. Says "ready" when it sends; ends at SIGTERM.
 */
const [dataFolder = '', schema = '', outcomes = ''] = process.argv.slice(2);
const log = createLog('silent');
const database = await openDatabase({ url: process.env.DATABASE_URL ?? null, dataFolder, schema, log });
const worker = createOutboxWorker(
  {
    database,
    clock: createClock(),
    log,
    vault: createVault(randomBytes(32)), // the route of this test has no secret
    timeZone: 'Europe/Rome',
    publicUrl: 'http://127.0.0.1:8600',
    dataFolder,
  },
  {
    openChannel,
    onOutcomes: async (_tx, news) => {
      appendFileSync(outcomes, news.map(({ id, outcome }) => `${id} ${outcome}\n`).join(''));
    },
    mayLeave: async () => ({ withdraw: [], hold: [], drop: [] }),
    onStale: async () => {},
    keepInbound: async () => {},
  },
);
await worker.start();
console.log('ready');
process.once('SIGTERM', async () => {
  await worker.stop();
  await database.close();
  process.exit(0);
});
