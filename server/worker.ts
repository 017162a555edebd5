import { EVENTS_CHANNEL } from './platform/events.ts';
import type { Platform } from './platform/platform.ts';

/** The longest time that something due waits to be looked at, in milliseconds. */
const POLL = 500;

export interface Worker {
  stop(): Promise<void>;
  /** Looks now. */
  wake(): void;
}

/**
 * Runs `round` again and again: at once when something was recorded, else every half second. A round that fails is logged and tried again, with growing
 * pauses; what it holds is in the database, so nothing is lost by that.
 */
export async function startWorker(platform: Platform, round: () => Promise<number>): Promise<Worker> {
  let stopped = false;
  let wakeUp: (() => void) | null = null;
  let woken = false;
  let troubles = 0;
  const wake = (): void => {
    woken = true;
    wakeUp?.();
  };
  const stopListening = await platform.database.listen(EVENTS_CHANNEL, wake);

  const pause = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      if (woken && troubles === 0) {
        resolve();
        return;
      }
      const timer = setTimeout(resolve, milliseconds);
      wakeUp = () => {
        if (troubles > 0) return;
        clearTimeout(timer);
        resolve();
      };
    });

  const running = (async () => {
    while (!stopped) {
      woken = false;
      try {
        await round();
        troubles = 0;
      } catch (error) {
        troubles++;
        if (!stopped)
          platform.log.error(
            { problem: (error as Error).stack ?? String(error), times: troubles },
            'a round of work failed; it is tried again',
          );
      }
      if (!stopped) await pause(troubles === 0 ? POLL : Math.min(POLL * 2 ** troubles, 30_000));
      wakeUp = null;
    }
  })();

  return {
    wake,
    async stop() {
      stopped = true;
      troubles = 0;
      wake();
      await stopListening();
      await running;
    },
  };
}
