import { cpus } from 'node:os';
import { sql } from 'kysely';
import { openCase } from '../server/cases/index.ts';
import { listCases } from '../server/cases/list-store.ts';
import { caseBriefs, presentCase } from '../server/cases/present.ts';
import { scopeOf } from '../server/cases/scope.ts';
import { answerCase } from '../server/cases/staff-acts.ts';
import { readCase } from '../server/cases/store.ts';
import { createFlow } from '../server/flow.ts';
import type { Actor } from '../server/platform/actor.ts';
import { newId } from '../server/platform/ids.ts';
import type { Platform } from '../server/platform/platform.ts';
import { search } from '../server/search/search.ts';
import { makeFirstTeams } from '../server/teams/index.ts';
import type { Measurement } from './measurement.ts';
import { type BenchEngine, openBenchPlatform, percentile } from './platform.ts';

const SMALL = 10_000;
const LARGE = 1_000_000;
const CLIENTS = 16;
const ROUNDS = 40;
const AGENT: Actor = { kind: 'staff', id: 'bench-agent', roles: ['care', 'manager'] };

/** The ids to work on, taken at random from what was filled. */
interface Filled {
  size: number;
  openCases: string[];
  parties: { id: string; contactPointId: string; name: string; phone: string }[];
  numbers: string[];
}

type Work = (turn: number) => Promise<unknown>;

/**
 * Create, answer, read, list, and search cases: how long 95 of 100 take at most, with 16 clients at once on PostgreSQL and one on the embedded engine (it has one session), against
 * the bare statements that the same needs at the least, and how it grows from 10,000 to 1,000,000 cases.
 */
export async function* cases(): AsyncGenerator<Measurement> {
  yield* measured('embedded', SMALL, new Map());
  const before = new Map<string, number>();
  yield* measured('postgresql', SMALL, before);
  yield* measured('postgresql', LARGE, before);
}

async function* measured(engine: BenchEngine, size: number, smaller: Map<string, number>): AsyncGenerator<Measurement> {
  const { platform, close } = await openBenchPlatform(engine);
  try {
    const filled = await fill(platform, size);
    const clients = engine === 'embedded' ? 1 : CLIENTS;
    for (const [name, ours, bare] of works(platform, filled)) {
      const value = await p95(ours, clients);
      const baseline = await p95(bare, clients);
      const was = smaller.get(name);
      const growth = was ? `, ${(value / was).toFixed(2)} times that of ${SMALL} cases` : '';
      if (!was) smaller.set(name, value);
      yield {
        name: `cases-${name}-${engine}-${size}`,
        value: Math.round(value * 10) / 10,
        unit: 'ms (p95)',
        baseline: Math.round(baseline * 10) / 10,
        ratio: Math.round((value / baseline) * 100) / 100,
        conditions: `${size} cases, ${clients} clients on ${cpus().length} cores, Node ${process.version}${growth}; baseline: the bare statements, as many clients`,
      };
    }
  } finally {
    await close();
  }
}

async function p95(work: Work, clients: number): Promise<number> {
  const times: number[] = [];
  let turn = 0;
  const client = async (rounds: number, keep: boolean): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      const begin = performance.now();
      await work(turn++);
      if (keep) times.push(performance.now() - begin);
    }
  };
  for (const [rounds, keep] of [
    [5, false],
    [ROUNDS, true],
  ] as const)
    await Promise.all(Array.from({ length: clients }, () => client(rounds, keep)));
  return percentile(times, 0.95);
}

