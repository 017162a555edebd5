import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawMail, type Stage, setStage } from '../../tests/support/intake.ts';
import { makeNetwork } from '../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { findCaseByNumber, openCasesOf } from '../cases/index.ts';
import { createIntake } from './work-off.ts';

// What may happen on the channels: words of three customers and a stranger, again and again, in any order, with processes that die in between.
type Step =
  | { do: 'sms'; who: number; words: string }
  | { do: 'mail'; who: number; words: string; id: number; box: number }
  | { do: 'work'; processes: number; dieAt: number }
  | { do: 'wait'; minutes: number };

const WORDS = ['Internet non funziona', 'La linea è guasta', 'Ancora niente?', 'sollecito', 'non va', 'STOP'] as const;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('sms' as const), who: fc.nat(3), words: fc.constantFrom(...WORDS) }),
  fc.record({
    do: fc.constant('mail' as const),
    who: fc.nat(3),
    words: fc.constantFrom(...WORDS),
    id: fc.nat(2),
    box: fc.nat(1),
  }),
  fc.record({ do: fc.constant('work' as const), processes: fc.integer({ min: 1, max: 2 }), dieAt: fc.nat(2) }),
  fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 30 }) }),
);
/** At least this happens in every run: a process dies over the first word, another one goes on. */
const DEATH: Step[] = [
  { do: 'sms', who: 0, words: 'Internet non funziona' },
  { do: 'work', processes: 1, dieAt: 1 },
  { do: 'sms', who: 0, words: 'Ancora niente?' },
];
const PEOPLE = ['0000010', '0000020', '0000030', '9999999'];

describe.each(ENGINES)('whatever happens on the channels, on %s', (engine) => {
  let platform: TestPlatform;
  let stage: Stage;
  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    await makeNetwork(platform, { mast: [] }, { mast: 30 });
    stage = await setStage(platform);
  });
  afterAll(async () => await platform.close());

  /** A process that dies: at its n-th answer everything of that transaction is gone. */
  let deaths = 0;
  const process = (dieAt: number) => {
    let answers = 0;
    const { intake } = stage.flow;
    return createIntake({
      ...intake,
      cases: {
        ...intake.cases,
        mayAnswerAutomatically: async (tx, address, now) => {
          if (dieAt > 0 && ++answers === dieAt) {
            deaths++;
            throw new Error('the process died');
          }
          return await intake.cases.mayAnswerAutomatically(tx, address, now);
        },
      },
    });
  };
  const all = async <Row extends object>(query: ReturnType<typeof sql<Row>>): Promise<Row[]> =>
    (await query.execute(platform.database.db)).rows;

  test('no message is lost or doubled, each is in one case or has its decision, each case is reached, and one trouble of one customer is one case', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        await sql`TRUNCATE inbound_messages, inbound_parts, cases, messages, mail_keys, join_proposals, hand_overs, case_links, promises, outbox, automatic_answers CASCADE`.execute(
          platform.database.db,
        );
        for (const one of steps) {
          platform.clock.advance(1000);
          const person = PEOPLE[one.do === 'sms' || one.do === 'mail' ? one.who : 0] ?? '';
          if (one.do === 'sms') await stage.sms(`+39399${person}`, one.words);
          else if (one.do === 'mail')
            await stage.mail(
              rawMail({
                from: `c${Number(person)}@example.com`,
                text: one.words,
                id: `<${one.id}.${person}@example.com>`,
                headers: [`Delivered-To: box${one.box}@lagonet.example`],
              }),
            );
          else if (one.do === 'work')
            await Promise.all(Array.from({ length: one.processes }, async () => await process(one.dieAt)()));
          else platform.clock.advance(one.minutes * 60_000);
        }
        await process(0)();

        const kept = await all(
          sql<{
            id: string;
            decision: string | null;
            case_id: string | null;
            worked: boolean;
          }>`SELECT id, decision, case_id, worked_at IS NOT NULL AS worked FROM inbound_messages`,
        );
        expect(
          kept.filter(({ worked, decision, case_id }) => !worked || (decision === null) === (case_id === null)),
        ).toEqual([]);
        const said = await all(
          sql<{ inbound_id: string; case_id: string }>`SELECT inbound_id, case_id FROM messages WHERE direction = 'in'`,
        );
        expect(said.map(({ inbound_id, case_id }) => `${inbound_id} ${case_id}`).sort()).toEqual(
          kept
            .filter(({ case_id }) => case_id !== null)
            .map(({ id, case_id }) => `${id} ${case_id}`)
            .sort(),
        );
        const cases = await all(sql<{
          id: string;
          number: string;
          party_id: string;
          external_id: string | null;
          team_id: string | null;
        }>`SELECT cases.id, number, party_id, external_id, team_id
          FROM cases JOIN parties ON parties.id = cases.party_id`);
        for (const one of cases) {
          expect((await findCaseByNumber(platform.database.db, `pratica ${one.number}`))?.id).toBe(one.id);
          expect((await openCasesOf(platform.database.db, [one.party_id])).map(({ id }) => id)).toContain(one.id);
          expect(one.team_id).not.toBeNull();
        }
        // All that they say is about the line: a customer has one case, in whatever order it came.
        const owners = cases.flatMap(({ external_id }) => external_id ?? []);
        expect(new Set(owners).size).toBe(owners.length);
        const acknowledged = await all(
          sql<{
            times: number;
          }>`SELECT count(*) AS times FROM messages WHERE kind = 'acknowledgement' GROUP BY case_id`,
        );
        expect(acknowledged.every(({ times }) => times === 1)).toBe(true);
      }),
      { numRuns: engine === 'embedded' ? 6 : 12, examples: [[DEATH]] },
    );
    expect(deaths).toBeGreaterThan(0);
  }, 120_000);
});
