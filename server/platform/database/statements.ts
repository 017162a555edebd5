import { type RawBuilder, sql } from 'kysely';
import type pg from 'pg';
import type { Tx } from './database.ts';

/** So many statements are known by name on a connection at most; those that come after are sent in full each time. */
const MOST_NAMED = 1000;
const LONGEST_NAMED = 20_000;
/** So many statements are on their way at most before somebody waits for the first of them. */
const MOST_WAITING = 64;
const NOT_AWAITED = '/* not awaited */ ';

const names = new Map<string, string>();
const seen = new Set<string>();

/**
 * The name of a statement that is used again and again: the server then parses it once for a connection, and plans it by what it learns (PostgreSQL 18
 * manual, PREPARE: plan_cache_mode `auto`). It gets one when it comes for the second time: what is put together anew for each use never does. Null: it has none.
 */
export function nameOf(text: string): string | null {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= MOST_NAMED || text.length > LONGEST_NAMED) return null;
  if (!seen.has(text)) {
    if (seen.size >= 10 * MOST_NAMED) seen.clear();
    seen.add(text);
    return null;
  }
  seen.delete(text);
  const name = `s${names.size}`;
  names.set(text, name);
  return name;
}

/**
 * A statement whose answer nobody needs (a row that is written under an id of ours): it goes out at once, in its order, and the transaction goes on without
 * waiting for it. When it fails, the next statement that is waited for, at the latest the commit, fails with its error: nothing of the transaction stays.
 */
export async function write(tx: Tx, statement: RawBuilder<unknown>): Promise<void> {
  await sql`${sql.raw(NOT_AWAITED)}${statement}`.execute(tx);
}

/** What Kysely reads of an answer that did not come yet. */
const NO_ANSWER = { command: 'SENT', rowCount: null, rows: [] };

type Query = (query: unknown, values?: unknown[]) => Promise<unknown>;

/** Makes a client of a pool (which has `pipeline: true`) send repeated statements by name, and not wait for `begin` and what is given to `write`. */
export function sendWell(client: pg.PoolClient): void {
  const plain = client.query.bind(client) as unknown as Query;
  const waiting = new Set<Promise<unknown>>();
  let failed: { error: unknown } | null = null;

  const send = (text: string, values: unknown[]): Promise<unknown> => {
    // What has no parameters may be several statements, which can't be prepared.
    const name = values.length > 0 ? nameOf(text) : null;
    return name === null ? plain(text, values) : plain({ name, text, values });
  };
  const sendAhead = async (text: string, values: unknown[]): Promise<unknown> => {
    const answer: Promise<unknown> = send(text, values).catch((error) => {
      failed ??= { error };
    });
    waiting.add(answer);
    void answer.then(() => waiting.delete(answer));
    if (waiting.size >= MOST_WAITING) await waiting.values().next().value;
    return NO_ANSWER;
  };

  const query = async (text: unknown, values?: unknown): Promise<unknown> => {
    if (typeof text !== 'string' || !Array.isArray(values)) return await plain(text, values as unknown[]);
    if (text === 'begin') {
      failed = null;
      return await sendAhead(text, values);
    }
    if (text.startsWith(NOT_AWAITED)) return await sendAhead(text, values);
    if (text === 'commit') {
      await Promise.all(waiting);
      if (failed) throw failed.error;
    }
    try {
      return await send(text, values);
    } catch (error) {
      // The first one says why; those after it only that the transaction is over (SQLSTATE 25P02).
      await Promise.all(waiting);
      throw failed && text !== 'rollback' ? failed.error : error;
    }
  };
  client.query = ((...given: unknown[]) =>
    // Callbacks and prepared queries of others go through as they are.
    typeof given[0] === 'string' && Array.isArray(given[1]) && given.length === 2
      ? query(given[0], given[1])
      : (plain as (...all: unknown[]) => unknown)(...given)) as unknown as typeof client.query;
}
