import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../platform/errors.ts';
import type { Platform } from '../platform/platform.ts';
import { caseIdByNumber } from './case-store.ts';
import { exportCase } from './export-case.ts';

/** `export case NUMBER --out DIR`: writes NUMBER.zip with everything that the audience may have; returns its path. Throws `no-such-case`, `folder-not-writable`. */
export async function exportCaseCommand(
  platform: Platform,
  number: string,
  { out, all }: { out: string; all: boolean },
): Promise<string> {
  const id = await caseIdByNumber(platform.database.db, number.replace(/[\s.-]/g, ''));
  if (id === null)
    throw new Failure({
      code: 'no-such-case',
      kind: 'invalid',
      detail: `There is no case ${number}.`,
      help: 'Its number is in every message to the customer.',
    });
  try {
    mkdirSync(out, { recursive: true });
  } catch (error) {
    throw new Failure({
      code: 'folder-not-writable',
      kind: 'environment',
      detail: `${out} can't be made: ${(error as Error).message}.`,
      help: 'Choose another folder with --out.',
    });
  }
  const { name, archive } = await exportCase(platform, { kind: 'command', name: 'export case' }, id, {
    audience: all ? 'house' : 'customer',
  });
  const path = join(out, name);
  // Under its name only when it is whole.
  const partial = `${path}.part`;
  try {
    await pipeline(archive, createWriteStream(partial, { mode: 0o600 }));
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
  return path;
}
