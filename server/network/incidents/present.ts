import type { Announcement, Incident, IncidentBrief, TimelineEntry } from '../../../contract/incidents.ts';
import { staffNames } from '../../access/index.ts';
import { type AnnouncementRecord, announcementsOf, NO_NOTICES, noticeCounts, peopleTold } from '../../notices/index.ts';
import type { Db } from '../../platform/database/database.ts';
import { readTimeline } from '../../platform/events.ts';
import type { Platform } from '../../platform/platform.ts';
import { type PromiseRecord, promisesOf, standing } from '../../promises/index.ts';
import { presentAlarms } from '../alarms/map.ts';
import { listAlarms } from '../alarms/store.ts';
import { areasOfSubject, resourceBriefs } from '../topology/index.ts';
import { type IncidentRecord, listIncidents, readIncident } from './store.ts';

const time = (instant: Date | null): string | null => instant?.toISOString() ?? null;

/** Incidents for lists: each with its resource, how its promise stands, and how many were told. */
export async function incidentBriefs(db: Db, platform: Platform, which: 'open' | 'ended'): Promise<IncidentBrief[]> {
  return await brief(db, platform, await listIncidents(db, which));
}

async function brief(db: Db, platform: Platform, incidents: readonly IncidentRecord[]): Promise<IncidentBrief[]> {
  const ids = incidents.map((incident) => incident.id);
  const resources = new Map(
    (await resourceBriefs(db, [...new Set(incidents.map((incident) => incident.resourceId))])).map((resource) => [
      resource.id,
      resource,
    ]),
  );
  const told = await peopleTold(db, ids);
  const promises = await promisesOf(db, ids);
  const announcements = await announcementsOf(db, ids);
  const now = platform.clock.business();
  return incidents.flatMap((incident) => {
    const resource = resources.get(incident.resourceId);
    if (!resource) return [];
    return [
      {
        id: incident.id,
        reference: incident.reference,
        state: incident.state,
        severity: incident.severity,
        resource,
        cause: incident.cause,
        beganAt: incident.beganAt.toISOString(),
        expectedEnd: time(incident.expectedEnd),
        promise: promiseStanding(
          promises.filter((promise) => promise.subjectId === incident.id),
          now,
        ),
        servicesDown: incident.servicesDown,
        servicesDegraded: incident.servicesDegraded,
        partiesDown: incident.partiesDown,
        told: told.get(incident.id) ?? 0,
        waiting: announcements.some(
          (announcement) => announcement.subjectId === incident.id && announcement.state === 'waiting',
        ),
        endedAt: time(incident.endedAt),
      },
    ];
  });
}

/** How what was promised to those affected stands: the open promise decides, unless the last one said broke and nothing new was said. */
function promiseStanding(promises: readonly PromiseRecord[], now: Date): IncidentBrief['promise'] {
  const toCustomers = promises.filter((promise) => promise.promisee.kind === 'affected');
  const open = toCustomers.find((promise) => promise.state === 'open');
  if (open) {
    const how = standing(open, now);
    return open.renewal > 0 ? 'late' : how === 'settled' ? 'none' : how;
  }
  return toCustomers.at(-1)?.state === 'broken' ? 'late' : 'none';
}

/** Everything that the incident's page shows; null when there is no such incident. */
export async function presentIncident(db: Db, platform: Platform, id: string): Promise<Incident | null> {
  const incident = await readIncident(db, id);
  if (!incident) return null;
  const [first] = await brief(db, platform, [incident]);
  if (!first) return null;
  const announcements = await announcementsOf(db, [id]);
  const promises = await promisesOf(db, [id]);
  const events = await readTimeline(db, 'incident', id);
  const names = await staffNames(db, [
    ...events.flatMap((event) => (event.actor.kind === 'staff' && event.actor.id ? [event.actor.id] : [])),
    ...announcements.flatMap((one) => (one.actor.kind === 'staff' && one.actor.id ? [one.actor.id] : [])),
    ...(incident.ownerId ? [incident.ownerId] : []),
  ]);
  const areas = await areasOfSubject(db, id, incident.servicesDown > 0 ? 'down' : 'degraded');
  const saidBy = new Map(announcements.map((one) => [one.id, nameOf(one.actor, names)]));
  return {
    ...first,
    version: incident.version,
    causeWords: incident.causeWords,
    confirmedAt: time(incident.confirmedAt),
    restoredAt: time(incident.restoredAt),
    dueAt: time(incident.dueAt),
    rung: incident.rung,
    owner: incident.ownerId ? { id: incident.ownerId, name: names.get(incident.ownerId) ?? incident.ownerId } : null,
    areas,
    alarms: await presentAlarms(db, await listAlarms(db, { incidentId: id })),
    announcements: await presentAnnouncements(db, announcements, names),
    notices: (await noticeCounts(db, 'subject_id', [id])).get(id) ?? NO_NOTICES,
    expectedEnds: promises
      .filter((promise) => promise.kind === 'expected-end')
      .map((promise) => ({
        expectedEnd: promise.dueAt.toISOString(),
        saidAt: promise.madeAt.toISOString(),
        state: promise.state,
        by: saidBy.get(promise.saidIn ?? '') ?? '',
      })),
    timeline: events.map(
      (event): TimelineEntry => ({
        at: event.at.toISOString(),
        kind: event.kind,
        by: nameOf(event.actor, names),
        data: event.data,
      }),
    ),
  };
}

const nameOf = (actor: Record<string, string>, names: ReadonlyMap<string, string>): string =>
  actor.kind === 'staff' ? (names.get(actor.id ?? '') ?? '?') : (actor.name ?? actor.kind ?? '?');

async function presentAnnouncements(
  db: Db,
  announcements: readonly AnnouncementRecord[],
  names: ReadonlyMap<string, string>,
): Promise<Announcement[]> {
  const counts = await noticeCounts(
    db,
    'announcement_id',
    announcements.map((announcement) => announcement.id),
  );
  return announcements.map((announcement) => ({
    id: announcement.id,
    number: announcement.number,
    kind: announcement.kind,
    state: announcement.state,
    stateReason: announcement.stateReason,
    madeAt: announcement.madeAt.toISOString(),
    by: nameOf(announcement.actor, names),
    releaseAt: time(announcement.releaseAt),
    audienceCount: announcement.audienceCount,
    costCents: announcement.costCents,
    answer: announcement.answer,
    notices: counts.get(announcement.id) ?? NO_NOTICES,
  }));
}

/** One announcement as the API shows it. */
export async function presentAnnouncement(db: Db, announcement: AnnouncementRecord): Promise<Announcement> {
  const names = await staffNames(
    db,
    announcement.actor.kind === 'staff' && announcement.actor.id ? [announcement.actor.id] : [],
  );
  const [presented] = await presentAnnouncements(db, [announcement], names);
  if (!presented) throw new Error('an announcement was not presented');
  return presented;
}
