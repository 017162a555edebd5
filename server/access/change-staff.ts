import type { ChangeStaff } from '../../contract/deeds.ts';
import type { Actor } from '../platform/actor.ts';
import { conflict, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { decideStaffChange } from './rules.ts';
import { cutOff, lockForChange, setRolesAndEnd, voidInvitations } from './store.ts';

/**
 * Changes a member's roles, ends or reopens the account. Ending takes sessions, password and second factor in the same
 * transaction; a reopened account needs a reset link. Throws `not-found`, `last-administrator`.
 */
export async function changeStaff(
  platform: Platform,
  actor: Actor,
  staffId: string,
  change: ChangeStaff,
): Promise<void> {
  const now = platform.clock.system();
  await platform.database.transaction(async (tx) => {
    const { member, otherAdministrators } = await lockForChange(tx, staffId);
    if (!member) throw notFound('This member of staff');
    const before = { roles: member.roles, joined: member.joinedAt !== null, ended: member.endedAt !== null };
    const decision = decideStaffChange(before, change, otherAdministrators);
    if (decision.kind === 'none') return;
    if (decision.kind === 'last-administrator')
      throw conflict(
        'last-administrator',
        'This is the last active administrator.',
        'Make somebody else an administrator first.',
      );
    await setRolesAndEnd(tx, staffId, decision.roles, decision.ended ? (member.endedAt ?? now) : null, now);
    if (decision.ended && !before.ended) {
      await cutOff(tx, staffId, { proofs: true });
      await voidInvitations(tx, staffId);
    }
    const kind = decision.ended === before.ended ? 'staff.changed' : decision.ended ? 'staff.ended' : 'staff.reopened';
    await recordEvents(tx, platform.clock, actor, [
      { kind, subjectKind: 'staff', subjectId: staffId, data: { roles: [before.roles, decision.roles] } },
    ]);
  });
}
