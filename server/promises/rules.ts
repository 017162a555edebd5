import type { PromiseRecord } from './promise.ts';

export type Standing = 'in time' | 'at risk' | 'late' | 'settled';

/** The owner is warned at three quarters of a promise's time. */
export const warnAt = (madeAt: Date, dueAt: Date): Date =>
  new Date(madeAt.getTime() + ((dueAt.getTime() - madeAt.getTime()) * 3) / 4);

/** How an open promise stands at `now`, or stood when its clock was stopped; the desk shows it by colour, shape and word. */
export function standing(
  promise: Pick<PromiseRecord, 'state' | 'madeAt' | 'dueAt'> & Partial<Pick<PromiseRecord, 'warnAt' | 'pausedAt'>>,
  now: Date,
): Standing {
  if (promise.state === 'broken') return 'late';
  if (promise.state !== 'open') return 'settled';
  const then = promise.pausedAt ?? now;
  if (promise.dueAt <= then) return 'late';
  return (promise.warnAt ?? warnAt(promise.madeAt, promise.dueAt)) <= then ? 'at risk' : 'in time';
}

/** Whether an open promise is over at `now`: one whose clock stands is not. */
export const isOver = ({ dueAt, pausedAt }: Pick<PromiseRecord, 'dueAt' | 'pausedAt'>, now: Date): boolean =>
  dueAt <= (pausedAt ?? now);

/** Whether a fact came in time for a promise: while its clock stood there was time. */
export const isInTime = ({ dueAt, pausedAt }: Pick<PromiseRecord, 'dueAt' | 'pausedAt'>, factAt: Date): boolean =>
  factAt <= dueAt || (pausedAt !== null && pausedAt <= dueAt);

/**
 * What the machine may promise after a promise to customers broke: the next word, each time later (settings.incidents.renewalMinutes);
 * null when its renewals are used up and a person must set the time.
 */
export function renewalAfterBreak(renewal: number, renewalMinutes: readonly number[], now: Date): Date | null {
  const minutes = renewalMinutes[renewal];
  return minutes === undefined ? null : new Date(now.getTime() + minutes * 60_000);
}

/** The rung that is called next: one higher, never beyond the last, which is called again. */
export const nextRung = (rung: number, rungs: number): number => Math.min(rung + 1, Math.max(rungs - 1, 0));
