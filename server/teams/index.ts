export { chooseOwner, leadsOf, peopleOfRung, teamFor, teamOfKind } from './choose.ts';
export { makeFirstTeams } from './first-teams.ts';
export { teamRoutes } from './routes.ts';
export { type TeamRecord, teamsById, teamsOf } from './store.ts';
