import type { Topic } from '../../contract/cases.ts';
import type { Settings } from '../../contract/settings.ts';
import { endedStaff, staffWithFirstRole, staffWithRole, unknownStaff } from '../access/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { makeFirstTeams } from './first-teams.ts';
import { KIND_OF_TOPIC, leastLoaded, ROLE_OF_KIND } from './rules.ts';
import { awayAt, candidatesAmong, membersOf, standingTeams, type TeamRecord, teamsById } from './store.ts';

/** Only those who still work here. */
async function active(db: Db, staffIds: readonly string[]): Promise<string[]> {
  const gone = new Set(await unknownStaff(db, staffIds));
  return [...new Set(staffIds)].filter((id) => !gone.has(id));
}

/** Who does the work of a team in which nobody is: whoever has the fitting role, else managers, else administrators. */
export const standIns = (db: Db, kind: TeamRecord['kind']): Promise<string[]> =>
  staffWithFirstRole(db, [ROLE_OF_KIND[kind], 'manager', 'administrator']);

/**
 * To whom a case of a team is given at an instant: somebody who is there, not away, below capacity, with the most room. A team without active members is
 * stood in for. Null when all are away or full: then the case waits in its team, and its ladder counts.
 */
export async function chooseOwner(db: Db, teamId: string, at: Date): Promise<string | null> {
  const team = (await standingTeams(db)).find(({ id }) => id === teamId) ?? (await teamsById(db, [teamId])).get(teamId);
  if (!team) return null;
  const members = await membersOf(db, [teamId], at);
  const here = new Set(
    await active(
      db,
      members.map(({ staffId }) => staffId),
    ),
  );
  const candidates =
    here.size > 0
      ? members.filter(({ staffId }) => here.has(staffId))
      : await candidatesAmong(db, await standIns(db, team.kind), at);
  return leastLoaded(candidates);
}

/** Of some people those who still work here and are not away, in the order given. */
export async function presentAmong(db: Db, staffIds: readonly string[], at: Date): Promise<string[]> {
  if (staffIds.length === 0) return [];
  const away = await awayAt(db, at);
  return (await active(db, staffIds)).filter((id) => !away.has(id));
}

/**
 * Who goes on with a case of a team whose owner is not there any more: somebody with capacity, else one of its leads, else a manager or an administrator who
 * is there. `only` leads: not everybody in the team may have it. Null when nobody at all is there.
 */
export async function takesOver(db: Db, teamId: string, at: Date, only: 'leads' | 'anybody'): Promise<string | null> {
  const chosen = only === 'leads' ? null : await chooseOwner(db, teamId, at);
  if (chosen) return chosen;
  const above = [
    ...(await leadsOf(db, teamId, at)),
    ...(await staffWithRole(db, 'manager')),
    ...(await staffWithRole(db, 'administrator')),
  ];
  return (await presentAmong(db, above, at))[0] ?? null;
}

/** Who is not there at an instant, and why: away, or no longer of the house. */
export async function absentPeople(db: Db, at: Date): Promise<Map<string, 'away' | 'left'>> {
  return new Map([
    ...[...(await awayAt(db, at)).keys()].map((id) => [id, 'away'] as const),
    ...(await endedStaff(db)).map((id) => [id, 'left'] as const),
  ]);
}

/** Who leads a team: its active leads, else the managers, else the administrators. Never empty while the house has an administrator. */
export async function leadsOf(db: Db, teamId: string, at: Date): Promise<string[]> {
  const leads = (await membersOf(db, [teamId], at)).filter(({ lead }) => lead);
  const here = await active(
    db,
    leads.map(({ staffId }) => staffId),
  );
  const present = here.filter((id) => !leads.some(({ staffId, absent }) => staffId === id && absent));
  if (present.length > 0) return present;
  return here.length > 0 ? here : await staffWithFirstRole(db, ['manager', 'administrator']);
}

/** The people of a rung: those it names who still work here, else whoever has its role, else the administrators. */
export async function peopleOfRung(db: Db, rung: Settings['ladder'][number]): Promise<string[]> {
  const named = await active(db, rung.staffIds);
  return named.length > 0 ? named : await staffWithFirstRole(db, [rung.role, 'administrator']);
}

/** The team that a matter goes to first. There always is one: where none was made yet, the first two are made now. */
export async function teamFor(tx: Tx, clock: Clock, topic: Topic): Promise<TeamRecord> {
  return await teamOfKind(tx, clock, KIND_OF_TOPIC[topic]);
}

/** The oldest team of a kind, else of care, else the oldest of all. */
export async function teamOfKind(tx: Tx, clock: Clock, kind: TeamRecord['kind']): Promise<TeamRecord> {
  await makeFirstTeams(tx, clock);
  const teams = await standingTeams(tx);
  const found = teams.find((team) => team.kind === kind) ?? teams.find((team) => team.kind === 'care') ?? teams[0];
  if (!found) throw new Error('there is no team, although the last one cannot be ended');
  return found;
}
