import type { PromiseRecord } from './promise.ts';

export type Standing = 'in time' | 'at risk' | 'late' | 'settled';

/** The owner is warned at three quarters of a promise's time. */
export const warnAt = (madeAt: Date, dueAt: Date): Date =>
  new Date(madeAt.getTime() + ((dueAt.getTime() - madeAt.getTime()) * 3) / 4);

/** How an open promise stands at `now`; the desk shows it by colour, shape and word. */
export function standing(promise: Pick<PromiseRecord, 'state' | 'madeAt' | 'dueAt'>, now: Date): Standing {
  if (promise.state === 'broken') return 'late';
  if (promise.state !== 'open') return 'settled';
  if (promise.dueAt <= now) return 'late';
  return warnAt(promise.madeAt, promise.dueAt) <= now ? 'at risk' : 'in time';
}

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
