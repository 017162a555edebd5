import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { sql } from 'kysely';
import type { Clock } from './clock.ts';
import type { Db } from './database/database.ts';
import { Failure } from './errors.ts';
import type { Platform } from './platform.ts';

/** So many uses in a window of so many seconds. Windows begin at multiples of their length, counted from 1970. */
export interface Limit {
  uses: number;
  seconds: number;
}

export interface Taken {
  allowed: boolean;
  /** Seconds until the window ends (at least 1); 0 when allowed. */
  retryAfter: number;
}

/** Keys name people and addresses: only their hash is stored. */
const storedKey = (key: string, seconds: number): string =>
  createHash('sha256').update(`${seconds} ${key}`).digest('base64url');

/**
 * Takes one use of `key` in the current window, in one atomic statement: of many at once exactly `uses` get through.
 * A refused use is not counted. `key` is anything that names who is limited to what; it is stored hashed.
 */
export async function takeFromLimit(db: Db, clock: Clock, key: string, limit: Limit): Promise<Taken> {
  const now = clock.system().getTime();
  const start = Math.floor(now / 1000 / limit.seconds) * limit.seconds * 1000;
  const { rows } = await sql`INSERT INTO rate_limits AS known (key, window_start, uses)
    SELECT ${storedKey(key, limit.seconds)}::text, ${new Date(start)}::timestamptz, 1 WHERE ${limit.uses}::int > 0
    ON CONFLICT (key, window_start) DO UPDATE SET uses = known.uses + 1 WHERE known.uses < ${limit.uses}::int
    RETURNING uses`.execute(db);
  if (rows.length > 0) return { allowed: true, retryAfter: 0 };
  return { allowed: false, retryAfter: Math.max(1, Math.ceil((start + limit.seconds * 1000 - now) / 1000)) };
}

/** Takes from several limits of one key, the shortest first; a use that a later limit refuses stays taken from the earlier ones. */
export async function takeFromLimits(db: Db, clock: Clock, key: string, limits: readonly Limit[]): Promise<Taken> {
  for (const limit of limits) {
    const taken = await takeFromLimit(db, clock, key, limit);
    if (!taken.allowed) return taken;
  }
  return { allowed: true, retryAfter: 0 };
}

/** Gives back everything that was taken from a key: after a success that clears its owner. */
export async function forgetLimits(db: Db, key: string, limits: readonly Limit[]): Promise<void> {
  const keys = JSON.stringify(limits.map((limit) => storedKey(key, limit.seconds)));
  await sql`DELETE FROM rate_limits WHERE key IN (SELECT jsonb_array_elements_text(${keys}::jsonb))`.execute(db);
}

/** The refusal of a limit (429); `retryAfter` in seconds is among its facts. */
export const tooMany = (retryAfter: number): Failure =>
  new Failure({
    code: 'too-many',
    kind: 'too-many',
    detail: 'That was tried too often.',
    help: `Try again in ${retryAfter < 120 ? `${retryAfter} seconds` : `${Math.ceil(retryAfter / 60)} minutes`}.`,
    facts: { retryAfter },
  });

/** Where a request comes from, as far as limits count it: an IPv4 address, or the /64 that one IPv6 household has. */
export function limitedAddress(request: Pick<FastifyRequest, 'ip'>): string {
  const address = request.ip.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const groups = address.includes('::')
    ? [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
    : left;
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** A Fastify preHandler: each address may use what is `named` so often. Throws `too-many`. */
export function limitByAddress(platform: Platform, named: string, limits: readonly Limit[]) {
  return async (request: FastifyRequest): Promise<void> => {
    const key = `${named} ${limitedAddress(request)}`;
    const taken = await takeFromLimits(platform.database.db, platform.clock, key, limits);
    if (!taken.allowed) throw tooMany(taken.retryAfter);
  };
}
