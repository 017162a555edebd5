import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Case, CaseBrief } from '../../contract/cases.ts';
import type { Mailbox } from '../../contract/intake.ts';
import type { Settings } from '../../contract/settings.ts';
import type { Team } from '../../contract/teams.ts';
import { type ImapServer, startImapServer } from '../../example/imap-server.ts';
import { until } from '../support/product.ts';
import { PEOPLE, type Stage, setStage, type Visitor } from '../support/stage.ts';
import { ENGINES } from '../support/test-platform.ts';

const CARE = 'assistenza@laguna.example.com';
const ANNA = PEOPLE[1] as (typeof PEOPLE)[number];
const STRANGER = '+393475559999';

// Getting heard: one matter, whatever the channel, with a number, a time, a name, and an end that only the customer declares.
describe.each(ENGINES)('getting heard, on %s', (engine) => {
  let stage: Stage;
  let imap: ImapServer;
  let administrator: Visitor;
  let care: Visitor;
  let technician: Visitor;
  let technical: string;
  let number = '';

  const api = async <Body>(visitor: Visitor, method: string, path: string, body?: unknown): Promise<Body> => {
    const answer = await visitor.ask(method, path, body === undefined ? {} : { body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return (answer.text ? answer.json() : null) as Body;
  };
  const cases = async (view = 'all'): Promise<CaseBrief[]> =>
    (await api<{ cases: CaseBrief[] }>(care, 'GET', `/api/v1/cases?view=${view}`)).cases;
  const whole = async (): Promise<Case> => {
    const [brief] = [...(await cases()), ...(await cases('ended'))].filter((one) => one.number === number);
    if (!brief) throw new Error('the case is gone');
    return await api<Case>(care, 'GET', `/api/v1/cases/${brief.id}`);
  };
  const smsTo = async (phone: string): Promise<string[]> =>
    (await stage.otherEnd.sms())
      .filter((sms) => sms.to === phone && sms.parts === sms.partsExpected)
      .map(({ text }) => text);
  /** What a phone read after it had read so many. */
  const nextSms = (phone: string, after: number): Promise<string> =>
    until(
      async () => (await smsTo(phone))[after],
      async () => `No SMS: ${JSON.stringify(await smsTo(phone))} ${JSON.stringify(await cases())}`,
    );
  const mail = (from: string, subject: string, text: string, headers: Record<string, string> = {}): number =>
    imap.append(
      [
        `From: ${from}`,
        `To: ${CARE}`,
        `Subject: ${subject}`,
        `Message-ID: <${randomUUID()}@posta.example>`,
        `Date: ${new Date().toUTCString()}`,
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        '',
        text,
        '',
      ].join('\r\n'),
    );

  beforeAll(async () => {
    [stage, imap] = await Promise.all([setStage(engine), startImapServer()]);
    ({ administrator } = stage);
    const settings = await api<Settings>(administrator, 'GET', '/api/v1/settings');
    await api(administrator, 'PATCH', '/api/v1/settings', { cases: { ...settings.cases, undoSeconds: 0 } });
    care = await stage.join('carla', ['care']);
    technician = await stage.join('teo', ['technician']);
    const teams = await api<Team[]>(administrator, 'GET', '/api/v1/teams');
    technical = teams.find(({ kind }) => kind === 'technical')?.id ?? '';
    const made = await api<Mailbox>(administrator, 'POST', '/api/v1/mailboxes', {
      name: 'Assistenza',
      kind: 'email',
      address: CARE,
      config: {
        host: '127.0.0.1',
        port: imap.port,
        secure: false,
        user: 'help',
        folder: 'INBOX',
        authservId: null,
        trustedRoots: null,
        markSeen: false,
      },
      password: 'secret',
      routeId: null,
      teamId: null,
      enabled: true,
    });
    await until(
      async () =>
        (await api<Mailbox[]>(administrator, 'GET', '/api/v1/mailboxes')).find(({ id }) => id === made.id)?.state ===
        'up',
      'The mailbox is not read.',
    );
  });
  afterAll(async () => {
    await stage?.clear();
    await imap?.close();
  });

  test('given an SMS, when it comes, then it is answered at once with a number, a link, and when we speak again', async () => {
    await stage.otherEnd.reply(ANNA.phone, 'Buongiorno, internet non funziona da stamattina');
    const answer = await nextSms(ANNA.phone, 0);
    const [opened, ...more] = await cases();
    expect(more).toEqual([]);
    number = opened?.number ?? '';
    expect(number).toMatch(/^\d{8,12}$/);
    expect(answer.replaceAll(' ', '')).toContain(number);
    const link = /https?:\S+\/c\/[\w-]{22}/.exec(answer)?.[0] ?? '';
    expect(answer).toMatch(/\d{1,2}[:.]\d{2}/);
    const page = await stage.visitor().ask('GET', link.slice(stage.product.baseUrl.length));
    expect(page.status).toBe(200);
    expect(page.text.replaceAll(/[\s\u00a0\u202f]/g, '')).toContain(number);
    expect(opened).toMatchObject({
      topic: 'line down',
      channel: 'sms',
      party: { externalId: ANNA.id, verified: true },
    });
  });

  test('given the same matter by mail, and again by SMS, when it comes, then it joins as a reminder and is answered with the state', async () => {
    const before = (await smsTo(ANNA.phone)).length;
    mail(`Anna <${ANNA.email}>`, 'Linea ferma', `Vi ho scritto per SMS: internet non va. Pratica ${number}`);
    await until(async () => (await whole()).reminders === 1, 'The mail did not join.');
    await stage.otherEnd.reply(ANNA.phone, 'Allora? Internet ancora non va');
    await until(async () => (await whole()).reminders === 2, 'The SMS did not join.');
    expect(await cases()).toHaveLength(1);
    expect((await nextSms(ANNA.phone, before)).replaceAll(' ', '')).toContain(number);
    // What the product says by itself stands in nobody's name.
    const { messages } = await whole();
    expect(messages.filter(({ kind }) => kind === 'state').map(({ author }) => author)).toContain('automatic answer');
  });

  test('given a stranger who writes the number, when it comes, then it is a claim: nothing moves, and the customer does not read it', async () => {
    const before = await whole();
    await stage.otherEnd.reply(STRANGER, `Per la pratica ${number}: annullate tutto, grazie`);
    const claim = await until(
      async () => (await whole()).messages.find((message) => message.claim),
      async () => JSON.stringify((await whole()).messages),
    );
    expect(claim.body).toContain('annullate tutto');
    expect(await whole()).toMatchObject({ state: before.state, reminders: before.reminders });
    expect(await smsTo(STRANGER)).toEqual([]);
  });

  test('given a hand-over, when a technician accepts it, then the customer reads who has it, and all three write in one thread', async () => {
    const { id } = await whole();
    await api(care, 'POST', `/api/v1/cases/${id}/hand-overs`, {
      teamId: technical,
      note: 'Portante assente dal mattino',
    });
    expect(await whole()).toMatchObject({ handOver: { teamId: technical } });
    await api(technician, 'POST', `/api/v1/cases/${id}/hand-over/accept`);
    await api(technician, 'POST', `/api/v1/cases/${id}/notes`, {
      words: 'Alimentatore del settore guasto',
      visibility: 'operator',
    });
    const found = await whole();
    expect(found.handOver).toBeNull();
    expect(found.owner?.name).toBe('teo');
    expect(
      found.messages.some(({ body, visibility }) => visibility === 'operator' && body.includes('Alimentatore')),
    ).toBe(true);
  });

  test('given an answer without a time, when no promise is open, then it is refused; a newer word of the customer is shown first', async () => {
    const { id, messages } = await whole();
    const heard = Math.max(
      ...messages.filter(({ direction, claim }) => direction === 'in' && !claim).map((message) => message.number),
    );
    const stale = await care.ask('POST', `/api/v1/cases/${id}/answers`, {
      body: { words: 'Il tecnico passa domani.', heardUpTo: heard - 1 },
    });
    expect(stale.status).toBe(409);
    const before = (await smsTo(ANNA.phone)).length;
    await api(care, 'POST', `/api/v1/cases/${id}/answers`, {
      words: 'Abbiamo trovato il guasto: cambiamo un alimentatore.',
      nextWordBy: new Date(Date.now() + 4 * 3_600_000).toISOString(),
      heardUpTo: heard,
    });
    expect(await nextSms(ANNA.phone, before)).toContain('alimentatore');
  });

  test('given a fix, when the customer says no, then it is taken up one rung higher; when yes, only then it is solved', async () => {
    const { id, rung } = await whole();
    const before = (await smsTo(ANNA.phone)).length;
    await api(technician, 'POST', `/api/v1/cases/${id}/fix`, { words: 'Alimentatore cambiato' });
    const asked = await nextSms(ANNA.phone, before);
    expect(asked).toMatch(/\b1\b/);
    expect(asked).toMatch(/\b0\b/);
    expect((await whole()).state).toBe('fix reported');
    await stage.otherEnd.reply(ANNA.phone, '0');
    await until(async () => (await whole()).state === 'in work', 'The no was not heard.');
    expect((await whole()).rung).toBe(rung + 1);

    const again = (await smsTo(ANNA.phone)).length;
    await api(technician, 'POST', `/api/v1/cases/${id}/fix`, {});
    await until(async () => (await whole()).state === 'fix reported', 'It is not asked again.');
    await nextSms(ANNA.phone, again);
    await stage.otherEnd.reply(ANNA.phone, 'Sì');
    await until(
      async () => (await whole()).state === 'confirmed',
      async () => `The yes was not heard: ${(await whole()).state}`,
    );
  });

  test('given it is solved, when the customer writes again about it, then it is the same case', async () => {
    await stage.otherEnd.reply(ANNA.phone, 'Buongiorno, internet di nuovo non funziona');
    await until(
      async () => (await whole()).state === 'in work',
      async () => JSON.stringify(await cases()),
    );
    expect((await whole()).reopened).toBe(1);
    expect(await cases()).toHaveLength(1);
  });

  test('given a formal complaint, when it is made, then it runs against the days of the law and is acknowledged with its date', async () => {
    const { id } = await whole();
    await api(care, 'POST', `/api/v1/cases/${id}/formal`, { words: 'Reclamo per due giorni senza linea' });
    const found = await whole();
    const promise = found.promises.find(({ kind }) => kind === 'formal-answer');
    expect(promise?.state).toBe('open');
    const days = (Date.parse(promise?.dueAt ?? '') - Date.parse(promise?.madeAt ?? '')) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    expect((await cases('formal')).map((one) => one.number)).toEqual([number]);
  });
});
