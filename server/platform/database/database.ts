import { join } from 'node:path';
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { Failure } from '../errors.ts';
import type { Logger } from '../log.ts';
import { doAtCommit } from './at-commit.ts';
import { EmbeddedEngine } from './embedded.ts';
import { takeDataFolder } from './lock-file.ts';
import { sendWell } from './statements.ts';
import type { Db, Tx } from './tx.ts';

export type { Db, Tx };

export interface DatabaseOptions {
  /** `postgres://…`, or null for the embedded engine. */
  url: string | null;
  /** Where the embedded engine keeps its files. */
  dataFolder: string;
  /** The PostgreSQL schema of this operator. */
  schema: string;
  log: Logger;
  /** Connections to a server at most; the embedded engine always has one. */
  connections?: number;
}

export interface Database {
  readonly engine: 'embedded' | 'postgresql';
  readonly schema: string;
  readonly pool: pg.Pool;
  /** For reads outside a transaction, and single statements. Never use it inside `transaction`: the embedded engine has one session. */
  readonly db: Db;
  /** One transaction: all or nothing, at most about a second long. Serialization failures and deadlocks are tried again (3 times). */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Calls `handler` after each commit that notified `channel`; also after a lost connection, since something may have been missed. */
  listen(channel: string, handler: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === 20) return (value: string) => Number(value); // int8: counts and cents stay far below 2^53
    if (oid === 1082) return (value: string) => value; // date: a calendar day is not an instant
    return pg.types.getTypeParser(oid, format as 'text');
  },
};

const RETRIED = new Set(['40001', '40P01']);

/** Opens one of the two engines behind the same Pool. Throws a Failure of kind `environment` in plain words. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(options.schema)) {
    throw new Failure({
      code: 'bad-schema-name',
      kind: 'environment',
      detail: `FILODIRETTO_SCHEMA is "${options.schema}".`,
      help: 'Use lower-case letters, digits and _ (at most 41).',
    });
  }
  return options.url === null ? await openEmbedded(options) : await openServer(options, options.url);
}

async function openEmbedded(options: DatabaseOptions): Promise<Database> {
  const giveBack = takeDataFolder(options.dataFolder);
  let engine: EmbeddedEngine;
  try {
    engine = await EmbeddedEngine.open(join(options.dataFolder, 'database'));
  } catch (error) {
    giveBack();
    throw new Failure({
      code: 'database-unreadable',
      kind: 'environment',
      detail: String((error as Error).message),
      help: 'Restore a backup into an empty folder, or choose another folder with --data.',
    });
  }
  return openOnEngine(engine, options, async () => {
    await engine.close();
    giveBack();
  });
}

/** A database on an engine that is open already; `afterClose` follows the end of its pool. One at a time on an engine: it is one session. */
export function openOnEngine(
  engine: EmbeddedEngine,
  options: Pick<DatabaseOptions, 'schema' | 'log'>,
  afterClose: () => Promise<void>,
): Database {
  const handlers = new Map<string, Set<(payload: string) => void>>();
  const onConnect = async (client: pg.PoolClient): Promise<void> => {
    client.on('notification', ({ channel, payload }) => {
      for (const handler of handlers.get(channel) ?? []) handler(payload ?? '');
    });
    // The session is the engine's own and lives on: what a client before left in it goes.
    const listens = [...handlers.keys()].map((channel) => `LISTEN ${channel};`).join(' ');
    await client.query(
      `UNLISTEN *; DEALLOCATE ALL; SET search_path TO ${options.schema}; SET timezone TO 'UTC'; ${listens}`,
    );
  };
  // pg's types don't know that `stream` may be a function (pg/lib/client.js).
  const settings = { stream: () => engine.stream(), max: 1, idleTimeoutMillis: 0, pipeline: true, types, onConnect };
  const pool = new pg.Pool(settings as unknown as pg.PoolConfig);
  pool.on('error', (error) => options.log.error({ error: error.message }, 'embedded database'));
  return build('embedded', options, pool, {
    async listen(channel, handler) {
      const known = handlers.get(channel) ?? new Set();
      known.add(handler);
      handlers.set(channel, known);
      await pool.query(`LISTEN ${channel}`);
      return async () => {
        known.delete(handler);
      };
    },
    async close() {
      await pool.end();
      await afterClose();
    },
  });
}

