/** How long before its time a promise in a list is called at risk. */
const AT_RISK_MILLISECONDS = 30 * 60_000;

export type Standing = 'none' | 'paused' | 'in time' | 'at risk' | 'late';

/** How the soonest promise of a case stands. A clock that stands is never late; of a case without a promise nothing is said. */
export function standingOf(
  { dueAt, pausedAt }: { dueAt: string | null; pausedAt: string | null },
  now: Date,
): Standing {
  if (dueAt === null) return 'none';
  const left = new Date(dueAt).getTime() - now.getTime();
  if (pausedAt !== null) return 'paused';
  if (left < 0) return 'late';
  return left <= AT_RISK_MILLISECONDS ? 'at risk' : 'in time';
}
