import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { textOfPdf } from '../../tests/support/read-pdf.ts';
import { readZip } from '../../tests/support/read-zip.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { applyCustomers, applyServices } from '../customers/index.ts';
import type { Actor } from '../platform/actor.ts';
import { storeBlob } from '../platform/blobs.ts';
import { createHttp, type Http } from '../platform/http.ts';
import { newId } from '../platform/ids.ts';
import { DEFAULT_SETTINGS } from '../settings/index.ts';
import { dailyRetention, exportCaseCommand, exportRoutes, forgetOld } from './index.ts';

const DAY = 86_400_000;
const CANARY = 'canarino';

describe.each(ENGINES)('files, erasure and retention on %s', (engine) => {
  let platform: TestPlatform;
  let http: Http;
  let actor: Actor;
  let party: string;
  let stranger: string;
  let team: string;
  let cases: Record<string, string>;
  let point: string;

  const query = (text: string, values: unknown[] = []) => platform.database.pool.query(text, values);
  const rows = async (text: string, values: unknown[] = []) =>
    (await query(text, values)).rows as Record<string, unknown>[];
  const daysAgo = (days: number) => new Date(platform.clock.business().getTime() - days * DAY);
  const blob = async (text: string) =>
    (await platform.database.transaction((tx) => storeBlob(tx, Buffer.from(text), platform.clock.business()))).id;

  const say = async (
    caseId: string,
    number: number,
    message: {
      body: string;
      direction?: string;
      visibility?: string;
      claim?: boolean;
      channel?: string;
      days?: number;
      by?: string;
      state?: string;
      raw?: string;
      partyId?: string;
    },
  ) => {
    const id = newId();
    let inbound: string | null = null;
    if (message.raw) {
      inbound = newId();
      await query(
        `INSERT INTO inbound_messages (id, channel, received_at, content_hash, raw, raw_blob, sender, text, worked_at, case_id)
         VALUES ($1, $2, $3, $4, $5, $6, '+393331234567', $7, $3, $8)`,
        [
          inbound,
          message.channel ?? 'sms',
          daysAgo(message.days ?? 1),
          newId(),
          message.raw.length < 40 ? Buffer.from(message.raw) : null,
          message.raw.length < 40 ? null : await blob(message.raw),
          message.body,
          caseId,
        ],
      );
    }
    await query(
      `INSERT INTO messages (said_at, id, case_id, number, direction, visibility, kind, channel, actor, party_id, claim, language, subject, body, inbound_id, state, settled_at)
       VALUES ($1, $2, $3, $4, $5, $6, 'reply', $7, $8, $9, $10, 'it', 'Oggetto', $11, $12, $13, $1)`,
      [
        daysAgo(message.days ?? 1),
        id,
        caseId,
        number,
        message.direction ?? 'in',
        message.visibility ?? 'customer',
        message.channel ?? 'sms',
        JSON.stringify(message.by ? { kind: 'staff', id: message.by } : { kind: 'party', id: party }),
        message.by ? null : (message.partyId ?? party),
        message.claim ?? false,
        message.body,
        inbound,
        message.state ?? null,
      ],
    );
    await query('INSERT INTO mail_keys (mail_id_hash, case_id, message_id, made_at) VALUES ($1, $2, $3, $4)', [
      Buffer.from(id),
      caseId,
      id,
      daysAgo(1),
    ]);
    return id;
  };
  const openCase = async (
    name: string,
    number: string,
    options: { ended?: number; formal?: boolean; topic?: string; partyId?: string } = {},
  ) => {
    const id = newId();
    cases[name] = id;
    await query(
      `INSERT INTO cases (id, number, party_id, state, topic, language, subject, channel, contact_point_id, team_id, opened_at, last_heard_at, ended_at, formal_at, triage)
       VALUES ($1, $2, $3, $4, $5, 'it', $6, 'sms', $7, $8, $9, $9, $10, $11, '{"stems": ["canarino"]}')`,
      [
        id,
        number,
        options.partyId ?? party,
        options.ended === undefined ? 'in work' : 'confirmed',
        options.topic ?? 'line slow',
        `${CANARY}: perché è lenta?`,
        point,
        team,
        daysAgo((options.ended ?? 0) + 3),
        options.ended === undefined ? null : daysAgo(options.ended),
        options.formal ? daysAgo(options.ended ?? 0) : null,
      ],
    );
    return id;
  };
  const get = async (url: string) => {
    const answer = await http.inject({ method: 'GET', url });
    return { status: answer.statusCode, headers: answer.headers, bytes: answer.rawPayload };
  };
  const post = async (url: string, payload: object = {}) => {
    const answer = await http.inject({ method: 'POST', url, payload });
    return {
      status: answer.statusCode,
      bytes: answer.rawPayload,
      json: () => answer.json() as Record<string, unknown>,
    };
  };

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    http = createHttp({ log: platform.log, guard: async () => actor, trustedProxies: [] });
    exportRoutes(http, platform);
  });
  afterAll(async () => {
    await http.close();
    await platform.close();
  });

  beforeEach(async () => {
    await query(
      'TRUNCATE parties, contact_points, consents, services, cases, messages, attachments, blobs, blob_chunks, mail_keys, inbound_messages, promises, events, teams, staff, notices, notice_keys, one_time_codes, case_links, alarm_sources, alarm_deliveries, imports, outbox, outgoing_texts, delegations, party_merges, hand_overs CASCADE',
    );
    actor = { kind: 'staff', id: 'carla', roles: ['administrator'] };
    cases = {};
    [party, stranger, team, point] = [newId(), newId(), newId(), newId()];
    await query(
      "INSERT INTO staff (id, name, email, roles, created_at, updated_at, joined_at) VALUES ('carla', 'Carla Conti', 'c@example.it', '{administrator}', $1, $1, $1)",
      [daysAgo(9)],
    );
    await query("INSERT INTO teams (id, name, kind, made_at) VALUES ($1, 'Assistenza', 'care', $2)", [
      team,
      daysAgo(9),
    ]);
    await query(
      "INSERT INTO parties (id, external_id, name, kind, tax_code, language) VALUES ($1, 'c1', 'Niccolò Canarino', 'consumer', 'CNRNCL80A01L219X', 'it'), ($2, 'c2', 'Altra Persona', 'consumer', NULL, 'it')",
      [party, stranger],
    );
    await query(
      "INSERT INTO contact_points (id, party_id, channel, address, verification, consent) VALUES ($1, $2, 'sms', '+393331234567', 'verified', 'granted')",
      [point, party],
    );
    await query(
      "INSERT INTO consents (id, contact_point_id, decision, given_at, recorded_at, source, text_shown, actor) VALUES ($1, $2, 'granted', $3, $3, 'contract', 'Avvisi', '{}')",
      [newId(), point, daysAgo(100)],
    );
    await query(
      "INSERT INTO services (id, external_id, party_id, product, address, resource_id, state) VALUES ($1, 's1', $2, 'FWA 30', 'Via Canarino 4', $1, 'ended')",
      [newId(), party],
    );
  });

  const fillCase = async () => {
    const id = await openCase('main', '26000018');
    await say(id, 1, {
      body: `Perché la linea è così lenta? Costa € 29,90 al mese 👍 ${CANARY}`,
      raw: 'raw sms of the customer',
    });
    await say(id, 2, {
      body: 'È piena la cella fino alle 22. Линия, γραμμή, Łódź, Ștefan: السلام عليكم',
      direction: 'out',
      by: 'carla',
      state: 'delivered',
    });
    await say(id, 3, { body: 'Nota segreta', direction: 'note', visibility: 'operator', by: 'carla' });
    await say(id, 4, { body: 'Sono il cugino', claim: true, partyId: stranger, raw: 'raw claim' });
    const mail = await say(id, 5, {
      body: 'In allegato la prova',
      channel: 'email',
      raw: `From: x\r\n\r\n${'large original '.repeat(30_000)}`,
    });
    for (const [number, name, content] of [
      [1, '../../prova è qui.txt', 'the proof '.repeat(60_000)],
      [2, 'virus.exe', null],
    ] as const)
      await query(
        'INSERT INTO attachments (id, message_id, case_id, number, name, type, size, blob_id, problem) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
        [
          newId(),
          mail,
          id,
          number,
          name,
          'text/plain',
          content?.length ?? 9,
          content ? await blob(content) : null,
          content ? null : 'not allowed',
        ],
      );
    for (const [kind, state, promisee] of [
      ['case-next-word', 'broken', 'party'],
      ['formal-answer', 'open', 'party'],
      ['hand-over', 'kept', 'staff'],
    ] as const)
      await query(
        "INSERT INTO promises (id, kind, subject_kind, subject_id, promisee_kind, ladder, made_at, due_at, warn_at, state, settled_at) VALUES ($1, $2, 'case', $3, $4, 'care', $5, $6, $6, $7, $8)",
        [newId(), kind, id, promisee, daysAgo(2), daysAgo(1), state, state === 'open' ? null : daysAgo(1)],
      );
    for (const kind of ['case.opened', 'case.taken', 'case.noted', 'promise.broken'])
      await query(
        "INSERT INTO events (at, recorded_at, kind, subject_kind, subject_id, actor) VALUES ($1, $1, $2, 'case', $3, '{}')",
        [daysAgo(2), kind, id],
      );
    return id;
  };

  test('given a case, when its file is asked for, then PDF and archive hold what the customer may have, legibly; the house gets all', async () => {
    const id = await fillCase();
    const answer = await get(`/api/v1/cases/${id}/export.zip`);
    expect([answer.status, answer.headers['content-type'], answer.headers['content-disposition']]).toEqual([
      200,
      'application/zip',
      'attachment; filename="26000018.zip"',
    ]);
    const files = readZip(answer.bytes);
    expect([...files.keys()].sort()).toEqual([
      '26000018.pdf',
      'attachments/005-01-_._prova è qui.txt',
      'index.json',
      'messages/001-in-sms.txt',
      'messages/002-out-sms.txt',
      'messages/005-in-email.txt',
      'originals/001.bin',
      'originals/002.eml',
    ]);
    expect(files.get('messages/001-in-sms.txt')?.toString()).toContain('€ 29,90 al mese 👍');
    expect(files.get('originals/001.bin')?.toString()).toBe('raw sms of the customer');
    expect(files.get('originals/002.eml')?.length).toBe(13 + 15 * 30_000 - 2);
    const attachment = [...files].find(([name]) => name.startsWith('attachments/'))?.[1];
    expect(attachment?.toString()).toBe('the proof '.repeat(60_000));
    const index = JSON.parse(files.get('index.json')?.toString() ?? '{}');
    expect(index).toMatchObject({
      case: { number: '26000018' },
      attachments: [{ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }, { file: null, problem: 'not allowed' }],
    });
    const pdf = files.get('26000018.pdf') ?? Buffer.alloc(0);
    // Only the letters that occur are in it: the two faces together have 1.3 MB.
    expect(pdf.length).toBeLessThan(80_000);
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const text = textOfPdf(pdf);
    for (const words of [
      'Fascicolo della pratica 26000018',
      'Perché la linea è così lenta? Costa € 29,90 al mese [?]',
      'È piena la cella fino alle 22.',
      'Линия, γραμμή, Łódź, Ștefan:',
      'مكيلع',
      'Carla Conti',
      'consegnato',
      'Pratica aperta',
      'prossima notizia: NON mantenuto',
      'risposta al reclamo formale: in corso',
      'Niccolò Canarino',
      'pagina 1 di',
    ])
      expect(text.replaceAll('\n', ' ')).toContain(words);
    for (const hidden of [
      'Nota segreta',
      'Nota interna',
      'case.noted',
      'cugino',
      'Presa da una persona',
      'presa in carico della squadra',
    ])
      expect(text + answer.bytes.toString('latin1')).not.toContain(hidden);

    const whole = readZip((await get(`/api/v1/cases/${id}/export.zip?audience=house&language=en`)).bytes);
    const all = textOfPdf(whole.get('26000018.pdf') ?? Buffer.alloc(0)).replaceAll('\n', ' ');
    for (const words of [
      'File of the case 26000018',
      'Nota segreta',
      'Sono il cugino',
      'sender not known to be the customer',
      'acceptance by the team: kept',
      'File made',
    ])
      expect(all).toContain(words);
    expect(whole.get('originals/002.bin')?.toString() ?? whole.get('originals/001.bin')?.toString()).toMatch(/raw/);
    expect(
      await rows(
        "SELECT data->>'audience' AS audience, actor->>'id' AS id FROM events WHERE kind = 'case.exported' ORDER BY number",
      ),
    ).toEqual([
      { audience: 'customer', id: 'carla' },
      { audience: 'house', id: 'carla' },
    ]);

    const out = mkdtempSync(join(tmpdir(), 'filodiretto-export-'));
    try {
      const path = await exportCaseCommand(platform, '2600 0018', { out: join(out, 'new'), all: false });
      expect(readdirSync(join(out, 'new'))).toEqual(['26000018.zip']);
      expect([...readZip(readFileSync(path)).keys()].sort()).toEqual([...files.keys()].sort());
      await expect(exportCaseCommand(platform, '99', { out, all: false })).rejects.toMatchObject({
        code: 'no-such-case',
      });
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });

  test('given a complaint about behaviour, when somebody asks for its file who may not see it, then it is not there', async () => {
    const id = await openCase('conduct', '26000034', { topic: 'conduct' });
    actor = { kind: 'staff', id: 'anna', roles: ['care'] };
    expect((await get(`/api/v1/cases/${id}/export.zip`)).status).toBe(404);
    actor = { kind: 'staff', id: 'carla', roles: ['manager'] };
    expect((await get(`/api/v1/cases/${id}/export.zip`)).status).toBe(200);
    expect((await get(`/api/v1/cases/${newId()}/export.zip`)).status).toBe(404);
  });

  test('given a party, when all that is kept is asked for, then it holds record, cases and what they said elsewhere', async () => {
    await fillCase();
    const other = await openCase('other', '26000042', { partyId: stranger });
    await say(other, 1, { body: 'Detto altrove', claim: true });
    const answer = await post(`/api/v1/parties/${party}/export`);
    const files = readZip(answer.bytes);
    expect([...files.keys()].filter((name) => name.endsWith('.pdf'))).toEqual(['cases/26000018/26000018.pdf']);
    expect(JSON.parse(files.get('party.json')?.toString() ?? '{}')).toMatchObject({
      party: { externalId: 'c1', name: 'Niccolò Canarino', taxCode: 'CNRNCL80A01L219X' },
      contactPoints: [{ address: '+393331234567' }],
      consents: [{ decision: 'granted', textShown: 'Avvisi' }],
      services: [{ externalId: 's1', address: 'Via Canarino 4' }],
      saidElsewhere: [{ body: 'Detto altrove' }],
      cases: ['26000018'],
    });
    expect(answer.bytes.toString('latin1')).not.toContain('segreta');
    expect(await rows("SELECT kind FROM events WHERE subject_kind = 'party'")).toEqual([{ kind: 'party.exported' }]);
  });

  /** Every text of every table of this schema in which the canary, the name, the number or the tax code still stands. */
  const remains = async () => {
    const found: string[] = [];
    const columns = await rows(
      `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
       WHERE table_schema = current_schema() AND (data_type IN ('text', 'jsonb', 'bytea', 'ARRAY')) AND table_name NOT LIKE '%\\_rest'`,
    );
    for (const { table, column } of columns) {
      const seen = await rows(
        `SELECT 1 FROM "${table}" WHERE CASE WHEN pg_typeof("${column}")::text = 'bytea' THEN encode("${column}"::text::bytea, 'escape') ELSE "${column}"::text END
           ~* 'canarino|3331234567|CNRNCL|raw sms' LIMIT 1`,
      );
      if (seen.length > 0) found.push(`${table}.${column}`);
    }
    return found.sort();
  };

  test('given a former customer, when they are erased, then no text of theirs is anywhere, figures stay, and nothing brings them back', async () => {
    const id = await fillCase();
    await query("UPDATE cases SET state = 'confirmed', ended_at = $2 WHERE id = $1", [id, daysAgo(0)]);
    const other = await openCase('other', '26000042', { partyId: stranger });
    await query("UPDATE cases SET subject = 'Altro', triage = '{}', contact_point_id = NULL WHERE id = $1", [other]);
    await say(other, 1, { body: `${CANARY} altrove`, claim: true });
    await say(other, 2, { body: 'Parole dell’altra persona', partyId: stranger });
    const shared = await blob('the proof '.repeat(60_000));
    await query(
      "INSERT INTO attachments (id, message_id, case_id, number, name, type, size, blob_id) VALUES ($1, $1, $2, 1, 'copia.txt', 'text/plain', 5, $3)",
      [newId(), other, shared],
    );
    await query(
      "INSERT INTO hand_overs (id, case_id, to_team_id, note, made_at, actor, due_at, ended_at) VALUES ($1, $2, $3, $4, $5, '{}', $5, $5)",
      [newId(), id, team, `Il signor ${CANARY} attende`, daysAgo(1)],
    );
    await query(
      "INSERT INTO delegations (id, party_id, delegate_id, scopes, starts_at, evidence, made_at, actor) VALUES ($1, $2, $3, '{technical}', $4, $5, $4, '{}')",
      [newId(), party, stranger, daysAgo(1), `Lettera di ${CANARY}`],
    );
    const [queued, text, twin] = [
      await say(id, 6, { body: CANARY, direction: 'out', state: 'queued' }),
      newId(),
      newId(),
    ];
    await query("INSERT INTO outgoing_texts (id, channel, language, body) VALUES ($1, 'sms', 'it', $2)", [
      text,
      `Gentile ${CANARY}`,
    ]);
    await query(
      "INSERT INTO outbox (id, kind, channel, address, text_id, made_at, not_before, valid_until) VALUES ($1, 'message', 'sms', '+393331234567', $2, $3, $3, $3)",
      [queued, text, daysAgo(0)],
    );
    await query(
      "INSERT INTO parties (id, external_id, name, kind, language) VALUES ($1, 'c9', 'Nicolò Canarino', 'consumer', 'it')",
      [twin],
    );
    await query(
      "INSERT INTO party_merges (id, from_party_id, into_party_id, merged_at, actor, moved) VALUES ($1, $2, $3, $4, '{}', '{}')",
      [newId(), twin, party, daysAgo(1)],
    );
    expect((await remains()).length).toBeGreaterThan(10);
    expect((await post(`/api/v1/parties/${party}/erase`, { confirm: 'c2' })).json().code).toBe('not-confirmed');
    const answer = await post(`/api/v1/parties/${party}/erase`, { confirm: 'c1' });
    expect(answer.json()).toEqual({ messages: 7, attachments: 2, contactPoints: 1, cases: 1, keptByLaw: 0 });
    expect(await remains()).toEqual([]);
    // Figures, receipts and promises.
    expect(await rows('SELECT number, state, reminders FROM cases WHERE id = $1', [id])).toEqual([
      { number: '26000018', state: 'confirmed', reminders: 0 },
    ]);
    expect(await rows('SELECT count(*) AS count FROM messages WHERE case_id = $1', [id])).toEqual([{ count: 6 }]);
    expect(await rows('SELECT count(*) AS count FROM promises')).toEqual([{ count: 3 }]);
    expect(await rows('SELECT decision FROM consents')).toEqual([{ decision: 'granted' }]);
    // What others said and have is theirs.
    expect(await rows('SELECT body FROM messages WHERE case_id = $1 AND number = 2', [other])).toEqual([
      { body: 'Parole dell’altra persona' },
    ]);
    expect(await rows('SELECT count(*) AS count FROM blobs')).toEqual([{ count: 1 }]);
    expect((await post(`/api/v1/parties/${party}/erase`, { confirm: 'c1' })).json().code).toBe('already-erased');
    const facts = {
      defaultLanguage: 'it' as const,
      at: platform.clock.business(),
      recordedAt: platform.clock.system(),
      actor,
      vault: platform.vault,
    };
    await platform.database.transaction((tx) =>
      applyCustomers(
        tx,
        [
          {
            externalId: 'c1',
            name: 'Niccolò Canarino',
            kind: 'consumer',
            taxCode: 'CNRNCL80A01L219X',
            language: 'it',
            addresses: { sms: '+393331234567', email: null, pec: null },
            notify: ['sms'],
            consent: null,
          },
        ] as unknown as Parameters<typeof applyCustomers>[1],
        facts,
      ),
    );
    const [line] = await rows('SELECT resource_id AS "resourceId" FROM services');
    const service = {
      externalId: 's1',
      partyId: party,
      resourceId: String(line?.resourceId),
      product: 'FWA 30',
      address: 'Via Canarino 4',
    };
    const again = await platform.database.transaction((tx) => applyServices(tx, [{ ...service, state: 'ended' }]));
    expect(again).toEqual(['unchanged']);
    expect(await remains()).toEqual([]);
    // A file can still be made, of what is left.
    expect((await get(`/api/v1/cases/${id}/export.zip`)).status).toBe(200);
  });

  test('given lines in use or open cases, when erasure is asked for, then it is refused; given a formal complaint, then it stays whole until its time is over', async () => {
    const open = await openCase('open', '26000018');
    expect((await post(`/api/v1/parties/${party}/erase`, { confirm: party })).json().code).toBe('party-in-use');
    await query("UPDATE cases SET ended_at = $2, formal_at = $2, state = 'confirmed' WHERE id = $1", [
      open,
      daysAgo(5),
    ]);
    await say(open, 1, { body: `Reclamo formale ${CANARY}` });
    const plain = await openCase('plain', '26000026', { ended: 5 });
    await say(plain, 1, { body: `altro ${CANARY}` });
    expect((await post(`/api/v1/parties/${party}/erase`, { confirm: party })).json()).toEqual({
      messages: 1,
      attachments: 0,
      contactPoints: 0,
      cases: 1,
      keptByLaw: 1,
    });
    expect(await rows('SELECT body FROM messages WHERE case_id = $1', [open])).toEqual([
      { body: `Reclamo formale ${CANARY}` },
    ]);
    expect(await rows('SELECT name FROM parties WHERE id = $1', [party])).toEqual([{ name: 'Niccolò Canarino' }]);
    await forgetOld(platform);
    expect(await rows('SELECT name FROM parties WHERE id = $1', [party])).toEqual([{ name: 'Niccolò Canarino' }]);
    platform.clock.advance((DEFAULT_SETTINGS.retention.formalCases + 1) * DAY);
    const forgotten = await forgetOld(platform);
    expect(forgotten).toMatchObject({ cases: 1, parties: 1 });
    expect(await remains()).toEqual([]);
  });

  test('given things of every age, when retention runs, then each kind goes when its days are over and not before, and only once', async () => {
    const { retention } = DEFAULT_SETTINGS;
    for (let index = 0; index < 23; index++) {
      const id = await openCase(`old${index}`, `2500${String(index).padStart(4, '0')}`, {
        ended: retention.closedCases + 1,
      });
      if (index < 3) await say(id, 1, { body: CANARY, days: retention.closedCases + 2, raw: 'raw' });
    }
    const young = await openCase('young', '26000018', { ended: retention.closedCases - 1 });
    await say(young, 1, { body: 'giovane', days: retention.rawMessages + 1, raw: 'raw young' });
    const formal = await openCase('formal', '26000026', { ended: retention.closedCases + 1, formal: true });
    await say(formal, 1, { body: 'formale', days: retention.rawMessages + 1, raw: 'raw formal' });
    const legal = await openCase('legal', '26000034', { ended: retention.closedCases + 1 });
    await say(legal, 1, { body: 'con PEC', channel: 'pec', days: retention.rawMessages + 1, raw: 'raw pec' });
    const open = await openCase('open', '26000042');
    await say(open, 1, { body: 'aperta', days: retention.rawMessages + 1, raw: 'raw open' });
    const source = newId();
    await query("INSERT INTO alarm_sources (id, name, kind, token_hash, made_at) VALUES ($1, 's', 'alarms', 'x', $2)", [
      source,
      daysAgo(900),
    ]);
    for (const [days, worked] of [
      [retention.rawAlarms + 1, true],
      [retention.rawAlarms + 1, false],
      [retention.rawAlarms - 1, true],
    ] as const)
      await query('INSERT INTO alarm_deliveries (source_id, received_at, body, worked_at) VALUES ($1, $2, $3, $4)', [
        source,
        daysAgo(days),
        Buffer.from('{}'),
        worked ? daysAgo(days) : null,
      ]);
    for (const [days, state] of [
      [retention.notices + 1, 'delivered'],
      [retention.notices + 1, 'held'],
      [1, 'delivered'],
    ] as const) {
      const [notice, announcement] = [newId(), newId()];
      await query(
        "INSERT INTO notices (made_at, id, announcement_id, subject_id, party_id, contact_point_id, channel, language, text_id, state, valid_until) VALUES ($1, $2, $3, $2, $4, $5, 'sms', 'it', $2, $6, $1)",
        [daysAgo(days), notice, announcement, party, point, state],
      );
      await query(
        "INSERT INTO notice_keys (announcement_id, party_id, channel, notice_id, notice_made_at) VALUES ($1, $2, 'sms', $3, $4)",
        [announcement, party, notice, daysAgo(days)],
      );
    }
    for (const days of [retention.events + 1, 3])
      await query(
        "INSERT INTO events (at, recorded_at, kind, subject_kind, subject_id, actor) VALUES ($1, $1, 'case.opened', 'case', $2, '{}')",
        [daysAgo(days), young],
      );
    await query(
      "INSERT INTO one_time_codes (id, contact_point_id, purpose, salt, code_hash, made_at, expires_at) VALUES ($1, $2, 'x', 'a', 'b', $3, $3), ($4, $2, 'x', 'a', 'b', $5, $5)",
      [newId(), point, daysAgo(2), newId(), daysAgo(0)],
    );

    for (const days of [retention.rawMessages + 1, 3])
      await query(
        "INSERT INTO imports (id, kind, file_name, dry_run, state, started_at, finished_at, actor, problems) VALUES ($1, 'customers', 'x', false, 'refused', $2, $2, '{}', '[{}]')",
        [newId(), daysAgo(days)],
      );

    const daily = dailyRetention(platform);
    expect(await daily()).toEqual({
      cases: 23,
      originals: 1,
      parties: 0,
      alarms: 1,
      notices: 1,
      events: 1,
      codes: 1,
      links: 0,
      imports: 1,
    });
    expect(await daily()).toBeNull();
    const bodies = await rows('SELECT body FROM messages ORDER BY said_at, number');
    expect(bodies.map(({ body }) => body).sort()).toEqual([
      '[…]',
      '[…]',
      '[…]',
      'aperta',
      'con PEC',
      'formale',
      'giovane',
    ]);
    expect(
      (await rows('SELECT text FROM inbound_messages WHERE raw IS NOT NULL ORDER BY text')).map(({ text }) => text),
    ).toEqual(['aperta', 'con PEC', 'formale']);
    expect(await rows('SELECT count(*) AS count FROM notice_keys')).toEqual([{ count: 2 }]);
    expect(await rows("SELECT kind FROM events WHERE kind <> 'case.opened'")).toEqual([{ kind: 'retention.ran' }]);
    expect(Object.values(await forgetOld(platform)).every((number) => number === 0)).toBe(true);
    platform.clock.advance(DAY);
    expect(await daily()).not.toBeNull();
  });
});
