import { sql } from 'kysely';
import type { Db, Tx } from './database/database.ts';
import { runScript } from './database/database.ts';
import type { Platform } from './platform.ts';

/** Rows that waited in the default partition are moved in one go up to this number; a month with more of them stays there, which is slower but right. */
const MOVED_AT_MOST = 20_000;
/** This month and the next two. */
const MONTHS = 3;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
/** Longer than any window of a limit. */
const LIMITS_KEPT = 8 * DAY;
const LIMITS_AT_ONCE = 1000;

interface PartitionedTable {
  name: string;
  /** The column of the range: always an instant. */
  key: string;
  /** Its default partition. */
  rest: string;
}

/** Every table that is partitioned by ranges of an instant and has a default partition. */
async function partitionedTables(db: Db): Promise<PartitionedTable[]> {
  const { rows } = await sql<PartitionedTable>`
    SELECT parent.relname AS name, column_.attname AS key, rest.relname AS rest
    FROM pg_partitioned_table partitioned
    JOIN pg_class parent ON parent.oid = partitioned.partrelid
    JOIN pg_attribute column_ ON column_.attrelid = parent.oid AND column_.attnum = partitioned.partattrs[0]
    JOIN pg_class rest ON rest.oid = partitioned.partdefid
    WHERE partitioned.partstrat = 'r' AND partitioned.partnatts = 1 AND column_.atttypid = 'timestamptz'::regtype
      AND parent.relnamespace = current_schema()::regnamespace
    ORDER BY parent.relname`.execute(db);
  return rows;
}

/** The first instants of the months (UTC) that must have a partition, by both clocks. */
function monthsAhead(platform: Pick<Platform, 'clock'>): Date[] {
  const months = new Set<number>();
  for (const now of [platform.clock.business(), platform.clock.system()])
    for (let ahead = 0; ahead < MONTHS; ahead++) months.add(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead));
  return [...months].sort((a, b) => a - b).map((month) => new Date(month));
}

const partitionName = (table: string, month: Date): string =>
  `${table}_${month.getUTCFullYear()}_${String(month.getUTCMonth() + 1).padStart(2, '0')}`;

/**
 * Makes the partitions of this month and the next two, by the business and the system clock. What fell into the default partition
 * meanwhile moves along in the same transaction. May run anywhere at any time: what exists is left alone, and of several processes
 * one does it. Returns the names of those made.
 */
export async function makePartitions(platform: Pick<Platform, 'database' | 'clock' | 'log'>): Promise<string[]> {
  const made: string[] = [];
  for (const table of await partitionedTables(platform.database.db)) {
    for (const month of monthsAhead(platform)) {
      const name = partitionName(table.name, month);
      if (await exists(platform.database.db, name)) continue;
      try {
        const done = await platform.database.transaction((tx) => makePartition(tx, table, name, month));
        if (done === 'made') made.push(name);
        if (done === 'too many') platform.log.info({ partition: name }, 'this month stays in the default partition');
      } catch (error) {
        // A long reader holds the table (lock_not_available): the next round tries again, and the default partition serves.
        if ((error as { code?: string }).code !== '55P03') throw error;
        platform.log.info({ partition: name }, 'the table is busy; its partition is made later');
      }
    }
  }
  return made;
}

async function exists(db: Db, name: string): Promise<boolean> {
  // Not to_regclass: it may answer from a cache that doesn't know yet what another session has just committed.
  const { rows } =
    await sql`SELECT 1 FROM pg_class WHERE relname = ${name} AND relnamespace = current_schema()::regnamespace`.execute(
      db,
    );
  return rows.length > 0;
}

