import { sql } from 'kysely';
import type { Invitation, StaffMember, StaffRole } from '../../contract/deeds.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { read } from '../platform/database/statements.ts';
import { newId } from '../platform/ids.ts';
import { IDLE_SECONDS } from './rules.ts';

export type Purpose = Invitation['purpose'];

export interface Member {
  id: string;
  name: string;
  email: string;
  roles: StaffRole[];
  language: 'it' | 'en';
  secondFactor: boolean;
  joinedAt: Date | null;
  lastSeenAt: Date | null;
  endedAt: Date | null;
}

const MEMBER = sql`id, name, email, roles, language, second_factor AS "secondFactor", joined_at AS "joinedAt", last_seen_at AS "lastSeenAt", ended_at AS "endedAt"`;

/** Everybody who works or worked here, by name; active first. */
export async function staffMembers(db: Db): Promise<StaffMember[]> {
  const { rows } =
    await sql<Member>`SELECT ${MEMBER} FROM staff ORDER BY ended_at IS NOT NULL, lower(name), id`.execute(db);
  return rows.map((member) => ({
    id: member.id,
    name: member.name,
    email: member.email,
    roles: member.roles,
    state: member.endedAt ? 'ended' : member.joinedAt ? 'active' : 'invited',
    secondFactor: member.secondFactor,
    lastSeenAt: member.lastSeenAt?.toISOString() ?? null,
  }));
}

