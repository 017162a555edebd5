import { readConfig } from '../../server/config.ts';
import { createClock } from '../../server/platform/clock.ts';
import { start } from '../../server/start.ts';

/** `filodiretto start` with a business clock that runs: `fast-product.ts --data FOLDER --port PORT`. It begins on a Monday at nine in Rome. */
const SPEED = 1200;
const [, data = '', , port = ''] = process.argv.slice(2);
const clock = createClock({ speed: SPEED, origin: new Date('2026-03-09T08:00:00Z') });
const { stopped } = await start(readConfig(process.env, { data, port }), {
  clock,
  print: (line) => process.stdout.write(`${line}\n`),
});
await stopped;
