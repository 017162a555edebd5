import type { ChangeTeam, NewTeam, SetTeamMember } from '../../contract/teams.ts';
import { staffWithRole, unknownStaff } from '../access/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { conflict, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { fitsTeam } from './rules.ts';
import {
  deleteMember,
  hasOpenCases,
  insertTeam,
  lockEndedTeam,
  lockTeam,
  lockTeams,
  nameIsTaken,
  setTeamEnded,
  standingTeams,
  type TeamRecord,
  updateTeam,
  upsertMember,
} from './store.ts';

const USUAL_ACCEPT_MINUTES = 30;

/** Makes a team. Throws `team-name-taken`. Returns its id. */
export async function makeTeam(platform: Platform, actor: Actor, wish: NewTeam): Promise<string> {
  return await platform.database.transaction(async (tx) => {
    await lockTeams(tx);
    const name = wish.name.trim();
    await requireFreeName(tx, name, null);
    const team = await insertTeam(
      tx,
      { name, kind: wish.kind, acceptMinutes: wish.acceptMinutes ?? USUAL_ACCEPT_MINUTES },
      platform.clock.business(),
    );
    await record(tx, platform, actor, 'team.made', team.id, { kind: team.kind });
    return team.id;
  });
}

/** Changes a team's name or time to accept. Throws `not-found`, `team-name-taken`. */
export async function changeTeam(platform: Platform, actor: Actor, id: string, change: ChangeTeam): Promise<void> {
  await platform.database.transaction(async (tx) => {
    await lockTeams(tx);
    const team = await requireTeam(tx, id);
    const name = change.name?.trim() ?? team.name;
    await requireFreeName(tx, name, id);
    await updateTeam(tx, id, { name, acceptMinutes: change.acceptMinutes ?? team.acceptMinutes });
    await record(tx, platform, actor, 'team.changed', id, { changed: Object.keys(change) });
  });
}

/** Ends a team. Throws `not-found`, `last-team` for the last one of care or of the technical side, `team-has-cases`. */
export async function endTeam(platform: Platform, actor: Actor, id: string): Promise<void> {
  await platform.database.transaction(async (tx) => {
    await lockTeams(tx);
    const team = await requireTeam(tx, id);
    const others = (await standingTeams(tx)).filter((other) => other.id !== id && other.kind === team.kind);
    if (others.length === 0 && (team.kind === 'care' || team.kind === 'technical'))
      throw conflict(
        'last-team',
        'This is the last team of its kind; what customers write would reach nobody.',
        'Make another one first, or give this one another name.',
      );
    if (await hasOpenCases(tx, id))
      throw conflict('team-has-cases', 'Cases are open with this team.', 'Hand them over first.');
    await setTeamEnded(tx, id, platform.clock.business());
    await record(tx, platform, actor, 'team.ended', id, {});
  });
}

/** Takes the end of a team back, with its members as they were. Throws `not-found` when it has not ended, `team-name-taken`. */
export async function restoreTeam(platform: Platform, actor: Actor, id: string): Promise<void> {
  await platform.database.transaction(async (tx) => {
    await lockTeams(tx);
    const team = await lockEndedTeam(tx, id);
    if (!team) throw notFound('This ended team');
    await requireFreeName(tx, team.name, id);
    await setTeamEnded(tx, id, null);
    await record(tx, platform, actor, 'team.restored', id, {});
  });
}

/** Puts somebody into a team, or changes what they do there. Throws `not-found`, `wrong-team`. */
export async function setTeamMember(
  platform: Platform,
  actor: Actor,
  teamId: string,
  staffId: string,
  wish: SetTeamMember,
): Promise<void> {
  await platform.database.transaction(async (tx) => {
    const team = await requireTeam(tx, teamId);
    if ((await unknownStaff(tx, [staffId])).length > 0) throw notFound('This active member of staff');
    const isPartner = (await staffWithRole(tx, 'partner')).includes(staffId);
    if (!fitsTeam(team.kind, isPartner))
      throw conflict(
        'wrong-team',
        isPartner ? 'A partner belongs to a team of partners only.' : 'This is a team of partners.',
        'Choose another team: what somebody may see follows from it.',
      );
    await upsertMember(tx, { teamId, staffId, ...wish });
    await record(tx, platform, actor, 'team.member-set', teamId, { member: staffId, lead: wish.lead });
  });
}

/** Takes somebody out of a team; what they hold stays theirs until it is handed over. Throws `not-found`. */
export async function removeTeamMember(
  platform: Platform,
  actor: Actor,
  teamId: string,
  staffId: string,
): Promise<void> {
  await platform.database.transaction(async (tx) => {
    await requireTeam(tx, teamId);
    if (!(await deleteMember(tx, teamId, staffId))) throw notFound('This member of the team');
    await record(tx, platform, actor, 'team.member-removed', teamId, { member: staffId });
  });
}

async function requireTeam(tx: Tx, id: string): Promise<TeamRecord> {
  const team = await lockTeam(tx, id);
  if (!team) throw notFound('This team');
  return team;
}

async function requireFreeName(tx: Tx, name: string, except: string | null): Promise<void> {
  if (await nameIsTaken(tx, name, except))
    throw conflict('team-name-taken', 'Another team has this name.', 'Choose one that tells them apart.');
}

const record = (
  tx: Tx,
  platform: Platform,
  actor: Actor,
  kind: 'team.made' | 'team.changed' | 'team.ended' | 'team.restored' | 'team.member-set' | 'team.member-removed',
  teamId: string,
  data: Record<string, unknown>,
): Promise<void> => recordEvents(tx, platform.clock, actor, [{ kind, subjectKind: 'team', subjectId: teamId, data }]);
