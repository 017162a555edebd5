/**
 * Two clocks, always injected. The business clock is for promises, calendars and everything that is said to people; it can be
 * sped up for a demonstration. The system clock is for leases, sessions, rate limits and undo windows; it never is.
 */
export interface Clock {
  business(): Date;
  system(): Date;
  /** How many business seconds pass in a system second. */
  readonly speed: number;
}

/** `origin`: the business instant at which the clock starts (default: now). */
export function createClock({ speed = 1, origin }: { speed?: number; origin?: Date } = {}): Clock {
  const startedAt = Date.now();
  const begin = origin?.getTime() ?? startedAt;
  return {
    speed,
    system: () => new Date(),
    business: () => (speed === 1 && !origin ? new Date() : new Date(begin + (Date.now() - startedAt) * speed)),
  };
}

/** A clock that stands still until it is told to move: for tests of rules about time. */
export function createManualClock(
  start: Date,
): Clock & { advance(milliseconds: number): void; set(instant: Date): void } {
  let now = start.getTime();
  return {
    speed: 1,
    business: () => new Date(now),
    system: () => new Date(now),
    advance: (milliseconds) => {
      now += milliseconds;
    },
    set: (instant) => {
      now = instant.getTime();
    },
  };
}
