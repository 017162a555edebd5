import type { Answer } from '../../contract/answer.ts';
import type { Settings } from '../../contract/settings.ts';
import { saveTexts } from '../outbox/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { makePromise, promisesOf, settleOpenPromises } from '../promises/index.ts';
import type { AnnouncementRecord } from './announcement.ts';
import { validUntil } from './rules.ts';
import { beginAnnouncement, isAnyWaiting, supersedeAnnouncements } from './store.ts';
import { composeFor, type TellingPorts } from './telling.ts';

const CHANNELS = ['sms', 'email'] as const;
const LANGUAGES = ['it', 'en'] as const;

/**
 * From here on it is told: its texts are composed for this moment (which throws before anything is written, where they can't be), earlier
 * announcements end, and the fan-out begins: first by taking back what they have not sent yet.
 */
export async function beginTelling(
  tx: Tx,
  platform: Platform,
  ports: TellingPorts,
  actor: Actor,
  settings: Settings,
  record: AnnouncementRecord,
  byPerson: boolean,
): Promise<void> {
  const { clock } = platform;
  const now = clock.business();
  const answer = withNextWord(record.answer, settings, now);
  // For every channel and language, though nobody may need one now: customers come while the fan-out goes on.
  const texts = CHANNELS.flatMap((channel) =>
    LANGUAGES.map((language) => composeFor(platform, settings, answer, channel, language)),
  );
  if (record.audience !== 'unheard')
    await supersedeAnnouncements(tx, record.subjectId, record.id, ['waiting', 'undoable', 'telling']);
  await beginAnnouncement(tx, record.id, answer, validUntil(record.kind, settings.telling, now), byPerson);
  await saveTexts(tx, record.id, texts);
  await settleDecision(tx, platform, actor, record, 'decided');
  await recordEvents(tx, clock, actor, [
    {
      kind: 'announcement.telling',
      subjectKind: record.subjectKind,
      subjectId: record.subjectId,
      data: { announcement: record.id, number: record.number, kind: record.kind },
    },
  ]);
  await ports.onTelling(tx, actor, { ...record, answer });
}

/** While an announcement waited, the time for the next word may have passed: then it is promised anew. A passed expected end is refused by composing. */
function withNextWord(answer: Answer, settings: Settings, now: Date): Answer {
  if (answer.nextWordBy === null || new Date(answer.nextWordBy) > now) return answer;
  return {
    ...answer,
    nextWordBy: new Date(now.getTime() + settings.incidents.firstWordMinutes * 60_000).toISOString(),
  };
}

/** A waiting announcement is a duty of the house: somebody decides in time, or it climbs. */
export async function promiseDecision(
  tx: Tx,
  { clock }: Platform,
  actor: Actor,
  settings: Settings,
  record: AnnouncementRecord,
): Promise<void> {
  await makePromise(tx, clock, actor, {
    kind: 'telling-decision',
    subjectKind: record.subjectKind,
    subjectId: record.subjectId,
    promisee: { kind: 'staff' },
    dueAt: new Date(clock.business().getTime() + settings.telling.decisionMinutes * 60_000),
    saidIn: record.id,
  });
}

/** Where nothing about the subject waits for a person any more, the duty to decide is done. */
export async function settleDecision(
  tx: Tx,
  { clock }: Platform,
  actor: Actor,
  { subjectKind, subjectId }: AnnouncementRecord,
  because: string,
): Promise<void> {
  if (await isAnyWaiting(tx, subjectId)) return;
  const subject = { kind: subjectKind, id: subjectId };
  await settleOpenPromises(tx, clock, actor, subject, { as: 'kept', factAt: clock.business(), because }, [
    'telling-decision',
  ]);
}

/** What was to be told is not told. Where those affected are left without any promise, a person must set a time, and the ladder sees to it. */
export async function promiseSomebodySpeaks(
  tx: Tx,
  { clock }: Platform,
  actor: Actor,
  settings: Settings,
  { subjectKind, subjectId }: AnnouncementRecord,
): Promise<void> {
  const open = (await promisesOf(tx, [subjectId])).filter((promise) => promise.state === 'open');
  if (open.some((promise) => promise.promisee.kind === 'affected' || promise.kind === 'staff-time')) return;
  const minutes = settings.ladder[0]?.minutes ?? 30;
  await makePromise(tx, clock, actor, {
    kind: 'staff-time',
    subjectKind,
    subjectId,
    promisee: { kind: 'staff' },
    dueAt: new Date(clock.business().getTime() + minutes * 60_000),
  });
}
