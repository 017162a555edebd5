import type { Incident } from '../../../contract/incidents.ts';

export type NextThing =
  | 'decide'
  | 'promise-late'
  | 'confirm'
  | 'say-when'
  | 'promise-at-risk'
  | 'restoring'
  | 'restored'
  | 'watch';

/** What a person should do next about an incident; null once it has ended. The first that applies wins. */
export function nextThing(
  incident: Pick<Incident, 'announcements' | 'promise' | 'state' | 'expectedEnd' | 'endedAt'>,
): { what: NextThing; urgent: boolean } | null {
  if (incident.endedAt !== null || incident.state === 'closed' || incident.state === 'dismissed') return null;
  if (incident.announcements.some((announcement) => announcement.state === 'waiting'))
    return { what: 'decide', urgent: true };
  if (incident.promise === 'late') return { what: 'promise-late', urgent: true };
  if (incident.state === 'suspected') return { what: 'confirm', urgent: false };
  if (incident.state === 'restoring' || incident.state === 'restored') return { what: incident.state, urgent: false };
  if (incident.promise === 'at risk') return { what: 'promise-at-risk', urgent: true };
  if (incident.expectedEnd === null) return { what: 'say-when', urgent: false };
  return { what: 'watch', urgent: false };
}
