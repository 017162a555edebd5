import { closeSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../errors.ts';

/**
 * Takes the data folder for this process. PGlite doesn't lock its folder and two processes would destroy it.
 * Throws `data-folder-in-use` when a living process holds it; a lock left by a dead process is taken over.
 * Returns the function that gives it back.
 */
export function takeDataFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'filodiretto.lock');
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = openSync(path, 'wx', 0o600);
      writeSync(file, String(process.pid));
      closeSync(file);
      return () => {
        try {
          if (readFileSync(path, 'utf8') === String(process.pid)) unlinkSync(path);
        } catch {
          // Already gone: nothing to give back.
        }
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = readHolder(path);
      if (holder !== null && holder !== process.pid && isAlive(holder)) {
        throw new Failure({
          code: 'data-folder-in-use',
          kind: 'environment',
          detail: `The data folder ${folder} is in use by process ${holder}.`,
          help: 'Stop that process, or choose another folder with --data.',
        });
      }
      try {
        unlinkSync(path);
      } catch {
        // Somebody else removed it first: the next attempt decides.
      }
    }
  }
  throw new Failure({
    code: 'data-folder-in-use',
    kind: 'environment',
    detail: `The data folder ${folder} can't be locked.`,
    help: `Check that ${path} can be written.`,
  });
}

function readHolder(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
