export {
  announce,
  type Reach,
  reach,
  refuseAnnouncement,
  releaseAnnouncement,
  releaseDueAnnouncements,
  type TellingPorts,
  undoAnnouncement,
} from './announce.ts';
export type { AnnouncementRecord, Audience } from './announcement.ts';
export { expandAnnouncements, FIGURES_CHANNEL, noteOutcomes, releaseHeldNotices, writeAnew } from './expand.ts';
export {
  announcementsOf,
  NO_NOTICES,
  noticeCounts,
  peopleTold,
  subjectsOfNotices,
  withdrawFromContactPoints,
} from './store.ts';
