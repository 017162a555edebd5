import type { Team } from '../../contract/teams.ts';
import { staffNames, unknownStaff } from '../access/index.ts';
import type { Db } from '../platform/database/database.ts';
import { notFound } from '../platform/errors.ts';
import { standIns } from './choose.ts';
import { membersOf, standingTeams } from './store.ts';

/** The teams with their members who still work here, and who stands in where there is none. */
export async function presentTeams(db: Db, at: Date): Promise<Team[]> {
  const teams = await standingTeams(db);
  const members = await membersOf(
    db,
    teams.map(({ id }) => id),
    at,
  );
  const staffIds = members.map(({ staffId }) => staffId);
  const gone = new Set(await unknownStaff(db, staffIds));
  const here = members.filter(({ staffId }) => !gone.has(staffId));
  const stand = new Map<Team['kind'], string[]>();
  for (const { id, kind } of teams)
    if (!stand.has(kind) && !here.some(({ teamId }) => teamId === id)) stand.set(kind, await standIns(db, kind));
  const names = await staffNames(db, [...staffIds, ...[...stand.values()].flat()]);
  const nameOf = (id: string): string => names.get(id) ?? id;
  return teams.map((team) => {
    const own = here.filter(({ teamId }) => teamId === team.id);
    return {
      id: team.id,
      name: team.name,
      kind: team.kind,
      acceptMinutes: team.acceptMinutes,
      members: own.map(({ staffId, lead, capacity, openCases, absentUntil }) => ({
        staffId,
        name: nameOf(staffId),
        lead,
        capacity,
        openCases,
        absentUntil: absentUntil?.toISOString() ?? null,
      })),
      fallback:
        own.length > 0 ? [] : (stand.get(team.kind) ?? []).map((staffId) => ({ staffId, name: nameOf(staffId) })),
    };
  });
}

/** One of them. Throws `not-found`. */
export async function presentTeam(db: Db, id: string, at: Date): Promise<Team> {
  const found = (await presentTeams(db, at)).find((team) => team.id === id);
  if (!found) throw notFound('This team');
  return found;
}
