import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Case } from '../../contract/cases.ts';
import { ANSWER_FILES, type DraftFile } from '../../contract/files.ts';
import { makeNetwork, setSettings } from '../../tests/support/network.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { createFlow, type Flow } from '../flow.ts';
import { createHttp, type Http } from '../platform/http.ts';
import { caseRoutes, customerView, forgetDraftFiles } from './index.ts';

const HOUR = 3_600_000;
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');

describe.each(ENGINES)('files that go with an answer, on %s', (engine) => {
  let platform: TestPlatform;
  let flow: Flow;
  let http: Http;
  let who = 'anna';
  let parties: { id: string; phone: string; mail: string | null }[];

  const open = async (by: 'phone' | 'mail'): Promise<Case> => {
    const party = parties.find(({ mail }) => (by === 'mail') === (mail !== null));
    const made = await http.inject({
      method: 'POST',
      url: '/api/v1/cases',
      payload: {
        partyId: party?.id,
        contactPointId: by === 'mail' ? party?.mail : party?.phone,
        topic: 'bill',
        severity: 'minor',
        language: 'it',
        words: 'La fattura di marzo',
      },
    });
    expect(made.statusCode, made.body).toBe(201);
    return made.json<Case>();
  };
  const upload = async (caseId: string, content: Buffer, name: string, type: string) => {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(content)], { type }), name);
    const request = new Request('http://localhost', { method: 'POST', body: form });
    const answer = await http.inject({
      method: 'POST',
      url: `/api/v1/cases/${caseId}/files`,
      headers: { 'content-type': request.headers.get('content-type') ?? '' },
      payload: Buffer.from(await request.arrayBuffer()),
    });
    return { status: answer.statusCode, body: answer.json<DraftFile & { code?: string }>() };
  };
  const answer = async (caseId: string, fileIds: string[]) => {
    const sent = await http.inject({
      method: 'POST',
      url: `/api/v1/cases/${caseId}/answers`,
      payload: { words: 'Ecco la fattura giusta.', fileIds },
    });
    return { status: sent.statusCode, body: sent.json<Case & { code?: string }>() };
  };
  const remove = (caseId: string, id: string) =>
    http.inject({ method: 'DELETE', url: `/api/v1/cases/${caseId}/files/${id}` });
  const settle = async (): Promise<void> => {
    platform.clock.advance(61_000);
    while ((await flow.round()) > 0);
  };
  const sentText = async (messageId: string): Promise<string> =>
    (
      await sql<{
        body: string;
      }>`SELECT outgoing_texts.body FROM outbox JOIN outgoing_texts ON outgoing_texts.id = outbox.text_id WHERE outbox.id = ${messageId}`.execute(
        platform.database.db,
      )
    ).rows[0]?.body ?? '';
  const blobs = async (): Promise<number> =>
    (await sql<{ count: number }>`SELECT count(*) AS count FROM blobs`.execute(platform.database.db)).rows[0]?.count ??
    0;

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    flow = createFlow(platform);
    await makeNetwork(platform, { core: [] }, { core: 12 });
    parties = (
      await sql<{
        id: string;
        phone: string;
        mail: string | null;
      }>`SELECT parties.id, phones.id AS phone, mails.id AS mail FROM parties
      JOIN contact_points phones ON phones.party_id = parties.id AND phones.channel = 'sms'
      LEFT JOIN contact_points mails ON mails.party_id = parties.id AND mails.channel = 'email'`.execute(
        platform.database.db,
      )
    ).rows;
    for (const id of ['anna', 'bice'])
      await sql`INSERT INTO staff (id, name, email, email_verified, roles, created_at, updated_at, joined_at)
        VALUES (${id}, ${id}, ${`${id}@example.org`}, true, ARRAY['care'], now(), now(), now())`.execute(
        platform.database.db,
      );
    await setSettings(platform, { telling: { on: true } });
    http = createHttp({
      log: platform.log,
      guard: async () => ({ kind: 'staff', id: who, roles: ['care'] }),
      trustedProxies: [],
    });
    caseRoutes(http, flow.intake.cases);
    await http.ready();
  });

  afterAll(async () => {
    await http?.close();
    await platform?.close();
  });

  test('given files attached to an answer by mail, then they leave in it in their order, are on the customer’s page, and at the desk', async () => {
    const made = await open('mail');
    const pdf = await upload(made.id, PDF, '../fattura\u202Emarzo.pdf', 'application/pdf');
    const picture = await upload(made.id, PNG, 'contatore.png', 'application/octet-stream');
    expect(pdf).toMatchObject({
      status: 201,
      body: { name: 'fatturamarzo.pdf', type: 'application/pdf', size: PDF.length },
    });
    expect(picture.body.type).toBe('image/png');
    const sent = await answer(made.id, [picture.body.id, pdf.body.id]);
    const message = sent.body.messages.at(-1);
    expect(message?.attachments.map(({ name, problem }) => [name, problem])).toEqual([
      ['contatore.png', null],
      ['fatturamarzo.pdf', null],
    ]);
    await settle();
    expect(await sentText(message?.id ?? '')).toContain('In allegato ci sono 2 file.');
    const leaving = await flow.outbox.attachmentsOf?.(message?.id ?? '');
    expect(leaving?.map(({ name, type }) => [name, type])).toEqual([
      ['contatore.png', 'image/png'],
      ['fatturamarzo.pdf', 'application/pdf'],
    ]);
    const bytes: Buffer[] = [];
    for await (const chunk of leaving?.[0]?.content ?? []) bytes.push(Buffer.from(chunk as Uint8Array));
    expect(Buffer.concat(bytes).equals(PNG)).toBe(true);
    const page = await customerView(platform.database.db, made.id);
    expect(page?.messages.at(-1)?.attachments.map(({ name }) => name)).toEqual(['contatore.png', 'fatturamarzo.pdf']);
    const desk = await http.inject({
      method: 'GET',
      url: `/api/v1/cases/${made.id}/attachments/${message?.attachments[0]?.id}`,
    });
    expect(desk.rawPayload.equals(PNG)).toBe(true);
    // They went with that answer, and with no other.
    expect((await answer(made.id, [pdf.body.id])).body.code).toBe('file-gone');
  });

  test('given a customer who is answered by SMS, then the text says that a file is on the page, and gives the link', async () => {
    const made = await open('phone');
    const pdf = await upload(made.id, PDF, 'fattura.pdf', 'application/pdf');
    const sent = await answer(made.id, [pdf.body.id]);
    await settle();
    const text = await sentText(sent.body.messages.at(-1)?.id ?? '');
    expect(text).toContain('Un file è sulla pagina.');
    expect(text).toMatch(/\/c\/\S{20,}$/);
  });

  test('given what is not sent to customers, too much of it, or a file of somebody else, then it is refused in words', async () => {
    const made = await open('phone');
    const code = async (content: Buffer, name: string, type: string): Promise<string | undefined> =>
      (await upload(made.id, content, name, type)).body.code;
    expect(await code(Buffer.from('MZ\u0090\0'), 'a.exe', 'application/x-msdownload')).toBe('file-kind');
    expect(await code(PNG, 'a.pdf', 'application/pdf')).toBe('file-kind');
    expect(await code(Buffer.from('<html><script>1</script></html>'), 'a.html', 'text/html')).toBe('file-kind');
    expect(await code(Buffer.alloc(0), 'a.txt', 'text/plain')).toBe('file-empty');
    expect(await code(Buffer.alloc(ANSWER_FILES.each + 1, 'x'), 'a.txt', 'text/plain')).toBe('file-large');
    const before = await blobs();
    const ids: string[] = [];
    for (let count = 0; count < ANSWER_FILES.files; count++)
      ids.push((await upload(made.id, Buffer.from(`testo ${count}`), `${count}.txt`, 'text/plain')).body.id);
    expect(await code(Buffer.from('sesto'), '6.txt', 'text/plain')).toBe('files-many');
    expect((await answer((await open('mail')).id, [ids[0] ?? ''])).body.code).toBe('file-gone');
    who = 'bice';
    expect((await answer(made.id, [ids[0] ?? ''])).body.code).toBe('file-gone');
    expect((await remove(made.id, ids[0] ?? '')).statusCode).toBe(404);
    who = 'anna';
    expect((await remove(made.id, ids[0] ?? '')).statusCode).toBe(204);
    expect(await blobs()).toBe(before + ids.length - 1);
    // What no answer took goes after a day, with what it held.
    platform.clock.advance(25 * HOUR);
    await forgetDraftFiles(platform.database.db, platform.clock.system());
    expect(await blobs()).toBe(before);
  });

  test('given files that are too much together, then the answer is not sent and the files stay', async () => {
    const made = await open('phone');
    const large = Buffer.alloc(ANSWER_FILES.each - 10, 'x');
    const ids: string[] = [];
    for (const sign of ['a', 'b', 'c']) {
      large.write(sign);
      ids.push((await upload(made.id, large, `${sign}.txt`, 'text/plain')).body.id);
    }
    expect((await answer(made.id, ids)).body.code).toBe('file-large');
    expect((await answer(made.id, ids.slice(0, 2))).status).toBe(201);
  });
});
