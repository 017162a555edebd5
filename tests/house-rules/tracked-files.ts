import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootFolder } from '../../server/platform/root-folder.ts';

/** The paths of all files that belong to the repository, new ones included, relative to its root. */
export const repositoryFiles = (): string[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: rootFolder,
    encoding: 'utf8',
    maxBuffer: 50_000_000,
  })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(rootFolder, path)));

export const readText = (path: string): string => readFileSync(join(rootFolder, path), 'utf8');
