import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { textOfPdf } from '../../tests/support/read-pdf.ts';
import { readZip } from '../../tests/support/read-zip.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { caseLink, openCase } from '../cases/index.ts';
import { judgeContent, safeName } from '../channels/email/attachments.ts';
import { mergeParties, unmergeParties } from '../customers/merge.ts';
import { createFlow, type Flow } from '../flow.ts';
import type { Actor } from '../platform/actor.ts';
import { createHttp, type Http } from '../platform/http.ts';
import { newId } from '../platform/ids.ts';
import { hashToken } from '../platform/secrets.ts';
import { makeFirstTeams } from '../teams/index.ts';
import { type CustomerPagePorts, customerPageRoutes } from './index.ts';
import { newChallenge } from './proof-of-work.ts';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const MAIL = 'anna.verdi@example.it';
const PHONE = '+393475551001';

describe.each(ENGINES)('the customer’s page on %s', (engine) => {
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

  describe('reading', () => {
    test('given a link, when it is opened, then it says what happens, what is promised and what was said; the answer stays private', async () => {
      const opened = await open();
      const answer = await get(opened.path);
      expect(answer.statusCode).toBe(200);
      expect(answer.body).toContain('La linea cade ogni dieci minuti');
      expect(answer.body).toContain('La prossima notizia');
      expect(answer.body).toMatch(/Entro le \d+:\d\d di/);
      expect(answer.body.replaceAll(' ', '')).toContain(opened.number);
      expect(answer.headers).toMatchObject({
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex, nofollow',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toMatch(/unsafe|script-src|https?:|\*/);
      expect(policy).toContain(
        createHash('sha256')
          .update(/<style>(.*)<\/style>/s.exec(answer.body)?.[1] ?? '')
          .digest('base64'),
      );
      expect((await get(`${opened.path}?lang=en`)).body).toContain('What we promised');
      expect(answer.body).not.toContain(MAIL);
      expect(answer.body).not.toContain(PHONE);
    });

    test('given scanners that open and prefetch every address, then nothing changes but what they were counted for', async () => {
      const opened = await open();
      await askFix(opened);
      const before = await counts();
      for (const path of [
        '',
        '/answer',
        '/messages',
        '/call',
        '/cancel',
        '/channel',
        '/renew',
        '/code',
        '/formal',
        '/delegate',
        '/contact-point',
        '/download',
        '/delegate/end',
        '/contact-point/confirm',
      ])
        for (const method of ['GET', 'HEAD', 'OPTIONS'] as const) {
          const answer = await http.inject({
            method,
            url: `${opened.path}${path}?works=yes&text=x&done=works`,
            headers: { purpose: 'prefetch', 'sec-purpose': 'prefetch' },
          });
          expect([200, 404, 405], `${method} ${path}`).toContain(answer.statusCode);
        }
      expect(await counts()).toEqual(before);
      expect((await caseOf(opened)).state).toBe('fix reported');
    });

    test('given tokens that are guessed, forged or cut, then nothing of any case is told, and trying goes on for a while only', async () => {
      const opened = await open();
      for (const token of [
        'x',
        'A'.repeat(22),
        opened.token.slice(0, -1),
        `${opened.token}A`,
        opened.number,
        opened.id,
        '%00',
        "' OR 1=1--",
        hashToken(opened.token),
      ]) {
        const answer = await get(`/c/${encodeURIComponent(token)}`);
        expect([404, 400], token).toContain(answer.statusCode);
        expect(answer.body).not.toContain('dieci minuti');
      }
      for (let tries = 0; tries < 25; tries++) await get(`/c/${'B'.repeat(22)}`);
      const late = await get(`/c/${'B'.repeat(22)}`);
      expect(late.statusCode).toBe(429);
      expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
      expect((await get(opened.path)).statusCode).toBe(200);
    });

    test('given an expired or revoked link, then it says nothing of the case and offers a fresh one, to its first address only, a few times', async () => {
      const opened = await open();
      await platform.database.pool.query('UPDATE case_links SET revoked_at = $1', [platform.clock.business()]);
      const expired = await get(opened.path);
      expect(expired.statusCode).toBe(410);
      expect(expired.body).not.toContain('dieci minuti');
      expect(expired.body.replaceAll(' ', '')).not.toContain(opened.number);
      const press = await post(`${opened.path}/messages`, { text: 'ciao' });
      expect(press.statusCode).toBe(410);

      const before = (await sentTo(MAIL)).length;
      const nothing = await post(`/c/${'C'.repeat(22)}/renew`, {});
      const renewed = await post(`${opened.path}/renew`, { address: 'evil@example.com' });
      expect([renewed.statusCode, renewed.headers.location]).toEqual([nothing.statusCode, nothing.headers.location]);
      expect(await sentTo('evil@example.com')).toEqual([]);
      const letters = await sentTo(MAIL);
      expect(letters).toHaveLength(before + 1);
      const fresh = /\/c\/([\w-]{22})/.exec(letters.at(-1) ?? '')?.[1] ?? '';
      expect(fresh).not.toBe(opened.token);
      expect((await get(`/c/${fresh}`)).statusCode).toBe(200);

      for (let tries = 0; tries < 8; tries++) await post(`${opened.path}/renew`, {});
      expect(await sentTo(MAIL)).toHaveLength(before + 2);
      const { rows } = await platform.database.pool.query(
        "SELECT data::text FROM events WHERE data::text LIKE '%' || $1 || '%'",
        [fresh],
      );
      expect(rows).toEqual([]);
    });

    test('given time passes, then a link ends by itself', async () => {
      const opened = await open();
      platform.clock.advance(91 * DAY);
      expect((await get(opened.path)).statusCode).toBe(410);
    });
  });

  describe('answering and writing', () => {
    test('given the question whether it works, when yes is pressed, then the case is confirmed once, and the page says so', async () => {
      const opened = await open();
      await askFix(opened);
      const shown = await get(opened.path);
      const once =
        /action="[^"]*\/answer[^"]*"><input type="hidden" name="once" value="([^"]+)"/.exec(shown.body)?.[1] ?? '';
      const [first, second] = await Promise.all([
        post(`${opened.path}/answer`, { works: 'yes', once }),
        post(`${opened.path}/answer`, { works: 'yes', once }),
      ]);
      expect([first.statusCode, second.statusCode]).toEqual([303, 303]);
      expect(first.headers.location).toBe(`${opened.path}?done=works`);
      expect((await caseOf(opened)).state).toBe('confirmed');
      expect((await said(opened)).filter(({ kind }) => kind === 'confirmation')).toHaveLength(1);
      expect((await get(first.headers.location ?? '')).body).toContain('chiusa come risolta');
      const again = await post(`${opened.path}/answer`, { works: 'yes', once: 'another' });
      expect(again.statusCode).toBe(409);
    });

    test('given words beside the yes, then a person reads them before the case ends; a no takes it up again', async () => {
      const [one_, two] = [await open(), await open(bruno)];
      await askFix(one_);
      await askFix(two);
      expect(
        (await post(`${one_.path}/answer`, { works: 'yes', words: 'ma il telefono no' })).headers.location,
      ).toContain('works-words');
      expect((await caseOf(one_)).state).not.toBe('confirmed');
      expect((await post(`${two.path}/answer`, { works: 'no' })).headers.location).toContain('works-not');
      expect((await caseOf(two)).state).toBe('in work');
      expect((await post(`${two.path}/answer`, { works: 'perhaps' })).statusCode).toBe(409);
    });

    test('given a message with files, then it joins the case as it is, files by what they are; pressed twice it is one', async () => {
      const opened = await open();
      const png = Buffer.from(
        '89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c489'.replaceAll(' ', ''),
        'hex',
      );
      const words = 'Ecco la foto.\n<script>alert(1)</script> & "virgolette"';
      const send = () =>
        upload(`${opened.path}/messages`, { once: 'm1', text: words }, [
          { name: '../../etc/foto".png', type: 'application/octet-stream', bytes: png },
        ]);
      expect((await send()).statusCode).toBe(303);
      expect((await send()).statusCode).toBe(303);
      const messages = (await said(opened)).filter(({ body }) => body === words);
      expect(messages).toHaveLength(1);
      expect(messages[0]?.actor).toMatchObject({ kind: 'party', id: anna.party, through: 'web' });
      const files = await all<{ id: string; name: string; type: string }>('SELECT id, name, type FROM attachments');
      expect(files).toMatchObject([{ type: 'image/png' }]);
      const shown = await get(opened.path);
      expect(shown.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
      expect(shown.body).not.toContain('<script>');
      const file = await get(`${opened.path}/files/${files[0]?.id}`);
      expect(file.rawPayload).toEqual(png);
      expect(file.headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'x-content-type-options': 'nosniff',
      });
      expect(file.headers['content-disposition']).toMatch(/^attachment; filename\*=UTF-8''[\w.%_-]+$/);
      expect(String(file.headers['content-security-policy'])).toContain('sandbox');
    });

    test('given files that are too large, too many or not what they say, then they are refused in words and nothing is kept', async () => {
      const opened = await open();
      const exe = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200, 1)]);
      const cases: [string, { name: string; type: string; bytes: Buffer }[], string][] = [
        ['large', [{ name: 'a.jpg', type: 'image/jpeg', bytes: Buffer.alloc(10_485_761, 1) }], 'troppo grande'],
        [
          'many',
          Array.from({ length: 6 }, (_, index) => ({
            name: `${index}.txt`,
            type: 'text/plain',
            bytes: Buffer.from(`testo ${index}`),
          })),
          'Troppi file',
        ],
        [
          'very many',
          Array.from({ length: 60 }, (_, index) => ({
            name: `${index}.txt`,
            type: 'text/plain',
            bytes: Buffer.from('t'),
          })),
          'Troppi file',
        ],
        ['program', [{ name: 'fattura.pdf.exe', type: 'application/pdf', bytes: exe }], 'tipo di file'],
        ['disguised', [{ name: 'foto.jpg', type: 'image/jpeg', bytes: exe }], 'tipo di file'],
        [
          'page',
          [
            {
              name: 'foto.svg',
              type: 'image/svg+xml',
              bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'),
            },
          ],
          'tipo di file',
        ],
      ];
      const before = (await said(opened)).length;
      for (const [what, files, words] of cases) {
        const answer = await upload(`${opened.path}/messages`, { text: 'con file' }, files);
        expect([413, 422], what).toContain(answer.statusCode);
        expect(answer.body, what).toContain(words);
        expect(answer.body, what).toContain('con file</textarea>');
      }
      for (const text of ['', '   ', 'x'.repeat(10_001)])
        expect((await upload(`${opened.path}/messages`, { text })).statusCode).toBe(422);
      expect(await said(opened)).toHaveLength(before);
      expect(await all('SELECT 1 FROM attachments')).toEqual([]);
      const broken = await http.inject({
        method: 'POST',
        url: `${opened.path}/messages`,
        payload: 'no parts',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
      });
      expect(broken.statusCode).toBeLessThan(500);
      expect(await said(opened)).toHaveLength(before);
    });

    test('given somebody asks for a call, changes where and how they are answered, and withdraws, then each is done and shown', async () => {
      const opened = await open();
      expect((await post(`${opened.path}/call`, { phone: 'abc' })).statusCode).toBe(422);
      expect(
        (await post(`${opened.path}/call`, { phone: '347 555 1009', words: 'dopo le 18' })).headers.location,
      ).toContain('done=call');
      expect((await get(opened.path)).body).toContain('La telefonata');
      expect((await post(`${opened.path}/channel`, { answeredAt: anna.phone, language: 'en' })).statusCode).toBe(303);
      expect(await caseOf(opened)).toMatchObject({ language: 'en', contact_point_id: anna.phone });
      expect((await get(opened.path)).body).toContain('<html lang="en">');
      expect((await post(`${opened.path}/channel`, { answeredAt: bruno.mail, language: 'it' })).statusCode).toBe(422);
      expect((await post(`${opened.path}/channel`, { answeredAt: "x' OR 1=1", language: 'it' })).statusCode).toBe(422);
      expect((await caseOf(opened)).contact_point_id).toBe(anna.phone);
      expect((await post(`${opened.path}/cancel`, { words: 'passato' })).statusCode).toBe(303);
      expect((await caseOf(opened)).state).toBe('cancelled');
      expect((await post(`${opened.path}/cancel`, {})).statusCode).toBe(409);
    });

    test('given a link that writes without end, then it is asked to wait', async () => {
      const opened = await open();
      const answers: number[] = [];
      for (let times = 0; times < 32; times++)
        answers.push((await upload(`${opened.path}/messages`, { text: `messaggio ${times}` })).statusCode);
      expect(answers.slice(0, 30)).not.toContain(429);
      expect(answers.slice(30)).toEqual([429, 429]);
    });
  });

  describe('what needs a code', () => {
    test('given a formal complaint, then it needs the code that was sent to a known address; five wrong ones kill it', async () => {
      const opened = await open();
      expect(
        (await post(`${opened.path}/formal`, { codeAt: anna.mail, code: '123456', text: 'Chiedo un rimborso' }))
          .statusCode,
      ).toBe(422);
      const { code } = await withCode(opened, 'formal');
      const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
      for (let tries = 0; tries < 5; tries++) {
        const refused = await post(`${opened.path}/formal`, {
          codeAt: anna.mail,
          code: wrong,
          text: 'Chiedo un rimborso',
        });
        expect(refused.statusCode).toBe(422);
        expect(refused.body).toContain('Chiedo un rimborso</textarea>');
      }
      const dead = await post(`${opened.path}/formal`, { codeAt: anna.mail, code, text: 'Chiedo un rimborso' });
      expect(dead.body).toContain('non vale più');
      expect((await caseOf(opened)).formal_at).toBeNull();

      const fresh = await withCode(opened, 'formal', anna.phone, PHONE);
      const done = await post(`${opened.path}/formal`, { ...fresh, once: 'f1', text: 'Chiedo un rimborso' });
      expect(done.headers.location).toBe(`${opened.path}?done=formal`);
      expect((await caseOf(opened)).formal_at).not.toBeNull();
      expect((await get(opened.path)).body).toContain('La risposta scritta al reclamo');
      expect(
        (await post(`${opened.path}/formal`, { ...fresh, once: 'f1', text: 'Chiedo un rimborso' })).statusCode,
      ).toBe(303);
      expect((await said(opened)).filter(({ kind }) => kind === 'complaint')).toHaveLength(1);
    });

    test('given codes are asked for without end or for others’ addresses, then there is an end, and nothing goes to strangers', async () => {
      const opened = await open();
      const answers: number[] = [];
      for (let times = 0; times < 5; times++)
        answers.push((await post(`${opened.path}/code`, { page: 'formal', codeAt: anna.phone })).statusCode);
      expect(answers).toEqual([303, 303, 303, 429, 429]);
      expect(await sentTo(PHONE)).toHaveLength(3);
      for (const codeAt of [bruno.phone, newId(), '', '+393475551234'])
        expect((await post(`${opened.path}/code`, { page: 'formal', codeAt })).statusCode).toBe(422);
      expect(await sentTo('+393475551002')).toEqual([]);
      const foreign = await open(bruno);
      await withCode(foreign, 'formal', bruno.mail, 'bruno@example.it');
      const borrowed = await post(`${opened.path}/formal`, {
        codeAt: bruno.mail,
        code: await codeAt('bruno@example.it'),
        text: 'x',
      });
      expect(borrowed.statusCode).toBe(422);
    });

    test('given a new address, then it counts only after both codes; a code for one thing opens no other', async () => {
      const opened = await open();
      const download = await withCode(opened, 'download');
      expect((await post(`${opened.path}/contact-point`, { ...download, new: 'nuova@example.it' })).statusCode).toBe(
        422,
      );
      const known = await withCode(opened, 'contact-point');
      for (const wrong of ['', 'non un indirizzo', '+12025550123', MAIL])
        expect((await post(`${opened.path}/contact-point`, { ...known, new: wrong })).statusCode, wrong).toBe(422);
      const next = await post(`${opened.path}/contact-point`, { ...known, new: '347 555 1099' });
      expect(next.statusCode).toBe(303);
      const point = /new=([\w-]+)$/.exec(String(next.headers.location))?.[1] ?? '';
      expect((await get(String(next.headers.location))).body).toContain('Confermi il nuovo recapito');
      const standing = () =>
        one<{ verification: string; verified_how: string | null }>(
          'SELECT verification, verified_how FROM contact_points WHERE id = $1',
          [point],
        );
      expect((await standing()).verification).toBe('claimed');
      expect((await post(`${opened.path}/contact-point/confirm`, { point, code: '000000' })).statusCode).toBe(422);
      expect(
        (await post(`${opened.path}/contact-point/confirm`, { point: bruno.mail, code: '000000' })).statusCode,
      ).toBe(422);
      const done = await post(`${opened.path}/contact-point/confirm`, { point, code: await codeAt('+393475551099') });
      expect(done.headers.location).toContain('done=contact-point');
      expect(await standing()).toEqual({ verification: 'verified', verified_how: 'code' });
    });

    test('given somebody of whom nothing is verified, then a code goes only where their link went, and nowhere once a verified address is there', async () => {
      const opened = await open();
      const { pool } = platform.database;
      await pool.query("UPDATE contact_points SET verification = 'claimed' WHERE party_id = $1", [anna.party]);
      expect((await post(`${opened.path}/code`, { page: 'formal', codeAt: anna.phone })).statusCode).toBe(422);
      await withCode(opened, 'formal');
      await pool.query("UPDATE contact_points SET verification = 'verified' WHERE id = $1", [anna.phone]);
      expect((await post(`${opened.path}/code`, { page: 'download', codeAt: anna.mail })).statusCode).toBe(422);
    });

    test('given staff found that the writer is a known customer, then their link goes on; when it was a mistake it shows nothing of the other', async () => {
      const opened = await open(bruno);
      await platform.database.pool.query('UPDATE parties SET external_id = NULL WHERE id = $1', [bruno.party]);
      const elena: Actor = { kind: 'staff', id: 'elena', roles: ['manager'] };
      const merging = await platform.database.transaction((tx) =>
        mergeParties(tx, platform.clock, flow.merging, elena, { from: bruno.party, into: anna.party }),
      );
      expect((await get(opened.path)).statusCode).toBe(200);
      await platform.database.transaction((tx) => unmergeParties(tx, platform.clock, flow.merging, elena, merging.id));
      const shown = await get(`${opened.path}/delegate`);
      expect(shown.statusCode).toBe(200);
      expect(shown.body).toContain(bruno.mail);
      expect(shown.body).not.toContain(anna.mail);
    });

    test('given a download, then it is a ZIP with what the customer may see and nothing else', async () => {
      const opened = await open();
      await upload(`${opened.path}/messages`, { text: 'con allegato' }, [
        { name: 'nota.txt', type: 'text/plain', bytes: Buffer.from('la mia nota') },
      ]);
      await platform.database.pool.query(
        "INSERT INTO messages (said_at, id, case_id, number, direction, visibility, kind, channel, actor, language, body) VALUES ($1, $2, $3, 90, 'note', 'operator', 'note', 'desk', '{}', 'it', 'SOLO PER NOI')",
        [platform.clock.business(), newId(), opened.id],
      );
      await platform.database.pool.query(
        "INSERT INTO messages (said_at, id, case_id, number, direction, visibility, kind, channel, actor, language, body, state) VALUES ($1, $2, $3, 91, 'out', 'customer', 'answer', 'email', '{}', 'it', 'ANCORA DA PENSARE', 'held')",
        [platform.clock.business(), newId(), opened.id],
      );
      await platform.database.pool.query(
        "INSERT INTO events (at, recorded_at, kind, subject_kind, subject_id, actor) VALUES ($1, $1, 'case.noted', 'case', $2, '{}')",
        [platform.clock.business(), opened.id],
      );
      const given = await withCode(opened, 'download');
      const archive = await post(`${opened.path}/download`, given);
      expect(archive.headers['content-type']).toBe('application/zip');
      expect(archive.headers['content-disposition']).toBe(`attachment; filename="${opened.number}.zip"`);
      const files = readZip(archive.rawPayload);
      expect([...files.keys()]).toEqual(expect.arrayContaining([`${opened.number}.pdf`, 'index.json']));
      const [, note] = [...files].find(([name]) => /^attachments\/\d{3}-\d\d-nota\.txt$/.test(name)) ?? [];
      expect(note?.toString()).toBe('la mia nota');
      const index = JSON.parse(files.get('index.json')?.toString() ?? '{}');
      expect(index).toMatchObject({ format: 'filodiretto-case/1', case: { number: opened.number } });
      expect(index.messages.map(({ body }: { body: string }) => body)).toContain('con allegato');
      const everything = `${[...files.values()].map(String).join()}${textOfPdf(files.get(`${opened.number}.pdf`) ?? Buffer.alloc(0))}`;
      expect(everything).toContain('Fascicolo della pratica');
      for (const hidden of ['SOLO PER NOI', 'ANCORA DA PENSARE', 'case.noted', 'Nota interna'])
        expect(everything).not.toContain(hidden);
      const { rows } = await platform.database.pool.query(
        "SELECT actor, data FROM events WHERE kind = 'case.exported' AND subject_id = $1",
        [opened.id],
      );
      expect(rows).toEqual([
        { actor: expect.objectContaining({ kind: 'party', id: anna.party }), data: { audience: 'customer' } },
      ]);
      expect((await get(opened.path)).body).not.toContain('SOLO PER NOI');
      expect((await post(`${opened.path}/download`, given)).statusCode).toBe(422);
    });
  });

  describe('a delegate', () => {
    const appoint = async (opened: Opened, scopes: string[]) => {
      const given = await withCode(opened, 'delegate');
      const done = await post(`${opened.path}/delegate`, {
        ...given,
        name: 'Studio <b>Neri</b>',
        address: 'studio@example.it',
        scopes,
        starts: '2026-03-10',
        ends: '2026-04-09',
      });
      expect(done.headers.location, /role="alert">.*?<p>(.*?)<\/p>/s.exec(done.body)?.[1]).toContain('done=delegate');
      const token = /\/c\/([\w-]{22})/.exec((await sentTo('studio@example.it')).at(-1) ?? '')?.[1] ?? '';
      return `/c/${token}`;
    };

    test('given scopes and dates, then the delegate acts from a link of their own, each act with both names, until the last day', async () => {
      const opened = await open();
      const path = await appoint(opened, ['technical', 'billing:view']);
      const shown = await get(path);
      expect(shown.body).toContain('Lei agisce per conto di Anna Verdi, come Studio &lt;b&gt;Neri&lt;/b&gt;');
      expect((await upload(`${path}/messages`, { text: 'Scrivo per la signora Verdi' })).statusCode).toBe(303);
      const message = (await said(opened)).find(({ body }) => body.startsWith('Scrivo per'));
      expect(message?.actor).toMatchObject({ kind: 'party', for: anna.party });
      expect(message?.actor.id).not.toBe(anna.party);
      expect((await get(opened.path)).body).toContain('Studio &lt;b&gt;Neri&lt;/b&gt;, per Suo conto');
      // What is the customer's own stays theirs.
      for (const page of ['formal', 'delegate', 'contact-point', 'download']) {
        expect((await get(`${path}/${page}`)).statusCode).toBe(303);
        expect((await post(`${path}/${page}`, { code: '123456', codeAt: anna.mail, text: 'x' })).headers.location).toBe(
          path,
        );
      }
      expect((await post(`${path}/code`, { page: 'formal', codeAt: anna.mail })).headers.location).toBe(path);
      expect((await post(`${path}/cancel`, {})).statusCode).toBe(409);
      expect((await post(`${path}/channel`, { answeredAt: '', language: 'en' })).statusCode).toBe(409);
      expect(shown.body).not.toContain('a…@example.it');

      platform.clock.advance(31 * DAY);
      expect((await get(path)).statusCode).toBe(403);
      expect((await upload(`${path}/messages`, { text: 'ancora' })).statusCode).toBe(403);
    });

    test('given no right to see money, then no amount is seen, and a case about a bill not at all', async () => {
      const opened = await open(anna, 'Mi avete addebitato € 24,90 di troppo');
      const path = await appoint(opened, ['technical']);
      expect((await get(path)).body).not.toContain('24,90');
      expect((await get(opened.path)).body).toContain('24,90');
      await platform.database.pool.query("UPDATE cases SET topic = 'bill' WHERE id = $1", [opened.id]);
      const refused = await get(path);
      expect(refused.statusCode).toBe(403);
      expect(refused.body).not.toMatch(/Anna|addebitato/);
      expect((await upload(`${path}/messages`, { text: 'x' })).statusCode).toBe(403);
    });

    test('given the customer takes the delegation back, then it is over at once; wrong dates and scopes are refused in words', async () => {
      const opened = await open();
      const path = await appoint(opened, ['technical']);
      const { id } = await one<{ id: string }>('SELECT id FROM delegations');
      expect((await post(`${opened.path}/delegate/end`, { delegation: newId() })).statusCode).toBe(409);
      expect((await post(`${opened.path}/delegate/end`, { delegation: id })).headers.location).toContain(
        'delegate-ended',
      );
      expect((await get(path)).statusCode).toBe(403);
      const given = await withCode(opened, 'delegate');
      const form = {
        ...given,
        name: 'X',
        address: 'x@example.it',
        scopes: 'technical',
        starts: '2026-03-10',
        ends: '2026-03-20',
      };
      for (const wrong of [
        { ends: '2026-03-09' },
        { ends: 'domani' },
        { ends: '2029-01-01' },
        { scopes: 'everything' },
        { address: 'no' },
        { name: ' ' },
      ])
        expect((await post(`${opened.path}/delegate`, { ...form, ...wrong })).statusCode, JSON.stringify(wrong)).toBe(
          422,
        );
      expect((await post(`${opened.path}/delegate`, form)).statusCode).toBe(303);
    });
  });

  test('given the link of another case, then nothing of this one is seen, fetched or changed by it', async () => {
    const [mine, theirs] = [await open(), await open(bruno, 'Il segreto di Bruno')];
    await upload(`${theirs.path}/messages`, { text: 'altro segreto' }, [
      { name: 's.txt', type: 'text/plain', bytes: Buffer.from('segreto') },
    ]);
    const { id } = await one<{ id: string }>('SELECT id FROM attachments');
    expect((await get(`${mine.path}/files/${id}`)).statusCode).toBe(404);
    expect((await get(`${theirs.path}/files/${id}`)).body).toBe('segreto');
    expect((await get(mine.path)).body).not.toMatch(/segreto|Bruno/);
    const before = await said(theirs);
    await upload(`${mine.path}/messages`, { text: 'x', caseId: theirs.id, case: theirs.number });
    expect(await said(theirs)).toEqual(before);
  });

  describe('the public form', () => {
    const FORM = {
      name: 'Carla Bianchi',
      address: 'carla@example.it',
      topic: 'line down',
      text: 'A Verbania la linea non va da ieri',
    };
    const challengeOf = async (): Promise<string> => {
      const challenge = newChallenge(platform).text;
      platform.clock.advance(5000);
      return challenge;
    };
    const workOn = (challenge: string): string => {
      for (let number = 0; ; number++)
        if (createHash('sha256').update(`${challenge}.${number}`).digest().readUInt16BE(0) === 0) return String(number);
    };
    const submit = async (more: Record<string, string> = {}, from = '203.0.113.7', worked = true) => {
      const challenge = more.challenge ?? (await challengeOf());
      return await upload(
        '/contact',
        { ...FORM, challenge, ...(worked ? { work: workOn(challenge) } : {}), ...more },
        [],
        {
          'x-forwarded-for': from,
        },
      );
    };

    test('given the page, then it needs nothing but itself and its one script', async () => {
      const page = await get('/contact');
      expect(page.statusCode).toBe(200);
      expect(page.headers['content-security-policy']).toContain("script-src 'self'");
      expect(page.body).toContain('data-bits="16"');
      const script = await get('/contact/proof-of-work.js');
      expect(script.headers['content-type']).toContain('text/javascript');
      expect(
        (await get('/contact/proof-of-work.js', { 'if-none-match': String(script.headers.etag) })).statusCode,
      ).toBe(304);
    });

    test('given somebody unknown, then the page answers with number and link, and nothing is sent to the address that was written', async () => {
      const challenge = await challengeOf();
      const work = workOn(challenge);
      const first = await submit({ challenge, work });
      expect(first.statusCode).toBe(303);
      const location = String(first.headers.location);
      expect(location).toMatch(/^\/c\/[\w-]{22}\?lang=it&done=opened$/);
      const page = await get(location);
      expect(page.body).toContain('A Verbania la linea non va da ieri');
      expect(page.body).toContain('Questo è il Suo numero di pratica');
      expect(await all('SELECT 1 FROM outbox')).toEqual([]);
      expect((await submit({ challenge, work })).statusCode).toBe(303);
      expect(await all('SELECT 1 FROM cases')).toHaveLength(1);
      // Once staff found out whose it is, the same form again is no way to it.
      await platform.database.pool.query('UPDATE cases SET party_id = $1', [anna.party]);
      expect((await submit({ challenge, work })).headers.location).toMatch(/^\/contact\/received/);
      expect((await get(location)).statusCode).toBe(403);
      const other = await submit({ challenge, work, text: 'un’altra cosa' });
      expect(other.statusCode).toBe(422);
      expect(await all('SELECT 1 FROM cases')).toHaveLength(1);
    });

    test('given the address of a customer, then whoever sent the form gets no link to anything, and no number of theirs is pumped', async () => {
      const opened = await open();
      for (const address of [MAIL, PHONE]) {
        const answer = await submit({ address, text: `Aggiungo alla pratica ${opened.number}: non va` });
        expect(answer.statusCode).toBe(303);
        expect(answer.headers.location).toMatch(/^\/contact\/received\?/);
        const page = await get(String(answer.headers.location));
        expect(page.body).not.toMatch(/\/c\/|dieci minuti|Anna/);
      }
      const before = (await sentTo('+393475550000')).length;
      for (let index = 0; index < 5; index++)
        await submit({ address: `347555${String(2000 + index)}` }, `203.0.113.${index}`);
      expect(await all("SELECT 1 FROM outbox WHERE address LIKE '+3934755520%'")).toHaveLength(before);
      expect((await get('/contact/received?of=v1.forged')).body).not.toMatch(/\d\d \d{4} \d{3}/);
    });

    test('given what is wrong with a form, then it says what, keeps what was typed, and keeps nothing else', async () => {
      const old = newChallenge(platform).text;
      for (const [what, more, words] of [
        ['no name', { name: ' ' }, 'Manca il nome'],
        ['no address', { address: 'boh' }, 'Non sembra un numero'],
        ['no text', { text: ' ' }, 'Manca il testo'],
        ['too long', { text: 'x'.repeat(10_001) }, 'troppo lungo'],
        ['too fast', { challenge: 'fresh', work: '1' }, 'rema di nuovo'],
        ['forged', { challenge: 'v1.AAAA', work: '1' }, 'rema di nuovo'],
        ['env', { challenge: 'env:FILODIRETTO_SECRET_X', work: '1' }, 'rema di nuovo'],
      ] as const) {
        const fresh = newChallenge(platform).text;
        const answer = await submit(what === 'too fast' ? { ...more, challenge: fresh } : more);
        expect([422], what).toContain(answer.statusCode);
        expect(answer.body, what).toContain(words);
        if (!('name' in more)) expect(answer.body).toContain('value="Carla Bianchi"');
      }
      platform.clock.advance(13 * 3600_000);
      expect((await submit({ challenge: old, work: workOn(old) })).body).toContain('era aperto da molto');
      expect(await all('SELECT 1 FROM inbound_messages')).toEqual([]);
    });

    test('given the field that nobody sees is filled, then it is told what everybody is told, and nothing is kept', async () => {
      const answer = await submit({ website: 'https://spam.example' });
      expect(answer.statusCode).toBe(303);
      expect(await all('SELECT 1 FROM inbound_messages')).toEqual([]);
    });

    test('given a flood, then each address, and everybody without work together, have a bound that says when to come again', async () => {
      const statuses: number[] = [];
      for (let times = 0; times < 4; times++) statuses.push((await submit({}, '198.51.100.9', false)).statusCode);
      expect(statuses).toEqual([303, 303, 303, 429]);
      const together: number[] = [];
      for (let times = 0; times < 9; times++)
        together.push((await submit({}, `198.51.100.${20 + times}`, false)).statusCode);
      const refused = together.filter((status) => status === 429).length;
      const late = await submit({}, '198.51.100.77', false);
      if (refused > 0) {
        expect(late.statusCode).toBe(429);
        expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
        expect(late.body).toContain('quello che ha scritto è ancora qui');
      }
      expect((await submit({}, '198.51.100.99')).statusCode).toBe(303);
    });

    test('given an address that tries to lead elsewhere, then every way leads back to this server', async () => {
      const opened = await open();
      for (const evil of ['//evil.example', 'https://evil.example', 'en&done=x', '\r\nSet-Cookie: x=1']) {
        const answer = await post(
          `${opened.path}/call?lang=${encodeURIComponent(evil)}&next=${encodeURIComponent(evil)}`,
          { words: 'x', next: evil, redirect: evil },
        );
        expect(String(answer.headers.location)).toMatch(/^\/c\/[\w-]{22}\?/);
        expect(String(answer.headers.location)).not.toContain('evil');
        expect(answer.headers['set-cookie']).toBeUndefined();
        const shown = await get(
          `${opened.path}?done=${encodeURIComponent('<script>')}&page=${encodeURIComponent('9e99')}`,
        );
        expect(shown.statusCode).toBe(200);
        expect(shown.body).not.toContain('<script>');
      }
    });
  });
});
