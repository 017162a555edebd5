import type { Answer } from '../../contract/answer.ts';
import type { Settings } from '../../contract/settings.ts';
import { saveTexts } from '../outbox/index.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { Setbacks, workThrough } from '../platform/setbacks.ts';
import { makePromise, promisesOf } from '../promises/index.ts';
import { readSettings } from '../settings/index.ts';
import { concernedEffects } from './announce.ts';
import type { AnnouncementRecord } from './announcement.ts';
import {
  advanceExpansion,
  applyOutcomes,
  expandChunk,
  holdForRewriting,
  holdUntil,
  isLastWord,
  type NoticeOutcome,
  notifyFigures,
  requeue,
  type ToExpand,
  takeReleasedByTime,
  takeToExpand,
  withdrawFromThoseWhoNeverHeard,
  withdrawNotices,
} from './notice-store.ts';
import { heldUntil, validUntil } from './rules.ts';
import { lockAnnouncement, withdrawUnsent } from './store.ts';
import { composeFor, OVER } from './telling.ts';

/** Chunk sizes keep each statement short: the embedded engine has one session for everybody. */
const CHUNK = { embedded: 500, postgresql: 5000 };

const FAN_OUT = { kind: 'rule' as const, name: 'fan-out' };

const setbacks = new Setbacks();

/** Makes the notices of what is being told, chunk by chunk, each in its own transaction, until all is made. Returns how many chunks. */
export const expandAnnouncements = (platform: Platform): Promise<number> =>
  workThrough(platform, setbacks, 'fan-out', 10_000, async (tx, skipped) => {
    const announcement = await takeToExpand(tx, skipped);
    return announcement && { id: announcement.id, work: () => expandNext(tx, platform, announcement) };
  });

async function expandNext(tx: Tx, platform: Platform, announcement: ToExpand): Promise<void> {
  const settings = await readSettings(tx);
  const now = platform.clock.business();
  const size = CHUNK[platform.database.engine];
  if (announcement.audience !== 'unheard' && announcement.expandedTo === null) {
    // First what was not sent yet is taken back, in pieces: only then is it known who heard.
    const found = await withdrawUnsent(tx, announcement.subjectId, 'superseded', now, {
      exceptId: announcement.id,
      limit: size,
    });
    if (found === size) return await notifyFigures(tx, [announcement.subjectId]);
  }
  const quiet = (channel: 'sms' | 'email'): Date | null =>
    heldUntil(settings.quietHours, { kind: announcement.kind, channel, now, timeZone: platform.timeZone });
  const { last, people } = await expandChunk(tx, {
    announcement,
    effects: concernedEffects(settings, announcement.kind),
    after: announcement.expandedTo,
    size,
    now,
    held: { sms: quiet('sms'), email: quiet('email') },
  });
  const complete = people < size;
  await advanceExpansion(tx, announcement.id, last, complete, now);
  if (complete) {
    await recordEvents(tx, platform.clock, FAN_OUT, [
      {
        kind: 'announcement.told',
        subjectKind: announcement.subjectKind,
        subjectId: announcement.subjectId,
        data: { announcement: announcement.id, number: announcement.number, kind: announcement.kind },
      },
    ]);
  }
  await notifyFigures(tx, [announcement.subjectId]);
}

/**
 * Sends held notices whose time has come, each with a text composed for that moment: the morning is told what is true in the morning. What
 * is no longer the last word about its subject is withdrawn; where quiet hours go on, they hold on.
 */
