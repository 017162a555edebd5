import type { Tx } from './database/database.ts';
import type { Platform } from './platform.ts';

/**
 * Remembers what failed in this process, with growing pauses, so that one thing that fails every time doesn't hold up those behind it.
 * Nothing is given up: it is tried again, at the latest every five minutes, and each failure is logged by whoever notes it.
 */
export class Setbacks {
  readonly #known = new Map<string, { times: number; until: number }>();

  /** What is not to be tried now. */
  skipped(now: Date): string[] {
    return [...this.#known].filter(([, { until }]) => until > now.getTime()).map(([id]) => id);
  }

  note(id: string, now: Date): void {
    const times = (this.#known.get(id)?.times ?? 0) + 1;
    this.#known.set(id, { times, until: now.getTime() + Math.min(1000 * 2 ** times, 300_000) });
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > 1000 && oldest !== undefined) this.#known.delete(oldest);
  }

  clear(id: string): void {
    this.#known.delete(id);
  }
}

/**
 * Works through what `take` finds, each thing in a transaction of its own, until nothing is found or `most` are done. `take` gets the ids to pass over
 * and returns the id of what it took (locked) and the work to do on it; work that throws is noted and logged, and the next thing is taken.
 * Returns how many were done.
 */
export async function workThrough(
  platform: Pick<Platform, 'database' | 'clock' | 'log'>,
  setbacks: Setbacks,
  what: string,
  most: number,
  take: (tx: Tx, skipped: readonly string[]) => Promise<{ id: string; work: () => Promise<void> } | null>,
): Promise<number> {
  let done = 0;
  for (let turn = 0; turn < most; turn++) {
    let id: string | null = null;
    try {
      const skipped = setbacks.skipped(platform.clock.system());
      const found = await platform.database.transaction(async (tx) => {
        const taken = await take(tx, skipped);
        if (!taken) return false;
        id = taken.id;
        await taken.work();
        return true;
      });
      if (!found) return done;
      done++;
      if (id !== null) setbacks.clear(id);
    } catch (error) {
      if (id === null) throw error; // not this thing's fault: the database
      setbacks.note(id, platform.clock.system());
      platform.log.error(
        { what, id, problem: (error as Error).stack ?? String(error) },
        'this could not be done; it is tried again, the rest goes on',
      );
    }
  }
  return done;
}
