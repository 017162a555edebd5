import { REASONS } from '../../contract/reasons.ts';
import type { SendResult } from '../channels/channel.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { applyResults, type Finished } from './apply-results.ts';
import { isWorkerAlive, journalledWorkers, type ReadJournal, readJournal } from './journal.ts';
import type { OnOutcomes } from './outbox.ts';
import { expiredWorkers, type HeldRow, releaseRows, rowsOfWorker } from './store.ts';

const CHUNK = 500;
const MACHINE_LOST = REASONS.say('machine-lost');
const MACHINE_RESTARTED = REASONS.say('machine-restarted');
const PROCESS_ENDED = REASONS.say('process-ended');

/** What one recovery found. */
export interface Recovered {
  settled: number;
  inDoubt: number;
  released: number;
}

/**
 * Settles what dead workers left behind. With a journal on this machine: what has a result gets it, what was on the wire without one is
 * in doubt, what was only claimed is queued again. Without one, after its lease: everything that was claimed is in doubt.
 */
export async function recoverDeadWorkers(platform: Platform, onOutcomes: OnOutcomes, self: string): Promise<Recovered> {
  const total: Recovered = { settled: 0, inDoubt: 0, released: 0 };
  const known = journalledWorkers(platform.dataFolder);
  const expired = await expiredWorkers(platform.database.db, platform.clock.system());
  for (const worker of new Set([...known, ...expired])) {
    if (worker === self) continue;
    if (isWorkerAlive(platform.dataFolder, worker)) continue; // slow, not dead: its leases are its own matter
    const journal = readJournal(platform.dataFolder, worker);
    const found = await recoverWorker(platform, onOutcomes, worker, journal);
    journal?.forget();
    total.settled += found.settled;
    total.inDoubt += found.inDoubt;
    total.released += found.released;
  }
  return total;
}

async function recoverWorker(
  platform: Platform,
  onOutcomes: OnOutcomes,
  worker: string,
  journal: ReadJournal | null,
): Promise<Recovered> {
  const found: Recovered = { settled: 0, inDoubt: 0, released: 0 };
  for (;;) {
    const chunk = await platform.database.transaction(async (tx) => {
      const rows = await rowsOfWorker(tx, worker, CHUNK);
      const untouched: string[] = [];
      const byRoute = new Map<string, Finished[]>();
      const here = { settled: 0, inDoubt: 0, released: 0 };
      for (const row of rows) {
        const result = resultOf(row, journal);
        if (!result || !row.route_id) {
          untouched.push(row.id);
          here.released++;
          continue;
        }
        if (result.kind === 'unknown') here.inDoubt++;
        else here.settled++;
        byRoute.set(row.route_id, [...(byRoute.get(row.route_id) ?? []), { row: present(row), result }]);
      }
      await releaseRows(tx, untouched, worker);
      for (const [routeId, finished] of byRoute)
        await applyResults(tx, platform, onOutcomes, { worker, routeId, finished });
      if (rows.length > 0)
        await recordEvents(tx, platform.clock, { kind: 'rule', name: 'outbox' }, [
          { kind: 'outbox.recovered', subjectKind: 'worker', subjectId: worker, data: here },
        ]);
      return { ...here, rows: rows.length };
    });
    found.settled += chunk.settled;
    found.inDoubt += chunk.inDoubt;
    found.released += chunk.released;
    if (chunk.rows < CHUNK) return found;
  }
}

/** Null: it never was on the wire. */
function resultOf(row: HeldRow, journal: ReadJournal | null): SendResult | null {
  if (!journal) return { kind: 'unknown', reason: MACHINE_LOST };
  const known = journal.results.get(row.id);
  if (known) return known;
  if (!journal.complete) return { kind: 'unknown', reason: MACHINE_RESTARTED };
  return journal.begun.has(row.id) ? { kind: 'unknown', reason: PROCESS_ENDED } : null;
}

const present = (row: HeldRow): Finished['row'] => ({
  id: row.id,
  kind: row.kind,
  noticeMadeAt: row.notice_made_at,
  attempts: row.attempts,
  validUntil: row.valid_until,
});
