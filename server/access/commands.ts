import { ROLES, type StaffRole } from '../../contract/deeds.ts';
import type { Actor } from '../platform/actor.ts';
import { invalid } from '../platform/errors.ts';
import type { Platform } from '../platform/platform.ts';
import { inviteStaff, resetStaff } from './invitations.ts';
import { sameEmail } from './rules.ts';
import { findMemberByEmail } from './store.ts';

const actor = (name: string): Actor => ({ kind: 'command', name });

const isRole = (word: string): word is StaffRole => (ROLES as readonly string[]).includes(word);

/** `staff invite EMAIL`: the link to hand over. Without a name the address stands for it; without roles it is an administrator. */
export async function staffInviteCommand(
  platform: Platform,
  email: string,
  { name, roles = ['administrator'] }: { name?: string; roles?: readonly string[] } = {},
): Promise<{ link: string; expiresAt: Date }> {
  checkEmail(email);
  for (const role of roles)
    if (!isRole(role)) throw invalid('unknown-role', `There is no role "${role}".`, `Use ${ROLES.join(', ')}.`);
  const wanted = roles.filter(isRole);
  if (wanted.length === 0) throw invalid('unknown-role', 'No role was given.', `Use ${ROLES.join(', ')}.`);
  const called = (name ?? email.split('@', 1)[0] ?? email).trim().slice(0, 100);
  const made = await inviteStaff(platform, actor('staff invite'), { email, name: called || email, roles: wanted });
  return { link: made.link, expiresAt: made.expiresAt };
}

/** `staff reset EMAIL`: the link with which that member sets a new password. */
export async function staffResetCommand(platform: Platform, email: string): Promise<{ link: string; expiresAt: Date }> {
  checkEmail(email);
  const member = await findMemberByEmail(platform.database.db, sameEmail(email));
  if (!member)
    throw invalid(
      'unknown-staff',
      'Nobody on the staff has this address.',
      'Invite them with: filodiretto staff invite EMAIL.',
    );
  const made = await resetStaff(platform, actor('staff reset'), member.id);
  return { link: made.link, expiresAt: made.expiresAt };
}

function checkEmail(email: string): void {
  if (email.length > 254 || !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email))
    throw invalid('bad-email', 'That is not a mail address.', 'Write it like anna@example.it.');
}
