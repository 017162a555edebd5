import { mayDo } from '../../contract/deeds.ts';
import { activeRoles } from '../access/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { Failure } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { Setbacks } from '../platform/setbacks.ts';
import { actOnOne, aroundOf } from './mass-one.ts';
import type { MassAround } from './mass-rules.ts';
import { beginActs, finishActs, type Settled, settleOfAct, type ToDo, takeNextOfAct } from './mass-store.ts';
import type { CasePorts } from './ports.ts';

/** Cases in one round, so that an act on thousands doesn't hold up what else is due. */
const MOST = 50;
const MASS: Actor = { kind: 'rule', name: 'act on many cases' };
const setbacks = new Setbacks();

async function settle(tx: Tx, ports: CasePorts, toDo: ToDo, known: Map<string, MassAround>): Promise<void> {
  const roles = await activeRoles(tx, toDo.staffId);
  let how: Settled;
  if (!roles || !mayDo(roles, 'cases:mass')) how = { left: 'not-allowed', because: null };
  else {
    const actor: Actor = { kind: 'staff', id: toDo.staffId, roles };
    const around = known.get(toDo.id) ?? (await aroundOf(tx, ports, toDo.incidentId, toDo.act));
    known.set(toDo.id, around);
    const verdict = await actOnOne(tx, ports, actor, toDo.caseId, toDo.act, around);
    how = 'did' in verdict ? verdict : { left: verdict.left, because: null };
  }
  await settleOfAct(tx, toDo, ports.platform.clock.business(), how);
}

/**
 * Carries out the acts on many cases that can no longer be taken back: each case in a transaction of its own that also notes it as done, so that it is done
 * once whatever dies between. What one case refuses is noted with the reason and doesn't hold up the others. Returns how many cases it settled.
 */
export async function runMassActs(ports: CasePorts): Promise<number> {
  const { database, clock, log } = ports.platform;
  if (!(await beginActs(database.db, clock.system()))) return 0;
  const known = new Map<string, MassAround>();
  let settled = 0;
  while (settled < MOST) {
    let taken: ToDo | null = null;
    try {
      await database.transaction(async (tx) => {
        taken = await takeNextOfAct(tx, setbacks.skipped(clock.system()));
        if (taken) await settle(tx, ports, taken, known);
      });
    } catch (error) {
      const toDo = taken as ToDo | null;
      if (!toDo) throw error;
      if (error instanceof Failure) {
        const { code, detail } = error;
        await database.transaction((tx) => settleOfAct(tx, toDo, clock.business(), { left: code, because: detail }));
      } else {
        setbacks.note(toDo.caseId, clock.system());
        log.error(
          { act: toDo.id, case: toDo.caseId, problem: (error as Error).stack ?? String(error) },
          'an act on many cases could not be done to this one; it is tried again, the rest goes on',
        );
        continue;
      }
    }
    if (!taken) break;
    settled++;
  }
  await database.transaction(async (tx) => {
    const done = await finishActs(tx, clock.business());
    await recordEvents(
      tx,
      clock,
      MASS,
      done.map(({ incidentId, act }) => ({
        kind: 'incident.mass-done',
        subjectKind: 'incident',
        subjectId: incidentId,
        data: { act: act.act },
      })),
    );
  });
  return settled;
}
