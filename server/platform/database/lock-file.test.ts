import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rootFolder } from '../root-folder.ts';
import { takeDataFolder } from './lock-file.ts';

const LOCK = 'filodiretto.lock';
const PROGRAM = `
  import { takeDataFolder } from '${join(rootFolder, 'server/platform/database/lock-file.ts')}';
  try {
    takeDataFolder(process.argv[1]);
    console.log('taken');
    setInterval(() => {}, 1000);
  } catch (error) {
    console.log(error.code);
  }`;
let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'filodiretto-lock-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A process of its own that takes the folder, and what it says: `taken`, or why not. */
async function another(): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', PROGRAM, folder], {
    cwd: rootFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [said] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  return { child, said: said.toString().trim() };
}
const kill = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGKILL');
  await once(child, 'exit');
};

test('given a living process has the folder, then no other gets it; given it was killed, then the next one does', async () => {
  const first = await another();
  expect(first.said).toBe('taken');
  expect(() => takeDataFolder(folder)).toThrow(`in use by process ${first.child.pid}`);
  expect((await another()).said).toBe('data-folder-in-use');
  await kill(first.child);
  const giveBack = takeDataFolder(folder);
  expect((await another()).said).toBe('data-folder-in-use');
  giveBack();
  expect(readdirSync(folder)).toEqual([]);
});

test('given a dead process left its lock and many come at once, then exactly one gets the folder', async () => {
  await kill((await another()).child);
  const said = (await Promise.all(Array.from({ length: 4 }, another))).map((one) => one.said);
  expect(said.filter((word) => word === 'taken')).toHaveLength(1);
  expect(said.filter((word) => word === 'data-folder-in-use')).toHaveLength(3);
  expect(readdirSync(folder)).toEqual([LOCK]);
});

test('given the number of a dead process went to another one, or the machine was started again, then the folder is free', async () => {
  const { child } = await another();
  const lock = JSON.parse(readFileSync(join(folder, LOCK), 'utf8')) as object;
  for (const change of [{ began: '1' }, { boot: 'another boot' }]) {
    writeFileSync(join(folder, LOCK), JSON.stringify({ ...lock, ...change }));
    takeDataFolder(folder)();
  }
  expect(child.exitCode).toBeNull();
  writeFileSync(join(folder, LOCK), ''); // what a power cut left of it
  takeDataFolder(folder)();
});
