import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { IANAZone } from 'luxon';
import { Failure } from './platform/errors.ts';

export type Role = 'web' | 'worker' | 'channels';

export interface Config {
  databaseUrl: string | null;
  schema: string;
  dataFolder: string;
  /** 32 bytes that seal stored secrets and sign sessions. */
  key: Buffer;
  /** True when this start made the key: said once, since losing it loses the stored secrets. */
  keyIsNew: boolean;
  publicUrl: string;
  timeZone: string;
  trustedProxies: string[];
  port: number;
  host: string;
  logLevel: string;
  roles: Role[];
}

const wrong = (name: string, value: string, right: string): Failure =>
  new Failure({
    code: 'bad-environment',
    kind: 'environment',
    detail: `${name} is "${value}".`,
    help: `It should be ${right}.`,
  });

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Reads the environment once. `options` (from the command line) win over it. Throws a Failure that names the wrong value. */
export function readConfig(
  environment: NodeJS.ProcessEnv,
  options: { port?: string; data?: string; roles?: string } = {},
): Config {
  const dataFolder = resolve(options.data ?? './data');
  const portText = options.port ?? environment.PORT ?? '8600';
  const port = Number(portText);
  if (!/^\d+$/.test(portText) || port > 65535)
    throw wrong(
      options.port === undefined ? 'PORT' : '--port',
      portText,
      'a port number from 0 (any free one) to 65535',
    );
  const host = environment.HOST || '127.0.0.1';
  const timeZone = environment.TIME_ZONE || 'Europe/Rome';
  if (!IANAZone.isValidZone(timeZone)) throw wrong('TIME_ZONE', timeZone, 'an IANA time zone such as Europe/Rome');
  const logLevel = environment.LOG_LEVEL || 'info';
  if (!LEVELS.includes(logLevel)) throw wrong('LOG_LEVEL', logLevel, `one of ${LEVELS.join(', ')}`);
  const databaseUrl = environment.DATABASE_URL || null;
  if (databaseUrl !== null && !/^postgres(ql)?:\/\//.test(databaseUrl))
    throw wrong('DATABASE_URL', databaseUrl.replace(/:[^:@/]*@/, ':…@'), 'an address that begins with postgres://');
  const publicUrl = (environment.PUBLIC_URL || `http://${host === '0.0.0.0' ? 'localhost' : host}:${port}`).replace(
    /\/+$/,
    '',
  );
  if (!URL.canParse(publicUrl) || !/^https?:/.test(publicUrl))
    throw wrong(
      'PUBLIC_URL',
      publicUrl,
      'the address under which customers and staff reach this server, such as https://care.example.it',
    );
  const roles = (options.roles ?? 'web,worker,channels').split(',').map((role) => role.trim());
  for (const role of roles)
    if (!['web', 'worker', 'channels'].includes(role))
      throw wrong('--roles', role, 'web, worker, channels, or several with commas');
  return {
    databaseUrl,
    schema: environment.FILODIRETTO_SCHEMA || 'filodiretto',
    dataFolder,
    ...readKey(environment.FILODIRETTO_KEY, dataFolder),
    publicUrl,
    timeZone,
    trustedProxies: (environment.TRUSTED_PROXIES ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean),
    port,
    host,
    logLevel,
    roles: roles as Role[],
  };
}

function readKey(given: string | undefined, dataFolder: string): { key: Buffer; keyIsNew: boolean } {
  if (given) {
    const key = /^[0-9a-f]{64}$/i.test(given) ? Buffer.from(given, 'hex') : Buffer.from(given, 'base64');
    if (key.length !== 32)
      throw wrong('FILODIRETTO_KEY', '(hidden)', '32 random bytes as 64 hexadecimal digits or as base64');
    return { key, keyIsNew: false };
  }
  const path = join(dataFolder, 'key');
  if (existsSync(path)) {
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex');
    if (key.length !== 32)
      throw wrong(path, '(hidden)', 'the key that this installation was started with; restore it from its backup');
    return { key, keyIsNew: false };
  }
  mkdirSync(dataFolder, { recursive: true });
  const key = randomBytes(32);
  writeFileSync(path, `${key.toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  return { key, keyIsNew: true };
}
