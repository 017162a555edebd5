import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import type { Actor } from '../platform/actor.ts';
import { newId } from '../platform/ids.ts';
import {
  makePromise,
  pausePromises,
  promisesOf,
  resumePromises,
  settleDuePromises,
  settleOpenPromises,
  standing,
  warnOfPromises,
} from './index.ts';

const ANNA: Actor = { kind: 'staff', id: 'anna', roles: ['care'] };
const HOUR = 3_600_000;

describe.each(ENGINES)('promises whose clock stands, on %s', (engine) => {
  let platform: TestPlatform;
  let subject: { kind: string; id: string };
  let start: Date;

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
  });
  afterAll(async () => await platform.close());
  beforeEach(async () => {
    await platform.database.pool.query('TRUNCATE promises, events');
    subject = { kind: 'case', id: newId() };
    start = platform.clock.business();
  });

  const hoursOn = (hours: number): Date => new Date(start.getTime() + hours * HOUR);
  const promise = (kind: 'next-word' | 'formal-answer' | 'staff-time', hours: number) =>
    platform.database.transaction((tx) =>
      makePromise(tx, platform.clock, ANNA, {
        kind,
        subjectKind: subject.kind,
        subjectId: subject.id,
        promisee: { kind: 'staff' },
        dueAt: hoursOn(hours),
      }),
    );
  const pause = () => platform.database.transaction((tx) => pausePromises(tx, platform.clock, ANNA, subject));
  const resume = () => platform.database.transaction((tx) => resumePromises(tx, platform.clock, ANNA, subject));
  const found = async (kind: string) =>
    (await promisesOf(platform.database.db, [subject.id])).find(
      (one) => one.kind === kind && one.state !== 'superseded',
    );
  const round = async () => {
    const warned: string[] = [];
    const broken: string[] = [];
    await warnOfPromises(platform, async (_tx, { kind }) => void warned.push(kind));
    await settleDuePromises(
      platform,
      async () => [],
      async (_tx, all) => void broken.push(...all.map(({ kind }) => kind)),
    );
    return { warned, broken };
  };

  test('given a question to the customer, while it is open, then nothing warns or breaks but the law’s deadline; and then all shift by the pause exactly', async () => {
    await promise('next-word', 4);
    await promise('formal-answer', 5);
    platform.clock.advance(HOUR);
    expect(await pause()).toBe(1);
    expect(await pause()).toBe(0);
    platform.clock.advance(10 * HOUR);
    expect(await round()).toEqual({ warned: [], broken: ['formal-answer'] });
    const standingStill = await found('next-word');
    expect(standingStill).toMatchObject({ state: 'open', dueAt: hoursOn(4), pausedAt: hoursOn(1) });
    expect(standingStill && standing(standingStill, platform.clock.business())).toBe('in time');
    expect(await resume()).toBe(1);
    expect(await resume()).toBe(0);
    expect(await found('next-word')).toMatchObject({ dueAt: hoursOn(14), warnAt: hoursOn(13), pausedAt: null });
    platform.clock.advance(2 * HOUR - 1);
    expect(await round()).toEqual({ warned: [], broken: [] });
    platform.clock.advance(1);
    expect(await round()).toEqual({ warned: ['next-word'], broken: [] });
    platform.clock.advance(HOUR);
    expect(await round()).toEqual({ warned: [], broken: ['next-word'] });
    const { rows } = await platform.database.pool.query(
      "SELECT kind, data->>'dueAt' AS due FROM events WHERE kind IN ('promise.paused', 'promise.resumed') ORDER BY number",
    );
    expect(rows).toEqual([
      { kind: 'promise.paused', due: hoursOn(4).toISOString() },
      { kind: 'promise.resumed', due: hoursOn(14).toISOString() },
    ]);
  });

  test('given a promise that is over, when its subject is paused, then it breaks all the same', async () => {
    await promise('next-word', 1);
    platform.clock.advance(2 * HOUR);
    expect(await pause()).toBe(0);
    expect((await round()).broken).toEqual(['next-word']);
  });

  test('given a pause beyond the due time, when the promise is kept or replaced meanwhile, then it was in time', async () => {
    await promise('next-word', 2);
    await promise('staff-time', 2);
    await pause();
    platform.clock.advance(5 * HOUR);
    await promise('next-word', 9);
    await platform.database.transaction((tx) =>
      settleOpenPromises(
        tx,
        platform.clock,
        ANNA,
        subject,
        { as: 'kept', factAt: platform.clock.business(), because: 'done' },
        ['staff-time'],
      ),
    );
    const all = await promisesOf(platform.database.db, [subject.id]);
    expect(all.map(({ kind, state }) => `${kind} ${state}`).sort()).toEqual([
      'next-word open',
      'next-word superseded',
      'staff-time kept',
    ]);
  });

  test('given any pauses, then the time that counted until a promise breaks is the time that it was given', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 60, max: 6000 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 9000 })), { maxLength: 4 }),
        async (minutes, pauses) => {
          await platform.database.pool.query('TRUNCATE promises, events');
          start = platform.clock.business();
          await promise('next-word', minutes / 60);
          let counted = 0;
          let stood = 0;
          for (const [run, stop] of pauses) {
            if (counted + run >= minutes) break;
            platform.clock.advance(run * 60_000);
            await pause();
            platform.clock.advance(stop * 60_000);
            await resume();
            counted += run;
            stood += stop;
          }
          const held = await found('next-word');
          expect(held?.dueAt).toEqual(new Date(start.getTime() + (minutes + stood) * 60_000));
          expect(held?.warnAt).toEqual(new Date(start.getTime() + (minutes * 0.75 + stood) * 60_000));
        },
      ),
      { numRuns: 15 },
    );
  });
});
