import { mayDo } from '../../contract/deeds.ts';
import type { Absence, NewAbsence } from '../../contract/teams.ts';
import { staffNames, unknownStaff } from '../access/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { Db } from '../platform/database/database.ts';
import { Failure, invalid, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { type AbsenceRow, absencesAfter, deleteAbsence, insertAbsence, lockAbsence } from './store.ts';

const LONGEST = 2 * 366 * 86_400_000;

/** Absences that are not over, with names. */
export async function currentAbsences(db: Db, at: Date): Promise<Absence[]> {
  return await present(db, await absencesAfter(db, at));
}

/** Records that somebody is away: oneself, or others with `teams:manage`. Throws `not-allowed`, `not-found`, `absence-nonsense`. */
export async function recordAbsence(platform: Platform, actor: Actor, wish: NewAbsence): Promise<Absence> {
  requireOwnOrManager(actor, wish.staffId);
  const [startsAt, endsAt] = [new Date(wish.startsAt), new Date(wish.endsAt)];
  if (endsAt <= startsAt || endsAt.getTime() - startsAt.getTime() > LONGEST)
    throw invalid('absence-nonsense', 'An absence ends after it begins, within two years.', 'Check both times.');
  return await platform.database.transaction(async (tx) => {
    if ((await unknownStaff(tx, [wish.staffId])).length > 0) throw notFound('This active member of staff');
    const made = await insertAbsence(tx, { staffId: wish.staffId, startsAt, endsAt }, platform.clock.business(), actor);
    await recordEvents(tx, platform.clock, actor, [
      {
        kind: 'absence.recorded',
        subjectKind: 'staff',
        subjectId: wish.staffId,
        data: { absence: made.id, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString() },
      },
    ]);
    const [presented] = await present(tx, [made]);
    if (!presented) throw new Error('an absence was not stored');
    return presented;
  });
}

/** Takes an absence back. Throws `not-found`, `not-allowed`. */
export async function withdrawAbsence(platform: Platform, actor: Actor, id: string): Promise<void> {
  await platform.database.transaction(async (tx) => {
    const absence = await lockAbsence(tx, id);
    if (!absence) throw notFound('This absence');
    requireOwnOrManager(actor, absence.staffId);
    await deleteAbsence(tx, id);
    await recordEvents(tx, platform.clock, actor, [
      { kind: 'absence.withdrawn', subjectKind: 'staff', subjectId: absence.staffId, data: { absence: id } },
    ]);
  });
}

function requireOwnOrManager(actor: Actor, staffId: string): void {
  if (actor.kind !== 'staff' || actor.id === staffId || mayDo(actor.roles, 'teams:manage')) return;
  throw new Failure({
    code: 'not-allowed',
    kind: 'forbidden',
    detail: 'This is somebody else’s absence.',
    help: 'Ask them, or somebody who manages the teams.',
  });
}

async function present(db: Db, rows: readonly AbsenceRow[]): Promise<Absence[]> {
  const names = await staffNames(
    db,
    rows.map(({ staffId }) => staffId),
  );
  return rows.map(({ id, staffId, startsAt, endsAt }) => ({
    id,
    staffId,
    name: names.get(staffId) ?? staffId,
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
  }));
}
