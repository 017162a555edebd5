import { createHash } from 'node:crypto';
import type { BetterAuthOptions } from 'better-auth';
import type { DBAdapter, DBAdapterInstance, Where } from 'better-auth/adapters';

/** What stands in staff_sessions.token: the SHA-256 of the cookie's token (which has full entropy). */
export const hashSessionToken = (token: string): string =>
  `sha256.${createHash('sha256').update(token).digest('base64url')}`;

const SESSION = 'session';

const isTokenEquality = (clause: Where): boolean =>
  clause.field === 'token' && (clause.operator === undefined || clause.operator === 'eq' || clause.operator === 'in');

function hashedWhere(where: Where[]): Where[] {
  return where.map((clause) => {
    if (clause.field !== 'token') return clause;
    if (!isTokenEquality(clause)) throw new Error(`sessions can't be looked up by token with ${clause.operator}`);
    if (Array.isArray(clause.value))
      return { ...clause, value: clause.value.map((token) => hashSessionToken(String(token))) };
    return { ...clause, value: hashSessionToken(String(clause.value)) };
  });
}

/** The token that a lookup named: what was found gets it back, since the caller works on with it. */
function askedToken(where: Where[]): string | undefined {
  const clause = where.find((entry) => entry.field === 'token');
  return typeof clause?.value === 'string' ? clause.value : undefined;
}

const hashedRow = <Row extends Record<string, unknown>>(row: Row): Row =>
  typeof row.token === 'string' ? { ...row, token: hashSessionToken(row.token) } : row;

const withToken = <Row>(row: Row, token: string | undefined): Row =>
  row && token !== undefined && typeof row === 'object' && 'token' in row ? { ...row, token } : row;

/**
 * better-auth keeps session tokens in clear and has no option against it. This stands between it and its database: what is written
 * or looked up as a session's token is its hash, what it gets back is the token that it gave. A list of sessions carries
 * hashes, which open nothing.
 */
export function withHashedSessions(instance: DBAdapterInstance): DBAdapterInstance {
  return (options: BetterAuthOptions) => {
    const plain: DBAdapter = instance(options);
    const hashed: DBAdapter = {
      ...plain,
      async create(input) {
        if (input.model !== SESSION) return await plain.create(input);
        const { token } = input.data as { token?: string };
        return withToken(await plain.create({ ...input, data: hashedRow(input.data) }), token);
      },
      async findOne(input) {
        if (input.model !== SESSION) return await plain.findOne(input);
        return withToken(await plain.findOne({ ...input, where: hashedWhere(input.where) }), askedToken(input.where));
      },
      async findMany(input) {
        if (input.model !== SESSION || !input.where) return await plain.findMany(input);
        return await plain.findMany({ ...input, where: hashedWhere(input.where) });
      },
      async count(input) {
        if (input.model !== SESSION || !input.where) return await plain.count(input);
        return await plain.count({ ...input, where: hashedWhere(input.where) });
      },
      async update(input) {
        if (input.model !== SESSION) return await plain.update(input);
        const changed = { ...input, where: hashedWhere(input.where), update: hashedRow(input.update) };
        return withToken(await plain.update(changed), askedToken(input.where));
      },
      async updateMany(input) {
        if (input.model !== SESSION) return await plain.updateMany(input);
        return await plain.updateMany({ ...input, where: hashedWhere(input.where), update: hashedRow(input.update) });
      },
      async delete(input) {
        if (input.model !== SESSION) return await plain.delete(input);
        return await plain.delete({ ...input, where: hashedWhere(input.where) });
      },
      async deleteMany(input) {
        if (input.model !== SESSION) return await plain.deleteMany(input);
        return await plain.deleteMany({ ...input, where: hashedWhere(input.where) });
      },
      async consumeOne(input) {
        if (input.model !== SESSION) return await plain.consumeOne(input);
        return withToken(
          await plain.consumeOne({ ...input, where: hashedWhere(input.where) }),
          askedToken(input.where),
        );
      },
      async incrementOne(input) {
        if (input.model !== SESSION) return await plain.incrementOne(input);
        return withToken(
          await plain.incrementOne({ ...input, where: hashedWhere(input.where) }),
          askedToken(input.where),
        );
      },
      // The embedded engine has one session: a transaction of the library's beside its own queries would wait for itself for ever.
      transaction: (work) => work(hashed),
    };
    return hashed;
  };
}
