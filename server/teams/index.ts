export {
  absentPeople,
  chooseOwner,
  leadsOf,
  peopleOfRung,
  presentAmong,
  takesOver,
  teamFor,
  teamOfKind,
} from './choose.ts';
export { makeFirstTeams } from './first-teams.ts';
export { teamRoutes } from './routes.ts';
export { awayAt, type TeamRecord, teamsById, teamsOf } from './store.ts';
