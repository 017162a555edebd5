import type { Language } from '../../contract/answer.ts';
import { IMPORT_WORDS } from '../../contract/import-words.ts';
import {
  applyCustomers,
  applyServices,
  compareCustomers,
  compareServices,
  customerIds,
  endCustomers,
  endServices,
  type Fate,
  type ImportedService,
} from '../customers/index.ts';
import { applyLinks, applyResources, compareResources, endResources, resourceIds } from '../network/topology/index.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import { checkImport, nextInUse } from './check.ts';
import type { CustomerRow, ImportRecord, ImportState, Progress, ResourceRow, ServiceRow, Staged } from './import.ts';
import { leaseUntil, WORKER } from './lease.ts';
import { Problems } from './problems.ts';
import { lost } from './start-import.ts';
import {
  analyseStage,
  changeImport,
  clearRows,
  type ImportChange,
  importsToClear,
  loadImport,
  nextRows,
  stagedIds,
  takeImport,
  unfinishedImports,
} from './store.ts';

const { say } = IMPORT_WORDS;

/** Rows in one transaction: each of its statements stays far below 50 ms on the embedded engine. */
const CHUNK = 400;

export interface ImportProgress {
  state: ImportState;
  rows: number;
  /** How many rows are compared or written. */
  applied: number;
}
export type OnProgress = (progress: ImportProgress) => void;

/** One import after the other on a database: each is checked against what the one before it left. */
const queues = new WeakMap<Platform['database'], Promise<unknown>>();
const running = new Set<string>();

/**
 * Checks a staged import as a whole; refuses it whole when anything is wrong, else applies it in chunks, each in a transaction of its own. Killed in between it goes
 * on from the last chunk when it is run again. A dry run only compares. Resolves with the finished import. Throws `not-found`, and
 * `import-taken-over` when another process has it.
 */
export async function runImport(
  platform: Platform,
  id: string,
  onProgress: OnProgress = () => {},
): Promise<ImportRecord> {
  running.add(id);
  const before = queues.get(platform.database) ?? Promise.resolve();
  const work = before.catch(() => {}).then(async () => await runNow(platform, id, onProgress));
  queues.set(platform.database, work);
  try {
    return await work;
  } finally {
    running.delete(id);
  }
}

/**
 * Goes on with imports that a process left unfinished, one after the other, and clears what finished ones left on the stage. To be called at start and
 * every minute: one that another living process holds is left to it. Returns how many were finished.
 */
export async function resumeImports(platform: Platform): Promise<number> {
  let finished = 0;
  for (const id of await unfinishedImports(platform.database.db)) {
    if (running.has(id)) continue;
    try {
      await runImport(platform, id);
      finished++;
    } catch (error) {
      if ((error as { code?: string }).code !== 'import-taken-over') throw error;
    }
  }
  for (const id of await importsToClear(platform.database.db)) await clearStage(platform, id);
  return finished;
}

async function runNow(platform: Platform, id: string, onProgress: OnProgress): Promise<ImportRecord> {
  const { database, clock } = platform;
  const taken = await database.transaction(
    async (tx) =>
      // The embedded engine has one process: whoever held it is gone.
      await takeImport(tx, id, WORKER, clock.system(), leaseUntil(platform), database.engine === 'embedded'),
  );
  if (!taken) {
    const known = await loadImport(database.db, id);
    if (!known) throw notFound('This import');
    if (known.finishedAt) return known;
    throw lost();
  }
  try {
    await work(platform, taken, onProgress);
  } catch (error) {
    // Classes 22 and 23 of SQLSTATE are about the data: the same would happen again, so that is the end of it.
    if (!/^2[23]/.test((error as { code?: string }).code ?? '')) throw error;
    platform.log.error({ import: id, sqlstate: (error as { code?: string }).code }, 'an import failed');
    await finish(platform, taken, 'failed', {
      notes: [...taken.notes, say('database-refused')],
    });
  }
  await clearStage(platform, id);
  const done = await loadImport(database.db, id);
  if (!done) throw notFound('This import');
  onProgress(done);
  return done;
}

