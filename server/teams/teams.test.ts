import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Absence, Team } from '../../contract/teams.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import type { Actor } from '../platform/actor.ts';
import { createHttp, type Http } from '../platform/http.ts';
import { newId } from '../platform/ids.ts';
import { DEFAULT_SETTINGS } from '../settings/index.ts';
import {
  chooseOwner,
  leadsOf,
  makeFirstTeams,
  peopleOfRung,
  teamFor,
  teamOfKind,
  teamRoutes,
  teamsById,
  teamsOf,
} from './index.ts';

const HOUR = 3_600_000;

describe.each(ENGINES)('teams on %s', (engine) => {
  let platform: TestPlatform;
  let http: Http;
  let actor: Actor = { kind: 'staff', id: 'carla', roles: ['manager'] };
  const now = () => platform.clock.business();

  const staff = (id: string, roles: string[], ended = false) =>
    platform.database.pool.query(
      `INSERT INTO staff (id, name, email, roles, created_at, updated_at, joined_at, ended_at)
       VALUES ($1, $2, $3, $4, $5, $5, $5, $6)`,
      [id, `Name of ${id}`, `${id}@example.it`, roles, now(), ended ? now() : null],
    );
  const ask = async <Body>(method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', url: string, payload?: object) => {
    const answer = await http.inject({ method, url, ...(payload ? { payload } : {}) });
    return { status: answer.statusCode, body: (answer.body ? answer.json() : null) as Body & { code?: string } };
  };
  const openCase = async (ownerId: string | null, teamId: string) => {
    const party = newId();
    await platform.database.pool.query(
      "INSERT INTO parties (id, name, kind, language) VALUES ($1, 'Anna Rossi', 'consumer', 'it')",
      [party],
    );
    await platform.database.pool.query(
      `INSERT INTO cases (id, number, party_id, state, language, subject, channel, team_id, owner_id, opened_at, last_heard_at)
       VALUES ($1, $2, $3, 'in work', 'it', 'Linea ferma', 'sms', $4, $5, $6, $6)`,
      [newId(), String(Math.trunc(Math.random() * 1e12)), party, teamId, ownerId, now()],
    );
  };

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    http = createHttp({ log: platform.log, guard: async () => actor, trustedProxies: [] });
    teamRoutes(http, platform);
    for (const [id, roles] of [
      ['anna', ['care']],
      ['bruno', ['technician']],
      ['carla', ['manager']],
      ['dora', ['administrator']],
      ['paolo', ['partner']],
    ] as const)
      await staff(id, [...roles]);
    await staff('gone', ['care', 'technician'], true);
  });
  afterAll(async () => {
    await http.close();
    await platform.close();
  });

  test('given a first start, then there are two teams, once, and whoever has the role is found for them', async () => {
    const { database } = platform;
    const { db } = database;
    const transaction: typeof database.transaction = (work) => database.transaction(work);
    const made = await Promise.all([1, 2].map(() => transaction((tx) => makeFirstTeams(tx, platform.clock))));
    expect(made.sort()).toEqual([0, 2]);
    const { body } = await ask<Team[]>('GET', '/api/v1/teams');
    expect(
      body.map(({ name, kind, acceptMinutes, fallback }) => ({
        name,
        kind,
        acceptMinutes,
        fallback: fallback.map(({ staffId }) => staffId),
      })),
    ).toEqual([
      { name: 'Assistenza clienti', kind: 'care', acceptMinutes: 30, fallback: ['anna'] },
      { name: 'Assistenza tecnica', kind: 'technical', acceptMinutes: 30, fallback: ['bruno'] },
    ]);
    const care = await transaction((tx) => teamFor(tx, platform.clock, 'bill'));
    const technical = await transaction((tx) => teamFor(tx, platform.clock, 'line down'));
    expect([care.kind, technical.kind]).toEqual(['care', 'technical']);
    expect((await transaction((tx) => teamOfKind(tx, platform.clock, 'sales'))).id).toBe(care.id);
    expect(await chooseOwner(db, care.id, now())).toBe('anna');
    expect(await chooseOwner(db, technical.id, now())).toBe('bruno');
    expect(await leadsOf(db, care.id, now())).toEqual(['carla']);
    expect(await chooseOwner(db, newId(), now())).toBeNull();
  });

  test('given members with capacity, load and absences, then the one with the most room who is there is chosen; and nobody when all are full or away', async () => {
    const { db } = platform.database;
    await staff('elena', ['care']);
    const made = await ask<Team>('POST', '/api/v1/teams', { name: ' Fatture ', kind: 'billing', acceptMinutes: 45 });
    expect(made).toMatchObject({ status: 201, body: { name: 'Fatture', acceptMinutes: 45, members: [] } });
    const team = made.body.id;
    for (const [id, lead, capacity] of [
      ['anna', false, 2],
      ['elena', true, 4],
    ] as const)
      expect((await ask('PUT', `/api/v1/teams/${team}/members/${id}`, { lead, capacity })).status).toBe(200);
    await openCase('anna', team);
    await openCase('elena', team);
    expect(await chooseOwner(db, team, now())).toBe('elena');
    const absence = await ask<Absence>('POST', '/api/v1/absences', {
      staffId: 'elena',
      startsAt: new Date(now().getTime() + HOUR).toISOString(),
      endsAt: new Date(now().getTime() + 5 * HOUR).toISOString(),
    });
    expect(absence).toMatchObject({ status: 201, body: { name: 'Name of elena' } });
    expect(await chooseOwner(db, team, now())).toBe('elena');
    platform.clock.advance(2 * HOUR);
    expect(await chooseOwner(db, team, now())).toBe('anna');
    expect((await ask<Team[]>('GET', '/api/v1/teams')).body.find(({ id }) => id === team)?.members).toMatchObject([
      { staffId: 'elena', lead: true, capacity: 4, openCases: 1, absentUntil: absence.body.endsAt },
      { staffId: 'anna', openCases: 1, absentUntil: null },
    ]);
    await openCase('anna', team);
    expect(await chooseOwner(db, team, now())).toBeNull();
    // The lead is away: they lead nevertheless, since there is no other.
    expect(await leadsOf(db, team, now())).toEqual(['elena']);
    expect((await ask('DELETE', `/api/v1/absences/${absence.body.id}`)).status).toBe(204);
    expect(await chooseOwner(db, team, now())).toBe('elena');
    expect((await ask<Absence[]>('GET', '/api/v1/absences')).body).toEqual([]);
    expect((await teamsOf(db, 'elena')).map(({ name }) => name)).toEqual(['Fatture']);
    expect((await teamsById(db, [team])).get(team)?.name).toBe('Fatture');
  });

  test('given members who have all left the house, then the team is stood in for', async () => {
    const { body } = await ask<Team>('POST', '/api/v1/teams', { name: 'Notte', kind: 'technical' });
    await ask('PUT', `/api/v1/teams/${body.id}/members/bruno`, { lead: true, capacity: 1 });
    await platform.database.pool.query("UPDATE team_members SET staff_id = 'gone' WHERE team_id = $1", [body.id]);
    expect(await chooseOwner(platform.database.db, body.id, now())).toBe('bruno');
    expect(await leadsOf(platform.database.db, body.id, now())).toEqual(['carla']);
    const rung = {
      ...(DEFAULT_SETTINGS.ladder[0] ?? { name: '', role: 'technician' as const, minutes: 1 }),
      staffIds: ['gone'],
    };
    expect(await peopleOfRung(platform.database.db, rung)).toEqual(['bruno']);
    expect(await peopleOfRung(platform.database.db, { ...rung, role: 'sales' })).toEqual(['dora']);
    expect(await peopleOfRung(platform.database.db, { ...rung, staffIds: ['gone', 'anna'] })).toEqual(['anna']);
  });

  test('given what must not be, then it is refused with what would help', async () => {
    const teams = (await ask<Team[]>('GET', '/api/v1/teams')).body;
    const [care, billing] = [teams.find(({ kind }) => kind === 'care'), teams.find(({ kind }) => kind === 'billing')];
    expect((await ask('DELETE', `/api/v1/teams/${care?.id}`)).body.code).toBe('last-team');
    expect((await ask('DELETE', `/api/v1/teams/${billing?.id}`)).body.code).toBe('team-has-cases');
    expect((await ask('POST', '/api/v1/teams', { name: 'FATTURE', kind: 'care' })).body.code).toBe('team-name-taken');
    expect((await ask('PATCH', `/api/v1/teams/${billing?.id}`, { name: 'assistenza clienti' })).body.code).toBe(
      'team-name-taken',
    );
    expect((await ask<Team>('PATCH', `/api/v1/teams/${billing?.id}`, { name: 'fatture' })).body.name).toBe('fatture');
    const partner = (await ask<Team>('POST', '/api/v1/teams', { name: 'Scavi srl', kind: 'partner' })).body;
    const member = { lead: false, capacity: 5 };
    expect((await ask('PUT', `/api/v1/teams/${care?.id}/members/paolo`, member)).body.code).toBe('wrong-team');
    expect((await ask('PUT', `/api/v1/teams/${partner.id}/members/anna`, member)).body.code).toBe('wrong-team');
    expect((await ask('PUT', `/api/v1/teams/${care?.id}/members/gone`, member)).status).toBe(404);
    expect((await ask<Team>('PUT', `/api/v1/teams/${partner.id}/members/paolo`, member)).body.members).toHaveLength(1);
    expect((await ask<Team>('DELETE', `/api/v1/teams/${partner.id}/members/paolo`)).body.members).toEqual([]);
    expect((await ask('DELETE', `/api/v1/teams/${partner.id}/members/paolo`)).status).toBe(404);
    expect((await ask('DELETE', `/api/v1/teams/${partner.id}`)).status).toBe(204);
    expect((await ask('DELETE', `/api/v1/teams/${partner.id}`)).status).toBe(404);
    const times = { startsAt: now().toISOString(), endsAt: now().toISOString() };
    expect((await ask('POST', '/api/v1/absences', { staffId: 'anna', ...times })).body.code).toBe('absence-nonsense');
  });

  test('given somebody without the deed, then only their own absence is theirs to record', async () => {
    actor = { kind: 'staff', id: 'anna', roles: ['care'] };
    const times = { startsAt: now().toISOString(), endsAt: new Date(now().getTime() + HOUR).toISOString() };
    expect((await ask('POST', '/api/v1/absences', { staffId: 'bruno', ...times })).status).toBe(403);
    expect((await ask('POST', '/api/v1/absences', { staffId: 'anna', ...times })).status).toBe(201);
    const { rows } = await platform.database.pool.query<{ kind: string }>(
      "SELECT DISTINCT kind FROM events WHERE kind LIKE 'team.%' OR kind LIKE 'absence.%' ORDER BY kind",
    );
    expect(rows.map(({ kind }) => kind)).toEqual([
      'absence.recorded',
      'absence.withdrawn',
      'team.changed',
      'team.ended',
      'team.made',
      'team.member-removed',
      'team.member-set',
    ]);
  });
});
