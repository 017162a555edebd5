import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Case, CasePage } from '../../contract/cases.ts';
import type { StaffRole } from '../../contract/deeds.ts';
import type { MassAct, MassPreview, MassRecord } from '../../contract/mass.ts';
import { heardFrom } from '../../tests/support/incoming.ts';
import { makeNetwork, setSettings, type TestNetwork } from '../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { createFlow, type Flow } from '../flow.ts';
import { createHttp, type Http } from '../platform/http.ts';
import { newId } from '../platform/ids.ts';
import { addMessage, caseRoutes, runMassActs } from './index.ts';

const HOUR = 3_600_000;
const STAFF: Record<string, StaffRole> = { anna: 'care', mario: 'manager', tito: 'technician', paola: 'partner' };

describe.each(ENGINES)('one act on many cases, on %s', (engine) => {
  let platform: TestPlatform;
  let flow: Flow;
  let http: Http;
  let network: TestNetwork;
  let who = 'mario';
  let parties: { id: string; phone: string; serviceId: string }[];
  const teams: Record<string, string> = {};
  let next = 0;
  let incidentId = '';

  const ask = async <T = Case>(
    method: 'GET' | 'POST' | 'PATCH',
    url: string,
    payload?: object,
  ): Promise<{ status: number; body: T & { code?: string } }> => {
    const answer = await http.inject({ method, url: `/api/v1${url}`, ...(payload ? { payload } : {}) });
    return { status: answer.statusCode, body: answer.json() };
  };
  const hours = (count: number): string => new Date(platform.clock.business().getTime() + count * HOUR).toISOString();
  const settle = async (): Promise<void> => {
    while ((await flow.round()) > 0);
  };
  const open = async (change: object = {}, linked = true): Promise<Case> => {
    const party = parties[next++ % parties.length];
    const made = await ask('POST', '/cases', {
      partyId: party?.id,
      contactPointId: party?.phone,
      topic: 'line down',
      severity: 'minor',
      language: 'it',
      serviceId: party?.serviceId,
      words: 'Internet fermo',
      ...change,
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    return linked ? await link(made.body, incidentId) : made.body;
  };
  const link = async ({ id, version }: Case, to: string | null): Promise<Case> =>
    (await ask('PATCH', `/cases/${id}`, { version, incidentId: to })).body;
  const look = async ({ id }: Pick<Case, 'id'>): Promise<Case> => (await ask('GET', `/cases/${id}`)).body;
  const says = (made: Case, body: string) =>
    platform.database.transaction((tx) =>
      addMessage(
        tx,
        flow.intake.cases,
        { kind: 'party', id: made.party.id, through: 'sms' },
        made.id,
        heardFrom(made.party.id, made.contact?.id ?? null, body),
      ),
    );
  const preview = async (act: MassAct): Promise<MassPreview> => {
    const seen = await ask<MassPreview>('POST', `/incidents/${incidentId}/cases/mass/preview`, act);
    expect(seen.status, JSON.stringify(seen.body)).toBe(200);
    return seen.body;
  };
  const order = async (act: MassAct): Promise<MassRecord> => {
    const ordered = await ask<MassRecord>('POST', `/incidents/${incidentId}/cases/mass`, act);
    expect(ordered.status, JSON.stringify(ordered.body)).toBe(202);
    return ordered.body;
  };
  const acts = async (): Promise<MassRecord[]> =>
    (await ask<MassRecord[]>('GET', `/incidents/${incidentId}/mass-acts`)).body;
  const record = async (id: string): Promise<MassRecord> => {
    const found = (await acts()).find((act) => act.id === id);
    if (!found) throw new Error('no such act');
    return found;
  };
  const minute = (): void => platform.clock.advance(61_000);
  const newIncident = async (resource: string): Promise<string> => {
    const id = newId();
    await sql`INSERT INTO incidents (id, reference, state, resource_id, severity, cause, began_at)
      VALUES (${id}, ${`26${String(Math.floor(Math.random() * 1e6)).padStart(6, '0')}`}, 'suspected', ${network.resource[resource]}, 'major', 'unknown', ${platform.clock.business()})`.execute(
      platform.database.db,
    );
    return id;
  };
  const eventsOf = async (id: string): Promise<string[]> =>
    (
      await sql<{ kind: string }>`SELECT kind FROM events WHERE subject_id = ${id} ORDER BY number`.execute(
        platform.database.db,
      )
    ).rows.map(({ kind }) => kind);

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    flow = createFlow(platform);
    network = await makeNetwork(platform, { core: [], mast: ['core'], other: ['core'] }, { mast: 60, other: 5 });
    parties = (
      await sql<{
        id: string;
        phone: string;
        serviceId: string;
      }>`SELECT parties.id, contact_points.id AS phone, services.id AS "serviceId" FROM parties JOIN services ON services.party_id = parties.id
      JOIN contact_points ON contact_points.party_id = parties.id AND channel = 'sms' ORDER BY substr(parties.external_id, 2)::int`.execute(
        platform.database.db,
      )
    ).rows;
    for (const [id, role] of Object.entries(STAFF))
      await sql`INSERT INTO staff (id, name, email, email_verified, roles, created_at, updated_at, joined_at)
        VALUES (${id}, ${id}, ${`${id}@example.org`}, true, ${[role]}::text[], now(), now(), now())`.execute(
        platform.database.db,
      );
    for (const [name, kind, member] of [
      ['Care', 'care', 'anna'],
      ['Tech', 'technical', 'tito'],
      ['Sub', 'partner', 'paola'],
    ]) {
      teams[name ?? ''] = newId();
      await sql`INSERT INTO teams (id, name, kind, made_at) VALUES (${teams[name ?? '']}, ${name}, ${kind}, ${platform.clock.business()})`.execute(
        platform.database.db,
      );
      await sql`INSERT INTO team_members (team_id, staff_id, capacity) VALUES (${teams[name ?? '']}, ${member}, 500)`.execute(
        platform.database.db,
      );
    }
    await setSettings(platform, { telling: { on: true } });
    http = createHttp({
      log: platform.log,
      guard: async () => ({ kind: 'staff', id: who, roles: [STAFF[who] ?? ''] }),
      trustedProxies: [],
    });
    caseRoutes(http, flow.intake.cases);
    await http.ready();
  });

  beforeEach(async () => {
    who = 'mario';
    incidentId = await newIncident('mast');
  });

  afterAll(async () => {
    await http?.close();
    await platform?.close();
  });

  test('given an answer to many, then nothing is said for a minute; taken back, nothing ever is; later it is too late', async () => {
    const made = [await open(), await open(), await open()];
    const act: MassAct = { act: 'answer', words: 'Il traliccio è senza corrente.', nextWordBy: hours(2) };
    const seen = await preview(act);
    expect(seen).toMatchObject({ cases: 3, beyond: 0, would: [{ did: 'answered', count: 3 }], left: [] });
    expect(seen.sample).toContain('senza corrente');
    const first = await order(act);
    expect(first).toMatchObject({ state: 'waiting', cases: 3, settled: 0, by: 'mario' });
    expect(first.undoUntil).toBe(new Date(platform.clock.system().getTime() + 60_000).toISOString());
    await settle();
    for (const one of made) expect((await look(one)).messages.some(({ kind }) => kind === 'answer')).toBe(false);
    expect((await ask<MassRecord>('POST', `/mass-acts/${first.id}/undo`)).body.state).toBe('undone');
    minute();
    await settle();
    for (const one of made) expect((await look(one)).messages.some(({ kind }) => kind === 'answer')).toBe(false);

    const second = await order({ ...act, nextWordBy: hours(3) });
    minute();
    expect((await ask('POST', `/mass-acts/${second.id}/undo`)).body.code).toBe('too-late');
    await settle();
    expect(await record(second.id)).toMatchObject({
      state: 'done',
      settled: 3,
      did: [{ did: 'answered', count: 3 }],
      left: [],
    });
    for (const one of made) {
      const answers = (await look(one)).messages.filter(({ kind }) => kind === 'answer');
      expect(answers.map(({ state }) => state)).toEqual(['queued']);
    }
    expect((await ask('POST', `/mass-acts/${second.id}/undo`)).body.code).toBe('too-late');
    expect((await eventsOf(incidentId)).filter((kind) => kind.startsWith('incident.mass'))).toEqual([
      'incident.mass-ordered',
      'incident.mass-undone',
      'incident.mass-ordered',
      'incident.mass-done',
    ]);
  });

  test('given a hand-over, a fix, a link or an unlink of many, then each can be taken back for the minute, and happens after it', async () => {
    const made = [await open(), await open()];
    // About equipment: reports of lines would be linked by themselves.
    const loose = [await open({ topic: 'equipment' }, false), await open({ topic: 'equipment' }, false)];
    const far = parties.at(-1);
    const elsewhere = await open(
      { topic: 'equipment', serviceId: far?.serviceId, partyId: far?.id, contactPointId: far?.phone },
      false,
    );
    const near = await ask<CasePage>('GET', `/cases?near=${incidentId}&limit=100`);
    const ids = near.body.cases.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(loose.map(({ id }) => id)));
    expect(ids).not.toContain(elsewhere.id);
    expect((await preview({ act: 'link' })).would[0]?.count).toBe(ids.length);

    const before = await Promise.all([...made, ...loose].map(look));
    const wishes: MassAct[] = [
      { act: 'hand-over', teamId: teams.Tech, words: 'Il ripetitore è al buio.' },
      { act: 'fix', words: 'Corrente ridata.' },
      { act: 'unlink' },
      { act: 'link', caseIds: [...loose, elsewhere].map(({ id }) => id) },
      { act: 'close' },
    ];
    for (const wish of wishes) {
      const { id } = await order(wish);
      expect((await ask<MassRecord>('POST', `/mass-acts/${id}/undo`)).body.state).toBe('undone');
    }
    minute();
    await settle();
    expect((await Promise.all([...made, ...loose].map(look))).map(({ version }) => version)).toEqual(
      before.map(({ version }) => version),
    );

    // An act is about the cases that there are when it is ordered.
    for (const wish of [wishes[3], wishes[0]]) {
      if (wish) await order(wish);
      minute();
      await settle();
    }
    for (const one of [...made, ...loose, elsewhere])
      expect(await look(one)).toMatchObject({ incidentId, handOver: { teamId: teams.Tech } });
    await order({ act: 'fix', words: 'Corrente ridata.' });
    await order({ act: 'unlink', caseIds: [elsewhere.id] });
    minute();
    await settle();
    for (const one of [...made, ...loose]) expect(await look(one)).toMatchObject({ incidentId, state: 'fix reported' });
    expect((await look(elsewhere)).incidentId).toBeNull();
  });

  test('given a close of many, then only those asked twice in vain end, unconfirmed; others are asked, or left with the rule and what opens it', async () => {
    const names = ['fresh', 'asked', 'twice', 'early', 'words', 'no', 'formal', 'conduct'] as const;
    const made = {} as Record<(typeof names)[number], Case>;
    for (const name of names) made[name] = await open(name === 'conduct' ? { topic: 'conduct' } : {});
    for (const name of ['twice', 'formal', 'words', 'no'] as const)
      await ask('POST', `/cases/${made[name].id}/fix`, {});
    await ask('POST', `/cases/${made.formal.id}/formal`, { words: 'Reclamo' });
    platform.clock.advance(49 * HOUR);
    await settle(); // asked again
    await says(made.words, 'funziona ma la bolletta è sbagliata e vorrei capire');
    await says(made.no, 'no, non funziona');
    platform.clock.advance(30 * HOUR);
    await ask('POST', `/cases/${made.asked.id}/fix`, {});
    await sql`UPDATE cases SET state = 'fix reported', fix_reported_at = ${platform.clock.business()}, asked_times = 2, asked_what = 'fix works',
      due_at = ${new Date(platform.clock.business().getTime() + 72 * HOUR)} WHERE id = ${made.early.id}`.execute(
      platform.database.db,
    );
    const seen = await preview({ act: 'close', words: 'Corrente ridata.' });
    expect(seen.would).toEqual([
      { did: 'asked', count: 2 },
      { did: 'ended', count: 1 },
    ]);
    const why = (left: MassPreview['left']) =>
      Object.fromEntries(left.flatMap(({ code, numbers }) => numbers.map((number) => [number, code])));
    const expected = {
      [made.asked.number]: 'asked-once',
      [made.early.number]: 'time-to-answer',
      [made.words.number]: 'answer-unread',
      [made.no.number]: 'said-no',
      [made.formal.number]: 'complaint-open',
    };
    expect(why(seen.left)).toEqual(expected);
    for (const { because, opens } of seen.left) expect([because, opens]).not.toContain('');
    const { id } = await order({ act: 'close', words: 'Corrente ridata.' });
    minute();
    await settle();
    const done = await record(id);
    expect([...done.did].sort((a, b) => (a.did < b.did ? -1 : 1))).toEqual(seen.would);
    expect(why(done.left)).toEqual(expected);
    expect((await look(made.twice)).state).toBe('unconfirmed');
    expect((await look(made.fresh)).state).toBe('fix reported');
    expect((await look(made.no)).state).toBe('in work');
    const { rows } = await sql<{
      count: number;
    }>`SELECT count(*) AS count FROM cases WHERE incident_id = ${incidentId} AND state = 'confirmed'`.execute(
      platform.database.db,
    );
    expect(rows[0]?.count).toBe(0);
  });

  test('given cases in every state, then the preview of each act is what the act does', async () => {
    const states = ['acknowledged', 'in work', 'waiting', 'question', 'fix', 'again', 'no promise'] as const;
    const wishes: MassAct[] = [
      { act: 'answer', words: 'Il tecnico è per strada.' },
      { act: 'hand-over', teamId: teams.Sub, words: 'A voi.' },
      { act: 'fix' },
      { act: 'close' },
      { act: 'link' },
      { act: 'unlink' },
    ];
    for (const wish of wishes) {
      incidentId = await newIncident('mast');
      const made: Case[] = [];
      for (const state of states) {
        const one = await open(state === 'in work' ? { topic: 'conduct' } : {});
        made.push(one);
        if (state === 'waiting') await ask('POST', `/cases/${one.id}/hand-overs`, { teamId: teams.Tech, note: 'x' });
        if (state === 'question') await ask('POST', `/cases/${one.id}/questions`, { words: 'Che spia vede?' });
        if (state === 'fix' || state === 'again') await ask('POST', `/cases/${one.id}/fix`, {});
        if (state === 'again')
          await sql`UPDATE cases SET asked_times = 2, due_at = ${hours(40)} WHERE id = ${one.id}`.execute(
            platform.database.db,
          );
        if (state === 'no promise')
          await sql`UPDATE promises SET state = 'withdrawn' WHERE subject_id = ${one.id}`.execute(platform.database.db);
      }
      const full = wish.act === 'link' ? { ...wish, caseIds: made.map(({ id }) => id) } : wish;
      const seen = await preview(full);
      const { id } = await order(full);
      platform.clock.advance(61_000);
      await settle();
      const done = await record(id);
      const plain = ({ left }: Pick<MassRecord, 'left'>) =>
        left.map(({ code, count, numbers }) => ({ code, count, numbers })).sort((a, b) => (a.code < b.code ? -1 : 1));
      const did = (of: MassPreview['would']) => [...of].sort((a, b) => (a.did < b.did ? -1 : 1));
      expect(done, wish.act).toMatchObject({ state: 'done', cases: states.length, settled: states.length });
      expect(did(done.did), wish.act).toEqual(did(seen.would));
      expect(plain(done), wish.act).toEqual(plain(seen));
    }
  });

  test('given the process dies between two cases, or two processes work, then each case is done once', async () => {
    const made: Case[] = [];
    for (let count = 0; count < 8; count++) made.push(await open());
    const { id } = await order({ act: 'fix', words: 'Corrente ridata.' });
    minute();
    // The third case's transaction never commits, as when the process is killed in it.
    let begun = 0;
    const { database } = platform;
    const dying = {
      ...flow.intake.cases,
      platform: {
        ...platform,
        database: {
          ...database,
          db: database.db,
          transaction: <T>(work: Parameters<typeof database.transaction<T>>[0]): Promise<T> =>
            database.transaction(async (tx) => {
              const result = await work(tx);
              if (++begun >= 3) throw new Error('killed');
              return result;
            }),
        },
      },
    };
    await runMassActs(dying).catch(() => undefined);
    const between = await record(id);
    expect(between).toMatchObject({ state: 'running', settled: 2 });
    await Promise.all([runMassActs(flow.intake.cases), runMassActs(flow.intake.cases)]);
    platform.clock.advance(600_000); // what failed is tried again
    await settle();
    expect(await record(id)).toMatchObject({ state: 'done', settled: 8, did: [{ did: 'asked', count: 8 }] });
    for (const one of made) {
      expect((await eventsOf(one.id)).filter((kind) => kind === 'case.fix-reported')).toHaveLength(1);
      expect((await look(one)).messages.filter(({ kind }) => kind === 'fix-question')).toHaveLength(1);
    }
  });

  test('given whoever ordered an act may no longer, then nothing is done; and what lacks its parts is refused', async () => {
    const one = await open();
    const { id } = await order({ act: 'fix' });
    await sql`UPDATE staff SET roles = ARRAY['care'] WHERE id = 'mario'`.execute(platform.database.db);
    minute();
    await settle();
    await sql`UPDATE staff SET roles = ARRAY['manager'] WHERE id = 'mario'`.execute(platform.database.db);
    expect(await record(id)).toMatchObject({ state: 'done', left: [{ code: 'not-allowed', count: 1 }] });
    expect((await look(one)).state).not.toBe('fix reported');
    const refused = async (act: object, code: string) =>
      expect((await ask('POST', `/incidents/${incidentId}/cases/mass`, act)).body.code).toBe(code);
    await refused({ act: 'answer' }, 'no-words');
    await refused({ act: 'answer', words: 'x', nextWordBy: hours(-1) }, 'time-passed');
    await refused({ act: 'hand-over', words: 'x' }, 'no-team');
    await refused({ act: 'hand-over', words: 'x', teamId: newId() }, 'not-found');
    await refused({ act: 'unlink', caseIds: [newId()] }, 'no-cases');
    expect((await ask('POST', `/incidents/${newId()}/cases/mass`, { act: 'unlink' })).status).toBe(404);
    expect((await ask('POST', `/mass-acts/${newId()}/undo`)).status).toBe(404);
    expect((await ask('GET', `/incidents/${newId()}/mass-acts`)).status).toBe(404);
  });

  test('given thousands of cases, then the preview is of all of them, and one act takes as many as it can', async () => {
    const party = parties[0];
    await sql`INSERT INTO cases (id, number, party_id, state, topic, severity, language, subject, channel, incident_id, opened_at, last_heard_at)
      SELECT gen_random_uuid(), 'X' || n || ${incidentId}::text, ${party?.id}, CASE WHEN n % 2 = 0 THEN 'in work' ELSE 'fix reported' END, 'line down', 'minor', 'it', 'x', 'sms',
        ${incidentId}::uuid, ${platform.clock.business()}, ${platform.clock.business()} FROM generate_series(1, 5200) AS n`.execute(
      platform.database.db,
    );
    const seen = await preview({ act: 'fix' });
    expect(seen).toMatchObject({ cases: 5200, beyond: 200 });
    expect((seen.would[0]?.count ?? 0) + (seen.left[0]?.count ?? 0)).toBe(5000);
    expect(seen.left[0]?.numbers).toHaveLength(20);
    const { id, cases } = await order({ act: 'fix' });
    expect(cases).toBe(5000);
    await ask('POST', `/mass-acts/${id}/undo`);
  });
});
