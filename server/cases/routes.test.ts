import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Case, CaseMessage, CasePage } from '../../contract/cases.ts';
import type { StaffRole } from '../../contract/deeds.ts';
import { heardFrom } from '../../tests/support/incoming.ts';
import { makeNetwork, setSettings } from '../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { createFlow, type Flow } from '../flow.ts';
import { storeBlob } from '../platform/blobs.ts';
import { createHttp, type Http } from '../platform/http.ts';
import { newId } from '../platform/ids.ts';
import { addMessage, caseRoutes } from './index.ts';

const HOUR = 3_600_000;
const STAFF: Record<string, StaffRole> = {
  anna: 'care',
  mario: 'manager',
  tito: 'technician',
  paola: 'partner',
  pia: 'partner',
};

describe.each(ENGINES)('the desk and its cases on %s', (engine) => {
  let platform: TestPlatform;
  let flow: Flow;
  let http: Http;
  let who = 'anna';
  let parties: { id: string; phone: string }[];
  const teams: Record<string, string> = {};
  let next = 0;

  const ask = async <T = Case>(
    method: 'GET' | 'POST' | 'PATCH',
    url: string,
    payload?: object,
  ): Promise<{ status: number; body: T & { code?: string; message?: string } }> => {
    const answer = await http.inject({ method, url: `/api/v1${url}`, ...(payload ? { payload } : {}) });
    return { status: answer.statusCode, body: answer.json() };
  };
  const as = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const before = who;
    who = name;
    try {
      return await work();
    } finally {
      who = before;
    }
  };
  const party = () => {
    const one = parties[next++];
    if (!one) throw new Error('more parties are needed');
    return one;
  };
  const open = async (change: object = {}): Promise<Case> => {
    const { id, phone } = party();
    const made = await ask('POST', '/cases', {
      partyId: id,
      contactPointId: phone,
      topic: 'bill',
      severity: 'minor',
      language: 'it',
      words: 'La fattura di marzo',
      ...change,
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    return made.body;
  };
  const inHours = (hours: number): string => new Date(platform.clock.business().getTime() + hours * HOUR).toISOString();
  const settle = async (): Promise<void> => {
    while ((await flow.round()) > 0);
  };
  const customerSays = (made: Case, body: string) =>
    platform.database.transaction((tx) =>
      addMessage(
        tx,
        flow.intake.cases,
        { kind: 'party', id: made.party.id, through: 'sms' },
        made.id,
        heardFrom(made.party.id, made.contact?.id ?? null, body),
      ),
    );
  const openKinds = (made: Case): string[] =>
    made.promises
      .filter(({ state }) => state === 'open')
      .map(({ kind }) => kind)
      .sort();

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    flow = createFlow(platform);
    await makeNetwork(platform, { core: [], mast: ['core'] }, { mast: 40 });
    const { rows } = await sql<{
      id: string;
      phone: string;
    }>`SELECT parties.id, contact_points.id AS phone FROM parties JOIN contact_points ON contact_points.party_id = parties.id AND channel = 'sms'
      ORDER BY substr(parties.external_id, 2)::int`.execute(platform.database.db);
    parties = rows;
    for (const [id, role] of Object.entries(STAFF))
      await sql`INSERT INTO staff (id, name, email, email_verified, roles, created_at, updated_at, joined_at)
        VALUES (${id}, ${id}, ${`${id}@example.org`}, true, ${[role]}::text[], now(), now(), now())`.execute(
        platform.database.db,
      );
    for (const [name, kind, member] of [
      ['Care', 'care', 'anna'],
      ['Tech', 'technical', 'tito'],
      ['Sub', 'partner', 'paola'],
      ['Other sub', 'partner', 'pia'],
    ]) {
      const id = newId();
      teams[name ?? ''] = id;
      await sql`INSERT INTO teams (id, name, kind, made_at) VALUES (${id}, ${name}, ${kind}, ${new Date(platform.clock.business().getTime() + next++)})`.execute(
        platform.database.db,
      );
      await sql`INSERT INTO team_members (team_id, staff_id) VALUES (${id}, ${member})`.execute(platform.database.db);
    }
    next = 0;
    await setSettings(platform, { telling: { on: true } });
    http = createHttp({
      log: platform.log,
      guard: async () => ({ kind: 'staff', id: who, roles: [STAFF[who] ?? ''] }),
      trustedProxies: [],
    });
    caseRoutes(http, flow.intake.cases);
    await http.ready();
  }, 60_000);

  afterAll(async () => {
    await http?.close();
    await platform?.close();
  });

  test('given a call, when staff opens a case and answers, then the answer inherits the promise, can be taken back, and leaves when that time is over', async () => {
    const made = await open();
    expect(made).toMatchObject({
      state: 'acknowledged',
      channel: 'phone',
      owner: { id: 'anna' },
      team: { name: 'Care' },
    });
    const answered = await ask('POST', `/cases/${made.id}/answers`, {
      words: 'Controlliamo la fattura.',
      heardUpTo: 1,
    });
    expect(answered.status).toBe(201);
    const held = answered.body.messages.at(-1);
    expect(held).toMatchObject({ kind: 'answer', state: 'held', author: 'anna' });
    expect(held?.body).toContain('Le rispondiamo');
    expect(openKinds(answered.body)).toEqual(['case-next-word']);
    expect((await ask<{ undone: number }>('POST', '/cases/undo', { messageIds: [held?.id] })).body.undone).toBe(1);
    // With a time of its own, too: taken back, what was promised before stands as it stood.
    const before = (await ask('GET', `/cases/${made.id}`)).body.promises.find(({ state }) => state === 'open');
    const hasty = (await ask('POST', `/cases/${made.id}/answers`, { words: 'Domani.', nextWordBy: inHours(40) })).body;
    expect(hasty.promises.find(({ id }) => id === before?.id)?.state).toBe('kept');
    await ask('POST', '/cases/undo', { messageIds: [hasty.messages.at(-1)?.id] });
    const after = (await ask('GET', `/cases/${made.id}`)).body.promises;
    expect(after.filter(({ state }) => state === 'open')).toEqual([before]);
    expect(after.filter(({ state }) => state === 'withdrawn')).toHaveLength(1);
    await ask('POST', `/cases/${made.id}/answers`, { words: 'La fattura è giusta.', nextWordBy: inHours(5) });
    platform.clock.advance(60_000);
    await settle();
    const { body } = await ask('GET', `/cases/${made.id}`);
    expect(body.messages.filter(({ kind }) => kind === 'answer').map(({ state }) => state)).toEqual([
      'withdrawn',
      'withdrawn',
      'queued',
    ]);
    expect(body.promises.filter(({ kind }) => kind === 'case-next-word').map(({ state }) => state)).toEqual([
      'kept',
      'withdrawn',
      'open',
    ]);
  });

  test('given nothing is promised, then an answer must give a time; given a newer message, then it must be read first', async () => {
    const made = await open();
    await sql`UPDATE promises SET state = 'kept', settled_at = made_at WHERE subject_id = ${made.id}`.execute(
      platform.database.db,
    );
    expect(await ask('POST', `/cases/${made.id}/answers`, { words: 'Vediamo.' })).toMatchObject({
      status: 422,
      body: { code: 'no-promise' },
    });
    expect(
      (await ask('POST', `/cases/${made.id}/answers`, { words: 'Vediamo.', nextWordBy: inHours(-1) })).status,
    ).toBe(400);
    const { messageId } = await customerSays(made, 'allora?');
    expect(
      await ask('POST', `/cases/${made.id}/answers`, { words: 'Vediamo.', nextWordBy: inHours(2), heardUpTo: 1 }),
    ).toMatchObject({ status: 409, body: { code: 'newer-message', message: messageId } });
  });

  test('given a question, then the clocks stand until the answer and shift by exactly that; what the law gives runs on', async () => {
    const made = await open();
    const formal = (await ask('POST', `/cases/${made.id}/formal`, { words: 'reclamo' })).body;
    const dueOf = (record: Case, kind: string): number =>
      Date.parse(record.promises.find((one) => one.kind === kind && one.state === 'open')?.dueAt ?? '');
    const asked = (await ask('POST', `/cases/${made.id}/questions`, { words: 'Che luci vede sul router?' })).body;
    expect(asked).toMatchObject({ state: 'waiting', waitingFor: 'customer' });
    expect(asked.promises.filter(({ paused }) => paused).map(({ kind }) => kind)).toEqual(['case-next-word']);
    platform.clock.advance(7 * HOUR);
    await settle();
    await customerSays(made, 'rossa e verde');
    const { body } = await ask('GET', `/cases/${made.id}`);
    expect(body.state).toBe('in work');
    expect(dueOf(body, 'case-next-word') - dueOf(formal, 'case-next-word')).toBe(7 * HOUR);
    expect(dueOf(body, 'formal-answer')).toBe(dueOf(formal, 'formal-answer'));
    const done = await ask('POST', `/cases/${made.id}/answers`, {
      words: 'Ecco la risposta al reclamo.',
      answersComplaint: true,
    });
    expect(done.body.promises.find(({ kind }) => kind === 'formal-answer')?.state).toBe('kept');
  });

  test('given a hand-over, then it is open until a named person accepts; not accepted in time it climbs by itself; refused it comes back', async () => {
    const made = await open({ topic: 'line slow' });
    const over = await ask('POST', `/cases/${made.id}/hand-overs`, {
      teamId: teams.Tech,
      note: 'Controllare il segnale',
    });
    expect(over.body).toMatchObject({
      state: 'waiting',
      waitingFor: 'technical',
      handOver: { team: 'Tech' },
      owner: made.owner,
    });
    expect(over.body.messages.at(-1)?.body).toContain('passa a Tech');
    platform.clock.set(new Date(Date.parse(over.body.handOver?.dueAt ?? '') + 60_000));
    await settle();
    const late = (await ask('GET', `/cases/${made.id}`)).body;
    expect(late.rung).toBe(1);
    expect(openKinds(late)).toContain('hand-over');
    await as('tito', async () => {
      expect((await ask('POST', `/cases/${made.id}/hand-over/accept`)).body).toMatchObject({
        owner: { id: 'tito' },
        team: { name: 'Tech' },
        state: 'in work',
        handOver: null,
      });
      expect((await ask('POST', `/cases/${made.id}/hand-over/accept`)).status).toBe(409);
      const fixed = await ask('POST', `/cases/${made.id}/fix`, { words: 'Abbiamo orientato meglio il traliccio.' });
      expect(fixed.body).toMatchObject({ state: 'fix reported', asked: { what: 'fix works' } });
      expect(fixed.body.messages.at(-1)?.body).toContain('traliccio');
      // Solved is what the customer says.
      expect(await ask('POST', `/cases/${made.id}/confirm`, { words: '' })).toMatchObject({
        status: 409,
        body: { code: 'not-said' },
      });
    });
    await customerSays(made, 'funziona ma non benissimo');
    expect((await ask('POST', `/cases/${made.id}/confirm`, { words: '' })).body).toMatchObject({ state: 'confirmed' });
  });

  test('given a partner, then it sees cases handed to its team, without notes of the house, and nothing else; complaints about conduct are for few', async () => {
    const made = await open();
    await ask('POST', `/cases/${made.id}/notes`, { words: 'moroso', visibility: 'operator' });
    await ask('POST', `/cases/${made.id}/notes`, { words: 'citofono rotto', visibility: 'partner' });
    expect((await as('paola', () => ask('GET', `/cases/${made.id}`))).status).toBe(404);
    await ask('POST', `/cases/${made.id}/hand-overs`, { teamId: teams.Sub, note: 'Sostituire il cavo' });
    const seen = await as('paola', () => ask('GET', `/cases/${made.id}`));
    expect(seen.status).toBe(200);
    expect(JSON.stringify(seen.body)).toContain('citofono rotto');
    expect(JSON.stringify(seen.body)).not.toContain('moroso');
    expect(seen.body).toMatchObject({ timeline: [], contact: null });
    expect((await as('pia', () => ask('GET', `/cases/${made.id}`))).status).toBe(404);
    expect((await as('pia', () => ask<CasePage>('GET', '/cases'))).body.cases).toEqual([]);
    expect((await as('paola', () => ask<CasePage>('GET', '/cases'))).body.cases.map(({ id }) => id)).toEqual([made.id]);
    expect(
      (await as('paola', () => ask<CaseMessage[]>('GET', `/cases/${made.id}/messages`))).body.some(
        ({ body }) => body === 'moroso',
      ),
    ).toBe(false);
    const conduct = await as('mario', () => open({ topic: 'conduct' }));
    await sql`UPDATE cases SET owner_id = 'mario' WHERE id = ${conduct.id}`.execute(platform.database.db);
    expect((await ask('GET', `/cases/${conduct.id}`)).status).toBe(404);
    expect((await as('mario', () => ask('GET', `/cases/${conduct.id}`))).status).toBe(200);
    expect(
      (await as('mario', () => ask('POST', `/cases/${conduct.id}/hand-overs`, { teamId: teams.Sub, note: 'x' }))).body
        .code,
    ).toBe('not-for-partners');
  });

  test('given something sent along, then it comes out as a file to those who may see its message, and goes out with an answer', async () => {
    const made = await open();
    const [kept, missing] = [newId(), newId()];
    const first = made.messages[0]?.id;
    await platform.database.transaction(async (tx) => {
      const blob = await storeBlob(tx, Buffer.from('<script>'), platform.clock.business());
      await sql`INSERT INTO attachments (id, message_id, case_id, number, name, type, size, blob_id)
        VALUES (${kept}, ${first}, ${made.id}, 0, 'perché?.html', 'text/html', 8, ${blob.id}), (${missing}, ${first}, ${made.id}, 1, 'x', 'text/plain', 8, NULL)`.execute(
        tx,
      );
    });
    const file = await http.inject(`/api/v1/cases/${made.id}/attachments/${kept}`);
    expect(file.body).toBe('<script>');
    expect(file.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-disposition': "attachment; filename*=UTF-8''perch%C3%A9%3F.html",
    });
    expect((await http.inject(`/api/v1/cases/${made.id}/attachments/${missing}`)).statusCode).toBe(404);
    expect((await as('pia', () => http.inject(`/api/v1/cases/${made.id}/attachments/${kept}`))).statusCode).toBe(404);
    const [outgoing] = (await flow.outbox.attachmentsOf?.(first ?? '')) ?? [];
    expect(outgoing).toMatchObject({ name: 'perché?.html', type: 'text/html' });
  });

  test('given two cases of one person, then they are joined, what comes for the one reaches the other, and they part again', async () => {
    const one = await open();
    const two = (
      await ask('POST', '/cases', {
        partyId: one.party.id,
        contactPointId: one.contact?.id,
        topic: 'bill',
        severity: 'minor',
        language: 'it',
        words: 'ancora',
      })
    ).body;
    const stranger = await open();
    expect((await ask('POST', `/cases/${two.id}/join`, { intoId: stranger.id })).body.code).toBe('other-party');
    expect((await ask('POST', `/cases/${two.id}/join`, { intoId: one.id })).body).toMatchObject({
      state: 'joined',
      joinedTo: one.id,
    });
    await customerSays(two, 'e quindi?');
    expect((await ask('GET', `/cases/${one.id}`)).body.reminders).toBe(1);
    expect((await ask('POST', `/cases/${two.id}/apart`, {})).body).toMatchObject({ state: 'in work', joinedTo: null });
    expect(await ask('PATCH', `/cases/${one.id}`, { version: 1, topic: 'other' })).toMatchObject({
      status: 409,
      body: { code: 'stale' },
    });
    const { version } = (await ask('GET', `/cases/${one.id}`)).body;
    expect((await ask('PATCH', `/cases/${one.id}`, { version, topic: 'other', ownerId: 'tito' })).body).toMatchObject({
      topic: 'other',
      owner: { id: 'tito' },
    });
    const { rows: lines } = await sql<{ id: string; own: boolean }>`SELECT id, party_id = ${one.party.id} AS own
      FROM services WHERE party_id IN (${one.party.id}, ${stranger.party.id}) ORDER BY 2 DESC`.execute(
      platform.database.db,
    );
    const about = async (line: string | null | undefined) =>
      await ask('PATCH', `/cases/${one.id}`, {
        version: (await ask('GET', `/cases/${one.id}`)).body.version,
        serviceId: line,
      });
    expect((await about(lines[1]?.id)).status).toBe(404);
    expect((await about(lines[0]?.id)).body.service).toMatchObject({ id: lines[0]?.id, resource: 'Mast mast' });
    expect((await about(null)).body).toMatchObject({ service: null, resourceId: null });
    const promised = await ask('POST', `/cases/${one.id}/promise`, { nextWordBy: inHours(9), callBackBy: inHours(3) });
    expect(openKinds(promised.body)).toEqual(['call-back', 'case-next-word']);
    // Nobody had written: the customer hears the time, not that a message came.
    expect(promised.body.messages.at(-1)?.body).toMatch(/^Stiamo lavorando alla Sua pratica.*Le rispondiamo/s);
    await ask('POST', `/cases/${one.id}/heard`, { words: 'Ha capito, grazie' });
    expect(openKinds((await ask('GET', `/cases/${one.id}`)).body)).toEqual(['case-next-word']);
  });

  test('lists are by keys, the most urgent first, and miss and repeat nothing', async () => {
    const seen: string[] = [];
    let after = '';
    do {
      const page: CasePage = (await ask<CasePage>('GET', `/cases?view=all&limit=2${after}`)).body;
      seen.push(...page.cases.map(({ id }) => id));
      after = page.next ? `&after=${encodeURIComponent(page.next)}` : '';
    } while (after !== '');
    const { rows } = await sql<{
      id: string;
    }>`SELECT id FROM cases WHERE ended_at IS NULL AND topic <> 'conduct' ORDER BY urgency, last_heard_at, id`.execute(
      platform.database.db,
    );
    expect(seen).toEqual(rows.map(({ id }) => id));
    for (const view of [
      'mine',
      'team',
      'unassigned',
      'due',
      'incident',
      'reminders',
      'denied',
      'formal',
      'waiting',
      'ended',
    ])
      expect((await ask('GET', `/cases?view=${view}`)).status).toBe(200);
    expect((await ask('GET', '/cases?after=x')).status).toBe(400);
  });
});
