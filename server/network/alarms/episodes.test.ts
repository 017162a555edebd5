import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Episode, hearWord, inOrder, type Word } from './episodes.ts';

const MINUTE = 60_000;
const minute = (n: number): Date => new Date(Date.UTC(2026, 2, 10, 12) + n * MINUTE);

interface Delivered {
  words: Word[];
  receivedAt: Date;
  repeated?: boolean;
}

const plain = (state: Word['state'], at: number): Word => ({ state, at: minute(at), startedAt: null });
const fires = (from: number): Word => ({ state: 'firing', at: minute(from), startedAt: minute(from) });
const resolves = (from: number, to: number): Word => ({ state: 'cleared', at: minute(to), startedAt: minute(from) });

/** All episodes of one alarm after some deliveries, oldest first. */
function hear(deliveries: readonly Delivered[]): Episode[] {
  const episodes: Episode[] = [];
  for (const { words, receivedAt, repeated = false } of deliveries) {
    for (const word of inOrder(words.map((one) => ({ ...one, fingerprint: 'x' })))) {
      const effect = hearWord(word, episodes.at(-1) ?? null, episodes.at(-2)?.clearedAt ?? null, {
        receivedAt,
        repeated,
        newId: () => String(episodes.length),
      });
      if (effect?.fate === 'changed') episodes.pop();
      if (effect) episodes.push(effect.episode);
    }
  }
  return episodes;
}
const each = (...words: Word[]): Delivered[] =>
  words.map((word, index) => ({ words: [word], receivedAt: minute(30 + index) }));
const stands = (episodes: readonly Episode[]): boolean => episodes.some((episode) => episode.clearedAt === null);
const times = (episodes: readonly Episode[]): [Date, Date | null][] =>
  episodes.map((one) => [one.startedAt, one.clearedAt]);

/** What the rules promise of all episodes: at most one stands, the newest; they don't overlap. */
function expectSound(episodes: readonly Episode[]): void {
  episodes.forEach((episode, index) => {
    const next = episodes[index + 1];
    if (!next) return;
    if (episode.clearedAt === null) throw new Error('an older episode stands');
    expect(next.startedAt.getTime()).toBeGreaterThan(episode.clearedAt.getTime());
    expect(episode.clearedAt.getTime()).toBeGreaterThanOrEqual(episode.startedAt.getTime());
  });
}