async function work(platform: Platform, one: ImportRecord, onProgress: OnProgress): Promise<void> {
  const { database } = platform;
  if (one.state === 'staging') {
    await finish(platform, one, 'failed', {
      notes: [...one.notes, say('not-whole')],
    });
    return;
  }
  let ending = 0;
  await database.transaction(analyseStage);
  if (one.state === 'checking') {
    onProgress(one);
    const problems = new Problems(one.problems, one.problemCount);
    ending = (await checkImport(database.db, one, problems)).ending;
    if (problems.count > 0) {
      await finish(platform, one, 'refused', { problems: problems.kept, problemCount: problems.count, ended: ending });
      return;
    }
  }
  const { operator } = await readSettings(database.db);
  if (one.dryRun) {
    const counts = await compareAll(platform, one, operator.defaultLanguage, onProgress);
    await finish(platform, one, 'done', { ...counts, ended: ending });
    return;
  }
  await applyAll(platform, one, operator.defaultLanguage, onProgress);
  await finish(platform, one, 'done', {});
}

interface Counts {
  added: number;
  changed: number;
  unchanged: number;
}

function counted(fates: readonly Fate[]): Counts {
  const counts = { added: 0, changed: 0, unchanged: 0 };
  for (const fate of fates) counts[fate]++;
  return counts;
}

async function compareAll(
  platform: Platform,
  one: ImportRecord,
  language: Language,
  onProgress: OnProgress,
): Promise<Counts> {
  const { db } = platform.database;
  const sum: Counts = { added: 0, changed: 0, unchanged: 0 };
  let applied = 0;
  for (let after = 0; ; ) {
    const rows = await nextRows(db, one.id, after, CHUNK);
    const last = rows.at(-1);
    if (!last) return sum;
    const counts = counted(await compareChunk(db, one, rows, language));
    for (const fate of ['added', 'changed', 'unchanged'] as const) sum[fate] += counts[fate];
    after = last.line;
    applied += rows.length;
    onProgress({ state: 'checking', rows: one.rows, applied });
  }
}

async function compareChunk(
  db: Db,
  one: ImportRecord,
  rows: readonly Staged<unknown>[],
  language: Language,
): Promise<Fate[]> {
  const plain = rows.map(({ row }) => row);
  if (one.kind === 'resources') return (await compareResources(db, plain as ResourceRow[])).map(({ fate }) => fate);
  if (one.kind === 'customers')
    return (await compareCustomers(db, plain as CustomerRow[], language)).map(({ fate }) => fate);
  return await compareServices(db, await withIds(db, plain as ServiceRow[]));
}

/** The ids of the customers and resources that rows name; the check has found them all. */
async function withIds(db: Db, rows: readonly ServiceRow[]): Promise<ImportedService[]> {
  const ever = { withEnded: true };
  const customers = await customerIds(db, [...new Set(rows.map(({ customer }) => customer))], ever);
  const resources = await resourceIds(db, [...new Set(rows.map(({ resource }) => resource))], ever);
  return rows.map(({ customer, resource, ...rest }) => ({
    ...rest,
    partyId: customers.get(customer) ?? '',
    resourceId: resources.get(resource) ?? '',
  }));
}

async function applyAll(
  platform: Platform,
  one: ImportRecord,
  language: Language,
  onProgress: OnProgress,
): Promise<void> {
  let progress: Progress | null = one.progress ?? { step: 'rows', after: 0 };
  let applied = one.applied;
  while (progress !== null) {
    const here: Progress = progress;
    const chunk = await platform.database.transaction(async (tx) => {
      const { next, change } =
        here.step === 'absent'
          ? await endAbsentChunk(platform, tx, one, here)
          : await applyChunk(platform, tx, one, here, language);
      const lease = leaseUntil(platform);
      if (
        !(await changeImport(tx, one.id, WORKER, lease, {
          state: 'applying',
          ...change,
          ...(next ? { progress: next } : {}),
        }))
      )
        throw lost();
      return { next, applied: change.applied ?? 0 };
    });
    progress = chunk.next;
    applied += chunk.applied;
    onProgress({ state: 'applying', rows: one.rows, applied });
  }
}

