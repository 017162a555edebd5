import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { Setbacks, workThrough } from '../platform/setbacks.ts';
import type { PromiseRecord } from './promise.ts';
import { settlePromises, takeDueSubject, takePromisesToWarn } from './store.ts';

/** What follows when promises about one subject broke together: told, renewed, climbed; in the transaction that breaks them. */
export type AfterBreak = (tx: Tx, broken: PromiseRecord[]) => Promise<void>;
/** Subjects whose promises are about to be settled by a fact that has been heard already: their time is not counted yet. */
export type PassOver = (tx: Tx) => Promise<string[]>;
/** What follows when three quarters of a promise's time are over: its owner is warned. */
export type OnWarning = (tx: Tx, promise: PromiseRecord) => Promise<void>;

const CLOCK: Actor = { kind: 'rule', name: 'promise falls due' };

const setbacks = new Setbacks();

/**
 * Breaks what is due. All promises about one subject that are due together break as one set (one climb, at most one notice a person).
 * Returns how many subjects were settled; at most 100 in a call, so that other work gets its turn.
 */
export const settleDuePromises = (platform: Platform, passOver: PassOver, afterBreak: AfterBreak): Promise<number> =>
  workThrough(platform, setbacks, 'promise', 100, async (tx, setBack) => {
    const now = platform.clock.business();
    const due = await takeDueSubject(tx, now, [...setBack, ...(await passOver(tx))]);
    const [first] = due ?? [];
    if (!due || !first) return null;
    return { id: first.subjectId, work: () => breakTogether(tx, platform, due, now, afterBreak) };
  });

async function breakTogether(
  tx: Tx,
  platform: Platform,
  due: PromiseRecord[],
  now: Date,
  afterBreak: AfterBreak,
): Promise<void> {
  await settlePromises(
    tx,
    due.map((promise) => promise.id),
    'broken',
    now,
    'its time passed',
  );
  await recordEvents(
    tx,
    platform.clock,
    CLOCK,
    due.map((promise) => ({
      kind: 'promise.broken',
      subjectKind: promise.subjectKind,
      subjectId: promise.subjectId,
      data: { promise: promise.id, kind: promise.kind, dueAt: promise.dueAt.toISOString(), renewal: promise.renewal },
    })),
  );
  await afterBreak(tx, due);
}

/** Warns the owners of promises of which three quarters are over. */
export async function warnOfPromises(platform: Platform, onWarning: OnWarning): Promise<number> {
  return await platform.database.transaction(async (tx) => {
    const promises = await takePromisesToWarn(tx, platform.clock.business());
    await recordEvents(
      tx,
      platform.clock,
      { kind: 'rule', name: 'three quarters of the time are over' },
      promises.map((promise) => ({
        kind: 'promise.at-risk',
        subjectKind: promise.subjectKind,
        subjectId: promise.subjectId,
        data: { promise: promise.id, kind: promise.kind, dueAt: promise.dueAt.toISOString() },
      })),
    );
    for (const promise of promises) await onWarning(tx, promise);
    return promises.length;
  });
}
