import type { AnnouncementState } from '../../contract/incidents.ts';
import type { Settings } from '../../contract/settings.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { conflict, Failure, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { Setbacks, workThrough } from '../platform/setbacks.ts';
import { readSettings } from '../settings/index.ts';
import type { AnnouncementRecord } from './announcement.ts';
import { beginTelling, promiseDecision, promiseSomebodySpeaks, settleDecision } from './begin-telling.ts';
import { decideTelling } from './rules.ts';
import { lockAnnouncement, mostPeopleReleased, setAnnouncementState, takeReleasable } from './store.ts';
import { OVER, type TellingPorts } from './telling.ts';

const gone = (state: AnnouncementState): Failure =>
  conflict(
    'announcement-settled',
    `This announcement is ${state === 'telling' || state === 'told' ? 'already on its way' : state}.`,
    'Look at the incident as it is now; make a new announcement if it needs one.',
  );

/** Takes back what staff made, before its undo window ends. Nobody was told anything. */
export async function undoAnnouncement(
  platform: Platform,
  ports: TellingPorts,
  actor: Actor,
  id: string,
): Promise<AnnouncementRecord> {
  return await decide(platform, actor, id, 'undoable', 'undone', async (tx, record) => {
    await setAnnouncementState(tx, id, 'undone', null);
    await ports.onUndone(tx, actor, record);
  });
}

/** A person lets an announcement go that the brake held. Refused where telling is off or paused, or where what it says has passed. */
export async function releaseAnnouncement(
  platform: Platform,
  ports: TellingPorts,
  actor: Actor,
  id: string,
): Promise<AnnouncementRecord> {
  return await decide(platform, actor, id, 'waiting', 'released', async (tx, record, settings) => {
    if (!settings.telling.on)
      throw conflict('telling-off', 'Telling is switched off.', 'An administrator can switch it on in the settings.');
    if (settings.telling.paused)
      throw conflict('telling-paused', 'Everything is paused.', 'End the pause in the settings first.');
    await beginTelling(tx, platform, ports, actor, settings, record, true);
  });
}

/** A person decides that a waiting announcement is not told. */
export async function refuseAnnouncement(platform: Platform, actor: Actor, id: string): Promise<AnnouncementRecord> {
  return await decide(platform, actor, id, 'waiting', 'refused', async (tx, record, settings) => {
    await setAnnouncementState(tx, id, 'refused', null);
    await settleDecision(tx, platform, actor, record, 'refused by a person');
    if (!OVER.has(record.kind)) await promiseSomebodySpeaks(tx, platform, actor, settings, record);
  });
}

async function decide(
  platform: Platform,
  actor: Actor,
  id: string,
  from: AnnouncementState,
  word: string,
  act: (tx: Tx, record: AnnouncementRecord, settings: Settings) => Promise<void>,
): Promise<AnnouncementRecord> {
  return await platform.database.transaction(async (tx) => {
    const record = await lockAnnouncement(tx, id);
    if (!record) throw notFound('This announcement');
    if (record.state !== from) throw gone(record.state);
    await act(tx, record, await readSettings(tx));
    await recordEvents(tx, platform.clock, actor, [
      {
        kind: `announcement.${word}`,
        subjectKind: record.subjectKind,
        subjectId: record.subjectId,
        data: { announcement: id },
      },
    ]);
    return (await lockAnnouncement(tx, id)) ?? record;
  });
}

const setbacks = new Setbacks();

/** Begins what may begin: undo windows that are over, and what waited for the pause to end. Returns how many. */
export const releaseDueAnnouncements = (platform: Platform, ports: TellingPorts): Promise<number> =>
  workThrough(platform, setbacks, 'announcement', 100, async (tx, skipped) => {
    const settings = await readSettings(tx);
    const record = await takeReleasable(tx, platform.clock.system(), settings.telling.paused, skipped);
    return record && { id: record.id, work: () => releaseDue(tx, platform, ports, settings, record) };
  });

async function releaseDue(
  tx: Tx,
  platform: Platform,
  ports: TellingPorts,
  settings: Settings,
  record: AnnouncementRecord,
): Promise<void> {
  const actor = record.actor as unknown as Actor;
  // The brake is asked again: meanwhile telling may have been switched off, paused, or the limit lowered.
  const { state, reason } = decideTelling(settings.telling, {
    people: record.audienceCount,
    costCents: record.costCents,
    byStaff: false,
    releasedPeople: await mostPeopleReleased(tx, record.subjectId),
  });
  if (state === 'telling') {
    try {
      await beginTelling(tx, platform, ports, actor, settings, record, false);
    } catch (error) {
      // What it says passed while it waited. Composing refused it before anything was written: a person writes it anew.
      if (!(error instanceof Failure)) throw error;
      await refuseStale(tx, platform, settings, record, error.code);
    }
    return;
  }
  await setAnnouncementState(tx, record.id, state, reason);
  if (state === 'observed') {
    await ports.onTelling(tx, actor, record);
    await settleDecision(tx, platform, actor, record, 'telling is switched off');
  } else {
    await promiseDecision(tx, platform, actor, settings, record);
  }
}

async function refuseStale(
  tx: Tx,
  platform: Platform,
  settings: Settings,
  record: AnnouncementRecord,
  because: string,
): Promise<void> {
  const rule: Actor = { kind: 'rule', name: 'stale announcement' };
  await setAnnouncementState(tx, record.id, 'refused', because);
  await recordEvents(tx, platform.clock, rule, [
    {
      kind: 'announcement.refused',
      subjectKind: record.subjectKind,
      subjectId: record.subjectId,
      data: { announcement: record.id, because },
    },
  ]);
  await settleDecision(tx, platform, rule, record, 'it had passed');
  await promiseSomebodySpeaks(tx, platform, rule, settings, record);
}