async function openServer(options: DatabaseOptions, url: string): Promise<Database> {
  const connection = {
    connectionString: url,
    options: `-c search_path=${options.schema} -c timezone=UTC`,
    application_name: 'filodiretto',
    // A server that takes the connection and says nothing would otherwise be waited for without end.
    connectionTimeoutMillis: 30_000,
    types,
  };
  const pool = new pg.Pool({ ...connection, pipeline: true, max: options.connections ?? 10 });
  pool.on('error', (error) => options.log.warn({ error: error.message }, 'a database connection was lost'));
  // The pool listens to those that are idle only: without this, one that is lost within a transaction would end the process. Its query fails by itself.
  pool.on('connect', (client) => client.on('error', () => undefined));
  try {
    const { rows } = await pool.query<{ version: number }>(
      "SELECT current_setting('server_version_num')::int AS version",
    );
    const version = rows[0]?.version ?? 0;
    if (version < 150000) {
      throw new Failure({
        code: 'database-too-old',
        kind: 'environment',
        detail: `The server behind DATABASE_URL is PostgreSQL ${Math.floor(version / 10000)}.`,
        help: 'Use PostgreSQL 15 or newer.',
      });
    }
  } catch (error) {
    await pool.end();
    if (error instanceof Failure) throw error;
    throw new Failure({
      code: 'database-unreachable',
      kind: 'environment',
      detail: `The database behind DATABASE_URL can't be reached: ${(error as Error).message}.`,
      help: 'Check host, port, user and password, and that the server runs.',
    });
  }
  const listener = new Listener(connection, options.log);
  return build('postgresql', options, pool, {
    listen: (channel, handler) => listener.listen(channel, handler),
    async close() {
      await listener.close();
      await pool.end();
    },
  });
}

function build(
  engine: Database['engine'],
  options: Pick<DatabaseOptions, 'schema'>,
  pool: pg.Pool,
  rest: Pick<Database, 'listen' | 'close'>,
): Database {
  pool.on('connect', sendWell);
  // biome-ignore lint/complexity/noBannedTypes: see Db.
  const db = new Kysely<{}>({ dialect: new PostgresDialect({ pool }) });
  return {
    engine,
    schema: options.schema,
    pool,
    db,
    async transaction(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await db.transaction().execute(async (tx) => {
            const result = await work(tx);
            await doAtCommit(tx);
            return result;
          });
        } catch (error) {
          const code = (error as { code?: string }).code ?? '';
          if (attempt >= 3 || !RETRIED.has(code)) throw error;
        }
      }
    },
    ...rest,
  };
}

/** One connection of its own for LISTEN, opened again when it is lost. */
class Listener {
  readonly #config: pg.ClientConfig;
  readonly #log: Logger;
  readonly #handlers = new Map<string, Set<(payload: string) => void>>();
  #client: pg.Client | null = null;
  #opening: Promise<void> | null = null;
  #closed = false;

  constructor(config: pg.ClientConfig, log: Logger) {
    this.#config = config;
    this.#log = log;
  }

  async listen(channel: string, handler: (payload: string) => void): Promise<() => Promise<void>> {
    const known = this.#handlers.get(channel) ?? new Set();
    known.add(handler);
    this.#handlers.set(channel, known);
    await this.#open();
    await this.#client?.query(`LISTEN ${channel}`);
    return async () => {
      known.delete(handler);
    };
  }

  async #open(): Promise<void> {
    if (this.#client || this.#closed) return;
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = null;
    });
    await this.#opening;
  }

  async #connect(): Promise<void> {
    const client = new pg.Client(this.#config);
    client.on('notification', ({ channel, payload }) => {
      for (const handler of this.#handlers.get(channel) ?? []) handler(payload ?? '');
    });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    await client.connect();
    this.#client = client;
    for (const channel of this.#handlers.keys()) await client.query(`LISTEN ${channel}`);
  }

  #lost(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    if (this.#closed) return;
    this.#log.warn('the listening database connection was lost; opening it again');
    const again = (): void => {
      if (this.#closed) return;
      this.#open().then(
        () => {
          for (const handlers of this.#handlers.values()) for (const handler of handlers) handler('');
        },
        () => setTimeout(again, 1000).unref(),
      );
    };
    setTimeout(again, 200).unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.end();
  }
}

/** Runs SQL text without parameters (several statements allowed). */
export const runScript = async (db: Db, script: string): Promise<void> => {
  await db.executeQuery(CompiledQuery.raw(script));
};
