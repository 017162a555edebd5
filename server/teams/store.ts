import { sql } from 'kysely';
import type { TeamKind } from '../../contract/teams.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { forget, once } from '../platform/database/once.ts';
import { read } from '../platform/database/statements.ts';
import { newId } from '../platform/ids.ts';
import type { Candidate } from './rules.ts';

/** A group of people to whom cases are handed. */
export interface TeamRecord {
  id: string;
  name: string;
  kind: TeamKind;
  /** Working minutes in which a hand-over must be accepted. */
  acceptMinutes: number;
  endedAt: Date | null;
}

const TEAM = sql`id, name, kind, accept_minutes AS "acceptMinutes", ended_at AS "endedAt"`;

/** The teams that there are, by name. */
export async function standingTeams(db: Db): Promise<TeamRecord[]> {
  return await once(db, 'teams', async () => {
    const rows = await read(
      db,
      sql<TeamRecord>`SELECT ${TEAM} FROM teams WHERE ended_at IS NULL ORDER BY made_at, lower(name) COLLATE "C"`,
    );
    return rows;
  });
}

/** Some teams by id, ended ones too: what they did keeps their name. */
export async function teamsById(db: Db, ids: readonly string[]): Promise<Map<string, TeamRecord>> {
  if (ids.length === 0) return new Map();
  const { rows } =
    await sql<TeamRecord>`SELECT ${TEAM} FROM teams WHERE id = ANY(${[...new Set(ids)]}::uuid[])`.execute(db);
  return new Map(rows.map((team) => [team.id, team]));
}

/** The teams that somebody is in; those that have ended are left out. */
export async function teamsOf(db: Db, staffId: string): Promise<TeamRecord[]> {
  const { rows } = await sql<TeamRecord>`SELECT ${TEAM} FROM teams
    WHERE ended_at IS NULL AND id IN (SELECT team_id FROM team_members WHERE staff_id = ${staffId}) ORDER BY made_at`.execute(
    db,
  );
  return rows;
}

/** Locks a standing team until the transaction ends. */
export async function lockTeam(tx: Tx, id: string): Promise<TeamRecord | null> {
  const { rows } =
    await sql<TeamRecord>`SELECT ${TEAM} FROM teams WHERE id = ${id}::uuid AND ended_at IS NULL FOR UPDATE`.execute(tx);
  return rows[0] ?? null;
}

/** One at a time makes or ends teams: the first two are made once, the last ones stay. */
export async function lockTeams(tx: Tx): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtext('filodiretto teams ' || current_schema()))`.execute(tx);
  forget(tx, 'teams');
}

export async function insertTeam(
  tx: Tx,
  team: { name: string; kind: TeamKind; acceptMinutes: number },
  at: Date,
): Promise<TeamRecord> {
  forget(tx, 'teams');
  const { rows } = await sql<TeamRecord>`INSERT INTO teams (id, name, kind, accept_minutes, made_at)
    VALUES (${newId()}, ${team.name}, ${team.kind}, ${team.acceptMinutes}, ${at}) RETURNING ${TEAM}`.execute(tx);
  const [made] = rows;
  if (!made) throw new Error('a team was not stored');
  return made;
}

export async function updateTeam(tx: Tx, id: string, change: { name: string; acceptMinutes: number }): Promise<void> {
  forget(tx, 'teams');
  await sql`UPDATE teams SET name = ${change.name}, accept_minutes = ${change.acceptMinutes} WHERE id = ${id}`.execute(
    tx,
  );
}

export async function setTeamEnded(tx: Tx, id: string, at: Date | null): Promise<void> {
  forget(tx, 'teams');
  await sql`UPDATE teams SET ended_at = ${at} WHERE id = ${id}`.execute(tx);
}

/** A team that has ended, held until the end of the transaction. */
export async function lockEndedTeam(tx: Tx, id: string): Promise<TeamRecord | null> {
  const { rows } =
    await sql<TeamRecord>`SELECT ${TEAM} FROM teams WHERE id = ${id}::uuid AND ended_at IS NOT NULL FOR UPDATE`.execute(
      tx,
    );
  return rows[0] ?? null;
}

export async function nameIsTaken(tx: Tx, name: string, except: string | null): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM teams WHERE lower(name) = lower(${name}) AND ended_at IS NULL
    AND id IS DISTINCT FROM ${except}::uuid`.execute(tx);
  return rows.length > 0;
}

