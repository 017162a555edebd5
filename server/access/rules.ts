import type { ChangeStaff } from '../../contract/deeds.ts';

/** So many uses in so many seconds. */
interface Limit {
  uses: number;
  seconds: number;
}

/** NIST SP 800-63B-4, 3.1.1.2: long rather than composed. The upper bound keeps hashing cheap. */
export const PASSWORD_LENGTH = { least: 12, most: 128 };

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long an invitation or reset link can be used. */
export const INVITATION_SECONDS = DAY;

/** A session that nobody used for so long has ended. */
export const IDLE_SECONDS = 12 * HOUR;

/** Wrong passwords for one account: the wait grows from minutes to an hour to a day. A success forgets them. */
export const ACCOUNT_LIMITS: readonly Limit[] = [
  { uses: 5, seconds: 5 * MINUTE },
  { uses: 15, seconds: HOUR },
  { uses: 40, seconds: DAY },
];

/** Tries from one address: an office signs in behind one address, a guesser needs far more. */
export const ADDRESS_LIMITS: readonly Limit[] = [
  { uses: 40, seconds: 5 * MINUTE },
  { uses: 400, seconds: DAY },
];

/** Looks at invitation links from one address. */
export const INVITATION_LIMITS: readonly Limit[] = [
  { uses: 20, seconds: 10 * MINUTE },
  { uses: 100, seconds: DAY },
];

export interface MemberState {
  roles: readonly string[];
  joined: boolean;
  ended: boolean;
}

export type StaffChange =
  | { kind: 'none' }
  | { kind: 'last-administrator' }
  | { kind: 'change'; roles: string[]; ended: boolean };

const administers = (member: MemberState): boolean =>
  member.joined && !member.ended && member.roles.includes('administrator');

/**
 * What a change of a member comes to. `otherAdministrators`: active ones besides this member. Refused when nobody would be left
 * who can manage staff.
 */
export function decideStaffChange(member: MemberState, change: ChangeStaff, otherAdministrators: number): StaffChange {
  const roles = [...new Set<string>(change.roles ?? member.roles)].sort();
  const ended = change.ended ?? member.ended;
  const same = ended === member.ended && JSON.stringify(roles) === JSON.stringify([...member.roles].sort());
  if (same) return { kind: 'none' };
  const after = { ...member, roles, ended };
  if (administers(member) && !administers(after) && otherAdministrators === 0) return { kind: 'last-administrator' };
  return { kind: 'change', roles, ended };
}

/** Whether an invitation can still be used. */
export const isUsable = (invitation: { usedAt: Date | null; expiresAt: Date }, now: Date): boolean =>
  invitation.usedAt === null && invitation.expiresAt > now;

/** Mail addresses are compared in lower case. */
export const sameEmail = (email: string): string => email.trim().toLowerCase();