describe('a source that dates each word', () => {
  test('an old “cleared” that comes again leaves a newer alarm alone', () => {
    const episodes = hear(each(plain('firing', 1), plain('cleared', 2), plain('firing', 3), plain('cleared', 2)));
    expect(times(episodes)).toEqual([
      [minute(1), minute(2)],
      [minute(3), null],
    ]);
  });

  test('firing and cleared in one delivery, in either order', () => {
    for (const words of [
      [plain('firing', 1), plain('cleared', 2)],
      [plain('cleared', 2), plain('firing', 1)],
    ])
      expect(times(hear([{ words, receivedAt: minute(3) }]))).toEqual([[minute(1), minute(2)]]);
  });

  test('a “firing” that comes after its “cleared” is born cleared', () => {
    expect(times(hear(each(plain('cleared', 2), plain('firing', 1))))).toEqual([[minute(1), minute(2)]]);
    expect(stands(hear(each(plain('cleared', 2), plain('firing', 2))))).toBe(false);
    expect(stands(hear(each(plain('cleared', 2), plain('firing', 3))))).toBe(true);
  });

  test('“cleared” again and again is one episode, not one for each time', () => {
    expect(hear(each(plain('cleared', 2), plain('cleared', 3), plain('cleared', 4)))).toHaveLength(1);
  });

  test('in any order, in any deliveries and however often: it stands exactly when the last word by its own time is “firing”', () => {
    const word = fc.record({
      state: fc.constantFrom('firing' as const, 'cleared' as const),
      at: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(word, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 }),
        (deliveries) => {
          const episodes = hear(
            deliveries.map((words, index) => ({
              words: words.map((one) => plain(one.state, one.at)),
              receivedAt: minute(index),
            })),
          );
          const said = deliveries.flat();
          const last = Math.max(...said.map((one) => one.at));
          // Of the same instant, "cleared" is the later word.
          expect(stands(episodes)).toBe(said.every((one) => one.at !== last || one.state === 'firing'));
          expectSound(episodes);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('a source that names the beginning with each word', () => {
  test('firing again with the same beginning after it was cleared is a new alarm, and its end clears that one', () => {
    const again = hear(each(fires(1), resolves(1, 5), fires(1)));
    expect(times(again)).toEqual([
      [minute(1), minute(5)],
      [minute(32), null],
    ]);
    const over = hear(each(fires(1), resolves(1, 5), fires(1), resolves(1, 40)));
    expect(times(over)).toEqual([
      [minute(1), minute(5)],
      [minute(32), minute(40)],
    ]);
  });

  test('its end counts where the source’s clock runs behind ours too, and the old end does not', () => {
    expect(stands(hear(each(fires(1), resolves(1, 5), fires(1), resolves(1, 5))))).toBe(true);
    const behind = hear(each(fires(1), resolves(1, 5), fires(1), resolves(1, 6)));
    expect(times(behind)).toEqual([
      [minute(1), minute(5)],
      [minute(32), minute(32)],
    ]);
  });

  test('and so a third time', () => {
    const words = [fires(1), resolves(1, 5), fires(1), resolves(1, 40), fires(1)];
    expect(stands(hear(each(...words)))).toBe(true);
    expect(stands(hear(each(...words, resolves(1, 50))))).toBe(false);
  });

  test('an end that is named again and later is the same end: firing again is a new alarm, which neither of them clears', () => {
    const words = [fires(1), resolves(1, 5), resolves(1, 6), fires(1), resolves(1, 6), resolves(1, 5)];
    expect(times(hear(each(...words)))).toEqual([
      [minute(1), minute(6)],
      [minute(33), null],
    ]);
  });

  test('a repeat of a delivery is not a new alarm', () => {
    expect(
      stands(hear([...each(fires(1), resolves(1, 5)), { words: [fires(1)], receivedAt: minute(40), repeated: true }])),
    ).toBe(false);
  });

  test('what stands and is said again is nothing new', () => {
    expect(times(hear(each(fires(1), fires(1), fires(1))))).toEqual([[minute(1), null]]);
    expect(times(hear(each(fires(1), fires(3), resolves(3, 4))))).toEqual([[minute(1), minute(4)]]);
    expect(stands(hear(each(fires(1), fires(3), resolves(1, 2))))).toBe(true);
  });

  test('overtaken by its end it is born cleared; said once more after that, it stands', () => {
    expect(times(hear(each(resolves(1, 5), fires(1))))).toEqual([[minute(1), minute(5)]]);
    expect(stands(hear(each(resolves(1, 5), fires(1), fires(1))))).toBe(true);
  });

  test('in any order and repeated: it stands exactly when the last word by its own time is “firing”', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }).chain((count) => {
          const all = Array.from({ length: count }, (_, n) => [fires(10 * n), resolves(10 * n, 10 * n + 5)]).flat();
          return fc.record({
            // Each once or not at all, in any order; and some again, at any time afterwards.
            words: fc.shuffledSubarray(all, { minLength: 1 }),
            again: fc.array(fc.record({ which: fc.nat(), after: fc.nat({ max: 8 }) }), { maxLength: 8 }),
          });
        }),
        ({ words, again }) => {
          const deliveries: Delivered[] = words.map((word) => ({ words: [word], receivedAt: minute(100) }));
          for (const { which, after } of again) {
            const word = words[which % words.length];
            if (!word) continue;
            const first = deliveries.findIndex((one) => one.words[0] === word);
            deliveries.splice(first + 1 + after, 0, { words: [word], receivedAt: minute(101), repeated: true });
          }
          const episodes = hear(deliveries);
          const last = [...words].sort((a, b) => b.at.getTime() - a.at.getTime())[0];
          expect(stands(episodes)).toBe(last?.state === 'firing');
          expectSound(episodes);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
