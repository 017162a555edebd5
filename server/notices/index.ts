export { announce, joinSubjects, type Reach, reach } from './announce.ts';
export type { AnnouncementRecord, Audience } from './announcement.ts';
export { mayLeave } from './claim-check.ts';
export {
  type CaseComposed,
  type CaseRecipient,
  type CaseText,
  type CaseTextKind,
  composeCase,
} from './compose/index.ts';
export {
  refuseAnnouncement,
  releaseAnnouncement,
  releaseDueAnnouncements,
  undoAnnouncement,
} from './decide-announcement.ts';
export { expandAnnouncements, noteOutcomes, releaseHeldNotices, writeAnew } from './expand.ts';
export {
  FIGURES_CHANNEL,
  NO_NOTICES,
  noticeCounts,
  noticeWentTo,
  peopleTold,
  subjectsOfNotices,
  withdrawFromContactPoints,
} from './notice-store.ts';
export { announcementsOf } from './store.ts';
export { OVER, type TellingPorts } from './telling.ts';
