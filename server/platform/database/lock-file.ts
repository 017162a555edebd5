import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../errors.ts';
import { newId } from '../ids.ts';
import { identityOf, isRunning, type ProcessIdentity } from '../process-identity.ts';

/**
 * Takes the data folder for this process. PGlite doesn't lock its folder and two processes would destroy it.
 * Throws `data-folder-in-use` when a living process holds it; a lock left by a dead process is taken over, also when its number has
 * gone to another process since. Returns the function that gives it back.
 */
export function takeDataFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'filodiretto.lock');
  // Written beside and linked: nobody ever sees a lock that doesn't say yet whose it is.
  const own = `${path}.${newId()}`;
  writeFileSync(own, JSON.stringify(identityOf(process.pid)), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (link(own, path)) return () => giveBack(path);
      const holder = readHolder(path);
      if (holder !== null && holder.pid !== process.pid && isRunning(holder)) throw inUse(folder, holder);
      removeDead(path);
    }
  } finally {
    unlinkSync(own);
  }
  throw new Failure({
    code: 'data-folder-in-use',
    kind: 'environment',
    detail: `The data folder ${folder} can't be locked.`,
    help: `Check that ${path} can be written.`,
  });
}

const inUse = (folder: string, holder: ProcessIdentity): Failure =>
  new Failure({
    code: 'data-folder-in-use',
    kind: 'environment',
    detail: `The data folder ${folder} is in use by process ${holder.pid}.`,
    help: 'Stop that process, or choose another folder with --data.',
  });

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/**
 * Takes a dead process's lock away. Two may find it dead at once, and the slower would take away the lock that the faster has just
 * made: so it is moved aside, which only one can do, looked at again, and put back when it is alive.
 */
function removeDead(path: string): void {
  const aside = `${path}.${newId()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // somebody else took it away: the next attempt decides
    throw error;
  }
  const holder = readHolder(aside);
  if (holder !== null && holder.pid !== process.pid && isRunning(holder)) link(aside, path);
  rmSync(aside, { force: true });
}

function giveBack(path: string): void {
  if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
}

/** Null when there is no lock, or nothing in it that names a process. */
function readHolder(path: string): ProcessIdentity | null {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Partial<ProcessIdentity> | null;
    const pid = holder?.pid;
    if (typeof pid !== 'number' || !Number.isInteger(pid) || pid < 1) return null;
    return { pid, began: holder?.began ?? null, boot: holder?.boot ?? null };
  } catch {
    return null;
  }
}