export async function releaseHeldNotices(platform: Platform): Promise<number> {
  return await platform.database.transaction(async (tx) => {
    const now = platform.clock.business();
    const due = await takeReleasedByTime(tx, now, CHUNK[platform.database.engine]);
    if (due.length === 0) return 0;
    const settings = await readSettings(tx);
    const groups = new Map<string, typeof due>();
    for (const notice of due) {
      const key = `${notice.announcementId} ${notice.channel} ${notice.language}`;
      groups.set(key, [...(groups.get(key) ?? []), notice]);
    }
    const subjects = new Set<string>();
    for (const group of groups.values()) {
      const [first] = group;
      const announcement = first && (await lockAnnouncement(tx, first.announcementId));
      if (!first || !announcement) continue;
      subjects.add(announcement.subjectId);
      await releaseGroup(
        tx,
        platform,
        settings,
        announcement,
        first,
        group.map((notice) => notice.id),
      );
    }
    await notifyFigures(tx, [...subjects]);
    return due.length;
  });
}

async function releaseGroup(
  tx: Tx,
  platform: Platform,
  settings: Settings,
  announcement: AnnouncementRecord,
  { channel, language }: { channel: 'sms' | 'email'; language: 'it' | 'en' },
  ids: string[],
): Promise<void> {
  const now = platform.clock.business();
  if (!(await isLastWord(tx, announcement))) {
    await withdrawNotices(tx, ids, 'superseded', now);
    return;
  }
  const { timeZone } = platform;
  const until = heldUntil(settings.quietHours, { kind: announcement.kind, channel, now, timeZone });
  if (until) {
    await holdUntil(tx, ids, until);
    return;
  }
  const answer = await stillTrue(tx, platform, settings, announcement);
  const [text] = await saveTexts(tx, announcement.id, [composeFor(platform, settings, answer, channel, language)]);
  if (text) await requeue(tx, ids, text.id, now, validUntil(announcement.kind, settings.telling, now));
}

/**
 * The answer as it can be said now. Where its time passed while it was held, it is the first word that these people hear: what happened, and the
 * time of the next word, which is the open promise's, or is promised here.
 */
async function stillTrue(
  tx: Tx,
  platform: Platform,
  settings: Settings,
  announcement: AnnouncementRecord,
): Promise<Answer> {
  const { answer, subjectId, subjectKind } = announcement;
  const { clock } = platform;
  const now = clock.business();
  const said = answer.expectedEnd ?? answer.nextWordBy;
  if (OVER.has(answer.kind) || (said !== null && new Date(said) > now)) return answer;
  const open = (await promisesOf(tx, [subjectId])).find(
    (promise) => promise.state === 'open' && promise.promisee.kind === 'affected' && promise.dueAt > now,
  );
  const dueAt = open?.dueAt ?? new Date(now.getTime() + settings.incidents.firstWordMinutes * 60_000);
  if (!open) {
    await makePromise(tx, clock, FAN_OUT, {
      kind: 'next-word',
      subjectKind,
      subjectId,
      promisee: { kind: 'affected' },
      dueAt,
      saidIn: announcement.id,
    });
  }
  const isEnd = open?.kind === 'expected-end';
  const { formerExpectedEnd: _, ...rest } = answer;
  return {
    ...rest,
    kind: answer.kind === 'outage-degraded' ? 'outage-degraded' : 'outage',
    expectedEnd: isEnd ? dueAt.toISOString() : null,
    nextWordBy: isEnd ? null : dueAt.toISOString(),
  };
}

/** Applies what became of notices on the wire, in the outbox's own transaction. */
export async function noteOutcomes(tx: Tx, outcomes: readonly NoticeOutcome[]): Promise<void> {
  const subjects = await applyOutcomes(tx, outcomes);
  const failed = outcomes.filter((outcome) => outcome.outcome === 'failed');
  if (failed.length > 0) {
    await withdrawFromThoseWhoNeverHeard(
      tx,
      failed.map((outcome) => outcome.id),
      failed[0]?.at ?? new Date(0),
    );
  }
  await notifyFigures(tx, subjects);
}

/** Notices that a dead route held up too long: they are written anew at once. */
export async function writeAnew(tx: Tx, platform: Platform, ids: readonly string[]): Promise<void> {
  await holdForRewriting(tx, ids, platform.clock.business());
}
