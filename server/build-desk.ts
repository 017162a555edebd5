import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Failure } from './platform/errors.ts';
import { rootFolder } from './platform/root-folder.ts';

const STAMP = join(rootFolder, 'dist', 'desk', '.built-from');

/** Builds the desk when it was never built, or its sources changed since: `npm ci && npm start` is all that there is to do. */
export async function ensureBuilt(print: (text: string) => void): Promise<void> {
  const sources = fingerprint();
  if (existsSync(join(rootFolder, 'dist', 'desk', 'index.html')) && (sources === null || readStamp() === sources))
    return;
  const vite = await import('vite').catch(() => null);
  if (!vite) {
    throw new Failure({
      code: 'desk-not-built',
      kind: 'environment',
      detail: 'The desk has not been built, and its build tools are not installed.',
      help: 'Run: npm ci && npm run build, then leave dist/ in place.',
    });
  }
  print('Building the desk (once, about ten seconds) …');
  try {
    await vite.build({ configFile: join(rootFolder, 'web', 'vite.config.ts'), logLevel: 'silent' });
    if (sources !== null) writeFileSync(STAMP, sources);
  } catch (error) {
    throw notBuilt(error);
  }
}

/** One sentence with what the builder said first, which names the file or the disk; all that it said is the cause. */
function notBuilt(error: unknown): Failure {
  const { message = String(error), code } = error as NodeJS.ErrnoException;
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .map((line) => line.trim());
  const why = lines.find((line) => line !== '' && !/^Build failed with/.test(line)) ?? 'the builder does not say why';
  const where = /\S+\.\w+:\d+:\d+/.exec(lines.join(' '))?.[0];
  const failure = new Failure({
    code: 'desk-not-built',
    kind: 'environment',
    detail: `The desk could not be built: ${why.replace(/^\[[\w:-]+\] /, '').replace(/[.:]$/, '')}${where && !why.includes(where) ? ` (${where})` : ''}.`,
    help:
      code === 'EACCES' || code === 'EROFS' || code === 'ENOSPC'
        ? `Make ${join(rootFolder, 'dist')} writable and see that the disk has room, or build it elsewhere (npm run build) and copy dist/ here.`
        : 'Run: npm ci && npm run build. It shows all that the builder says.',
  });
  failure.cause = error;
  return failure;
}

const readStamp = (): string => {
  try {
    return readFileSync(STAMP, 'utf8');
  } catch {
    return '';
  }
};

/** Names, sizes and contents of what the desk is made of; null where only the built desk was installed. */
function fingerprint(): string | null {
  const hash = createHash('sha256');
  for (const folder of ['web', 'contract']) {
    const root = join(rootFolder, folder);
    if (!existsSync(root)) return null;
    for (const name of (readdirSync(root, { recursive: true }) as string[]).sort()) {
      const path = join(root, name);
      if (statSync(path).isFile()) hash.update(`${folder}/${name}\n`).update(readFileSync(path));
    }
  }
  return hash.digest('hex');
}