async function makePartition(
  tx: Tx,
  { name: table, key, rest }: PartitionedTable,
  name: string,
  month: Date,
): Promise<'made' | 'known' | 'too many'> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('filodiretto partitions ' || current_schema()))`.execute(tx);
  if (await exists(tx, name)) return 'known';
  const from = month.toISOString();
  const to = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1)).toISOString();
  // A writer that had chosen the default partition before would fail after the attachment: none may be half-way. And who holds the
  // table already must not need us: so the whole of it at once, in the strongest mode. It is held for milliseconds; since whoever
  // comes after our waiting waits too, we give up soon.
  await runScript(tx, `SET LOCAL lock_timeout = '2s'; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  const inRange = sql`${sql.ref(key)} >= ${from}::timestamptz AND ${sql.ref(key)} < ${to}::timestamptz`;
  const waiting = await sql<{ count: number }>`SELECT count(*)::int AS count FROM (
    SELECT 1 FROM ${sql.table(rest)} WHERE ${inRange} LIMIT ${MOVED_AT_MOST + 1}) waiting`.execute(tx);
  const count = waiting.rows[0]?.count ?? 0;
  if (count > MOVED_AT_MOST) return 'too many';
  await runScript(tx, `CREATE TABLE ${name} (LIKE ${table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
  if (count > 0) {
    await sql`WITH moved AS (DELETE FROM ${sql.table(rest)} WHERE ${inRange} RETURNING *)
      INSERT INTO ${sql.table(name)} SELECT * FROM moved`.execute(tx);
  }
  await runScript(tx, `ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`);
  return 'made';
}

/** Removes windows of limits that are long over, some at a time. Returns how many. */
export async function removeOldLimits(platform: Pick<Platform, 'database' | 'clock'>): Promise<number> {
  const before = new Date(platform.clock.system().getTime() - LIMITS_KEPT);
  const { rows } = await sql`DELETE FROM rate_limits WHERE (key, window_start) IN (
    SELECT key, window_start FROM rate_limits WHERE window_start < ${before} LIMIT ${LIMITS_AT_ONCE}) RETURNING 1`.execute(
    platform.database.db,
  );
  return rows.length;
}

/** The tables of the schema in turn, so that one small piece of vacuum at a time comes by all of them. */
async function tableAfter(db: Db, former: string): Promise<string | null> {
  const { rows } = await sql<{ name: string }>`SELECT relname AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
    ORDER BY relname <= ${former}::text, relname LIMIT 1`.execute(db);
  return rows[0]?.name ?? null;
}

export interface MaintenanceOptions {
  /** Further small chores of the hour. */
  chores?: readonly (() => Promise<unknown>)[];
  /** Milliseconds between two pieces of vacuum, two checkpoints, two rounds of the rest; for tests. */
  every?: { vacuum: number; checkpoint: number; round: number };
}

/**
 * Keeps the database in order while the process lives: partitions ahead, old limits away; on the embedded engine, which has neither
 * autovacuum nor automatic checkpoints, also those. The first round starts at once. Returns what stops it and waits for what runs.
 */
export function startMaintenance(
  platform: Pick<Platform, 'database' | 'clock' | 'log'>,
  { chores = [], every = { vacuum: 20 * SECOND, checkpoint: 5 * MINUTE, round: 60 * MINUTE } }: MaintenanceOptions = {},
): () => Promise<void> {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const timers: NodeJS.Timeout[] = [];
  let vacuumed = '';

  /** One after the other: maintenance must never be the crowd. */
  const run = (what: string, work: () => Promise<unknown>): void => {
    running = running.then(async () => {
      if (stopped) return;
      try {
        await work();
      } catch (error) {
        if (!stopped)
          platform.log.warn(
            { chore: what, problem: (error as Error).message },
            'maintenance failed; it is tried again',
          );
      }
    });
  };
  const repeat = (what: string, milliseconds: number, work: () => Promise<unknown>): void => {
    const timer = setInterval(() => run(what, work), milliseconds);
    timer.unref();
    timers.push(timer);
  };
  const round = (): void => {
    run('partitions', () => makePartitions(platform));
    run('limits', () => removeOldLimits(platform));
    for (const chore of chores) run('chore', chore);
  };
  round();
  const rounds = setInterval(round, every.round);
  rounds.unref();
  timers.push(rounds);
  if (platform.database.engine === 'embedded') {
    repeat('vacuum', every.vacuum, async () => {
      const table = await tableAfter(platform.database.db, vacuumed);
      if (table === null) return;
      vacuumed = table;
      await runScript(platform.database.db, `VACUUM (ANALYZE) ${table}`);
    });
    repeat('checkpoint', every.checkpoint, () => runScript(platform.database.db, 'CHECKPOINT'));
  }
  return async () => {
    stopped = true;
    for (const timer of timers) clearInterval(timer);
    await running;
  };
}