/** Each work with what it is called and the bare statements for the same. */
function works(platform: Platform, filled: Filled): [string, Work, Work][] {
  const { database } = platform;
  const { db } = database;
  const { cases: ports } = createFlow(platform).intake;
  const pick = <T>(list: readonly T[], turn: number): T => list[(turn * 7919) % list.length] as T;
  const bareMessage = (caseId: string, at: Date) =>
    sql`INSERT INTO messages (said_at, id, case_id, number, direction, visibility, kind, channel, actor, language, body)
      VALUES (${at}, ${newId()}, ${caseId}, 900, 'out', 'customer', 'answer', 'sms', '{}', 'it', 'Buongiorno, ci stiamo lavorando.')`;
  const bareSend = async (tx: Parameters<Parameters<typeof database.transaction>[0]>[0], at: Date): Promise<void> => {
    const text = newId();
    await sql`INSERT INTO outgoing_texts (id, channel, language, body) VALUES (${text}, 'sms', 'it', 'Buongiorno.')`.execute(
      tx,
    );
    await sql`INSERT INTO outbox (id, kind, channel, address, text_id, made_at, not_before, valid_until)
      VALUES (${newId()}, 'message', 'sms', '+390', ${text}, ${at}, ${at}, ${at})`.execute(tx);
  };

  const create: Work = (turn) =>
    database.transaction((tx) => {
      const party = pick(filled.parties, turn);
      return openCase(
        tx,
        ports,
        { kind: 'party', id: party.id, through: 'sms' },
        {
          partyId: party.id,
          contactPointId: party.contactPointId,
          language: 'it',
          triage: { topic: 'line down', severity: 'major', serviceId: null, resourceId: null, reasons: {} },
          message: {
            channel: 'sms',
            partyId: party.id,
            contactPointId: party.contactPointId,
            claim: false,
            language: 'it',
            subject: null,
            body: `Internet non funziona da stamattina ${turn}`,
            quoted: null,
            html: null,
            inboundId: null,
            mailId: null,
            attachments: [],
          },
        },
      );
    });
  const bareCreate: Work = (turn) =>
    database.transaction(async (tx) => {
      const [id, at, party] = [newId(), new Date(), pick(filled.parties, turn)];
      await sql`INSERT INTO cases (id, number, party_id, state, language, subject, channel, opened_at, last_heard_at)
        VALUES (${id}, ${`bare-${id}`}, ${party.id}, 'received', 'it', 'Internet non funziona', 'sms', ${at}, ${at})`.execute(
        tx,
      );
      await bareMessage(id, at).execute(tx);
      await bareMessage(id, at).execute(tx);
      await bareSend(tx, at);
    });

  const answer: Work = (turn) =>
    database.transaction((tx) =>
      answerCase(tx, ports, AGENT, pick(filled.openCases, turn), {
        words: 'Il tecnico passa domani tra le 9 e le 11.',
        nextWordBy: new Date(Date.now() + 86_400_000).toISOString(),
      }),
    );
  const bareAnswer: Work = (turn) =>
    database.transaction(async (tx) => {
      const id = pick(filled.openCases, turn);
      await sql`UPDATE cases SET version = version + 1 WHERE id = ${id}`.execute(tx);
      await bareMessage(id, new Date()).execute(tx);
      await bareSend(tx, new Date());
    });

  const read: Work = async (turn) => {
    const record = await readCase(db, pick(filled.openCases, turn));
    if (!record) throw new Error('a case is gone');
    await presentCase(db, platform, record, await scopeOf(db, AGENT));
  };
  const bareRead: Work = async (turn) => {
    const id = pick(filled.openCases, turn);
    await sql`SELECT * FROM cases WHERE id = ${id}`.execute(db);
    await sql`SELECT * FROM messages WHERE case_id = ${id} ORDER BY number`.execute(db);
    await sql`SELECT * FROM promises WHERE subject_id = ${id}`.execute(db);
    await sql`SELECT * FROM events WHERE subject_kind = 'case' AND subject_id = ${id}`.execute(db);
  };

  const VIEWS = ['all', 'unassigned', 'reminders', 'formal', 'ended', 'due'] as const;
  const list: Work = async (turn) => {
    const { records } = await listCases(db, await scopeOf(db, AGENT), { view: pick(VIEWS, turn) }, new Date());
    await caseBriefs(db, records);
  };
  const bareList: Work = () =>
    sql`SELECT * FROM cases WHERE ended_at IS NULL ORDER BY urgency, last_heard_at, id LIMIT 50`.execute(db);

  const find: Work = (turn) => {
    const party = pick(filled.parties, turn);
    const typed = [pick(filled.numbers, turn), party.name, party.phone.slice(3), 'lampeggia la luce'][turn % 4] ?? '';
    return search(platform, AGENT, typed, { limit: 10, callingCode: '39' });
  };
  const bareFind: Work = (turn) => sql`SELECT * FROM cases WHERE number = ${pick(filled.numbers, turn)}`.execute(db);

  return [
    ['create', create, bareCreate],
    ['answer', answer, bareAnswer],
    ['read', read, bareRead],
    ['list', list, bareList],
    ['search', find, bareFind],
  ];
}