interface Chunk {
  /** Null: all is done. */
  next: Progress | null;
  change: ImportChange;
}

async function applyChunk(
  platform: Platform,
  tx: Tx,
  one: ImportRecord,
  { step, after }: Progress,
  language: Language,
): Promise<Chunk> {
  const rows = await nextRows(tx, one.id, Number(after), CHUNK);
  const last = rows.at(-1);
  if (!last) {
    if (step === 'rows' && one.kind === 'resources') return { next: { step: 'links', after: 0 }, change: {} };
    return { next: one.complete ? { step: 'absent', after: '' } : null, change: {} };
  }
  const next: Progress = { step, after: last.line };
  const plain = rows.map(({ row }) => row);
  if (step === 'links') {
    await applyLinks(tx, plain as ResourceRow[]);
    return { next, change: {} };
  }
  let fates: Fate[];
  if (one.kind === 'resources') fates = (await applyResources(tx, plain as ResourceRow[])).map(({ fate }) => fate);
  else if (one.kind === 'services') fates = await applyServices(tx, await withIds(tx, plain as ServiceRow[]));
  else {
    const { clock, vault } = platform;
    const facts = {
      defaultLanguage: language,
      at: clock.business(),
      recordedAt: clock.system(),
      actor: one.actor,
      vault,
    };
    fates = (await applyCustomers(tx, plain as CustomerRow[], facts)).map(({ fate }) => fate);
  }
  return { next, change: { ...counted(fates), applied: rows.length } };
}

async function endAbsentChunk(platform: Platform, tx: Tx, one: ImportRecord, { after }: Progress): Promise<Chunk> {
  const page = await nextInUse(tx, one, String(after));
  const last = page.at(-1);
  if (last === undefined) return { next: null, change: {} };
  const there = await stagedIds(tx, one.id, page);
  const absent = page.filter((id) => !there.has(id));
  if (absent.length > 0) {
    const at = platform.clock.business();
    if (one.kind === 'resources') await endResources(tx, absent, at);
    else if (one.kind === 'customers') await endCustomers(tx, absent, at);
    else await endServices(tx, absent);
  }
  return { next: { step: 'absent', after: last }, change: { ended: absent.length } };
}

async function finish(
  platform: Platform,
  one: ImportRecord,
  state: 'done' | 'refused' | 'failed',
  change: ImportChange,
): Promise<void> {
  const { database, clock } = platform;
  await database.transaction(async (tx) => {
    const finishedAt = clock.business();
    if (!(await changeImport(tx, one.id, WORKER, leaseUntil(platform), { ...change, state, finishedAt }))) throw lost();
    const now = await loadImport(tx, one.id);
    if (!now) return;
    const { kind, dryRun, rows, added, changed, ended, problemCount } = now;
    const data = { kind, dryRun, rows, added, changed, ended, problems: problemCount };
    const events = [{ kind: `import.${state}`, subjectKind: 'import', subjectId: one.id, data }];
    // Who stands behind what may be another now: open incidents look again.
    if (!dryRun && state !== 'refused' && kind !== 'customers' && added + changed + ended > 0)
      events.push({ kind: 'topology.changed', subjectKind: 'import', subjectId: one.id, data });
    await recordEvents(tx, clock, one.actor, events);
  });
}

/** The stage holds people's data: it goes as soon as the import is finished. */
async function clearStage(platform: Platform, id: string): Promise<void> {
  while ((await clearRows(platform.database.db, id, 500)) > 0);
}
