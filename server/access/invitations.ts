import type { AcceptInvitation, Invitation, InviteStaff } from '../../contract/deeds.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { conflict, Failure, invalid, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { forgetLimits } from '../platform/rate-limit.ts';
import { hashToken, newToken } from '../platform/secrets.ts';
import type { StaffAuth } from './auth.ts';
import { ACCOUNT_LIMITS, INVITATION_SECONDS, isUsable, sameEmail } from './rules.ts';
import { accountKey } from './sign-in-limits.ts';
import {
  cutOff,
  findInvitation,
  findMember,
  findMemberByEmail,
  hasActiveAdministrator,
  insertMember,
  lockAdditions,
  lockForChange,
  lockInvitation,
  type Purpose,
  replaceInvitation,
  setPassword,
  updateInvited,
  useInvitation,
  voidInvitations,
} from './store.ts';

/** A link that was made; its token exists nowhere else. */
export interface MadeLink {
  link: string;
  expiresAt: Date;
  staffId: string;
  email: string;
}

const unusable = (): Failure =>
  new Failure({
    code: 'invitation-not-usable',
    kind: 'not-found',
    detail: 'This link was used, has expired, or was replaced by a newer one.',
    help: 'Ask an administrator for a new one. For the first administrator: start the server again, it prints a new link.',
  });

async function makeLink(
  platform: Platform,
  tx: Tx,
  purpose: Purpose,
  staffId: string | null,
): Promise<{ link: string; expiresAt: Date }> {
  const token = newToken();
  const now = platform.clock.system();
  const expiresAt = new Date(now.getTime() + INVITATION_SECONDS * 1000);
  await replaceInvitation(tx, { purpose, staffId, tokenHash: hashToken(token), expiresAt }, now);
  return { link: `${platform.publicUrl}/desk/welcome/${token}`, expiresAt };
}

/**
 * The one-time link that makes the first administrator; each call replaces the former link, it holds 24 hours. Null as soon as an
 * administrator is active.
 */
export async function firstRunLink(platform: Platform): Promise<string | null> {
  return await platform.database.transaction(async (tx) => {
    await lockAdditions(tx);
    if (await hasActiveAdministrator(tx)) {
      await voidInvitations(tx, null);
      return null;
    }
    return (await makeLink(platform, tx, 'first-administrator', null)).link;
  });
}

/** Invites somebody; inviting again who hasn't joined yet changes name and roles and replaces the link. Throws `already-staff`. */
export async function inviteStaff(platform: Platform, actor: Actor, input: InviteStaff): Promise<MadeLink> {
  const email = sameEmail(input.email);
  const now = platform.clock.system();
  const roles = [...new Set(input.roles)].sort();
  return await platform.database.transaction(async (tx) => {
    await lockAdditions(tx);
    const known = await findMemberByEmail(tx, email);
    if (known?.endedAt)
      throw conflict(
        'already-staff',
        'Somebody with this address worked here.',
        'Reopen that account instead, then reset it.',
      );
    if (known?.joinedAt)
      throw conflict('already-staff', 'Somebody with this address works here already.', 'Change their roles instead.');
    let staffId = known?.id;
    if (staffId) await updateInvited(tx, staffId, { name: input.name, roles }, now);
    else staffId = await insertMember(tx, { name: input.name, email, roles, joinedAt: null }, now);
    const made = await makeLink(platform, tx, 'invite', staffId);
    await recordEvents(tx, platform.clock, actor, [
      { kind: 'staff.invited', subjectKind: 'staff', subjectId: staffId, data: { roles } },
    ]);
    return { ...made, staffId, email };
  });
}

/** A link with which a member sets a new password; the old one works until then. Of somebody invited: a new invitation. */
export async function resetStaff(platform: Platform, actor: Actor, staffId: string): Promise<MadeLink> {
  return await platform.database.transaction(async (tx) => {
    const member = await findMember(tx, staffId);
    if (!member) throw notFound('This member of staff');
    if (member.endedAt) throw conflict('staff-ended', 'This account has ended.', 'Reopen it first.');
    const made = await makeLink(platform, tx, member.joinedAt ? 'reset' : 'invite', staffId);
    await recordEvents(tx, platform.clock, actor, [
      { kind: 'staff.reset-asked', subjectKind: 'staff', subjectId: staffId },
    ]);
    return { ...made, staffId, email: member.email };
  });
}

/** What a link is for. Throws `invitation-not-usable`; it doesn't say whether the link ever existed. */
export async function lookAtInvitation(platform: Platform, token: string): Promise<Invitation> {
  const invitation = await findInvitation(platform.database.db, hashToken(token));
  if (!invitation || !isUsable(invitation, platform.clock.system())) throw unusable();
  return { purpose: invitation.purpose, email: invitation.email, name: invitation.name };
}

/**
 * Uses a link once: makes the first administrator, lets somebody invited join, or sets a new password, which ends all sessions and
 * the second factor. Returns the address to sign in with. Throws `invitation-not-usable`, `invalid`, `already-staff`.
 */
export async function acceptInvitation(
  platform: Platform,
  auth: StaffAuth,
  input: AcceptInvitation,
): Promise<{ email: string }> {
  await lookAtInvitation(platform, input.token); // before the password is hashed: guessing must stay cheap for us
  const passwordHash = await auth.hashPassword(input.password);
  const now = platform.clock.system();
  return await platform.database.transaction(async (tx) => {
    const invitation = await lockInvitation(tx, hashToken(input.token));
    if (!invitation || !isUsable(invitation, now)) throw unusable();
    await useInvitation(tx, invitation.id, now);
    const staffId = invitation.staffId ?? (await firstAdministrator(platform, tx, input));
    const { member } = await lockForChange(tx, staffId);
    if (!member || member.endedAt) throw unusable();
    await cutOff(tx, staffId, { proofs: true });
    await setPassword(tx, staffId, passwordHash, now);
    await forgetLimits(tx, accountKey(member.email), ACCOUNT_LIMITS);
    const kind = invitation.purpose === 'reset' ? 'staff.reset' : 'staff.joined';
    await recordEvents(tx, platform.clock, { kind: 'staff', id: staffId, roles: member.roles }, [
      { kind, subjectKind: 'staff', subjectId: staffId, data: { roles: member.roles, purpose: invitation.purpose } },
    ]);
    return { email: member.email };
  });
}

async function firstAdministrator(platform: Platform, tx: Tx, input: AcceptInvitation): Promise<string> {
  await lockAdditions(tx);
  if (await hasActiveAdministrator(tx)) throw unusable();
  const name = input.name?.trim();
  if (!input.email || !name)
    throw invalid('invalid', 'The first administrator needs a mail address and a name.', 'Fill in both.');
  const now = platform.clock.system();
  const email = sameEmail(input.email);
  const known = await findMemberByEmail(tx, email);
  if (known?.endedAt)
    throw conflict('already-staff', 'Somebody with this address worked here.', 'Use another address.');
  if (known) {
    await updateInvited(tx, known.id, { name, roles: [...new Set([...known.roles, 'administrator'])].sort() }, now);
    return known.id;
  }
  return await insertMember(tx, { name, email, roles: ['administrator'], joinedAt: null }, now);
}
