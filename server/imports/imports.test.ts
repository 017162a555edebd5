import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { startAddress, stopAddress } from '../customers/index.ts';
import type { Actor } from '../platform/actor.ts';
import { createHttp } from '../platform/http.ts';
import type { ImportKind } from './import.ts';
import { importCommand, importRoutes, resumeImports, runImport, startImport } from './index.ts';

const ACTOR: Actor = { kind: 'command', name: 'test' };
const RESOURCES = `id,kind,name,upstream,lat,lon,battery_minutes
pop,exchange,Centrale,,45.92,8.55,
mast-1,mast,Traliccio Uno,pop,45.93,8.56,95
mast-2,mast,Traliccio Due,pop|mast-1,45.94,8.57,60
`;
const CUSTOMERS = `id;name;kind;tax_code;language;phone;email;pec;notify;consent_at;consent_source;consent_text
c1;Anna Verdi;consumer;VRDNNA80A41L746X;it;333 1234567;Anna@Example.it;;sms|email;2026-01-10T10:00:00+01:00;web form;"Sì, avvisatemi; anche via SMS"
c2;Officine Lago;business;;en;+39 0323 123456;;;sms;;;
`;
const SERVICES = `id\tcustomer_id\tproduct\tresource_id\tstate\tmonthly_fee\tactivated_on\tultrabroadband
s1\tc1\tFWA 100\tmast-1\tactive\t24,90\t31/05/2024\tsì
s2\tc2\tFibra 1000\tpop\tsuspended\t39.00\t2024-06-01\tno
`;

