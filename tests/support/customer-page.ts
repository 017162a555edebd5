import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { caseLink, openCase } from '../../server/cases/index.ts';
import { judgeContent, safeName } from '../../server/channels/email/attachments.ts';
import { type CustomerPagePorts, customerPageRoutes } from '../../server/customer-page/index.ts';
import { createFlow, type Flow } from '../../server/flow.ts';
import { createHttp, type Http } from '../../server/platform/http.ts';
import { newId } from '../../server/platform/ids.ts';
import { makeFirstTeams } from '../../server/teams/index.ts';
import { type Engine, openTestPlatform, type TestPlatform } from './test-platform.ts';

export const MINUTE = 60_000;
export const DAY = 1440 * MINUTE;
export const MAIL = 'anna.verdi@example.it';
export const PHONE = '+393475551001';

/** The pages of customers over HTTP, with two customers in a database that is empty before each test, and hands to use them with. */
export function useCustomerPage(engine: Engine) {
  let platform: TestPlatform;
  let flow: Flow;
  let http: Http;
  let anna: { party: string; mail: string; phone: string };
  let bruno: { party: string; mail: string; phone: string };

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    flow = createFlow(platform);
    await platform.database.transaction((tx) => makeFirstTeams(tx, platform.clock));
    http = createHttp({
      log: platform.log,
      guard: async () => ({ kind: 'staff', id: 'nobody', roles: [] }),
      trustedProxies: ['127.0.0.1'],
    });
    const ports: CustomerPagePorts = {
      platform,
      cases: flow.intake.cases,
      intake: flow.intake,
      namePeople: flow.namePeople,
      judgeFile: async (content, name, declared) => ({
        name: safeName(name, 'file'),
        ...(await judgeContent(content, name, declared)),
      }),
    };
    customerPageRoutes(http, ports);
    await http.ready();
  });
  afterAll(async () => {
    await http?.close();
    await platform?.close();
  });

  beforeEach(async () => {
    platform.clock.set(new Date('2026-03-10T13:05:00Z'));
    const { pool } = platform.database;
    await pool.query(
      'TRUNCATE parties, contact_points, cases, messages, attachments, promises, events, rate_limits, outbox, outgoing_texts, inbound_messages, automatic_answers CASCADE',
    );
    const add = async (externalId: string, name: string, mail: string, phone: string) => {
      const ids = { party: newId(), mail: newId(), phone: newId() };
      await pool.query(
        "INSERT INTO parties (id, external_id, name, kind, language) VALUES ($1, $2, $3, 'consumer', 'it')",
        [ids.party, externalId, name],
      );
      await pool.query(
        "INSERT INTO contact_points (id, party_id, channel, address, verification) VALUES ($1, $3, 'email', $4, 'verified'), ($2, $3, 'sms', $5, 'verified')",
        [ids.mail, ids.phone, ids.party, mail, phone],
      );
      return ids;
    };
    anna = await add('c1', 'Anna Verdi', MAIL, PHONE);
    bruno = await add('c2', 'Bruno Neri', 'bruno@example.it', '+393475551002');
  });

  const open = async (who = anna, words = 'La linea cade ogni dieci minuti', topic = 'line slow' as const) =>
    await platform.database.transaction(async (tx) => {
      const opened = await openCase(
        tx,
        flow.intake.cases,
        { kind: 'party', id: who.party, through: 'email' },
        {
          partyId: who.party,
          contactPointId: who.mail,
          language: 'it',
          triage: { topic, severity: 'minor', serviceId: null, resourceId: null, reasons: {} },
          message: {
            channel: 'email',
            partyId: who.party,
            contactPointId: who.mail,
            claim: false,
            language: 'it',
            subject: null,
            body: words,
            quoted: null,
            html: null,
            inboundId: null,
            mailId: null,
            attachments: [],
          },
        },
      );
      const token = await caseLink(tx, flow.intake.cases, opened.id, who.party, who.mail);
      return { ...opened, token, path: `/c/${token}` };
    });
  type Opened = Awaited<ReturnType<typeof open>>;

  const get = async (url: string, headers: Record<string, string> = {}) =>
    await http.inject({ method: 'GET', url, headers });
  const post = async (url: string, fields: Record<string, string | string[]>, headers: Record<string, string> = {}) => {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
    return await http.inject({
      method: 'POST',
      url,
      payload: body.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  };
  const upload = async (
    url: string,
    fields: Record<string, string>,
    files: { name: string; type: string; bytes: Buffer }[] = [],
    headers: Record<string, string> = {},
  ) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    for (const { name, type, bytes } of files) form.append('files', new Blob([new Uint8Array(bytes)], { type }), name);
    const request = new Request('http://localhost/', { method: 'POST', body: form });
    return await http.inject({
      method: 'POST',
      url,
      payload: Buffer.from(await request.arrayBuffer()),
      headers: { 'content-type': request.headers.get('content-type') ?? '', ...headers },
    });
  };
  const one = async <Row>(query: string, values: unknown[] = []): Promise<Row> =>
    (await platform.database.pool.query(query, values)).rows[0] as Row;
  const all = async <Row>(query: string, values: unknown[] = []): Promise<Row[]> =>
    (await platform.database.pool.query(query, values)).rows as Row[];
  const caseOf = async ({ id }: Opened) =>
    await one<{
      state: string;
      formal_at: Date | null;
      language: string;
      contact_point_id: string | null;
      topic: string;
    }>('SELECT state, formal_at, language, contact_point_id, topic FROM cases WHERE id = $1', [id]);
  const said = async ({ id }: Opened) =>
    await all<{ kind: string; body: string; actor: Record<string, string>; direction: string }>(
      'SELECT kind, body, actor, direction FROM messages WHERE case_id = $1 ORDER BY number',
      [id],
    );
  const askFix = async ({ id }: Opened): Promise<void> => {
    await platform.database.pool.query(
      "UPDATE cases SET state = 'fix reported', fix_reported_at = $2, asked_at = $2, asked_what = 'fix works', asked_times = 1 WHERE id = $1",
      [id, platform.clock.business()],
    );
  };
  const sentTo = async (address: string): Promise<string[]> =>
    (
      await all<{ body: string }>(
        'SELECT text.body FROM outbox JOIN outgoing_texts text ON text.id = outbox.text_id WHERE outbox.address = $1 ORDER BY outbox.id',
        [address],
      )
    ).map(({ body }) => body);
  const codeAt = async (address: string): Promise<string> =>
    /\b\d{6}\b/.exec((await sentTo(address)).filter((text) => /codice|code/.test(text)).at(-1) ?? '')?.[0] ?? 'none';
  const counts = async () =>
    await one(
      'SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM messages) AS messages, (SELECT count(*) FROM outbox) AS outbox, (SELECT count(*) FROM one_time_codes) AS codes, (SELECT count(*) FROM case_links) AS links, (SELECT count(*) FROM rate_limits) AS limits',
    );
  /** Asks for a code and gives what the next form needs. */
  const withCode = async (opened: Opened, page: string, point = anna.mail, address = MAIL) => {
    const answer = await post(`${opened.path}/code`, { page, codeAt: point });
    expect(answer.statusCode, answer.body).toBe(303);
    expect(answer.headers.location).toBe(`${opened.path}/${page}?at=${point}`);
    return { codeAt: point, code: await codeAt(address) };
  };
  return {
    open,
    get,
    post,
    upload,
    one,
    all,
    caseOf,
    said,
    askFix,
    sentTo,
    codeAt,
    counts,
    withCode,
    get platform() {
      return platform;
    },
    get flow() {
      return flow;
    },
    get http() {
      return http;
    },
    get anna() {
      return anna;
    },
    get bruno() {
      return bruno;
    },
  };
}

export type Opened = Awaited<ReturnType<ReturnType<typeof useCustomerPage>['open']>>;
