import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Neighbours, startNeighbours } from '../../example/neighbours.ts';
import { type Database, openDatabase } from '../../server/platform/database/database.ts';
import { createLog } from '../../server/platform/log.ts';
import { rootFolder } from '../../server/platform/root-folder.ts';
import { freePort } from './postgres.ts';
import { copyFreshEngine, dropSchema, type Engine, newSchemaName, testPostgresUrl } from './test-platform.ts';

/** Where a product lives: its folder, its database, its log. It outlasts the processes that run on it. */
export interface Premises {
  engine: Engine;
  dataFolder: string;
  /** Everything that any process here wrote to stdout and stderr. */
  logPath: string;
  /** What is started, as arguments of Node. */
  program: readonly string[];
  /** What the child process gets besides this process's own environment. */
  environment: Record<string, string>;
  /** Opens the database of a product that does not run, and closes it afterwards. */
  readDatabase<Found>(read: (database: Database) => Promise<Found>): Promise<Found>;
  remove(): Promise<void>;
}

/** The product as a process of its own, started as its users start it. */
export interface RunningProduct extends Premises {
  baseUrl: string;
  /** The one-time link that makes the first administrator; null once there is one. */
  firstAdministratorLink: string | null;
  pid: number;
  log(): string;
  /** As a crash ends it: no signal handler runs. */
  kill(): Promise<void>;
  /** As Ctrl-C ends it; returns the exit status. */
  stop(): Promise<number | null>;
}

const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** A fresh folder and an empty database on the engine. */
export async function makePremises(engine: Engine): Promise<Premises> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'filodiretto-journey-'));
  const schema = engine === 'postgresql' ? newSchemaName() : 'filodiretto';
  if (engine === 'embedded') await copyFreshEngine(dataFolder);
  const url = engine === 'postgresql' ? testPostgresUrl() : null;
  return {
    engine,
    dataFolder,
    logPath: join(dataFolder, 'log'),
    program: ['bin/filodiretto.mjs', 'start'],
    environment: { LOG_LEVEL: 'info', NO_COLOR: '1', DATABASE_URL: url ?? '', FILODIRETTO_SCHEMA: schema },
    readDatabase: async (read) => {
      const database = await openDatabase({ url, dataFolder, schema, log: createLog('silent') });
      try {
        return await read(database);
      } finally {
        await database.close();
      }
    },
    remove: async () => {
      if (engine === 'postgresql') await dropSchema(schema);
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
}

const START_MILLISECONDS = 90_000;

/** Starts `filodiretto start` there and waits until it is ready. Throws with its output when it does not get ready. */
export async function startProduct(premises: Premises): Promise<RunningProduct> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOnce(premises);
    } catch (error) {
      // Between finding a free port and listening on it another test may have taken it.
      if (tries === 3 || !(error as Error).message.includes('The port is in use.')) throw error;
    }
  }
}

async function startOnce(premises: Premises): Promise<RunningProduct> {
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const file = openSync(premises.logPath, 'a');
  const begins = readFileSync(premises.logPath, 'utf8').length;
  const child = spawn(process.execPath, [...premises.program, '--data', premises.dataFolder, '--port', String(port)], {
    cwd: rootFolder,
    env: { ...process.env, ...premises.environment },
    stdio: ['ignore', file, file],
  });
  closeSync(file);
  living.add(child);
  const ended = new Promise<number | null>((resolve) =>
    child.once('exit', (code) => {
      living.delete(child);
      resolve(code);
    }),
  );
  const end = async (signal: 'SIGKILL' | 'SIGINT'): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return await ended;
  };
  const log = (): string => readFileSync(premises.logPath, 'utf8');
  const patience = Date.now() + START_MILLISECONDS;
  while (!(await isReady(baseUrl))) {
    if (child.exitCode !== null || Date.now() > patience) {
      await end('SIGKILL');
      throw new Error(`The product did not start:\n${log().slice(begins)}`);
    }
    await sleep(100);
  }
  const link = /https?:\S+\/desk\/welcome\/\S+/;
  // The link is printed after the port is open.
  for (let tries = 0; tries < 20 && !/listens on/.test(log().slice(begins)); tries++) await sleep(50);
  return {
    ...premises,
    baseUrl,
    firstAdministratorLink: link.exec(log().slice(begins))?.[0] ?? null,
    pid: child.pid ?? 0,
    log,
    kill: async () => {
      await end('SIGKILL');
    },
    stop: () => end('SIGINT'),
  };
}

const isReady = async (baseUrl: string): Promise<boolean> => {
  try {
    return (await fetch(`${baseUrl}/ready`)).ok;
  } catch {
    return false;
  }
};

export interface CommandResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs one command of the product to its end, as in a shell. `environment` comes after that of the premises. */
export async function runCommand(
  premises: Pick<Premises, 'environment'>,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, ['bin/filodiretto.mjs', ...args], {
    cwd: rootFolder,
    env: { ...process.env, ...premises.environment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  });
  living.add(child);
  const status = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  try {
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { status: await status, stdout, stderr };
  } finally {
    living.delete(child);
  }
}

export interface Sms {
  number: number;
  from: string;
  to: string;
  text: string;
  parts: number;
  /** Of how many it is said to consist: until then the text isn't whole. */
  partsExpected: number;
}

export interface Mail {
  to: string;
  subject: string;
  text: string;
  headers: Record<string, string>;
}

/** The SMSC and the mail server at the other end of the wire, and what arrived there. */
export interface OtherEnd extends Neighbours {
  sms(): Promise<Sms[]>;
  mails(): Promise<Mail[]>;
  /** A message from a phone to the operator. */
  reply(from: string, text: string): Promise<void>;
}

export async function startOtherEnd(): Promise<OtherEnd> {
  const neighbours = await startNeighbours();
  const read = async <Body>(url: string): Promise<Body> => (await (await fetch(url)).json()) as Body;
  return {
    ...neighbours,
    sms: () => read<Sms[]>(`${neighbours.smscUrl}/messages?limit=20000`),
    mails: () => read<Mail[]>(`${neighbours.mailUrl}/messages?limit=20000`),
    reply: async (from, text) => {
      const response = await fetch(`${neighbours.smscUrl}/mo`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ from, text }),
      });
      const { taken } = (await response.json()) as { taken?: boolean };
      if (!taken) throw new Error(`Nobody took the message from ${from}.`);
    },
  };
}

/** Asks until the answer is neither null nor false; gives up with `missing` after `seconds`. */
export async function until<Found>(
  ask: () => Promise<Found | null | undefined | false>,
  missing: string | (() => Promise<string>),
  seconds = 60,
): Promise<Found> {
  const patience = Date.now() + seconds * 1000;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > patience) throw new Error(typeof missing === 'string' ? missing : await missing());
    await sleep(150);
  }
}
