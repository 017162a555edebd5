export { createStaffAuth, type StaffAuth } from './auth.ts';
export { changeStaff } from './change-staff.ts';
export { staffInviteCommand, staffResetCommand } from './commands.ts';
export { createGuard } from './guard.ts';
export { acceptInvitation, firstRunLink, inviteStaff, resetStaff } from './invitations.ts';
export { accessRoutes, type MailLink } from './routes.ts';
export {
  removeEnded as removeEndedSessions,
  staffEmail,
  staffMembers,
  staffNames,
  staffWithRole,
  unknownStaff,
} from './store.ts';
