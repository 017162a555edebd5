import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stage, setStage } from '../../tests/support/intake.ts';
import { makeNetwork, setSettings } from '../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { TO_PARTY } from './life.ts';

type Step = { say: string } | { days: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .constantFrom('Internet non funziona', 'Ancora niente?', '1', '0', 'La fattura è sbagliata')
    .map((say) => ({ say })),
  fc.integer({ min: 1, max: 200 }).map((days) => ({ days })),
);

interface Kept {
  id: string;
  case_id: string;
  kind: string;
  state: string;
  renewal: number;
  made_at: Date;
  due_at: Date;
  settled_at: Date | null;
  paused_at: Date | null;
}

// Time goes from one due instant to the next, as a worker that never sleeps would see it; nobody on staff does anything.
describe.each(ENGINES)('promises about cases over years in which nobody works, on %s', (engine) => {
  let platform: TestPlatform;
  let stage: Stage;
  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    await makeNetwork(platform, { mast: [] }, { mast: 1 });
    stage = await setStage(platform);
    // A rung has weeks, so that years are few steps.
    await setSettings(platform, {
      careLadder: [10_000, 20_000, 40_000].map((minutes, rung) => ({
        name: `Rung ${rung}`,
        staffIds: [],
        role: 'manager' as const,
        minutes,
      })),
    });
  });
  afterAll(async () => await platform.close());

  const all = async <Row>(query: ReturnType<typeof sql<Row>>): Promise<Row[]> =>
    (await query.execute(platform.database.db)).rows;
  const promises = (): Promise<Kept[]> =>
    all(sql<Kept>`SELECT id, subject_id AS case_id, kind, state, renewal, made_at, due_at, settled_at, paused_at
      FROM promises WHERE subject_kind = 'case' ORDER BY made_at, id`);
  const work = async (): Promise<void> => {
    for (let rounds = 0; (await stage.flow.round()) > 0; rounds++) if (rounds > 50) throw new Error('it never rests');
  };
  /** On to the next instant at which something is due, or so far. */
  const pass = async (until: Date): Promise<void> => {
    for (;;) {
      await work();
      const now = platform.clock.business();
      if (now >= until) return;
      const [due] = await all(sql<{ at: Date | null }>`SELECT least(
        (SELECT min(due_at) FROM promises WHERE state = 'open' AND paused_at IS NULL),
        (SELECT min(due_at) FROM cases WHERE ended_at IS NULL)) AS at`);
      const next = due?.at && due.at < until ? due.at : until;
      platform.clock.advance(Math.max(1, next.getTime() - now.getTime()));
    }
  };

  test('every promise ends or is still to come; after each break there is a newer one for whom it was, and a rung was climbed', async () => {
    let broken = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 6 }), async (steps) => {
        await sql`TRUNCATE inbound_messages, cases, messages, promises, outbox, hand_overs, automatic_answers, events CASCADE`.execute(
          platform.database.db,
        );
        const begun = platform.clock.business();
        for (const one of [{ say: 'Internet non funziona' }, ...steps]) {
          if ('say' in one) await stage.sms('+393990000001', one.say);
          else await pass(new Date(platform.clock.business().getTime() + one.days * 86_400_000));
          platform.clock.advance(3_600_000);
        }
        await pass(new Date(Math.max(platform.clock.business().getTime(), begun.getTime() + 700 * 86_400_000)));

        const now = platform.clock.business();
        const kept = await promises();
        const open = kept.filter(({ state }) => state === 'open');
        expect(open.filter(({ due_at, paused_at }) => paused_at === null && due_at <= now)).toEqual([]);
        expect(
          kept.filter(
            ({ state, settled_at }) =>
              !['open', 'kept', 'broken', 'superseded', 'withdrawn'].includes(state) ||
              (settled_at === null) !== (state === 'open'),
          ),
        ).toEqual([]);
        const ended = new Map(
          (await all(sql<{ id: string; ended_at: Date | null }>`SELECT id, ended_at FROM cases`)).map(
            ({ id, ended_at }) => [id, ended_at],
          ),
        );
        const climbs = await all(
          sql<{ case_id: string; at: Date }>`SELECT subject_id AS case_id, at FROM events WHERE kind = 'case.climbed'`,
        );
        for (const one of kept.filter(({ state }) => state === 'broken')) {
          broken++;
          const at = one.settled_at?.getTime();
          const newer = kept.filter(
            (other) => other.case_id === one.case_id && other.id !== one.id && other.made_at.getTime() === at,
          );
          // After three renewals a person must set the time: that is owed by staff, again and again.
          const isOwed =
            TO_PARTY.has(one.kind) && one.renewal < 3 ? TO_PARTY.has(newer[0]?.kind ?? '') : newer.length > 0;
          expect(isOwed, `${one.kind} ${one.renewal}: ${JSON.stringify(newer)}`).toBe(true);
          expect(climbs.some((climb) => climb.case_id === one.case_id && climb.at.getTime() === at)).toBe(true);
        }
        // What is open is waited for by somebody, and what has ended owes nothing.
        for (const [id, at] of ended) expect(open.filter(({ case_id }) => case_id === id).length > 0).toBe(at === null);
      }),
      { numRuns: 2, examples: [[[{ days: 700 }]]] },
    );
    expect(broken).toBeGreaterThan(10);
  }, 120_000);
});
