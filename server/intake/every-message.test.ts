import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dying } from '../../tests/support/dying.ts';
import { rawMail, type Stage, setStage } from '../../tests/support/intake.ts';
import { makeNetwork } from '../../tests/support/network.ts';
import { openPecProvider, type PecProvider } from '../../tests/support/pec.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { findCaseByNumber, openCasesOf } from '../cases/index.ts';
import { createIntake } from './work-off.ts';

// What may happen on the channels: words of three customers and a stranger, again and again, in any order, whole or in parts, with receipts and fates of what we
// answered in between, and with processes that die at any statement.
type Step =
  | { do: 'sms'; who: number; words: string }
  | { do: 'mail'; who: number; words: string; id: number; box: number }
  | { do: 'parts'; who: number; reference: number; order: number[]; twice: number }
  | { do: 'pec'; who: number; id: number }
  | { do: 'receipt'; type: 'accettazione' | 'avvenuta-consegna' | 'errore-consegna'; times: number }
  | { do: 'send'; outcome: 'sent' | 'delivered' | 'failed' | 'in doubt' }
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
  fc.record({
    do: fc.constant('parts' as const),
    who: fc.nat(3),
    reference: fc.nat(2),
    order: fc.shuffledSubarray([1, 2, 3], { minLength: 3 }),
    twice: fc.nat(2),
  }),
  fc.record({ do: fc.constant('pec' as const), who: fc.nat(1), id: fc.nat(1) }),
  fc.record({
    do: fc.constant('receipt' as const),
    type: fc.constantFrom('accettazione' as const, 'avvenuta-consegna' as const, 'errore-consegna' as const),
    times: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({
    do: fc.constant('send' as const),
    outcome: fc.constantFrom('sent' as const, 'delivered' as const, 'failed' as const, 'in doubt' as const),
  }),
  fc.record({
    do: fc.constant('work' as const),
    processes: fc.integer({ min: 1, max: 2 }),
    dieAt: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 80 })),
  }),
  fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 30 }) }),
);
/** At least this happens in every run: a process dies over the first words, another one goes on; parts, certified mail and fates come in between. */
const DEATH: Step[] = [
  { do: 'sms', who: 0, words: 'Internet non funziona' },
  { do: 'work', processes: 1, dieAt: 30 },
  { do: 'sms', who: 0, words: 'Ancora niente?' },
  { do: 'parts', who: 1, reference: 1, order: [3, 1, 2], twice: 0 },
  { do: 'pec', who: 0, id: 0 },
  { do: 'work', processes: 2, dieAt: 0 },
  { do: 'send', outcome: 'delivered' },
  { do: 'receipt', type: 'avvenuta-consegna', times: 2 },
  { do: 'pec', who: 0, id: 0 },
];
const PARTS = ['Buongiorno, vi scrivo perché', ' da stamattina internet non', ' funziona e nessuno risponde'];
const PEOPLE = ['0000010', '0000020', '0000030', '9999999'];