/** Names by id, of ended members too: what they did keeps their name. */
export async function staffNames(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{
    id: string;
    name: string;
  }>`SELECT id, name FROM staff WHERE id = ANY(${[...new Set(ids)]}::text[])`.execute(db);
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** The ids of the active members with a role. */
export const staffWithRole = async (db: Db, role: StaffRole): Promise<string[]> => await staffWithFirstRole(db, [role]);

/** The ids of the active members with the first of some roles that anybody has. */
export async function staffWithFirstRole(db: Db, roles: readonly StaffRole[]): Promise<string[]> {
  const rows = await read(
    db,
    sql<{ id: string; roles: StaffRole[] }>`SELECT id, roles FROM staff
    WHERE joined_at IS NOT NULL AND ended_at IS NULL AND roles && ${[...roles]}::text[] ORDER BY id`,
  );
  const role = roles.find((one) => rows.some((member) => member.roles.includes(one)));
  return rows.filter((member) => role !== undefined && member.roles.includes(role)).map(({ id }) => id);
}

/** The mail address of an active member; null for anybody else. */
export async function staffEmail(db: Db, id: string): Promise<string | null> {
  const { rows } = await sql<{ email: string }>`SELECT email FROM staff
    WHERE id = ${id} AND joined_at IS NOT NULL AND ended_at IS NULL`.execute(db);
  return rows[0]?.email ?? null;
}

/** The ids of those who no longer work here. */
export async function endedStaff(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM staff WHERE ended_at IS NOT NULL`.execute(db);
  return rows.map(({ id }) => id);
}

/** The roles of an active member; null for anybody else. */
export async function activeRoles(db: Db, id: string): Promise<StaffRole[] | null> {
  const { rows } = await sql<{ roles: StaffRole[] }>`SELECT roles FROM staff
    WHERE id = ${id} AND joined_at IS NOT NULL AND ended_at IS NULL`.execute(db);
  return rows[0]?.roles ?? null;
}

/** Which of these ids are not those of active members. */
export async function unknownStaff(db: Db, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await read(
    db,
    sql<{ id: string }>`SELECT id FROM staff
    WHERE id = ANY(${[...new Set(ids)]}::text[]) AND joined_at IS NOT NULL AND ended_at IS NULL`,
  );
  const known = new Set(rows.map(({ id }) => id));
  return [...new Set(ids)].filter((id) => !known.has(id));
}

export async function findMember(db: Db, id: string): Promise<Member | null> {
  const { rows } = await sql<Member>`SELECT ${MEMBER} FROM staff WHERE id = ${id}`.execute(db);
  return rows[0] ?? null;
}

export async function findMemberByEmail(db: Db, email: string): Promise<Member | null> {
  const { rows } = await sql<Member>`SELECT ${MEMBER} FROM staff WHERE email = ${email}`.execute(db);
  return rows[0] ?? null;
}

/** Locks a member and all administrators until the transaction ends, always in the same order. */
export async function lockForChange(
  tx: Tx,
  id: string,
): Promise<{ member: Member | null; otherAdministrators: number }> {
  const { rows } = await sql<Member>`SELECT ${MEMBER} FROM staff
    WHERE id = ${id} OR 'administrator' = ANY(roles) ORDER BY id FOR UPDATE`.execute(tx);
  const others = rows.filter(
    (row) => row.id !== id && row.joinedAt && !row.endedAt && row.roles.includes('administrator'),
  );
  return { member: rows.find((row) => row.id === id) ?? null, otherAdministrators: others.length };
}

/** One at a time adds people: two links for the first administrator, or two invitations of one address, must not cross. */
export async function lockAdditions(tx: Tx): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('filodiretto staff ' || current_schema()))`.execute(tx);
}

export async function hasActiveAdministrator(db: Db): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM staff
    WHERE joined_at IS NOT NULL AND ended_at IS NULL AND 'administrator' = ANY(roles) LIMIT 1`.execute(db);
  return rows.length > 0;
}

/** Whether a session may be made for somebody: only for active members. */
export async function mayHaveSession(db: Db, id: string): Promise<boolean> {
  const { rows } =
    await sql`SELECT 1 FROM staff WHERE id = ${id} AND joined_at IS NOT NULL AND ended_at IS NULL`.execute(db);
  return rows.length > 0;
}

export async function insertMember(
  tx: Tx,
  member: { name: string; email: string; roles: readonly string[]; joinedAt: Date | null },
  now: Date,
): Promise<string> {
  const id = newId();
  await sql`INSERT INTO staff (id, name, email, email_verified, roles, created_at, updated_at, joined_at)
    VALUES (${id}, ${member.name}, ${member.email}, true, ${[...member.roles]}::text[], ${now}, ${now}, ${member.joinedAt})`.execute(
    tx,
  );
  return id;
}

export async function updateInvited(
  tx: Tx,
  id: string,
  member: { name: string; roles: readonly string[] },
  now: Date,
): Promise<void> {
  await sql`UPDATE staff SET name = ${member.name}, roles = ${[...member.roles]}::text[], updated_at = ${now} WHERE id = ${id}`.execute(
    tx,
  );
}

export async function setRolesAndEnd(
  tx: Tx,
  id: string,
  roles: readonly string[],
  endedAt: Date | null,
  now: Date,
): Promise<void> {
  await sql`UPDATE staff SET roles = ${[...roles]}::text[], ended_at = ${endedAt}, updated_at = ${now} WHERE id = ${id}`.execute(
    tx,
  );
}

export async function setLanguage(tx: Tx, id: string, language: 'it' | 'en', now: Date): Promise<void> {
  await sql`UPDATE staff SET language = ${language}, updated_at = ${now} WHERE id = ${id}`.execute(tx);
}

/** Ends every session, and with `proofs` also password and second factor: nothing that was known before opens anything. */
export async function cutOff(tx: Tx, id: string, { proofs }: { proofs: boolean }): Promise<void> {
  await sql`DELETE FROM staff_sessions WHERE staff_id = ${id}`.execute(tx);
  await sql`DELETE FROM staff_verifications WHERE value = ${id}`.execute(tx);
  if (!proofs) return;
  await sql`DELETE FROM staff_accounts WHERE staff_id = ${id}`.execute(tx);
  await sql`DELETE FROM staff_second_factors WHERE staff_id = ${id}`.execute(tx);
  await sql`UPDATE staff SET second_factor = false WHERE id = ${id}`.execute(tx);
}

/** Gives a member a password (its hash) and makes an invited one active. */
export async function setPassword(tx: Tx, id: string, passwordHash: string, now: Date): Promise<void> {
  await sql`INSERT INTO staff_accounts (id, staff_id, provider_id, account_id, password, created_at, updated_at)
    VALUES (${newId()}, ${id}, 'credential', ${id}, ${passwordHash}, ${now}, ${now})
    ON CONFLICT (provider_id, account_id) DO UPDATE SET password = excluded.password, updated_at = excluded.updated_at`.execute(
    tx,
  );
  await sql`UPDATE staff SET joined_at = coalesce(joined_at, ${now}), updated_at = ${now} WHERE id = ${id}`.execute(tx);
}

// Invitations -------------------------------------------------------------------------------------------------------

export interface StoredInvitation {
  id: string;
  purpose: Purpose;
  staffId: string | null;
  expiresAt: Date;
  usedAt: Date | null;
}

/** Makes an invitation and voids the former ones of the same person (of the first administrator: all of that purpose). */
export async function replaceInvitation(
  tx: Tx,
  invitation: { purpose: Purpose; staffId: string | null; tokenHash: string; expiresAt: Date },
  now: Date,
): Promise<void> {
  await voidInvitations(tx, invitation.staffId);
  await sql`INSERT INTO staff_invitations (id, purpose, token_hash, staff_id, made_at, expires_at)
    VALUES (${newId()}, ${invitation.purpose}, ${invitation.tokenHash}, ${invitation.staffId}, ${now}, ${invitation.expiresAt})`.execute(
    tx,
  );
}

/** Removes what wasn't used yet. `staffId` null: the links for the first administrator. */
export async function voidInvitations(tx: Tx, staffId: string | null): Promise<void> {
  await sql`DELETE FROM staff_invitations WHERE staff_id IS NOT DISTINCT FROM ${staffId}::text AND used_at IS NULL`.execute(
    tx,
  );
}

/** Locks it, so that of two who use the same link one is refused. */
export async function lockInvitation(tx: Tx, tokenHash: string): Promise<StoredInvitation | null> {
  const { rows } =
    await sql<StoredInvitation>`SELECT id, purpose, staff_id AS "staffId", expires_at AS "expiresAt", used_at AS "usedAt"
    FROM staff_invitations WHERE token_hash = ${tokenHash} FOR UPDATE`.execute(tx);
  return rows[0] ?? null;
}

export async function findInvitation(
  db: Db,
  tokenHash: string,
): Promise<(StoredInvitation & { email: string | null; name: string | null }) | null> {
  const { rows } = await sql<StoredInvitation & { email: string | null; name: string | null }>`
    SELECT invitation.id, purpose, staff_id AS "staffId", expires_at AS "expiresAt", used_at AS "usedAt", staff.email, staff.name
    FROM staff_invitations invitation LEFT JOIN staff ON staff.id = staff_id AND staff.ended_at IS NULL
    WHERE token_hash = ${tokenHash}`.execute(db);
  return rows[0] ?? null;
}

export async function useInvitation(tx: Tx, id: string, now: Date): Promise<void> {
  await sql`UPDATE staff_invitations SET used_at = ${now} WHERE id = ${id}`.execute(tx);
}

// Sessions ----------------------------------------------------------------------------------------------------------

export interface LivingSession {
  sessionId: string;
  staffId: string;
  roles: StaffRole[];
  usedAt: Date;
}

/** The session behind a token's hash, if it is alive and its member is active. */
export async function findLivingSession(db: Db, tokenHash: string, now: Date): Promise<LivingSession | null> {
  const { rows } =
    await sql<LivingSession>`SELECT session.id AS "sessionId", staff.id AS "staffId", staff.roles, session.updated_at AS "usedAt"
    FROM staff_sessions session JOIN staff ON staff.id = session.staff_id
    WHERE session.token = ${tokenHash} AND session.expires_at > ${now}
      AND session.updated_at > ${new Date(now.getTime() - IDLE_SECONDS * 1000)}
      AND staff.ended_at IS NULL AND staff.joined_at IS NOT NULL`.execute(db);
  return rows[0] ?? null;
}

/** Notes that a session and its member were here now. */
export async function touchSession(db: Db, sessionId: string, now: Date): Promise<void> {
  await sql`WITH touched AS (
      UPDATE staff_sessions SET updated_at = greatest(updated_at, ${now}::timestamptz) WHERE id = ${sessionId} RETURNING staff_id)
    UPDATE staff SET last_seen_at = ${now}::timestamptz WHERE id = (SELECT staff_id FROM touched)`.execute(db);
}

/** Notes that a member was here now, as at a sign-in. */
export async function noteSeen(db: Db, staffId: string, now: Date): Promise<void> {
  await sql`UPDATE staff SET last_seen_at = ${now}::timestamptz WHERE id = ${staffId}`.execute(db);
}

export interface StoredSession {
  id: string;
  userAgent: string | null;
  startedAt: Date;
  usedAt: Date;
}

export async function sessionsOf(db: Db, staffId: string, now: Date): Promise<StoredSession[]> {
  const { rows } =
    await sql<StoredSession>`SELECT id, user_agent AS "userAgent", created_at AS "startedAt", updated_at AS "usedAt"
    FROM staff_sessions WHERE staff_id = ${staffId} AND expires_at > ${now}
      AND updated_at > ${new Date(now.getTime() - IDLE_SECONDS * 1000)} ORDER BY updated_at DESC LIMIT 100`.execute(db);
  return rows;
}

/** Ends one session of a member; false when it isn't theirs. */
export async function endSession(tx: Tx, staffId: string, sessionId: string): Promise<boolean> {
  const { rows } =
    await sql`DELETE FROM staff_sessions WHERE id = ${sessionId} AND staff_id = ${staffId} RETURNING id`.execute(tx);
  return rows.length > 0;
}

/** Removes at most `most` rows of each kind that ended before `now`: sessions and pending second factors. */
export async function removeEnded(db: Db, now: Date, most = 500): Promise<void> {
  await sql`DELETE FROM staff_sessions WHERE id IN (SELECT id FROM staff_sessions WHERE expires_at <= ${now} LIMIT ${most})`.execute(
    db,
  );
  await sql`DELETE FROM staff_verifications WHERE id IN (SELECT id FROM staff_verifications WHERE expires_at <= ${now} LIMIT ${most})`.execute(
    db,
  );
}
