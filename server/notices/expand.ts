import { sql } from 'kysely';
import { saveTexts } from '../outbox/index.ts';
import type { Tx } from '../platform/database/database.ts';
import { Failure } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { Setbacks, workThrough } from '../platform/setbacks.ts';
import { readSettings } from '../settings/index.ts';
import { composeFor, concernedEffects } from './announce.ts';
import { heldUntil, validUntil } from './rules.ts';
import {
  advanceExpansion,
  applyOutcomes,
  expandChunk,
  holdForRewriting,
  lockAnnouncement,
  type NoticeOutcome,
  requeue,
  type ToExpand,
  takeReleasedByTime,
  takeToExpand,
  withdrawFromThoseWhoNeverHeard,
  withdrawNotices,
} from './store.ts';

/** Notified with a subject's id when the figures of its notices changed: many times a second, so it is no event. */
export const FIGURES_CHANNEL = 'filodiretto_figures';

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

/** Sends held notices whose time has come, each with a text composed for that moment: the morning is told what is true in the morning. */
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
      const ids = group.map((notice) => notice.id);
      subjects.add(announcement.subjectId);
      try {
        const [text] = await saveTexts(tx, announcement.id, [
          composeFor(platform, settings, announcement.answer, first.channel, first.language),
        ]);
        if (text) await requeue(tx, ids, text.id, now, validUntil(announcement.kind, settings.telling, now));
      } catch (error) {
        // What it would say is no longer true (its expected end passed): the announcement that says so is on its way.
        if (!(error instanceof Failure)) throw error;
        await withdrawNotices(tx, ids, 'no longer true', now);
      }
    }
    await notifyFigures(tx, [...subjects]);
    return due.length;
  });
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

async function notifyFigures(tx: Tx, subjectIds: readonly string[]): Promise<void> {
  for (const id of subjectIds) await sql`SELECT pg_notify(${FIGURES_CHANNEL}, ${id})`.execute(tx);
}