/** Whether cases are open with a team, or on their way to it. */
export async function hasOpenCases(tx: Tx, teamId: string): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM cases WHERE team_id = ${teamId} AND ended_at IS NULL
    UNION ALL SELECT 1 FROM hand_overs WHERE to_team_id = ${teamId} AND ended_at IS NULL LIMIT 1`.execute(tx);
  return rows.length > 0;
}

// Members -----------------------------------------------------------------------------------------------------------

export async function upsertMember(
  tx: Tx,
  member: { teamId: string; staffId: string; lead: boolean; capacity: number },
): Promise<void> {
  await sql`INSERT INTO team_members (team_id, staff_id, lead, capacity)
    VALUES (${member.teamId}, ${member.staffId}, ${member.lead}, ${member.capacity})
    ON CONFLICT (team_id, staff_id) DO UPDATE SET lead = excluded.lead, capacity = excluded.capacity`.execute(tx);
}

/** False when they were not in it. */
export async function deleteMember(tx: Tx, teamId: string, staffId: string): Promise<boolean> {
  const { rows } =
    await sql`DELETE FROM team_members WHERE team_id = ${teamId} AND staff_id = ${staffId} RETURNING 1`.execute(tx);
  return rows.length > 0;
}

export interface MemberRow extends Candidate {
  teamId: string;
  lead: boolean;
  absentUntil: Date | null;
}

const OPEN_CASES = sql`(SELECT count(*) FROM cases WHERE cases.owner_id = who.staff_id AND cases.ended_at IS NULL)`;
const ABSENT_UNTIL = (at: Date) => sql`(SELECT max(ends_at) FROM staff_absences absence
  WHERE absence.staff_id = who.staff_id AND absence.starts_at <= ${at}::timestamptz AND absence.ends_at > ${at}::timestamptz)`;

/** The members of some teams with what they hold and whether they are away at `at`; also members who have left the house. */
export async function membersOf(db: Db, teamIds: readonly string[], at: Date): Promise<MemberRow[]> {
  if (teamIds.length === 0) return [];
  const rows = await read(
    db,
    sql<Omit<MemberRow, 'absent'>>`SELECT who.team_id AS "teamId", who.staff_id AS "staffId", who.lead, who.capacity,
      ${OPEN_CASES} AS "openCases", ${ABSENT_UNTIL(at)} AS "absentUntil"
    FROM team_members who WHERE who.team_id = ANY(${[...teamIds]}::uuid[]) ORDER BY who.lead DESC, who.staff_id`,
  );
  return rows.map((row) => ({ ...row, absent: row.absentUntil !== null }));
}

/** Everybody who is away at an instant, and until when. */
export async function awayAt(db: Db, at: Date): Promise<Map<string, Date>> {
  const { rows } = await sql<{
    staffId: string;
    until: Date;
  }>`SELECT staff_id AS "staffId", max(ends_at) AS until FROM staff_absences
    WHERE starts_at <= ${at} AND ends_at > ${at} GROUP BY staff_id`.execute(db);
  return new Map(rows.map(({ staffId, until }) => [staffId, until]));
}

/** The same about people who are in no team, with the usual capacity. */
export async function candidatesAmong(db: Db, staffIds: readonly string[], at: Date): Promise<Candidate[]> {
  if (staffIds.length === 0) return [];
  const rows = await read(
    db,
    sql<Omit<Candidate, 'absent'> & { absentUntil: Date | null }>`SELECT who.staff_id AS "staffId", 20 AS capacity,
      ${OPEN_CASES} AS "openCases", ${ABSENT_UNTIL(at)} AS "absentUntil"
    FROM unnest(${[...staffIds]}::text[]) AS who(staff_id)`,
  );
  return rows.map(({ absentUntil, ...row }) => ({ ...row, absent: absentUntil !== null }));
}

// Absences ----------------------------------------------------------------------------------------------------------

export interface AbsenceRow {
  id: string;
  staffId: string;
  startsAt: Date;
  endsAt: Date;
}

const ABSENCE = sql`id, staff_id AS "staffId", starts_at AS "startsAt", ends_at AS "endsAt"`;

/** Those that end after `at`, soonest first, at most 500. */
export async function absencesAfter(db: Db, at: Date): Promise<AbsenceRow[]> {
  const { rows } =
    await sql<AbsenceRow>`SELECT ${ABSENCE} FROM staff_absences WHERE ends_at > ${at} ORDER BY starts_at, id LIMIT 500`.execute(
      db,
    );
  return rows;
}

export async function insertAbsence(
  tx: Tx,
  absence: Omit<AbsenceRow, 'id'>,
  at: Date,
  actor: Actor,
): Promise<AbsenceRow> {
  const { rows } = await sql<AbsenceRow>`INSERT INTO staff_absences (id, staff_id, starts_at, ends_at, made_at, actor)
    VALUES (${newId()}, ${absence.staffId}, ${absence.startsAt}, ${absence.endsAt}, ${at}, ${JSON.stringify(storedActor(actor))}::jsonb)
    RETURNING ${ABSENCE}`.execute(tx);
  const [made] = rows;
  if (!made) throw new Error('an absence was not stored');
  return made;
}

export async function lockAbsence(tx: Tx, id: string): Promise<AbsenceRow | null> {
  const { rows } =
    await sql<AbsenceRow>`SELECT ${ABSENCE} FROM staff_absences WHERE id = ${id}::uuid FOR UPDATE`.execute(tx);
  return rows[0] ?? null;
}

export async function deleteAbsence(tx: Tx, id: string): Promise<void> {
  await sql`DELETE FROM staff_absences WHERE id = ${id}`.execute(tx);
}
