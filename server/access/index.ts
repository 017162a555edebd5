export { createStaffAuth } from './auth.ts';
export { staffInviteCommand, staffResetCommand } from './commands.ts';
export { createGuard } from './guard.ts';
export { firstRunLink } from './invitations.ts';
export { accessRoutes, type MailLink } from './routes.ts';
export {
  activeRoles,
  endedStaff,
  removeEnded as removeEndedSessions,
  staffEmail,
  staffNames,
  staffWithFirstRole,
  staffWithRole,
  unknownStaff,
} from './store.ts';
