import { setTimeout as sleep } from 'node:timers/promises';
import type { BusinessTime } from './business-time.ts';
import type { Step, Words } from './phones/state.ts';
import { ProductError } from './product.ts';

export interface Scene {
  id: string;
  /** Business minutes after the beginning; null: as soon as the scene before it is over. */
  minute: number | null;
  title: Words;
  look: Words;
  /** Where to look, from the base address of the product; asked for anew each time, since an id may only be known later. */
  links: () => { label: Words; path: string }[];
  play: () => Promise<void>;
}

export interface Story {
  steps(): Step[];
  /** Plays it to the end; rejects with a sentence when the product does not do its part. */
  play(): Promise<void>;
}

export type WaitFor = <Found>(
  ask: () => Promise<Found | null | undefined | false>,
  businessMinutes: number,
  missing: string,
) => Promise<Found>;

/** System milliseconds that the product is given beyond the business time that a step takes by rule. */
const GRACE_MILLISECONDS = 180_000;
const POLL_MILLISECONDS = 400;
export const MINUTE = 60_000;

/** Asks until there is an answer. `businessMinutes`: how long it may take by rule. `missing`: what to say when it does not come. */
export function patience(time: BusinessTime, signal: AbortSignal): WaitFor {
  return async (ask, businessMinutes, missing) => {
    const until = Date.now() + (businessMinutes * MINUTE) / time.speed + GRACE_MILLISECONDS;
    for (;;) {
      try {
        const found = await ask();
        if (found) return found;
      } catch (error) {
        // A product that is being restarted goes on where it was.
        const passing = error instanceof ProductError && (error.status === 0 || error.status >= 500);
        if (!passing || Date.now() > until) throw error;
      }
      if (Date.now() > until) throw new Error(missing);
      await sleep(POLL_MILLISECONDS, undefined, { signal });
    }
  };
}

/** The scenes one after the other, each at its business minute. */
export function storyOf(scenes: readonly Scene[], baseUrl: string, time: BusinessTime, signal: AbortSignal): Story {
  const begun = new Map<string, string>();
  return {
    steps: () => {
      const present = scenes.findLastIndex((scene) => begun.has(scene.id));
      return scenes.map((scene, index) => ({
        id: scene.id,
        title: scene.title,
        look: scene.look,
        links: scene.links().map(({ label, path }) => ({ label, url: `${baseUrl}${path}` })),
        state: index > present ? 'to-come' : index === present ? 'now' : 'done',
        at: begun.get(scene.id) ?? null,
      }));
    },
    play: async () => {
      const began = time.now().getTime();
      for (const scene of scenes) {
        if (scene.minute !== null) await time.until(new Date(began + scene.minute * MINUTE));
        signal.throwIfAborted();
        begun.set(scene.id, time.now().toISOString());
        await scene.play();
      }
    },
  };
}
