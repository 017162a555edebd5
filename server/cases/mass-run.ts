import { mayDo } from '../../contract/deeds.ts';
import { activeRoles } from '../access/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { Failure } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { Setbacks } from '../platform/setbacks.ts';
import { actOnOne, aroundOf } from './mass-one.ts';
import type { MassAround } from './mass-rules.ts';
import { beginActs, finishActs, type NextOfAct, type Settled, settleOfAct, takeNextOfAct } from './mass-store.ts';
import type { CasePorts } from './ports.ts';

/** Cases in one round, so that an act on thousands doesn't hold up what else is due. */
const MOST = 50;
const MASS: Actor = { kind: 'rule', name: 'act on many cases' };
const setbacks = new Setbacks();

async function settle(tx: Tx, ports: CasePorts, next: NextOfAct, known: Map<string, MassAround>): Promise<void> {
  const roles = await activeRoles(tx, next.staffId);
  let how: Settled;
  if (!roles || !mayDo(roles, 'cases:mass')) how = { left: 'not-allowed', because: null };
  else {
    const actor: Actor = { kind: 'staff', id: next.staffId, roles };
    const around = known.get(next.id) ?? (await aroundOf(tx, ports, next.incidentId, next.act));
    known.set(next.id, around);
    const verdict = await actOnOne(tx, ports, actor, next.caseId, next.act, around);
    how = 'did' in verdict ? verdict : { left: verdict.left, because: null };
  }
  await settleOfAct(tx, next, ports.platform.clock.business(), how);
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
    let taken: NextOfAct | null = null;
    try {
      await database.transaction(async (tx) => {
        taken = await takeNextOfAct(tx, setbacks.skipped(clock.system()));
        if (taken) await settle(tx, ports, taken, known);
      });
    } catch (error) {
      const next = taken as NextOfAct | null;
      if (!next) throw error;
      if (error instanceof Failure) {
        const { code, detail } = error;
        await database.transaction((tx) => settleOfAct(tx, next, clock.business(), { left: code, because: detail }));
      } else {
        setbacks.note(next.caseId, clock.system());
        log.error(
          { act: next.id, case: next.caseId, problem: (error as Error).stack ?? String(error) },
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
