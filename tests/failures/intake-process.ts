import { randomBytes } from 'node:crypto';
import { createFlow } from '../../server/flow.ts';
import { createIntake } from '../../server/intake/index.ts';
import { createClock } from '../../server/platform/clock.ts';
import { openDatabase } from '../../server/platform/database/database.ts';
import { createLog } from '../../server/platform/log.ts';
import { createVault } from '../../server/platform/secrets.ts';

/**
 * The real intake in a process of its own, to be killed: `intake-process.ts DATA_FOLDER SCHEMA`, with DATABASE_URL for a server. Says "answering" within the
 * transaction of each message that is answered, "done" when nothing is left; ends at SIGTERM.
 */
const [dataFolder = '', schema = ''] = process.argv.slice(2);
const log = createLog('silent');
const database = await openDatabase({ url: process.env.DATABASE_URL ?? null, dataFolder, schema, log });
const { intake } = createFlow({
  database,
  clock: createClock(),
  log,
  vault: createVault(randomBytes(32)),
  timeZone: 'Europe/Rome',
  publicUrl: 'http://127.0.0.1:8600',
  dataFolder,
});
const workOff = createIntake({
  ...intake,
  cases: {
    ...intake.cases,
    mayAnswerAutomatically: async (tx, address, now) => {
      process.stdout.write('answering\n');
      return await intake.cases.mayAnswerAutomatically(tx, address, now);
    },
  },
});
let stopping = false;
process.once('SIGTERM', () => {
  stopping = true;
});
while (!stopping) {
  if ((await workOff()) === 0) process.stdout.write('done\n');
  await new Promise((resolve) => setTimeout(resolve, 50));
}
await database.close();
