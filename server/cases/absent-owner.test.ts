import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CasePage } from '../../contract/cases.ts';
import type { Absence } from '../../contract/teams.ts';
import { heardFrom } from '../../tests/support/incoming.ts';
import { makeNetwork, setSettings } from '../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { createFlow, type Flow } from '../flow.ts';
import type { Actor } from '../platform/actor.ts';
import { createHttp, type Http } from '../platform/http.ts';
import { newId } from '../platform/ids.ts';
import { leadsOf, presentAmong, teamRoutes } from '../teams/index.ts';
import { caseRoutes, openCase } from './index.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe.each(ENGINES)('cases of somebody who is not there, on %s', (engine) => {
  let platform: TestPlatform;
  let flow: Flow;
  let http: Http;
  let actor: Actor = { kind: 'staff', id: 'mario', roles: ['manager'] };
  let parties: { id: string; phone: string }[];
  const teams: Record<string, string> = {};
  let next = 0;

  const { from, settle } = {
    from: (hours: number) => new Date(platform.clock.business().getTime() + hours * HOUR).toISOString(),
    settle: async (): Promise<void> => {
      while ((await flow.round()) > 0);
    },
  };
  const rows = async <T>(query: ReturnType<typeof sql<T>>): Promise<T[]> =>
    (await query.execute(platform.database.db)).rows;
  const give = async (ownerId: string, topic: 'bill' | 'conduct' = 'bill'): Promise<string> => {
    const party = parties[next++ % parties.length];
    const { id } = await platform.database.transaction((tx) =>
      openCase(
        tx,
        flow.intake.cases,
        { kind: 'party', id: party?.id ?? '', through: 'sms' },
        {
          partyId: party?.id ?? '',
          contactPointId: party?.phone ?? null,
          language: 'it',
          triage: { topic, severity: 'minor', serviceId: null, resourceId: null, reasons: {} },
          teamId: teams.Care ?? null,
          message: heardFrom(party?.id ?? '', party?.phone ?? null, 'La fattura'),
        },
      ),
    );
    await sql`UPDATE cases SET owner_id = ${ownerId} WHERE id = ${id}`.execute(platform.database.db);
    await sql`UPDATE promises SET owner_id = ${ownerId} WHERE subject_id = ${id}`.execute(platform.database.db);
    return id;
  };
  const ownerOf = async (id: string): Promise<string | null> =>
    (await rows(sql<{ owner: string | null }>`SELECT owner_id AS owner FROM cases WHERE id = ${id}`))[0]?.owner ?? null;
  const promiseOwners = async (id: string): Promise<(string | null)[]> =>
    (
      await rows(
        sql<{
          owner: string | null;
        }>`SELECT DISTINCT owner_id AS owner FROM promises WHERE subject_id = ${id} AND state = 'open'`,
      )
    ).map(({ owner }) => owner);
  const passedOn = async (id: string) =>
    await rows(
      sql<{
        data: object;
        actor: { name: string };
      }>`SELECT data, actor FROM events WHERE subject_id = ${id} AND kind = 'case.passed-on' ORDER BY number`,
    );
  const mailsTo = async (who: string): Promise<string[]> =>
    (
      await rows(
        sql<{
          body: string;
        }>`SELECT outgoing_texts.body FROM outbox JOIN outgoing_texts ON outgoing_texts.id = outbox.text_id WHERE outbox.address = ${`${who}@example.org`} AND outbox.kind = 'staff' ORDER BY outbox.id`,
      )
    ).map(({ body }) => body);
  const away = async (staffId: string, startsAt: string, endsAt: string): Promise<string> => {
    const answer = await http.inject({
      method: 'POST',
      url: '/api/v1/absences',
      payload: { staffId, startsAt, endsAt },
    });
    expect(answer.statusCode, answer.body).toBe(201);
    return answer.json<Absence>().id;
  };
  const back = (id: string) => http.inject({ method: 'DELETE', url: `/api/v1/absences/${id}` });
  /**
   * Open cases that stand in no list of anybody who answers for them: their owner, who must be there, else the people of their team, who leads it, and
   * managers, who alone may see complaints about conduct. */
  const unreached = async (): Promise<string[]> => {
    const { db } = platform.database;
    const now = platform.clock.business();
    const before = actor;
    const listOf = async (staffId: string, view: string): Promise<string[]> => {
      const [person] = await rows(
        sql<{
          roles: Extract<Actor, { kind: 'staff' }>['roles'];
        }>`SELECT roles FROM staff WHERE id = ${staffId} AND ended_at IS NULL`,
      );
      if (!person) return [];
      actor = { kind: 'staff', id: staffId, roles: person.roles };
      const answer = await http.inject({ url: `/api/v1/cases?view=${view}&limit=100` });
      expect(answer.statusCode, answer.body).toBe(200);
      return answer.json<CasePage>().cases.map(({ id }) => id);
    };
    const open = await rows(
      sql<{
        id: string;
        owner: string | null;
        team: string;
      }>`SELECT id, owner_id AS owner, team_id AS team FROM cases WHERE ended_at IS NULL`,
    );
    const found = new Set<string>();
    for (const owner of new Set(open.flatMap((one) => one.owner ?? [])))
      if ((await presentAmong(db, [owner], now)).length > 0)
        for (const id of await listOf(owner, 'mine')) found.add(id);
    for (const team of new Set(open.flatMap((one) => (one.owner === null ? [one.team] : [])))) {
      const people = await rows(
        sql<{
          id: string;
        }>`SELECT staff_id AS id FROM team_members WHERE team_id = ${team} UNION SELECT id FROM staff WHERE roles && '{manager,administrator}'`,
      );
      for (const id of new Set([...people.map((person) => person.id), ...(await leadsOf(db, team, now))]))
        for (const one of await listOf(id, 'unassigned')) found.add(one);
    }
    actor = before;
    return open.flatMap(({ id }) => (found.has(id) ? [] : [id]));
  };

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    flow = createFlow(platform);
    await makeNetwork(platform, { core: [] }, { core: 30 });
    parties = await rows(
      sql<{
        id: string;
        phone: string;
      }>`SELECT parties.id, contact_points.id AS phone FROM parties JOIN contact_points ON contact_points.party_id = parties.id AND channel = 'sms'`,
    );
    for (const [id, role] of [
      ['anna', 'care'],
      ['bice', 'care'],
      ['carla', 'care'],
      ['lea', 'care'],
      ['mario', 'manager'],
      ['tito', 'technician'],
    ])
      await sql`INSERT INTO staff (id, name, email, email_verified, roles, created_at, updated_at, joined_at)
        VALUES (${id}, ${id}, ${`${id}@example.org`}, true, ${[role ?? '']}::text[], now(), now(), now())`.execute(
        platform.database.db,
      );
    for (const [name, kind] of [
      ['Care', 'care'],
      ['Tech', 'technical'],
    ]) {
      teams[name ?? ''] = newId();
      await sql`INSERT INTO teams (id, name, kind, made_at) VALUES (${teams[name ?? '']}, ${name}, ${kind}, ${platform.clock.business()})`.execute(
        platform.database.db,
      );
    }
    for (const [team, member, lead, capacity] of [
      ['Care', 'anna', false, 20],
      ['Care', 'bice', false, 20],
      ['Care', 'carla', false, 2],
      ['Care', 'lea', true, 1],
      ['Tech', 'tito', false, 20],
    ] as const)
      await sql`INSERT INTO team_members (team_id, staff_id, lead, capacity) VALUES (${teams[team]}, ${member}, ${lead}, ${capacity})`.execute(
        platform.database.db,
      );
    await setSettings(platform, { telling: { on: true } });
    http = createHttp({ log: platform.log, guard: async () => actor, trustedProxies: [] });
    caseRoutes(http, flow.intake.cases);
    teamRoutes(http, platform);
    await http.ready();
  });

  afterAll(async () => {
    await http?.close();
    await platform?.close();
  });

  test('given an absence that is to come, when it begins, then open cases go to colleagues with room, with promises, an event and a word; coming back moves nothing', async () => {
    const ids = [await give('anna'), await give('anna'), await give('anna')];
    const handed = ids[2] ?? '';
    const answer = await http.inject({
      method: 'POST',
      url: `/api/v1/cases/${handed}/hand-overs`,
      payload: { teamId: teams.Tech, note: 'Guardate la linea' },
    });
    expect(answer.statusCode, answer.body).toBe(201);
    const absence = await away('anna', from(2), from(50));
    await settle();
    for (const id of ids) expect(await ownerOf(id)).toBe('anna');
    platform.clock.advance(2 * HOUR + 1000);
    await settle();
    const owners = await Promise.all(ids.map(ownerOf));
    expect(owners).not.toContain('anna');
    expect(await unreached()).toEqual([]);
    for (const [place, id] of ids.entries()) {
      expect(await promiseOwners(id)).toEqual([owners[place]]);
      expect(await passedOn(id)).toMatchObject([
        { data: { from: 'anna', to: owners[place], because: 'away' }, actor: { name: 'owner not there' } },
      ]);
      expect((await mailsTo(owners[place] ?? '')).join()).toContain(`/desk/cases/${id}`);
    }
    // One word for all that somebody is given at once.
    expect((await mailsTo('bice')).length).toBeLessThanOrEqual(1);
    expect((await back(absence)).statusCode).toBe(204);
    await settle();
    expect(await Promise.all(ids.map(ownerOf))).toEqual(owners);
    await sql`UPDATE cases SET ended_at = ${platform.clock.business()}, state = 'cancelled'`.execute(
      platform.database.db,
    );
    await sql`UPDATE promises SET state = 'withdrawn'`.execute(platform.database.db);
  });

  test('given an absence recorded with today inside, then they go at once; nobody who is away is given one or accepts one', async () => {
    const id = await give('anna');
    const absence = await away('anna', from(-5), from(48));
    const other = await away('carla', from(-1), from(48));
    await settle();
    expect(await ownerOf(id)).toBe('bice');
    const version = (await rows(sql<{ version: number }>`SELECT version FROM cases WHERE id = ${id}`))[0]?.version;
    const given = await http.inject({
      method: 'PATCH',
      url: `/api/v1/cases/${id}`,
      payload: { version, ownerId: 'anna' },
    });
    expect([given.statusCode, given.json<{ code: string }>().code]).toEqual([409, 'away']);
    await http.inject({
      method: 'POST',
      url: `/api/v1/cases/${id}/hand-overs`,
      payload: { teamId: teams.Tech, note: 'x' },
    });
    const tito = await away('tito', from(-1), from(48));
    actor = { kind: 'staff', id: 'tito', roles: ['technician'] };
    const accepted = await http.inject({ method: 'POST', url: `/api/v1/cases/${id}/hand-over/accept` });
    expect([accepted.statusCode, accepted.json<{ code: string }>().code]).toEqual([409, 'away']);
    actor = { kind: 'staff', id: 'mario', roles: ['manager'] };
    for (const one of [absence, other, tito]) await back(one);
    await sql`UPDATE cases SET ended_at = ${platform.clock.business()}, state = 'cancelled'`.execute(
      platform.database.db,
    );
    await sql`UPDATE promises SET state = 'withdrawn'`.execute(platform.database.db);
  });

  test('given everybody is away or full, then who leads has it, above their capacity too; given nobody is there, it is nobody’s and its ladder counts', async () => {
    const id = await give('anna');
    const conduct = await give('lea', 'conduct');
    const some = await Promise.all(['anna', 'bice', 'carla'].map((one) => away(one, from(-1), from(72))));
    await give('lea'); // she is full
    await settle();
    expect(await ownerOf(id)).toBe('lea');
    const lead = await away('lea', from(-1), from(72));
    await settle();
    // A complaint about behaviour stays with those who lead.
    expect([await ownerOf(id), await ownerOf(conduct)]).toEqual(['mario', 'mario']);
    const last = await away('mario', from(-1), from(72));
    await settle();
    expect(await ownerOf(id)).toBeNull();
    expect(await promiseOwners(id)).toEqual([null]);
    // Nobody is there, and still it stands in the lists of those who answer for it, the complaint too.
    expect([await ownerOf(conduct), await unreached()]).toEqual([null, []]);
    const ended = await http.inject({ method: 'DELETE', url: `/api/v1/teams/${teams.Care}` });
    expect(ended.statusCode).toBe(409);
    const moves = (await passedOn(id)).length;
    platform.clock.advance(HOUR);
    await settle();
    expect((await passedOn(id)).length).toBe(moves);
    for (const one of [...some, lead, last]) await back(one);
    platform.clock.advance(2 * DAY);
    await settle();
    expect((await rows(sql<{ rung: number }>`SELECT rung FROM cases WHERE id = ${id}`))[0]?.rung).toBeGreaterThan(0);
    await sql`UPDATE cases SET ended_at = ${platform.clock.business()}, state = 'cancelled'`.execute(
      platform.database.db,
    );
    await sql`UPDATE promises SET state = 'withdrawn'`.execute(platform.database.db);
  });

  test('given somebody leaves the house, then their many cases go to those who are there, in rounds', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 25; count++) ids.push(await give('anna'));
    await sql`UPDATE staff SET ended_at = now() WHERE id = 'anna'`.execute(platform.database.db);
    await settle();
    const owners = await rows(
      sql<{
        owner: string;
        count: number;
      }>`SELECT owner_id AS owner, count(*) AS count FROM cases WHERE ended_at IS NULL GROUP BY owner_id ORDER BY owner_id`,
    );
    expect(owners.map(({ owner }) => owner)).not.toContain('anna');
    // To each as much as they can hold; what is too much for all goes to who leads.
    expect(owners.find(({ owner }) => owner === 'bice')?.count).toBe(20);
    expect(owners.find(({ owner }) => owner === 'carla')?.count).toBe(2);
    expect(owners.find(({ owner }) => owner === 'lea')?.count).toBe(3);
    expect((await passedOn(ids[0] ?? ''))[0]?.data).toMatchObject({ because: 'left' });
    expect(await unreached()).toEqual([]);
  });

  test('given everybody of a team leaves and it is ended whatever the rule, then its cases stand in the lists of managers', async () => {
    await sql`UPDATE staff SET ended_at = now() WHERE id IN ('bice', 'carla', 'lea')`.execute(platform.database.db);
    await settle();
    expect(await unreached()).toEqual([]);
    await sql`UPDATE teams SET ended_at = ${platform.clock.business()} WHERE id = ${teams.Care}`.execute(
      platform.database.db,
    );
    await sql`UPDATE cases SET owner_id = NULL WHERE id IN (SELECT id FROM cases WHERE ended_at IS NULL LIMIT 5)`.execute(
      platform.database.db,
    );
    await settle();
    expect(await unreached()).toEqual([]);
    expect(await rows(sql<object>`SELECT 1 FROM cases WHERE ended_at IS NULL`)).toHaveLength(25);
  });
});
