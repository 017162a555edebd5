import type { Answer } from '../../contract/answer.ts';
import type { Settings } from '../../contract/settings.ts';
import { readIncidents } from '../network/index.ts';
import { announcementsOf } from '../notices/index.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { notFound } from '../platform/errors.ts';
import {
  addWorkingMinutes,
  nextRung,
  type PromiseRecord,
  promisesOf,
  type WorkingHours,
  workingHours,
} from '../promises/index.ts';
import { readSettings } from '../settings/index.ts';
import type { CaseRecord } from './case.ts';
import type { CaseFacts } from './life.ts';
import { saidYesSince } from './message-store.ts';
import type { CasePorts } from './ports.ts';
import { type HandOverRecord, lockCase, openHandOver } from './store.ts';

/** One case, locked, with all that a decision about it needs. */
export interface CaseContext {
  record: CaseRecord;
  facts: CaseFacts;
  settings: Settings;
  hours: WorkingHours;
  /** Open ones. */
  promises: PromiseRecord[];
  handOver: HandOverRecord | null;
  now: Date;
}

/** Locks a case and gathers what is known around it. Throws `not-found`. */
export async function takeCase(tx: Tx, ports: CasePorts, id: string): Promise<CaseContext> {
  const record = await lockCase(tx, id);
  if (!record) throw notFound('This case');
  return await contextOf(tx, ports, record);
}

/** For a case that is locked already. */
export async function contextOf(tx: Tx, ports: CasePorts, record: CaseRecord): Promise<CaseContext> {
  const [promises, handOver, saidYes] = await Promise.all([
    promisesOf(tx, [record.id]),
    openHandOver(tx, record.id),
    saidYesSince(tx, record.id, record.fixReportedAt),
  ]);
  return await gathered(tx, ports, record, {
    promises: promises.filter(({ state }) => state === 'open'),
    handOver,
    saidYes,
  });
}

/** For a case that is made in this transaction: nothing was promised about it, and it was handed to nobody. */
export const contextOfNew = async (tx: Tx, ports: CasePorts, record: CaseRecord): Promise<CaseContext> =>
  await gathered(tx, ports, record, { promises: [], handOver: null, saidYes: false });

async function gathered(
  tx: Tx,
  ports: CasePorts,
  record: CaseRecord,
  { promises, handOver, saidYes }: Pick<CaseContext, 'promises' | 'handOver'> & Pick<CaseFacts, 'saidYes'>,
): Promise<CaseContext> {
  const settings = await readSettings(tx);
  const now = ports.platform.clock.business();
  const hours = workingHours(settings, ports.platform.timeZone);
  const rungs = settings.careLadder.length;
  return {
    record,
    settings,
    hours,
    promises,
    handOver,
    now,
    facts: {
      settings: settings.cases,
      rungs,
      rungMinutes: settings.careLadder[nextRung(record.rung, rungs)]?.minutes ?? 60,
      workingAfter: (minutes) => addWorkingMinutes(hours, now, minutes),
      hasNextWord: promises.some(({ kind }) => kind === 'case-next-word' || kind === 'staff-time'),
      saidYes,
      handOverOpen: handOver !== null,
    },
  };
}

/** What was told last about an incident that goes on; null: nothing yet, or it is over. */
export async function incidentAnswer(db: Db, incidentId: string | null): Promise<Answer | null> {
  if (!incidentId) return null;
  const [incident] = await readIncidents(db, [incidentId]);
  if (!incident || (incident.state !== 'confirmed' && incident.state !== 'restoring')) return null;
  const told = (await announcementsOf(db, [incidentId])).filter(
    ({ state, kind }) => (state === 'telling' || state === 'told') && kind !== 'restored' && kind !== 'called-off',
  );
  const last = told.reduce<(typeof told)[number] | null>(
    (best, one) => (!best || one.number > best.number ? one : best),
    null,
  );
  return last?.answer ?? null;
}

/** The time that an incident's answer promises and that is still to come. */
export function timeOfAnswer(answer: Answer | null, now: Date): Date | null {
  for (const said of [answer?.expectedEnd, answer?.nextWordBy]) {
    const at = said ? new Date(said) : null;
    if (at && at > now) return at;
  }
  return null;
}
