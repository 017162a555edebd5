import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import { runExample } from '../example/run.ts';
import { readConfig } from './config.ts';
import { createClock } from './platform/clock.ts';
import { Failure } from './platform/errors.ts';
import { start } from './start.ts';

/** The business time at which the story begins, in the operator's zone: a quarter past two in the afternoon, outside quiet hours. */
const STORY_BEGINS = { hour: 14, minute: 15, second: 0, millisecond: 0 };

/** `filodiretto example`: the product on a fresh embedded database, and the example operator acting on it from outside. Ends with Ctrl-C. */
export async function example(
  options: { port?: string; data?: string; speed: string; story: 'mast' | 'heard' },
  print: (text: string) => void,
): Promise<void> {
  const speed = Number(options.speed);
  if (!Number.isFinite(speed) || speed < 1 || speed > 600) {
    throw new Failure({
      code: 'bad-speed',
      kind: 'invalid',
      detail: `--speed is "${options.speed}".`,
      help: 'Use a factor from 1 to 600.',
    });
  }
  const folder = options.data ?? mkdtempSync(join(tmpdir(), 'filodiretto-example-'));
  const config = readConfig(
    { LOG_LEVEL: 'warn', ...process.env, DATABASE_URL: '' },
    { data: folder, ...(options.port ? { port: options.port } : {}) },
  );
  const clock = createClock({ speed, origin: DateTime.now().setZone(config.timeZone).set(STORY_BEGINS).toJSDate() });
  const product = await start(
    { ...config, keyIsNew: false },
    {
      clock,
      print: (text) => print(text.startsWith('First run') ? 'First run: the example makes the administrator.' : text),
    },
  );
  const ended = new AbortController();
  try {
    if (!product.address) throw new Error('the example needs the web role');
    const played = await runExample({
      baseUrl: product.address,
      firstAdministratorLink: product.firstAdministratorLink,
      signal: ended.signal,
      story: options.story,
      say: print,
    });
    print(
      [
        '',
        `  Phones  ${played.phonesUrl}   what customers read and write, and the story step by step: begin here`,
        `  Desk    ${product.address}/desk`,
        `  Status  ${product.address}/status`,
        '',
        ...played.signIns.map(
          (signIn) => `  ${signIn.roles.join(', ').padEnd(14)} ${signIn.email}  ${signIn.password}`,
        ),
        '',
        `  The business clock runs ${speed} times as fast. Ctrl-C ends the example${options.data ? '' : ' and removes its data'}.`,
        '',
      ].join('\n'),
    );
    played.played.then(
      () => print('The story has been played; everything stays up. Ctrl-C ends it.'),
      (error: unknown) => {
        if (!ended.signal.aborted) print(`The story stopped: ${(error as Error).message}`);
      },
    );
    await product.stopped;
    ended.abort();
    await played.stop();
  } finally {
    ended.abort();
    await product.stop();
    if (!options.data) rmSync(folder, { recursive: true, force: true });
  }
}
