import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { heardFrom } from '../../tests/support/incoming.ts';
import { makeNetwork, setSettings, type TestNetwork } from '../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { createFlow, type Flow } from '../flow.ts';
import { actOnIncident } from '../network/incidents/life.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { newId } from '../platform/ids.ts';
import { hashToken } from '../platform/secrets.ts';
import type { IncomingMessage, Opening } from './case.ts';
import {
  addMessage,
  askForCall,
  type CasePorts,
  cancelCase,
  caseLink,
  caseOfLink,
  caseOfMailIds,
  confirmFix,
  customerView,
  denyFix,
  findCaseByNumber,
  makeFormal,
  openCase,
  openCasesOf,
  recentCasesOf,
  spokenNumber,
} from './index.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Customer {
  partyId: string;
  phone: string;
  serviceId: string;
  resourceId: string;
}

describe.each(ENGINES)('cases on %s', (engine) => {
  let platform: TestPlatform;
  let flow: Flow;
  let ports: CasePorts;
  let network: TestNetwork;
  let customers: Customer[];
  let next = 0;

  const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => platform.database.transaction(work);
  const rows = async <T>(query: ReturnType<typeof sql<T>>): Promise<T[]> =>
    (await query.execute(platform.database.db)).rows;
  const settle = async (): Promise<void> => {
    while ((await flow.round()) > 0);
  };
  const customer = (): Customer => {
    const one = customers[next++];
    if (!one) throw new Error('more customers are needed');
    return one;
  };
  const says = (who: Customer, body: string, change: Partial<IncomingMessage> = {}): IncomingMessage =>
    heardFrom(who.partyId, who.phone, body, change);
  const actor = (who: Customer): Actor => ({ kind: 'party', id: who.partyId, through: 'sms' });
  const opening = (who: Customer, change: Partial<Opening> = {}): Opening => ({
    partyId: who.partyId,
    contactPointId: who.phone,
    language: 'it',
    triage: { topic: 'other', severity: 'minor', serviceId: who.serviceId, resourceId: null, reasons: {} },
    message: says(who, 'La fattura di marzo non torna'),
    ...change,
  });
  const open = (who: Customer, change: Partial<Opening> = {}) =>
    inTx((tx) => openCase(tx, ports, actor(who), opening(who, change)));
  const hears = (who: Customer, id: string, body: string, change: Partial<IncomingMessage> = {}) =>
    inTx((tx) => addMessage(tx, ports, actor(who), id, says(who, body, change)));
  const fix = (id: string): Promise<unknown> =>
    sql`UPDATE cases SET state = 'fix reported', fix_reported_at = ${platform.clock.business()}, asked_at = ${platform.clock.business()}, asked_what = 'fix works', asked_times = 1,
      due_at = ${new Date(platform.clock.business().getTime() + 48 * HOUR)} WHERE id = ${id}`.execute(
      platform.database.db,
    );
  const caseRow = async (id: string) => {
    const [row] = await rows(
      sql<
        Record<string, unknown> & {
          state: string;
          rung: number;
          reminders: number;
          incident_id: string | null;
          owner_id: string | null;
        }
      >`SELECT * FROM cases WHERE id = ${id}`,
    );
    if (!row) throw new Error('no such case');
    return row;
  };
  const texts = (id: string) =>
    rows(sql<{
      kind: string;
      body: string;
      channel: string;
      state: string | null;
      out: string | null;
      mail: Record<string, unknown> | null;
      address: string | null;
    }>`
      SELECT messages.kind, messages.body, messages.channel, messages.state, outgoing_texts.body AS out, outgoing_texts.mail, outbox.address FROM messages
      LEFT JOIN outbox ON outbox.id = messages.id LEFT JOIN outgoing_texts ON outgoing_texts.id = outbox.text_id
      WHERE messages.case_id = ${id} AND messages.direction = 'out' ORDER BY messages.number`);
  const promises = (id: string) =>
    rows(
      sql<{
        kind: string;
        state: string;
        due_at: Date;
        paused_at: Date | null;
        renewal: number;
      }>`SELECT kind, state, due_at, paused_at, renewal FROM promises WHERE subject_id = ${id} ORDER BY made_at, id`,
    );
  const openKinds = async (id: string): Promise<string[]> =>
    (await promises(id))
      .filter(({ state }) => state === 'open')
      .map(({ kind }) => kind)
      .sort();
  const events = async (id: string): Promise<string[]> =>
    (await rows(sql<{ kind: string }>`SELECT kind FROM events WHERE subject_id = ${id} ORDER BY number`)).map(
      ({ kind }) => kind,
    );

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    flow = createFlow(platform);
    ports = flow.intake.cases;
    network = await makeNetwork(platform, { core: [], mast: ['core'], other: ['core'] }, { mast: 30, other: 10 });
    customers =
      await rows(sql<Customer>`SELECT services.party_id AS "partyId", contact_points.id AS phone, services.id AS "serviceId", services.resource_id AS "resourceId"
      FROM services JOIN contact_points ON contact_points.party_id = services.party_id AND contact_points.channel = 'sms' ORDER BY substr(services.external_id, 2)::int`);
    for (const [id, roles] of [
      ['anna', ['care']],
      ['mario', ['manager']],
      ['tito', ['technician']],
    ] as const)
      await sql`INSERT INTO staff (id, name, email, email_verified, roles, created_at, updated_at, joined_at)
        VALUES (${id}, ${id}, ${`${id}@example.org`}, true, ${[...roles]}::text[], now(), now(), now())`.execute(
        platform.database.db,
      );
    await setSettings(platform, { telling: { on: true } });
  }, 60_000);

  afterAll(async () => {
    await platform?.close();
  });

  test('given words of a customer, when a case opens, then it is acknowledged with number, link and time in the same transaction', async () => {
    const who = customer();
    const made = await open(who);
    const row = await caseRow(made.id);
    expect(row).toMatchObject({ state: 'acknowledged', owner_id: 'anna', number: made.number });
    const [said] = await texts(made.id);
    expect(said).toMatchObject({ kind: 'acknowledgement', channel: 'sms', state: 'queued' });
    expect(said?.out).toContain(spokenNumber(made.number));
    // The link is in what leaves, and in no message that is kept.
    const token = /\/c\/([A-Za-z0-9_-]{22})/.exec(said?.out ?? '')?.[1] ?? '';
    expect((await caseOfLink(platform.database.db, hashToken(token)))?.caseId).toBe(made.id);
    expect(said?.body).not.toContain('/c/');
    expect(await openKinds(made.id)).toEqual(['case-next-word']);
    expect(await events(made.id)).toEqual(['case.opened', 'promise.made', 'case.acknowledged']);
    const { db } = platform.database;
    expect((await findCaseByNumber(db, `ancora per la pratica ${spokenNumber(made.number)}`))?.id).toBe(made.id);
    expect((await openCasesOf(db, [who.partyId])).map(({ id }) => id)).toEqual([made.id]);
    expect((await customerView(db, made.id))?.messages.map(({ kind }) => kind)).toEqual(['first', 'acknowledgement']);
  });

  test('given what must not be answered, then nothing leaves, and the case has its promise all the same', async () => {
    const who = customer();
    for (const change of [{ quiet: true }, { mayBeAnswered: false }]) {
      const { id } = await open(who, change);
      expect(await texts(id)).toEqual([]);
      expect((await caseRow(id)).state).toBe('received');
      expect(await openKinds(id)).toEqual(['case-next-word']);
    }
    // A number that nobody has proven, and that did not write by SMS, is answered on the page only.
    const claimed = newId();
    await sql`INSERT INTO contact_points (id, party_id, channel, address, verification) VALUES (${claimed}, ${who.partyId}, 'sms', '+393330000001', 'claimed')`.execute(
      platform.database.db,
    );
    const { id } = await open(who, {
      contactPointId: claimed,
      message: says(who, 'ciao', { channel: 'web', contactPointId: null }),
    });
    expect(await texts(id)).toMatchObject([{ channel: 'web', state: null, address: null }]);
  });

  test('given reminders, then they join, raise the urgency, and the third climbs; automatic answers have their limit', async () => {
    const who = customer();
    const { id } = await open(who);
    for (const body of ['allora?', 'nessuno risponde', 'è uno scandalo', 'insomma', 'rispondete', 'oh'])
      await hears(who, id, body);
    const row = await caseRow(id);
    expect(row).toMatchObject({ reminders: 6, urgency: 0, rung: 2 });
    expect(row.owner_id).toBe('mario');
    const said = await texts(id);
    expect(said.filter(({ channel }) => channel === 'sms')).toHaveLength(5); // in an hour
    expect(said.filter(({ channel }) => channel === 'web')).toHaveLength(2);
    expect((await openCasesOf(platform.database.db, [who.partyId])).length).toBe(1);
    expect(await events(id)).toContain('case.climbed');
  });

  test('given a stranger who knows the number, then their words are kept as a claim, and nothing moves or is told', async () => {
    const [who, stranger] = [customer(), customer()];
    const { id } = await open(who);
    await fix(id);
    const added = await inTx((tx) =>
      addMessage(tx, ports, { kind: 'channel', name: 'sms' }, id, says(stranger, '1', { claim: true })),
    );
    expect(added.kind).toBe('reply');
    expect((await caseRow(id)).state).toBe('fix reported');
    expect((await customerView(platform.database.db, id))?.messages.some(({ body }) => body === '1')).toBe(false);
    expect(await texts(id)).toHaveLength(1);
  });

  test('given a fix, then yes ends it, no opens it one rung higher, and after the end any word takes it up again for 30 days', async () => {
    const who = customer();
    const { id } = await open(who);
    await fix(id);
    expect(await hears(who, id, '0')).toMatchObject({ kind: 'denial' });
    expect(await caseRow(id)).toMatchObject({ state: 'in work', rung: 1 });
    await fix(id);
    expect(await inTx((tx) => confirmFix(tx, ports, actor(who), id, 'ma va piano'))).toMatchObject({
      kind: 'confirmation',
    });
    expect(await caseRow(id)).toMatchObject({ state: 'fix reported', due_at: null });
    expect(await openKinds(id)).toContain('reading');
    expect(await hears(who, id, 'Sì, funziona, grazie')).toMatchObject({ kind: 'confirmation' });
    expect(await caseRow(id)).toMatchObject({ state: 'confirmed' });
    expect(await openKinds(id)).toEqual([]);
    const since = new Date(platform.clock.business().getTime() - 30 * DAY);
    expect((await recentCasesOf(platform.database.db, [who.partyId], since)).map((one) => one.id)).toEqual([id]);
    expect(await hears(who, id, 'è di nuovo fermo')).toMatchObject({ kind: 'reminder', reopened: true });
    expect(await caseRow(id)).toMatchObject({ state: 'in work', reopened: 1 });
    await fix(id);
    expect(await inTx((tx) => denyFix(tx, ports, actor(who), id, ''))).toMatchObject({ kind: 'denial' });
    await inTx((tx) => cancelCase(tx, ports, actor(who), id, ''));
    await expect(hears(who, id, 'ho cambiato idea')).rejects.toMatchObject({ code: 'case-ended' });
  });

  test('given a mail, then the answer stands in its thread and is found by the next one', async () => {
    const who = customer();
    const mail = newId();
    await sql`INSERT INTO contact_points (id, party_id, channel, address, verification) VALUES (${mail}, ${who.partyId}, 'email', 'who@example.com', 'verified')`.execute(
      platform.database.db,
    );
    const message = says(who, 'Buongiorno', {
      channel: 'email',
      contactPointId: mail,
      subject: 'Linea',
      mailId: '<a@example.com>',
    });
    const { id } = await open(who, { contactPointId: mail, message });
    const [said] = await texts(id);
    expect(said?.mail).toMatchObject({
      inReplyTo: '<a@example.com>',
      references: ['<a@example.com>'],
      automatic: 'replied',
    });
    expect((await caseOfMailIds(platform.database.db, ['<x@y>', String(said?.mail?.messageId)]))?.id).toBe(id);
    // What became of it on the wire comes back into the message.
    const [row] = await rows(sql<{ id: string }>`SELECT id FROM messages WHERE case_id = ${id} AND direction = 'out'`);
    await inTx((tx) =>
      flow.outbox.onOutcomes(tx, [
        {
          id: row?.id ?? '',
          kind: 'message',
          noticeMadeAt: null,
          outcome: 'failed',
          reason: 'no such box',
          at: platform.clock.business(),
        },
      ]),
    );
    expect((await texts(id))[0]?.state).toBe('failed');
    expect(await events(id)).toContain('case.message-failed');
  });

  test('given a formal complaint and a call, then both are promised, the complaint for its calendar days whatever is waited for', async () => {
    const who = customer();
    const { id } = await open(who);
    await inTx((tx) => makeFormal(tx, ports, actor(who), id, 'Non ci siamo'));
    await inTx((tx) => askForCall(tx, ports, actor(who), id, { phone: null, words: '' }));
    expect(await openKinds(id)).toEqual(['call-back', 'case-next-word', 'formal-answer']);
    const formal = (await promises(id)).find(({ kind }) => kind === 'formal-answer');
    expect(formal?.due_at).toEqual(new Date(platform.clock.business().getTime() + 30 * DAY));
    expect((await texts(id)).map(({ body }) => body).join('\n')).toMatch(/reclamo formale.*\n.*telefonata/s);
    const token = await inTx((tx) => caseLink(tx, ports, id, who.partyId, null));
    expect(token).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  test('given a promise that breaks, then the customer hears it with a new time, the case climbs, and after three a person must set one', async () => {
    const who = customer();
    const { id } = await open(who);
    for (let turn = 1; turn <= 4; turn++) {
      const due = (await promises(id)).find(({ state, kind }) => state === 'open' && kind === 'case-next-word')?.due_at;
      platform.clock.set(new Date((due ?? platform.clock.business()).getTime() + 1000));
      await settle();
      const said = (await texts(id)).filter(({ kind }) => kind === 'promise-broken');
      expect(said).toHaveLength(Math.min(turn, 3));
    }
    expect(await openKinds(id)).toEqual(['staff-time']);
    expect((await texts(id)).at(-1)?.out).toMatch(/avevamo promesso .*Le rispondiamo entro/);
    expect((await caseRow(id)).rung).toBe(2);
    await inTx((tx) => cancelCase(tx, ports, actor(who), id, ''));
  });

  test('given no answer, then it is asked once more and ends as unconfirmed', async () => {
    const who = customer();
    const { id } = await open(who);
    await sql`UPDATE promises SET state = 'kept', settled_at = ${platform.clock.business()} WHERE subject_id = ${id}`.execute(
      platform.database.db,
    );
    await fix(id);
    platform.clock.advance(48 * HOUR);
    await settle();
    expect((await texts(id)).at(-1)?.out).toContain('1 = funziona, 0 = no');
    platform.clock.advance(72 * HOUR);
    await settle();
    expect(await caseRow(id)).toMatchObject({ state: 'unconfirmed' });
  });

  test('given several customers below one mast and no alarm, then an incident is suspected; confirmed it answers them, restored it asks them, and several no raise another', async () => {
    const line = (who: Customer): Partial<Opening> => ({
      triage: {
        topic: 'line down',
        severity: 'major',
        serviceId: who.serviceId,
        resourceId: who.resourceId,
        reasons: {},
      },
      message: says(who, 'Internet non va'),
    });
    const people = [customer(), customer(), customer()];
    const ids: string[] = [];
    for (const who of people) ids.push((await open(who, line(who))).id);
    const incidentId = (await caseRow(ids[0] ?? '')).incident_id;
    expect(incidentId).not.toBeNull();
    for (const id of ids) expect((await caseRow(id)).incident_id).toBe(incidentId);
    const [incident] = await rows(
      sql<{
        state: string;
        resource_id: string;
        version: number;
      }>`SELECT state, resource_id, version FROM incidents WHERE id = ${incidentId}`,
    );
    expect(incident).toMatchObject({ state: 'suspected', resource_id: network.resource.mast });
    // A person confirms it: those who wrote hear the incident's answer in their case.
    const staff: Actor = { kind: 'staff', id: 'tito', roles: ['technician'] };
    await actOnIncident(flow.ports, staff, incidentId ?? '', 'confirm', incident?.version ?? 0);
    await settle();
    for (const id of ids) expect((await texts(id)).at(-1)?.out).toMatch(/linea ferma dalle/);
    // Who writes now is answered by it at once.
    const late = customer();
    const { id: lateId } = await open(late, line(late));
    expect((await caseRow(lateId)).incident_id).toBe(incidentId);
    expect((await texts(lateId))[0]?.out).toMatch(/linea ferma dalle/);
    const [now] = await rows(sql<{ version: number }>`SELECT version FROM incidents WHERE id = ${incidentId}`);
    await actOnIncident(flow.ports, staff, incidentId ?? '', 'restore', now?.version ?? 0);
    await settle();
    for (const id of [...ids, lateId]) expect(await caseRow(id)).toMatchObject({ state: 'fix reported' });
    for (const [index, who] of people.entries()) await hears(who, ids[index] ?? '', '0');
    const nested = (await caseRow(ids[0] ?? '')).incident_id;
    expect(nested).not.toBe(incidentId);
    expect((await caseRow(ids[2] ?? '')).incident_id).toBe(nested);
    await hears(late, lateId, 'tutto ok');
    expect(await caseRow(lateId)).toMatchObject({ state: 'confirmed' });
  });
});