describe.each(ENGINES)('imports on %s', (engine) => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await openTestPlatform(engine);
  });
  afterAll(async () => await platform.close());
  beforeEach(async () => {
    await platform.database.pool.query(
      'TRUNCATE parties, contact_points, consents, services, resources, resource_links, imports, import_rows, events, alarms, alarm_rules, incidents, incident_alarms, incident_resources CASCADE',
    );
  });

  const stage = async (kind: ImportKind, content: string | Buffer, options = {}) =>
    await startImport(platform, ACTOR, {
      kind,
      fileName: `${kind}.csv`,
      stream: Readable.from([Buffer.from(content)]),
      ...options,
    });
  const load = async (kind: ImportKind, content: string | Buffer, options = {}) =>
    await runImport(platform, await stage(kind, content, options));
  const query = async (text: string): Promise<Record<string, unknown>[]> =>
    (await platform.database.pool.query(text)).rows;
  const loadAll = async (): Promise<void> => {
    for (const [kind, content] of [
      ['resources', RESOURCES],
      ['customers', CUSTOMERS],
      ['services', SERVICES],
    ] as const)
      expect(await load(kind, content)).toMatchObject({ state: 'done', problems: [] });
  };
  const snapshot = async () => ({
    resources: await query('SELECT * FROM resources ORDER BY external_id'),
    links: await query('SELECT * FROM resource_links ORDER BY resource_id, upstream_id'),
    parties: await query('SELECT * FROM parties ORDER BY external_id'),
    points: await query('SELECT * FROM contact_points ORDER BY id'),
    consents: await query('SELECT * FROM consents ORDER BY id'),
    services: await query('SELECT * FROM services ORDER BY external_id'),
  });

  test('given three files, everything stands as they say, and the stage is empty', async () => {
    await loadAll();
    expect(
      await query('SELECT external_id, name, lat, battery_minutes, area_code FROM resources ORDER BY external_id'),
    ).toMatchObject([
      { external_id: 'mast-1', battery_minutes: 95, area_code: expect.stringMatching(/^103/) },
      { external_id: 'mast-2', battery_minutes: 60 },
      { external_id: 'pop', lat: 45.92, battery_minutes: null },
    ]);
    expect(await query('SELECT count(*) AS n FROM resource_links')).toEqual([{ n: 3 }]);
    expect(
      await query('SELECT channel, address, consent, verification FROM contact_points ORDER BY channel, address'),
    ).toEqual([
      { channel: 'email', address: 'anna@example.it', consent: 'granted', verification: 'verified' },
      { channel: 'sms', address: '+390323123456', consent: 'none', verification: 'verified' },
      { channel: 'sms', address: '+393331234567', consent: 'granted', verification: 'verified' },
    ]);
    expect(await query('SELECT text_shown, source, given_at FROM consents')).toEqual(
      Array(2).fill({
        text_shown: 'Sì, avvisatemi; anche via SMS',
        source: 'import: web form',
        given_at: new Date('2026-01-10T09:00:00Z'),
      }),
    );
    expect(
      await query(
        'SELECT external_id, monthly_fee_cents, activated_on, ultrabroadband, state FROM services ORDER BY 1',
      ),
    ).toEqual([
      { external_id: 's1', monthly_fee_cents: 2490, activated_on: '2024-05-31', ultrabroadband: true, state: 'active' },
      {
        external_id: 's2',
        monthly_fee_cents: 3900,
        activated_on: '2024-06-01',
        ultrabroadband: false,
        state: 'suspended',
      },
    ]);
    expect(await query('SELECT * FROM import_rows')).toEqual([]);
    expect(await query("SELECT kind FROM events WHERE kind = 'topology.changed'")).toHaveLength(2);
    expect(await query("SELECT notes FROM imports WHERE kind = 'customers'")).toEqual([
      { notes: [expect.stringContaining('1 row names channels in "notify" without consent_at')] },
    ]);
  });

  test('given the same files again, nothing changes', async () => {
    await loadAll();
    const before = await snapshot();
    for (const [kind, content, rows] of [
      ['resources', RESOURCES, 3],
      ['customers', CUSTOMERS, 2],
      ['services', SERVICES, 2],
    ] as const)
      expect(await load(kind, content)).toMatchObject({ added: 0, changed: 0, unchanged: rows, state: 'done' });
    expect(await snapshot()).toEqual(before);
    expect(await query("SELECT kind FROM events WHERE kind = 'topology.changed'")).toHaveLength(2);
  });

  test('given a dry run, the counts are right and nothing changes', async () => {
    await loadAll();
    const before = await snapshot();
    const changed = `${SERVICES.replace('FWA 100', 'FWA 200')}s3\tc2\tFWA 30\tmast-2\tpending\t\t\t\n`;
    expect(await load('services', changed, { dryRun: true })).toMatchObject({
      state: 'done',
      added: 1,
      changed: 1,
      unchanged: 1,
    });
    expect(await snapshot()).toEqual(before);
    expect(await load('services', changed)).toMatchObject({ added: 1, changed: 1, unchanged: 1 });
  });

  test('given wrong rows among right ones, the file is refused whole and each is named', async () => {
    await loadAll();
    const before = await snapshot();
    const report = await load(
      'services',
      'id,customer_id,product,resource_id,state,monthly_fee\ns1,c1,New,mast-1,active,1\ns4,c9,X,mast-9,actve,2\ns5,c9,X,mast-9,active,ten\ns6,c9,X,mast-9,active,1\ns6,c1,X,pop,active,1\n',
    );
    expect(report.state).toBe('refused');
    expect(report.problems.map(({ line, column }) => [line, column])).toEqual([
      [3, 'state'],
      [4, 'monthly_fee'],
      [5, 'customer_id'],
      [5, 'resource_id'],
      [6, 'id'],
    ]);
    expect(report.problems[0]).toMatchObject({
      wrong: '"actve" is not known.',
      right: expect.stringContaining('suspended'),
    });
    expect(await snapshot()).toEqual(before);
  });

  test('given a circle, it is refused and named in words, also where half of it is known already', async () => {
    await loadAll();
    const report = await load('resources', 'id,kind,name,upstream\npop,exchange,Centrale,mast-2\n');
    expect(report.state).toBe('refused');
    expect(report.problems[0]?.wrong).toMatch(/circle: .*(pop → mast-2|mast-2 → pop).*\./);
    expect(report.problems[0]?.line).toBe(2);
  });

  test('given an unknown upstream, a missing column and an unknown column, each is said', async () => {
    expect((await load('resources', 'id,kind,name,upstream\na,mast,A,nowhere\n')).problems).toMatchObject([
      { line: 2, column: 'upstream', wrong: 'There is no resource "nowhere".' },
    ]);
    expect((await load('resources', 'id,name\na,A\n')).problems).toMatchObject([{ line: 1, column: 'kind' }]);
    expect((await load('resources', 'id,kind,name,colour\na,mast,A,red\n')).notes[0]).toContain('"colour"');
    expect((await load('resources', '')).problems).toHaveLength(1);
    expect((await load('resources', 'id,kind,name\n')).problems).toHaveLength(1);
    expect((await load('resources', 'id,kind,name\na,mast,"A\nb,mast,B\n')).problems).toHaveLength(1);
  });

  test('given windows-1252, it is read right and said; given a BOM, it is not in the way', async () => {
    const latin = Buffer.from('id;kind;name\na;mast;Forlì è città\n', 'latin1');
    const report = await load('resources', latin);
    expect(report.notes[0]).toContain('not UTF-8');
    expect(await query('SELECT name FROM resources')).toEqual([{ name: 'Forlì è città' }]);
    expect(await load('resources', '\uFEFFid;kind;name\na;mast;Forlì è città\n')).toMatchObject({
      unchanged: 1,
      notes: [],
    });
  });

  test('given a complete file, absent rows end; above a tenth only with force; with services on them not at all', async () => {
    await loadAll();
    const most = SERVICES.split('\n').slice(0, 2).join('\n');
    const refused = await load('services', most, { complete: true });
    expect(refused).toMatchObject({ state: 'refused', ended: 1 });
    expect(refused.problems[0]?.wrong).toContain('1 of 2 services');
    const preview = await load('services', most, { complete: true, force: true, dryRun: true });
    expect(preview).toMatchObject({ state: 'done', ended: 1, unchanged: 1 });
    const resources = 'id,kind,name\nmast-1,mast,Traliccio Uno\n';
    const stands = await load('resources', resources, { complete: true, force: true });
    expect(stands.problems.map(({ wrong }) => wrong).join()).toContain(
      '"pop" is not in the file and would end, but 1 service',
    );
    expect(await load('services', most, { complete: true, force: true })).toMatchObject({ state: 'done', ended: 1 });
    expect(await query("SELECT external_id FROM services WHERE state = 'ended'")).toEqual([{ external_id: 's2' }]);
    const done = await load('resources', 'id,kind,name,upstream\nmast-1,mast,Traliccio Uno,\n', {
      complete: true,
      force: true,
    });
    expect(done).toMatchObject({ state: 'done', ended: 2, changed: 1 });
    // An ended service may go on naming what has ended; one in use may not.
    expect(await load('services', SERVICES.replace('suspended', 'ended'))).toMatchObject({ state: 'done' });
    expect((await load('services', SERVICES)).problems[0]?.wrong).toBe('The resource "pop" has ended.');
  });

  test('given a STOP after the consent, no import undoes it; a newer consent does', async () => {
    await loadAll();
    await stopAddress(platform, { channel: 'sms', address: '+393331234567', source: 'sms', text: 'STOP' });
    const consent = async () =>
      (await query("SELECT consent FROM contact_points WHERE address = '+393331234567' ORDER BY id")).map(
        (row) => row.consent,
      );
    await load('customers', CUSTOMERS);
    expect(await consent()).toEqual(['refused']);
    // Not at another customer with the same number either.
    await load('customers', CUSTOMERS.replace('c1;', 'c7;'));
    expect(await consent()).toEqual(['refused', 'refused']);
    platform.clock.advance(48 * 3_600_000);
    const later = CUSTOMERS.replace('2026-01-10T10:00:00+01:00', '2026-03-11T10:00:00+01:00');
    await load('customers', later);
    expect(await consent()).toEqual(['granted', 'refused']);
  });

  test('given a STOP from a number that nobody has, an older yes imported later does not enrol it, until START or a newer yes', async () => {
    const sms = { channel: 'sms', address: '+393331234567', source: 'sms' } as const;
    const consent = async (id: string) =>
      (
        await query(
          `SELECT point.consent FROM contact_points point JOIN parties ON parties.id = party_id WHERE external_id = '${id}' AND channel = 'sms'`,
        )
      )[0]?.consent;
    expect((await stopAddress(platform, { ...sms, text: 'STOP' })).contactPoints).toBe(0);
    expect((await stopAddress(platform, { ...sms, text: 'Stop' })).contactPoints).toBe(0); // said twice is one refusal
    await loadAll();
    expect(await consent('c1')).toBe('refused');
    // At whoever names it, and only that number.
    await load('customers', CUSTOMERS.replace('c1;', 'c7;'));
    expect(await consent('c7')).toBe('refused');
    // START gives back the yes that the import brought, to both.
    platform.clock.advance(1000);
    expect(await startAddress(platform, { ...sms, text: 'START' })).toMatchObject({ contactPoints: 2 });
    expect([await consent('c1'), await consent('c7')]).toEqual(['granted', 'granted']);
    await load('customers', CUSTOMERS.replace('c1;', 'c8;'));
    expect(await consent('c8')).toBe('granted');
    const { rows } = await platform.database.pool.query(
      "SELECT data FROM events WHERE subject_kind = 'address-refusal'",
    );
    expect(rows).toHaveLength(3);
    expect(JSON.stringify(rows)).not.toContain('333');
  });

  test('given another phone without consent, the old one ends and the new one is not enrolled', async () => {
    await loadAll();
    await load('customers', 'id,name,kind,phone,notify\nc1,Anna Verdi,consumer,333 7654321,\n');
    expect(
      await query(
        "SELECT address, consent, ended_at IS NOT NULL AS ended FROM contact_points WHERE channel = 'sms' AND address LIKE '+39333%' ORDER BY 1",
      ),
    ).toEqual([
      { address: '+393331234567', consent: 'granted', ended: true },
      { address: '+393337654321', consent: 'none', ended: false },
    ]);
    expect(
      await query("SELECT count(*) AS n FROM contact_points WHERE channel = 'email' AND ended_at IS NULL"),
    ).toEqual([{ n: 1 }]);
  });

  test('given a process that dies in the middle, the next one finishes without doubling', async () => {
    await load('resources', RESOURCES);
    await load('customers', CUSTOMERS);
    const rows = Array.from({ length: 1700 }, (_, index) => `x${index},c1,FWA,mast-1,active`);
    const id = await stage('services', ['id,customer_id,product,resource_id,state', ...rows].join('\n'));
    await expect(
      runImport(platform, id, ({ applied }) => {
        if (applied >= 1200) throw new Error('killed');
      }),
    ).rejects.toThrow('killed');
    expect((await query('SELECT count(*) AS n FROM services'))[0]?.n).toBe(1200);
    const unfinished = await stage('services', 'id,customer_id,product,resource_id,state\nlast,c1,FWA,pop,active');
    await platform.database.pool.query("UPDATE imports SET state = 'staging' WHERE id = $1", [unfinished]);
    expect(await resumeImports(platform)).toBe(2);
    expect((await query('SELECT count(*) AS n FROM services'))[0]?.n).toBe(1700);
    expect(
      await query("SELECT state, applied, added, changed FROM imports WHERE kind = 'services' ORDER BY started_at, id"),
    ).toEqual([
      { state: 'done', applied: 1700, added: 1700, changed: 0 },
      { state: 'failed', applied: 0, added: 0, changed: 0 },
    ]);
    expect(await query('SELECT * FROM import_rows')).toEqual([]);
  });

  test('given any services twice, the second time changes nothing', async () => {
    await load('resources', RESOURCES);
    await load('customers', CUSTOMERS);
    const field = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((text) => text.trim() !== '' && !text.includes('\0') && !text.includes('\uFFFD'));
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(
          fc.record({
            id: fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/),
            product: field,
            address: field,
            fee: fc.integer({ min: 0, max: 99_999 }),
          }),
          {
            selector: ({ id }) => id,
            minLength: 1,
            maxLength: 20,
          },
        ),
        async (services) => {
          const rows = services.map(
            ({ id, product, address, fee }) =>
              `${id},c1,${quoted(product)},${quoted(address)},pop,active,${(fee / 100).toFixed(2)}`,
          );
          const content = ['id,customer_id,product,address,resource_id,state,monthly_fee', ...rows].join('\n');
          expect(await load('services', content)).toMatchObject({ state: 'done', problems: [] });
          expect(await load('services', content)).toMatchObject({ added: 0, changed: 0, unchanged: services.length });
        },
      ),
      { numRuns: 15 },
    );
  });

  test('given a file over HTTP, it is taken, worked off, and can be followed', async () => {
    const http = createHttp({ log: platform.log, guard: async () => ACTOR, trustedProxies: [] });
    importRoutes(http, platform);
    const form = (parts: [string, string, string?][]) => ({
      headers: { 'content-type': 'multipart/form-data; boundary=line' },
      payload: `${parts.map(([name, value, file]) => `--line\r\ncontent-disposition: form-data; name="${name}"${file ? `; filename="${file}"` : ''}\r\n\r\n${value}\r\n`).join('')}--line--\r\n`,
    });
    const url = '/api/v1/imports';
    const wrong = await http.inject({ method: 'POST', url, ...form([['file', RESOURCES, 'a.csv']]) });
    expect([wrong.statusCode, wrong.json().code]).toEqual([400, 'no-kind']);
    const taken = await http.inject({
      method: 'POST',
      url,
      ...form([
        ['kind', 'resources'],
        ['file', RESOURCES, 'a.csv'],
      ]),
    });
    expect([taken.statusCode, taken.json().kind]).toEqual([202, 'resources']);
    await runImport(platform, taken.json().id);
    const report = await http.inject({ method: 'GET', url: `${url}/${taken.json().id}` });
    expect(report.json()).toMatchObject({ state: 'done', added: 3, fileName: 'a.csv', by: 'test' });
    const broken = await http.inject({
      method: 'POST',
      url,
      ...form([
        ['kind', 'resources'],
        ['file', `${RESOURCES}\n,mast,,,,,`, 'b.csv'],
      ]),
    });
    await runImport(platform, broken.json().id);
    const refused = (await http.inject({ method: 'GET', url: `${url}/${broken.json().id}` })).json();
    expect(refused).toMatchObject({ state: 'refused', problemCount: refused.problems.length });
    expect(refused.problemCount).toBeGreaterThan(0);
    const list = (await http.inject({ method: 'GET', url })).json();
    expect(list).toHaveLength(2);
    // The list counts the problems; only the report of one import names them.
    const listed = list.find((one: { id: string }) => one.id === refused.id);
    expect(listed).toMatchObject({ state: 'refused', problemCount: refused.problemCount });
    expect(listed).not.toHaveProperty('problems');
    await http.close();
  });

  test('given the command, its exit status and words say what happened', async () => {
    const run = async (file: string, json: boolean) => {
      const [out, err] = [new PassThrough(), new PassThrough()];
      const status = await importCommand(
        { kind: 'resources', file, dryRun: false, json, complete: false, force: false },
        platform,
        { out, err },
      );
      return { status, out: String(out.read() ?? ''), err: String(err.read() ?? '') };
    };
    const file = join(platform.dataFolder, 'resources.csv');
    writeFileSync(file, RESOURCES);
    expect(await run(file, false)).toEqual({
      status: 0,
      out: '3 resources: 3 were added, 0 changed, 0 unchanged, 0 ended.\n',
      err: '',
    });
    writeFileSync(file, 'id,kind,name\n,mast,A\n');
    expect(await run(file, false)).toMatchObject({
      status: 1,
      err: expect.stringContaining('line 2, id: The field is empty.'),
    });
    const asJson = await run(file, true);
    expect([asJson.status, JSON.parse(asJson.out).problemCount]).toEqual([1, 1]);
    expect((await run(`${file}.none`, false)).status).toBe(1);
    await sql`SELECT 1`.execute(platform.database.db);
  });
});
