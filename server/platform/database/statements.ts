import { type RawBuilder, sql } from 'kysely';
import type pg from 'pg';
import type { Db, Tx } from './tx.ts';

/** So many statements are known by name on a connection at most; those that come after are sent in full each time. */
const MOST_NAMED = 1000;
const LONGEST_NAMED = 20_000;
/** So many statements are on their way at most before somebody waits for the first of them. */
const MOST_WAITING = 64;
const NOT_AWAITED = '/* not awaited */ ';
const TOGETHER = '/* together */ ';

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

/**
 * The rows of a statement that lets others of its transaction go out beside it: what is asked at once (`Promise.all`) makes one round trip, answered in its order. Outside of a transaction
 * it is a statement like any other.
 */
export async function read<Row>(db: Db, statement: RawBuilder<Row>): Promise<Row[]> {
  if (!db.isTransaction) return (await statement.execute(db)).rows;
  const { rows } = await sql<Row>`${sql.raw(TOGETHER)}${statement}`.execute(db);
  return (await (rows as Row[] & { coming?: Promise<Row[]> }).coming) ?? rows;
}

/** What Kysely reads of an answer that did not come yet. */
const sent = (coming?: Promise<unknown[]>) => ({
  command: 'SENT',
  rowCount: null,
  rows: Object.assign([], { coming }),
});

type Query = (query: unknown, values?: unknown[]) => Promise<unknown>;

/** Makes a client of a pool (which has `pipeline: true`) send repeated statements by name, and not wait for `begin`, `write` and `read`. */
export function sendWell(client: pg.PoolClient): void {
  const plain = client.query.bind(client) as unknown as Query;
  const waiting = new Set<Promise<unknown>>();
  let failed: { error: unknown } | null = null;

  const send = (text: string, values: unknown[]): Promise<unknown> => {
    // What has no parameters may be several statements, which can't be prepared.
    const name = values.length > 0 ? nameOf(text) : null;
    return name === null ? plain(text, values) : plain({ name, text, values });
  };
  /** Sends, and notes when it fails: what comes after it in the transaction fails for its reason. */
  const sendAhead = async (text: string, values: unknown[]): Promise<{ answer: Promise<pg.QueryResult> }> => {
    const answer = send(text, values) as Promise<pg.QueryResult>;
    const noted: Promise<unknown> = answer.catch((error) => {
      failed ??= { error };
    });
    waiting.add(noted);
    void noted.then(() => waiting.delete(noted));
    if (waiting.size >= MOST_WAITING) await waiting.values().next().value;
    return { answer };
  };
  const why = (error: unknown): unknown => failed?.error ?? error;

  const query = async (text: unknown, values?: unknown): Promise<unknown> => {
    if (typeof text !== 'string' || !Array.isArray(values)) return await plain(text, values as unknown[]);
    if (text === 'begin') {
      failed = null;
      await sendAhead(text, values);
      return sent();
    }
    if (text.startsWith(NOT_AWAITED)) {
      await sendAhead(text, values);
      return sent();
    }
    if (text.startsWith(TOGETHER)) {
      const { answer } = await sendAhead(text, values);
      const coming = answer.then(
        ({ rows }) => rows,
        (error) => {
          throw why(error);
        },
      );
      // Whoever asked may have failed for another reason before it looks.
      coming.catch(() => undefined);
      return sent(coming);
    }
    if (text === 'commit') {
      await Promise.all(waiting);
      if (failed) throw failed.error;
    }
    try {
      return await send(text, values);
    } catch (error) {
      // The first one says why; those after it only that the transaction is over (SQLSTATE 25P02).
      await Promise.all(waiting);
      throw text === 'rollback' ? error : why(error);
    } finally {
      if (text === 'rollback') failed = null;
    }
  };
  client.query = ((...given: unknown[]) =>
    // Callbacks and prepared queries of others go through as they are.
    typeof given[0] === 'string' && Array.isArray(given[1]) && given.length === 2
      ? query(given[0], given[1])
      : (plain as (...all: unknown[]) => unknown)(...given)) as unknown as typeof client.query;
}
