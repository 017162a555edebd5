import {
  MASS_DEEDS,
  type MassAct,
  type MassDeed,
  type MassLeft,
  type MassPreview,
  type MassRecord,
  MOST_IN_AN_ACT,
} from '../../contract/mass.ts';
import { staffNames } from '../access/index.ts';
import { impactOf, readIncidents } from '../network/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { conflict, Failure, invalid, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import { teamsById } from '../teams/index.ts';
import { actOnOne, aroundOf } from './mass-one.ts';
import { judge, MASS_REASONS, type MassAround, type MassReason } from './mass-rules.ts';
import {
  actsOf,
  concernedCases,
  insertAct,
  massCasesOf,
  type Outcome,
  outcomesOf,
  readAct,
  type StoredAct,
  undoWaiting,
} from './mass-store.ts';
import { messagesOf } from './message-store.ts';
import type { CasePorts } from './ports.ts';
import { scopeOf } from './scope.ts';
import { instant } from './staff-acts.ts';

/** What is done to many can be taken back for a minute, whatever the settings say of single answers. */
const UNDO_SECONDS = 60;
const SHOWN_NUMBERS = 20;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Taken back: the preview wants to see what would be said, and nothing of it may stay. */
class OnlyLooked extends Error {}

/** An act that lacks what it needs is refused as a whole. */
async function requireWhole(db: Db, act: MassAct, now: Date): Promise<void> {
  if (act.act === 'answer' && !act.words) throw invalid('no-words', 'There is nothing in the answer.', 'Give words.');
  if (act.nextWordBy !== undefined) instant('nextWordBy', act.nextWordBy, now);
  if (act.act !== 'hand-over') return;
  if (!act.teamId) throw invalid('no-team', 'It is not said to whom.', 'Give teamId.');
  const team = (await teamsById(db, [act.teamId])).get(act.teamId);
  if (!team || team.endedAt) throw notFound('This team');
}

/** The resource of an incident and all that depends on it. Throws `not-found`. */
export async function resourcesNear(db: Db, incidentId: string): Promise<string[]> {
  const [incident] = await readIncidents(db, [incidentId]);
  if (!incident) throw notFound('This incident');
  const { down, degraded } = await impactOf(db, [incident.resourceId]);
  return [...down, ...degraded];
}

async function concerned(db: Db, actor: Actor, incidentId: string, { act, caseIds }: MassAct) {
  const near = await resourcesNear(db, incidentId);
  return await concernedCases(db, await scopeOf(db, actor), { incidentId, act, caseIds, near }, MOST_IN_AN_ACT);
}

/** What an act would make of all the cases that it is about, and what the first of them would read. Nothing of it happens. */
export async function previewMassAct(
  ports: CasePorts,
  actor: Actor,
  incidentId: string,
  act: MassAct,
): Promise<MassPreview> {
  const { db } = ports.platform.database;
  await requireWhole(db, act, ports.platform.clock.business());
  const { records, count } = await concerned(db, actor, incidentId, act);
  const around = await aroundOf(db, ports, incidentId, act);
  const would = new Map<MassDeed, number>();
  const left = new Map<MassReason, string[]>();
  let first: { id: string; messages: number } | null = null;
  for (const one of await massCasesOf(db, records)) {
    const verdict = judge(act.act, one, around);
    if ('left' in verdict) left.set(verdict.left, [...(left.get(verdict.left) ?? []), one.record.number]);
    else {
      would.set(verdict.did, (would.get(verdict.did) ?? 0) + 1);
      first ??= one.record;
    }
  }
  return {
    cases: count,
    beyond: Math.max(0, count - records.length),
    would: MASS_DEEDS.flatMap((did) => (would.has(did) ? [{ did, count: would.get(did) ?? 0 }] : [])),
    left: [...left].map(([code, numbers]) => leftBy(code, null, numbers.length, numbers.slice(0, SHOWN_NUMBERS))),
    sample: first ? await sampleOf(ports, actor, first, act, around) : null,
  };
}

async function sampleOf(
  ports: CasePorts,
  actor: Actor,
  first: { id: string; messages: number },
  act: MassAct,
  around: MassAround,
): Promise<string | null> {
  let sample: string | null = null;
  try {
    await ports.platform.database.transaction(async (tx) => {
      await actOnOne(tx, ports, actor, first.id, act, around);
      const said = await messagesOf(tx, first.id, { after: first.messages, limit: 10, visibilities: ['customer'] });
      sample = said.at(-1)?.body ?? null;
      throw new OnlyLooked();
    });
  } catch (error) {
    // What became impossible since it was judged: the doing will say so.
    if (!(error instanceof OnlyLooked) && !(error instanceof Failure)) throw error;
  }
  return sample;
}

