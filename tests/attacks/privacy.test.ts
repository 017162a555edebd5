import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Customer, CustomerBrief } from '../../contract/customers.ts';
import type { IncidentBrief } from '../../contract/incidents.ts';
import { until } from '../support/product.ts';
import { nonce, PEOPLE, type Stage, setStage } from '../support/stage.ts';
import { ENGINES } from '../support/test-platform.ts';

const PUBLIC = [
  '/status',
  '/status?lang=en',
  '/status/feed.atom',
  '/status/feed.atom?lang=en',
  '/status/api/v2/summary.json',
  '/ready',
  '/health',
  '/metrics',
  '/api/openapi.json',
];

describe.each(ENGINES)('what must not come out, on %s', (engine) => {
  let stage: Stage;
  const published: string[] = [];
  const at = (index: number) => PEOPLE[index] ?? PEOPLE[0] ?? { name: '', phone: '', email: '' };

  const customer = async (index: number): Promise<Customer> => {
    const search = encodeURIComponent(at(index).phone);
    const [found] = (await stage.administrator.ask('GET', `/api/v1/customers?search=${search}`)).json<
      CustomerBrief[]
    >();
    return (await stage.administrator.ask('GET', `/api/v1/customers/${found?.id}`)).json<Customer>();
  };
  const consents = async (index: number): Promise<Record<string, string>> =>
    Object.fromEntries((await customer(index)).contactPoints.map(({ channel, consent }) => [channel, consent]));
  const alarm = async (state: 'firing' | 'cleared'): Promise<void> => {
    const answer = await stage.visitor().ask('POST', '/hooks/alarms', {
      body: {
        id: 'mast',
        state,
        resource: 'mast-rosso',
        severity: 'critical',
        summary: 'Mast without power',
        at: new Date().toISOString(),
      },
      headers: { authorization: `Bearer ${stage.tokens.alarms}` },
    });
    expect(answer.status).toBe(202);
  };
  const readPublic = async (): Promise<Map<string, string>> => {
    const read = new Map<string, string>();
    for (const path of PUBLIC) read.set(path, (await stage.visitor().ask('GET', path)).text);
    published.push(...read.values());
    return read;
  };
  /** What stands in the mail of a person, without which nobody has the link. */
  const linkOf = async (index: number): Promise<string> => {
    const mail = await until(
      async () => (await stage.otherEnd.mails()).find(({ to }) => to === at(index).email),
      'The mail did not arrive.',
    );
    const link = /\/u\/(\S+)/.exec(mail.text)?.[1] ?? '';
    expect(link).not.toBe('');
    return link;
  };

  beforeAll(async () => {
    stage = await setStage(engine);
    await alarm('firing');
    await until(
      async () =>
        (await stage.otherEnd.sms()).length >= PEOPLE.length && (await stage.otherEnd.mails()).length >= PEOPLE.length,
      async () => `Not everybody was told:\n${stage.product.log().slice(-3000)}`,
    );
  });
  afterAll(async () => await stage?.clear());

  test('given six lines in one town and three in another, when the public page is read, then the three are not narrowed down to their town', async () => {
    const read = await until(async () => {
      const pages = await readPublic();
      return pages.get('/status')?.includes('Verbania') ? pages : null;
    }, 'The outage was not published.');
    const [open] = (await stage.administrator.ask('GET', '/api/v1/incidents?state=open')).json<IncidentBrief[]>();
    for (const [path, text] of read) {
      expect(text, path).not.toContain('Stresa');
      expect(text, path).not.toMatch(/\b[1-4] (linee|lines|clienti|customers)\b/);
      if (path.startsWith('/status')) expect(text, path).toContain(open?.reference);
      // Nor may the network list or internal ids be read off.
      if (path.startsWith('/status')) expect(text, path).not.toMatch(/mast-rosso|Monte Rosso|verbania-1/);
      expect(text, path).not.toContain(open?.id);
    }
    // The operator's name is text, whatever it contains.
    expect(read.get('/status')).not.toContain('<b>Lago</b>');
    expect(read.get('/status')).toContain('&lt;b&gt;Lago');
    expect(read.get('/status/feed.atom')).not.toContain('<b>Lago</b>');
  });

  test('given STOP in the name of one number, when it comes, then it ends SMS to exactly that number', async () => {
    const events = await consents(1);
    expect(events).toEqual({ sms: 'granted', email: 'granted' });
    await stage.otherEnd.reply(at(1).phone, 'STOP');
    await stage.otherEnd.reply('+393999999999', 'STOP'); // of nobody
    await stage.otherEnd.reply('AUTORITA', 'STOP'); // a name, not a number
    await stage.otherEnd.reply(at(2).phone, `STOP ${at(3).phone}`); // in the name of another
    await until(async () => (await consents(1)).sms === 'refused', 'STOP was not obeyed.');
    expect(await consents(1)).toEqual({ sms: 'refused', email: 'granted' });
    for (const index of [0, 3, 4, 5, 6, 7, 8])
      expect(await consents(index)).toEqual({ sms: 'granted', email: 'granted' });
    expect((await consents(2)).email).toBe('granted');
  });

  test('given the link that ends mails, when programs open it, then nothing happens until somebody presses', async () => {
    const link = await linkOf(4);
    stage.secrets.push(link);
    for (const method of ['GET', 'HEAD', 'GET', 'OPTIONS']) {
      const opened = await stage.visitor().ask(method, `/u/${link}`);
      expect(opened.text, 'the address is masked').not.toContain(at(4).email);
      expect(opened.headers.get('referrer-policy')).toBe('no-referrer');
    }
    for (const prefetch of [{ purpose: 'prefetch' }, { 'sec-purpose': 'prefetch;prerender' }])
      await stage.visitor().ask('GET', `/u/${link}`, { headers: prefetch as unknown as Record<string, string> });
    expect(await consents(4)).toEqual({ sms: 'granted', email: 'granted' });

    for (const wrong of [`${link}x`, link.slice(0, -1), link.toLowerCase(), nonce(), 'a'.repeat(200), '..%2f..']) {
      const answer = await stage.visitor().ask('POST', `/u/${wrong}`, { body: '' });
      expect(answer.status, wrong).toBe(404);
      // What says no must not tell the tested address back, which would be in logs of proxies and pages.
      expect(answer.text).not.toContain(link);
    }
    expect(await consents(4)).toEqual({ sms: 'granted', email: 'granted' });

    const pressed = await stage.visitor().ask('POST', `/u/${link}`, {
      body: 'List-Unsubscribe=One-Click',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://mail.example' },
    });
    expect(pressed.status).toBe(200);
    expect(await consents(4)).toEqual({ sms: 'granted', email: 'refused' });
    expect(await consents(5)).toEqual({ sms: 'granted', email: 'granted' });
  });

  test('given it is over, when the last words went out, then whoever left in between heard nothing more on that way', async () => {
    const before = { sms: (await stage.otherEnd.sms()).length, mails: (await stage.otherEnd.mails()).length };
    await alarm('cleared');
    // One number left SMS (or two, where a STOP with more words counts), one address left mails.
    await until(
      async () => (await stage.otherEnd.mails()).length >= before.mails + PEOPLE.length - 1,
      'The end was not told.',
    );
    await until(
      async () => (await stage.otherEnd.sms()).length >= before.sms + PEOPLE.length - 2,
      'The end was not told.',
    );
    const mails = (await stage.otherEnd.mails()).slice(before.mails);
    const sms = (await stage.otherEnd.sms()).slice(before.sms);
    expect(mails.filter(({ to }) => to === at(4).email)).toEqual([]);
    expect(sms.filter(({ to }) => to === at(1).phone)).toEqual([]);
    await readPublic();
  });

  test('given all sorts of failures, when everything that the run wrote is read, then no secret and nobody is in it', async () => {
    const visitor = stage.visitor();
    // What people mistype ends up in errors: none may tell it back into a log.
    await visitor.signIn(at(0).email, 'canarino sbagliato 1');
    stage.secrets.push('canarino sbagliato 1');
    await visitor.ask('POST', '/api/auth/sign-in/email', { body: `{"email":"${at(0).email}","password":"canarino` });
    await visitor.ask('GET', `/c/${nonce()}canarytoken`);
    await visitor.ask('GET', `/api/v1/customers?search=${encodeURIComponent(at(0).phone)}`);
    await stage.administrator.ask('GET', `/api/v1/customers?search=${encodeURIComponent(at(0).email)}`);
    await stage.administrator.ask('POST', '/api/v1/routes', {
      body: { name: 'x', password: 'pc-canary1', kind: 'pigeon' },
    });
    const form = new FormData();
    form.set('kind', 'customers');
    form.set('file', new Blob([`id,name,phone\nC-1,"${at(5).name},${at(5).phone}\n`]), 'broken.csv');
    await stage.administrator.ask('POST', '/api/v1/imports', { body: form });
    for (const path of PUBLIC) published.push((await visitor.ask('GET', path)).text);

    expect(await stage.product.stop()).toBe(0);
    const key = readFileSync(join(stage.premises.dataFolder, 'key'), 'utf8').trim();
    const secrets = [...stage.secrets, key, 'canarytoken'];
    let months = 0;
    const tables = await stage.premises.readDatabase(async ({ db, schema }) => {
      const names = await sql<{ name: string }>`SELECT relname::text AS name FROM pg_class
        WHERE relnamespace = ${schema}::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`.execute(db);
      const read = new Map<string, string>();
      for (const { name } of names.rows) {
        const { rows } = await sql<{ row: string }>`SELECT t::text AS row FROM ${sql.table(name)} t`.execute(db);
        read.set(name, rows.map(({ row }) => row).join('\n'));
      }
      const { rows } = await sql<{ months: number }>`SELECT count(*) AS months FROM pg_inherits
        WHERE inhparent = 'events'::regclass`.execute(db);
      months = rows[0]?.months ?? 0;
      return read;
    });
    expect(months, 'the running product makes this month and the next ones itself').toBeGreaterThanOrEqual(4);
    // They were there to be found: in the tables where they belong, in a log at its most talkative, in what happened.
    expect(tables.get('contact_points')).toContain(at(5).phone);
    expect(stage.product.log()).toContain('"route":"/u/:token"');
    expect(tables.get('events')).toContain('customer.read');
    const found: string[] = [];
    const look = (where: string, text: string, words: readonly string[]): void => {
      for (const word of words) {
        const at = text.indexOf(word);
        if (at >= 0) found.push(`${word} in ${where}: …${text.slice(Math.max(0, at - 120), at + 60)}…`);
      }
    };
    look('the log', stage.product.log(), [...secrets, ...stage.personal]);
    look('the events', tables.get('events') ?? '', [...secrets, ...stage.personal]);
    for (const text of published) look('a public answer', text, [...secrets, ...stage.personal]);
    for (const text of stage.refusals) look('an error', text, [...secrets, ...stage.personal]);
    // At rest secrets are hashed or sealed; the links that end mails are made from the key and are kept nowhere.
    for (const [name, text] of tables) look(`the table ${name}`, text, secrets);
    expect(found).toEqual([]);
  });
});
