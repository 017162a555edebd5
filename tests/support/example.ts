import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExampleState } from '../../example/phones/state.ts';
import { createProduct, type Product } from '../../example/product.ts';
import { rootFolder } from '../../server/platform/root-folder.ts';
import { freePort } from './postgres.ts';

/** `filodiretto example` as a newcomer runs it: one command, then only what it prints and what its pages show. */
export interface RunningExample {
  /** Where the page with the phones is. */
  phones: string;
  output(): string;
  state(): Promise<ExampleState>;
  /** Until its story has played; throws with its trouble. */
  played(): Promise<ExampleState>;
  /** Asks until it is so; the test's own limit ends a wait in vain. Throws with the output when the example ended. */
  until<Found>(ask: () => Promise<Found | null | undefined | false>): Promise<Found>;
  post(path: string, body: unknown): Promise<Response>;
  /** With what the example printed, as a person would. */
  signedIn(role: 'care' | 'technician'): Promise<Product>;
  /** As Ctrl-C does; returns the exit status. */
  end(): Promise<number | null>;
  /** What of its temporary files is still there. */
  leftovers(): string[];
  /** Ends it where it still runs, in order, so that the programs that it started end with it. */
  clear(): Promise<void>;
}

export async function startExample(...options: string[]): Promise<RunningExample> {
  const temporary = mkdtempSync(join(tmpdir(), 'example-journey-'));
  let output = '';
  const child: ChildProcess = spawn(
    process.execPath,
    ['bin/filodiretto.mjs', 'example', '--port', String(await freePort()), ...options],
    { cwd: rootFolder, env: { ...process.env, TMPDIR: temporary }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const until: RunningExample['until'] = async (ask) => {
    for (;;) {
      if (child.exitCode !== null) throw new Error(`The example ended with status ${child.exitCode}:\n${output}`);
      const found = await ask();
      if (found) return found;
      await sleep(250);
    }
  };
  const end = async (signal: 'SIGINT' | 'SIGTERM'): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return await ended;
  };
  const clear = async (): Promise<void> => {
    await end('SIGTERM');
    rmSync(temporary, { recursive: true, force: true });
  };
  const phones = await until(async () => /Phones\s+(http:\S+)/.exec(output)?.[1]).catch(async (error: unknown) => {
    await clear();
    throw error;
  });
  const state = async (): Promise<ExampleState> => (await (await fetch(`${phones}/state`)).json()) as ExampleState;
  return {
    phones,
    output: () => output,
    state,
    until,
    played: () =>
      until(async () => {
        const now = await state();
        if (now.trouble) throw new Error(now.trouble);
        return now.phase === 'played' && now;
      }),
    post: (path, body) =>
      fetch(`${phones}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    signedIn: async (role) => {
      const [, email = '', password = ''] = new RegExp(`^\\s+${role}\\s+(\\S+)\\s+(\\S+)$`, 'm').exec(output) ?? [];
      const product = createProduct(/Desk\s+(http\S+)\/desk/.exec(output)?.[1] ?? '', new AbortController().signal);
      await product.signIn(email, password);
      return product;
    },
    end: () => end('SIGINT'),
    leftovers: () => readdirSync(temporary).filter((name) => name.startsWith('filodiretto-example')),
    clear,
  };
}

/** What somebody read on their phone, in order. */
export const readBy = ({ messages }: ExampleState['people'][number]): string[] =>
  messages.filter(({ way }) => way === 'to-customer').map(({ text }) => text);
