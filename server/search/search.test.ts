import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Found } from '../../contract/search.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import type { Actor } from '../platform/actor.ts';
import { createHttp, type Http } from '../platform/http.ts';
import { newId } from '../platform/ids.ts';
import { searchRoutes } from './index.ts';

const staff = (...roles: string[]): Actor => ({ kind: 'staff', id: 'paolo', roles });

describe.each(ENGINES)('search on %s', (engine) => {
  let platform: TestPlatform;
  let http: Http;
  let actor: Actor = staff('care');
  const query = (text: string, values: unknown[]) => platform.database.pool.query(text, values);
  const daysAgo = (days: number) => new Date(platform.clock.business().getTime() - days * 86_400_000);

  const find = async (q: string, who: Actor = staff('manager'), limit = 10): Promise<Found> => {
    actor = who;
    const answer = await http.inject({ method: 'GET', url: '/api/v1/search', query: { q, limit: String(limit) } });
    expect(answer.statusCode, answer.body).toBe(200);
    return answer.json();
  };
  const customers = async (q: string) =>
    (await find(q)).customers.map(({ externalId, foundBy }) => `${externalId} ${foundBy}`);
  const cases = async (q: string, who?: Actor) =>
    (await find(q, who)).cases.map(({ number, foundBy }) => `${number} ${foundBy}`);

  const parties = new Map<string, string>();
  const party = async (
    externalId: string,
    name: string,
    phone: string,
    mail: string,
    taxCode: string | null = null,
  ) => {
    const id = newId();
    parties.set(externalId, id);
    await query(
      "INSERT INTO parties (id, external_id, name, kind, tax_code, language) VALUES ($1, $2, $3, 'consumer', $4, 'it')",
      [id, externalId, name, taxCode],
    );
    for (const [channel, address] of [
      ['sms', phone],
      ['email', mail],
    ] as const)
      await query(
        "INSERT INTO contact_points (id, party_id, channel, address, verification) VALUES ($1, $2, $3, $4, 'verified')",
        [newId(), id, channel, address],
      );
  };
  const openCase = async (
    number: string,
    who: string,
    topic: string,
    teamId: string | null,
    said: [string, string, string, number][],
  ) => {
    const id = newId();
    const last = daysAgo(Math.min(...said.map(([, , , days]) => days)));
    await query(
      `INSERT INTO cases (id, number, party_id, state, topic, language, subject, channel, team_id, opened_at, last_heard_at)
       VALUES ($1, $2, $3, 'in work', $4, 'it', $5, 'sms', $6, $7, $7)`,
      [id, number, parties.get(who), topic, said[0]?.[2], teamId, last],
    );
    for (const [index, [language, visibility, body, days]] of said.entries())
      await query(
        `INSERT INTO messages (said_at, id, case_id, number, direction, visibility, kind, channel, actor, language, body)
         VALUES ($1, $2, $3, $4, 'in', $5, 'reminder', 'sms', '{}', $6, $7)`,
        [daysAgo(days), newId(), id, index + 1, visibility, language, body],
      );
  };

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    http = createHttp({ log: platform.log, guard: async () => actor, trustedProxies: [] });
    searchRoutes(http, platform);
    await party('c1', 'Niccolò D’Amico', '+393331234567', 'niccolo@example.it', 'DMCNCL80A01L219X');
    await party('c2', 'Panificio Ferrari & Figli S.r.l.', '+390161251234', 'forno@example.it');
    await party('c3', 'Anna Ferraris', '+393389876543', 'anna.ferraris@example.it');
    const [resource, partners, care] = [newId(), newId(), newId()];
    await query(
      "INSERT INTO resources (id, external_id, kind, name) VALUES ($1, 'mast-7', 'mast', 'Traliccio Verbania Nord')",
      [resource],
    );
    await query(
      "INSERT INTO services (id, external_id, party_id, product, resource_id, state) VALUES ($1, 'line-99', $2, 'FWA', $3, 'active')",
      [newId(), parties.get('c2'), resource],
    );
    await query(
      `INSERT INTO incidents (id, reference, state, resource_id, severity, cause, began_at) VALUES ($1, '26000184', 'confirmed', $2, 'major', 'power', $3)`,
      [newId(), resource, daysAgo(0)],
    );
    await query(
      "INSERT INTO teams (id, name, kind, made_at) VALUES ($1, 'Scavi', 'partner', $3), ($2, 'Assistenza', 'care', $3)",
      [partners, care, daysAgo(9)],
    );
    await query(
      "INSERT INTO staff (id, name, email, roles, created_at, updated_at, joined_at) VALUES ('paolo', 'Paolo', 'p@example.it', '{partner}', $1, $1, $1)",
      [daysAgo(9)],
    );
    await query("INSERT INTO team_members (team_id, staff_id) VALUES ($1, 'paolo')", [partners]);
    await openCase('26000018', 'c1', 'line slow', care, [
      ['it', 'customer', 'Perché la linea è così lenta? Le pagine non si caricano', 3],
      ['it', 'operator', 'Nota interna: cliente esasperato, portante degradata', 2],
    ]);
    await openCase('26000026', 'c3', 'line down', partners, [
      ['en', 'customer', 'My lines have been dropping since the storms', 500],
      ['it', 'partner', 'Il pozzetto è allagato, serve un’autobotte', 1],
      ['it', 'operator', 'Nota: penale degradata da discutere', 1],
    ]);
    await openCase('26000034', 'c3', 'conduct', partners, [
      ['it', 'customer', 'Il tecnico mi ha chiesto contanti per il pozzetto', 1],
    ]);
  });
  afterAll(async () => {
    await http.close();
    await platform.close();
  });

  test('given names, then accents, case, apostrophes and beginnings do not matter, and one slip in a word is forgiven', async () => {
    expect(await customers('niccolo')).toEqual(['c1 name']);
    for (const q of ['d’amico', "D'AMICO", 'damico', 'amico nic']) expect(await customers(q), q).toEqual(['c1 name']);
    expect(await customers('ferrari')).toEqual(['c3 name', 'c2 name']);
    for (const q of ['ferarri figli', 'frerari figli', 'ferrri figli', 'ferrario panificio', 'panifcio ferrari'])
      expect(await customers(q), q).toEqual(['c2 similar name']);
    expect(await customers('gorgonzola')).toEqual([]);
  });

  test('given numbers in any notation, then they find whom they name', async () => {
    for (const q of [
      '+39 333 123 45 67',
      '00393331234567',
      '333.123.4567',
      '3331234567',
      '234567',
      '333 1234',
      '333123',
    ])
      expect(await customers(q), q).toContain('c1 address');
    expect(await customers('0161 251234')).toEqual(['c2 address']);
    expect(await customers('Anna.Ferraris@')).toEqual(['c3 address']);
    expect(await customers('line-99')).toEqual(['c2 number']);
    expect(await customers('c3')).toEqual(['c3 number']);
    expect(await customers('dmcncl80a01l219x')).toEqual(['c1 number']);
    expect(await cases('26000018')).toEqual(['26000018 number']);
    expect(await cases('2600 0018')).toEqual(['26000018 number']);
    expect(await cases('260000')).toHaveLength(3);
    expect((await find('26000184')).incidents).toMatchObject([
      { reference: '26000184', resource: 'Traliccio Verbania Nord' },
    ]);
    expect((await find('verbania tral')).resources).toMatchObject([{ externalId: 'mast-7' }]);
    expect((await find('mast-7')).resources).toHaveLength(1);
  });

  test('given words that were said, then their stems find the case in Italian and English, old ones too', async () => {
    for (const q of ['linee lente', 'pagina caricare', 'PERCHE lenta', 'esasperati'])
      expect(await cases(q), q).toEqual(['26000018 words']);
    for (const q of ['storm', 'dropped line', 'autobotti', 'allagati'])
      expect(await cases(q), q).toEqual(['26000026 words']);
    expect((await find('autobotte')).cases[0]?.excerpt).toContain('pozzetto è allagato');
    expect(await cases('damico')).toEqual(['26000018 name']);
    expect(await cases('3331234567')).toEqual(['26000018 address']);
    expect(await cases('la il che')).toEqual([]);
    expect((await find('pozzetto', staff('manager'), 1)).cases).toHaveLength(1);
  });

  test('given what one may not see, then it is not found: by partners, by care for complaints about behaviour, by kinds without their deed', async () => {
    expect(await cases('pozzetto', staff('partner'))).toEqual(['26000026 words']);
    expect(await cases('degradata', staff('partner'))).toEqual([]);
    expect(await cases('260000', staff('partner'))).toEqual(['26000026 number']);
    const seen = await find('26000026', staff('partner'));
    expect(seen).toMatchObject({ customers: [], incidents: [], resources: [], cases: [{ party: null }] });
    expect((await find('ferraris', staff('partner'))).cases).toEqual([]);
    expect(await cases('degradata', staff('care'))).toHaveLength(2);
    expect(await cases('contanti', staff('care'))).toEqual([]);
    expect(await cases('ferraris', staff('care'))).toEqual(['26000026 name']);
    expect(await cases('contanti', staff('manager'))).toEqual(['26000034 words']);
    expect(await find('ferrari', staff('technician'))).toMatchObject({
      customers: [],
      cases: [{ number: '26000026' }],
    });
    expect((await find('verbania', staff('billing'))).resources).toEqual([]);
  });

  test('given characters that mean something to a database or a query, then nothing breaks and nothing is found', async () => {
    for (const q of [
      "'",
      "a'b | c & !d:* <->",
      '%',
      '_____',
      '\\',
      '"',
      '((',
      '%%%%@',
      '\u{1F600}',
      '-'.repeat(200),
      'x '.repeat(100),
    ])
      expect((await find(q)).customers, q).toEqual([]);
  });
});
