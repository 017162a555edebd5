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
export { expandAnnouncements, FIGURES_CHANNEL, noteOutcomes, releaseHeldNotices, writeAnew } from './expand.ts';
export { NO_NOTICES, noticeCounts, peopleTold, subjectsOfNotices, withdrawFromContactPoints } from './notice-store.ts';
export { noticeWentTo } from './sent-to.ts';
export { announcementsOf } from './store.ts';
export { OVER, type TellingPorts } from './telling.ts';