/** So many cases of half as many people, nine of ten ended, two messages each, one promise for each that is open. */
async function fill(platform: Platform, size: number): Promise<Filled> {
  const { database } = platform;
  const { db } = database;
  await database.transaction((tx) => makeFirstTeams(tx, platform.clock));
  const at = new Date();
  await sql`INSERT INTO staff (id, name, email, roles, created_at, updated_at, joined_at)
    VALUES (${'bench-agent'}, 'Bench', 'bench@example.com', '{care,manager}', ${at}, ${at}, ${at})`.execute(db);
  const CHUNK = 50_000;
  for (let from = 1; from <= size; from += CHUNK) {
    const to = Math.min(from + CHUNK - 1, size);
    await sql`WITH people AS (
        INSERT INTO parties (id, external_id, name, kind, language)
        SELECT gen_random_uuid(), 'C-' || n, 'Persona' || (n % 5000) || ' Cognome' || n, 'consumer', 'it' FROM generate_series(${from}::int, ${to}::int) n WHERE n % 2 = 0
        RETURNING id, external_id)
      INSERT INTO contact_points (id, party_id, channel, address, verification)
      SELECT gen_random_uuid(), id, 'sms', '+3934' || lpad(substring(external_id FROM 3), 8, '0'), 'verified' FROM people`.execute(
      db,
    );
    await sql`WITH made AS (
        INSERT INTO cases (id, number, party_id, state, topic, severity, urgency, language, subject, channel, contact_point_id, team_id, opened_at, acknowledged_at,
          last_heard_at, ended_at, reminders, formal_at, messages)
        SELECT gen_random_uuid(), '25' || lpad(n::text, 8, '0'), point.party_id, CASE WHEN n % 10 = 0 THEN 'acknowledged' ELSE 'confirmed' END, 'line down', 'major', 1 + n % 9, 'it',
          'Internet non funziona', 'sms', point.id, (SELECT id FROM teams WHERE kind = 'care' LIMIT 1), at, at, at, CASE WHEN n % 10 = 0 THEN NULL ELSE at + interval '1 day' END,
          n % 3, CASE WHEN n % 100 = 0 THEN at END, 2
        FROM (SELECT n, ${at}::timestamptz - n * interval '25 seconds' AS at FROM generate_series(${from}::int, ${to}::int) n) numbers
        JOIN contact_points point ON point.address = '+3934' || lpad((n - n % 2 + CASE WHEN n = 1 THEN 2 ELSE 0 END)::text, 8, '0') AND point.channel = 'sms'
        RETURNING id, number, party_id, contact_point_id, opened_at, ended_at),
      said AS (
        INSERT INTO messages (said_at, id, case_id, number, direction, visibility, kind, channel, actor, party_id, contact_point_id, language, body, state)
        SELECT opened_at, gen_random_uuid(), made.id, turn, CASE turn WHEN 1 THEN 'in' ELSE 'out' END, 'customer', CASE turn WHEN 1 THEN 'first' ELSE 'acknowledgement' END,
          'sms', '{}', party_id, contact_point_id, 'it',
          CASE turn WHEN 1 THEN 'Internet non funziona, sul modem ' || CASE WHEN number LIKE '%77' THEN 'lampeggia la luce' ELSE 'parola' || number END ELSE 'Pratica ' || number || ': ne parliamo entro le 18.' END,
          CASE turn WHEN 1 THEN NULL ELSE 'delivered' END
        FROM made, generate_series(1, 2) turn)
      INSERT INTO promises (id, kind, subject_kind, subject_id, promisee_kind, promisee_id, ladder, made_at, due_at, warn_at, state)
      SELECT gen_random_uuid(), 'case-next-word', 'case', id, 'party', party_id::text, 'care', opened_at, ${new Date(at.getTime() + 86_400_000)}, ${new Date(at.getTime() + 80_000_000)}, 'open'
      FROM made WHERE ended_at IS NULL`.execute(db);
  }
  for (const table of ['parties', 'contact_points', 'cases', 'messages', 'promises'])
    await sql`VACUUM (ANALYZE) ${sql.table(table)}`.execute(db);
  const sample = async <Row>(query: ReturnType<typeof sql<Row>>): Promise<Row[]> => (await query.execute(db)).rows;
  const openCases = await sample(
    sql<{ id: string }>`SELECT id FROM cases WHERE ended_at IS NULL ORDER BY md5(number) LIMIT 2000`,
  );
  const numbers = await sample(sql<{ number: string }>`SELECT number FROM cases ORDER BY md5(number) LIMIT 2000`);
  const parties = await sample(
    sql<Filled['parties'][number]>`SELECT party.id, point.id AS "contactPointId", party.name, point.address AS phone
      FROM parties party JOIN contact_points point ON point.party_id = party.id ORDER BY md5(party.external_id) LIMIT 2000`,
  );
  return { size, openCases: openCases.map(({ id }) => id), numbers: numbers.map(({ number }) => number), parties };
}