describe.each(ENGINES)('whatever happens on the channels, on %s', (engine) => {
  let platform: TestPlatform;
  let stage: Stage;
  let provider: PecProvider;
  let letters: Buffer[][];
  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    await makeNetwork(platform, { mast: [] }, { mast: 30 });
    stage = await setStage(platform);
    provider = openPecProvider();
    await sql`UPDATE mailboxes SET config = config || ${JSON.stringify({ trustedRoots: provider.rootPem })}::jsonb WHERE kind = 'pec'`.execute(
      platform.database.db,
    );
    letters = await Promise.all(
      ['anna@pec.example', 'bruno@pec.example'].map((from) =>
        Promise.all(
          WORDS.slice(0, 2).map((text) =>
            provider.makeEnvelope({ from, to: 'pec@lagonet.example', subject: 'Guasto', text }),
          ),
        ),
      ),
    );
  });
  afterAll(async () => {
    provider?.close();
    await platform.close();
  });

  let deaths = 0;
  let receipts = 0;
  const process = (dieAt: number) => {
    const mortal = dying(platform, dieAt);
    const { intake } = stage.flow;
    const work = createIntake({
      ...intake,
      platform: mortal.platform,
      cases: { ...intake.cases, platform: mortal.platform },
    });
    return async (): Promise<number> => {
      // What it waits for outside its messages dies with it.
      await work().catch((error: Error) => {
        if (!mortal.isDead()) throw error;
      });
      if (mortal.isDead()) deaths++;
      return mortal.statements();
    };
  };
  const all = async <Row extends object>(query: ReturnType<typeof sql<Row>>): Promise<Row[]> =>
    (await query.execute(platform.database.db)).rows;
  const clear = async (): Promise<void> => {
    await sql`TRUNCATE inbound_messages, inbound_parts, cases, messages, mail_keys, join_proposals, hand_overs, case_links, promises, outbox, automatic_answers CASCADE`.execute(
      platform.database.db,
    );
  };
  /** In the first attempt the process dies before its commit; the network delivers again. */
  const keepPart = async (sender: string, reference: number, number: number): Promise<void> => {
    const text = PARTS[number - 1] ?? '';
    const message = {
      sender,
      text,
      raw: Buffer.from(`${reference}/${number} ${text}`),
      part: { reference, number, total: PARTS.length },
    };
    const keep = (platformOf: TestPlatform) =>
      platformOf.database.transaction((tx) => stage.flow.outbox.keepInbound(tx, stage.routeId, message));
    await keep(dying(platform, 2).platform).catch(() => {});
    await keep(platform);
  };
  /** What waits in the outbox is sent, and becomes this; what is on a route is delivered in the end. */
  const send = async (outcome: 'sent' | 'delivered' | 'failed' | 'in doubt'): Promise<void> => {
    await platform.database.transaction(async (tx) => {
      const { rows } = await sql<{ id: string }>`DELETE FROM outbox WHERE kind = 'message' RETURNING id`.execute(tx);
      const say = (become: typeof outcome) =>
        stage.flow.outbox.onOutcomes(
          tx,
          rows.map(({ id }) => ({
            id,
            kind: 'message',
            noticeMadeAt: null,
            outcome: become,
            reason: become === 'failed' ? 'no such number' : null,
            at: platform.clock.business(),
          })),
        );
      if (rows.length === 0) return;
      if (outcome === 'delivered') await say('sent');
      await say(outcome);
    });
  };
  const receipt = async (type: Parameters<PecProvider['makeReceipt']>[0]): Promise<void> => {
    const [answer] = await all(
      sql<{
        mail_id: string;
        address: string;
      }>`SELECT mail_id, address FROM messages JOIN contact_points ON contact_points.id = contact_point_id
        WHERE direction = 'out' AND messages.channel = 'pec' AND mail_id IS NOT NULL ORDER BY said_at DESC, number DESC LIMIT 1`,
    );
    if (!answer) return;
    receipts++;
    const about = { from: 'pec@lagonet.example', to: answer.address, subject: 'Risposta', text: 'Ricevuto.' };
    await stage.mail(await provider.makeReceipt(type, { ...about, messageId: answer.mail_id }), { kind: 'pec' });
  };
  const take = async (one: Step): Promise<void> => {
    platform.clock.advance(1000);
    const person = PEOPLE['who' in one ? one.who : 0] ?? '';
    switch (one.do) {
      case 'sms':
        return await stage.sms(`+39399${person}`, one.words);
      case 'parts':
        for (const [place, number] of one.order.entries()) {
          await keepPart(`+39399${person}`, one.reference, number);
          // The network had no answer for one of them; the last one completes the message.
          if (place === one.twice && place < 2) await keepPart(`+39399${person}`, one.reference, number);
        }
        return;
      case 'mail':
        return void (await stage.mail(
          rawMail({
            from: `c${Number(person)}@example.com`,
            text: one.words,
            id: `<${one.id}.${person}@example.com>`,
            headers: [`Delivered-To: box${one.box}@lagonet.example`],
          }),
        ));
      case 'pec':
        return void (await stage.mail(letters[one.who]?.[one.id] ?? Buffer.alloc(0), { kind: 'pec' }));
      case 'receipt':
        for (let time = 0; time < one.times; time++) await receipt(one.type);
        return;
      case 'send':
        return await send(one.outcome);
      case 'work':
        await Promise.all(Array.from({ length: one.processes }, async () => await process(one.dieAt)()));
        return;
      case 'wait':
        platform.clock.advance(one.minutes * 60_000);
    }
  };

  /** What must be true once everything is worked off. */
  const check = async (): Promise<void> => {
    const kept = await all(
      sql<{
        id: string;
        text: string;
        decision: string | null;
        case_id: string | null;
        worked: boolean;
      }>`SELECT id, text, decision, case_id, worked_at IS NOT NULL AS worked FROM inbound_messages`,
    );
    expect(
      kept.filter(({ worked, decision, case_id }) => !worked || (decision === null) === (case_id === null)),
    ).toEqual([]);
    // No part is left over, no message is made of some of its parts.
    expect(kept.filter(({ text }) => text.includes('[…]'))).toEqual([]);
    expect(await all(sql<object>`SELECT 1 FROM inbound_parts`)).toEqual([]);
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
    const answers = await all(
      sql<{
        acknowledgements: number;
        heard: number;
        automatic: number;
      }>`SELECT count(*) FILTER (WHERE kind = 'acknowledgement') AS acknowledgements, count(*) FILTER (WHERE direction = 'in') AS heard,
        count(*) FILTER (WHERE direction = 'out') AS automatic FROM messages GROUP BY case_id`,
    );
    expect(answers.filter(({ acknowledgements }) => acknowledgements > 1)).toEqual([]);
    // Nobody but the product answers here, and each word at most once; each mail by one mail.
    expect(answers.filter(({ heard, automatic }) => automatic > heard)).toEqual([]);
    expect(
      await all(sql<object>`SELECT mail->>'inReplyTo' AS mail FROM messages JOIN outgoing_texts ON outgoing_texts.id = messages.id
        WHERE direction = 'out' AND mail->>'inReplyTo' IS NOT NULL GROUP BY case_id, mail->>'inReplyTo' HAVING count(*) > 1`),
    ).toEqual([]);
  };

  test('no message is lost or doubled, each is in one case or has its decision, each case is reached and acknowledged once, nothing is answered twice, and one trouble of one customer is one case', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        await clear();
        await sql`UPDATE contact_points SET unreachable_since = NULL WHERE unreachable_since IS NOT NULL`.execute(
          platform.database.db,
        );
        for (const one of steps) await take(one);
        await process(0)();
        await check();
      }),
      { numRuns: engine === 'embedded' ? 8 : 14, examples: [[DEATH]] },
    );
    expect(deaths).toBeGreaterThan(0);
    expect(receipts).toBeGreaterThan(0);
  }, 120_000);

  test('given a process that dies at any statement of the first words of a customer, then another one takes them up, and it is as if nothing had happened', async () => {
    let alive = false;
    for (let dieAt = 1; !alive; dieAt += engine === 'embedded' ? 2 : 1) {
      await clear();
      await stage.sms(`+39399${PEOPLE[2]}`, WORDS[0]);
      alive = (await process(dieAt)()) < dieAt;
      await process(0)();
      await check();
      expect(
        await all(sql<object>`SELECT direction, kind FROM messages ORDER BY number`),
        `died at statement ${dieAt}`,
      ).toMatchObject([
        { direction: 'in', kind: 'first' },
        { direction: 'out', kind: 'acknowledgement' },
      ]);
      expect(await all(sql<object>`SELECT 1 FROM outbox WHERE kind = 'message'`)).toHaveLength(1);
    }
  }, 120_000);
});