/** Orders an act: for a minute it waits and can be taken back, then the worker carries it out. Throws `no-words`, `no-team`, `no-cases`, `not-found`. */
export async function orderMassAct(
  ports: CasePorts,
  actor: Actor,
  incidentId: string,
  act: MassAct,
): Promise<MassRecord> {
  const { clock, database } = ports.platform;
  if (actor.kind !== 'staff') throw notFound('This incident');
  const id = newId();
  await database.transaction(async (tx) => {
    await requireWhole(tx, act, clock.business());
    const { records } = await concerned(tx, actor, incidentId, act);
    if (records.length === 0)
      throw conflict('no-cases', 'There is no case that this could be done to.', 'Choose others.');
    // The minute is one of the person at the desk: the clock on the wall, like that of single messages.
    const undoUntil = new Date(clock.system().getTime() + UNDO_SECONDS * 1000);
    await insertAct(
      tx,
      { id, incidentId, staffId: actor.id, act, madeAt: clock.business(), undoUntil },
      records.map((record) => record.id),
    );
    await recordEvents(tx, clock, actor, [
      {
        kind: 'incident.mass-ordered',
        subjectKind: 'incident',
        subjectId: incidentId,
        data: { act: act.act, concerned: records.length },
      },
    ]);
  });
  return await presentAct(database.db, id);
}

/** Takes an act back before anything of it was said or done. Throws `not-found`, `too-late`. */
export async function undoMassAct(ports: CasePorts, actor: Actor, id: string): Promise<MassRecord> {
  const { clock, database } = ports.platform;
  await database.transaction(async (tx) => {
    const act = ID.test(id) ? await readAct(tx, id) : null;
    if (!act) throw notFound('This act');
    if (!(await undoWaiting(tx, id, clock.system(), clock.business())))
      throw conflict(
        'too-late',
        'This act can no longer be taken back.',
        'Its minute is over, or it was taken back already.',
      );
    await recordEvents(tx, clock, actor, [
      {
        kind: 'incident.mass-undone',
        subjectKind: 'incident',
        subjectId: act.incidentId,
        data: { act: act.act.act },
      },
    ]);
  });
  return await presentAct(database.db, id);
}

/** The latest acts on the cases of an incident. Throws `not-found`. */
export async function listMassActs(db: Db, incidentId: string): Promise<MassRecord[]> {
  if ((await readIncidents(db, [incidentId])).length === 0) throw notFound('This incident');
  return await present(db, await actsOf(db, incidentId));
}

async function presentAct(db: Db, id: string): Promise<MassRecord> {
  const act = await readAct(db, id);
  const [presented] = act ? await present(db, [act]) : [];
  if (!presented) throw notFound('This act');
  return presented;
}

async function present(db: Db | Tx, acts: readonly StoredAct[]): Promise<MassRecord[]> {
  const outcomes = await outcomesOf(
    db,
    acts.map(({ id }) => id),
  );
  const names = await staffNames(
    db,
    acts.map(({ staffId }) => staffId),
  );
  return acts.map((act) => {
    const own = outcomes.filter(({ actId }) => actId === act.id);
    const sum = (some: readonly Outcome[]): number => some.reduce((total, { count }) => total + count, 0);
    return {
      id: act.id,
      incidentId: act.incidentId,
      act: act.act.act,
      words: act.act.words ?? null,
      by: names.get(act.staffId) ?? act.staffId,
      state: act.state,
      madeAt: act.madeAt.toISOString(),
      undoUntil: act.undoUntil.toISOString(),
      settledAt: act.settledAt?.toISOString() ?? null,
      cases: sum(own),
      settled: sum(own.filter(({ settled }) => settled)),
      did: own.flatMap(({ did, count }) => (did ? [{ did, count }] : [])),
      left: own.flatMap(({ left, because, count, numbers }) =>
        left ? [leftBy(left, because, count, numbers ?? [])] : [],
      ),
    };
  });
}

/** In the words of the rule; a refusal from elsewhere brings its own. */
function leftBy(code: string, because: string | null, count: number, numbers: string[]): MassLeft {
  const [known, opens] = MASS_REASONS[code as MassReason] ?? [];
  return { code, because: because ?? known ?? '', opens: opens ?? '', count, numbers };
}
