import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Customer, CustomerBrief } from '../../contract/customers.ts';
import type { Incident, IncidentBrief } from '../../contract/incidents.ts';
import type { Settings } from '../../contract/settings.ts';
import { readBusinessTime } from '../../example/business-time.ts';
import { type Alert, createMonitoring, type Monitoring } from '../../example/monitoring.ts';
import { createProduct, type Product } from '../../example/product.ts';
import { openBrowser, type Person, sitDown, wordsOf } from '../support/browser.ts';
import {
  type Mail,
  makePremises,
  type OtherEnd,
  type Premises,
  type RunningProduct,
  type Sms,
  startOtherEnd,
  startProduct,
  until,
} from '../support/product.ts';
import { ENGINES } from '../support/test-platform.ts';

// The mast without power, as one operator lives it: everything from the first-run link to the last word, through browser, hook, SMPP and SMTP.
const t = wordsOf('it');
const GRACE_SECONDS = 60;

const ELENA = { name: 'Elena Garlanda', email: 'elena@example.com', password: 'un filo diretto con tutti' };

/** Who lives behind the mast, and how each agreed to be told. */
const PEOPLE = [
  { id: 'C-1', name: 'Anna Prina', language: 'it', phone: '+393470000001', email: '', notify: 'sms' },
  { id: 'C-2', name: 'Bruno Zanetta', language: 'it', phone: '+393470000002', email: '', notify: 'sms' },
  { id: 'C-3', name: 'Carla Minola', language: 'it', phone: '+393470000003', email: '', notify: 'sms' },
  { id: 'C-4', name: 'Deborah Wright', language: 'en', phone: '+393470000004', email: '', notify: 'sms' },
  { id: 'C-5', name: 'Enzo Caretti', language: 'it', phone: '', email: 'enzo@example.com', notify: 'email' },
  { id: 'C-6', name: 'Fiona Hughes', language: 'en', phone: '', email: 'fiona@example.com', notify: 'email' },
  {
    id: 'C-7',
    name: 'Giulio Morandi',
    language: 'it',
    phone: '+393470000007',
    email: 'giulio@example.com',
    notify: 'sms|email',
  },
  { id: 'C-8', name: 'Irma Bianchetti', language: 'it', phone: '+393470000008', email: 'irma@example.com', notify: '' },
] as const;
const ELSEWHERE = { id: 'C-9', name: 'Luca Fara', language: 'it', phone: '+393470000009', email: '', notify: 'sms' };
const LEAVER = PEOPLE[1];
const SMS_READERS = PEOPLE.filter((person) => person.notify.includes('sms'));
const MAIL_READERS = PEOPLE.filter((person) => person.notify.includes('email'));

const FILES = {
  'resources.csv': [
    'id,kind,name,upstream,lat,lon,battery_minutes',
    'core-1,exchange,Centrale Verbania,,45.9214,8.5516,',
    'mast-rosso,mast,Traliccio Monte Rosso,core-1,45.9406,8.5386,95',
    'mast-stresa,mast,Traliccio Stresa,core-1,45.8833,8.5333,95',
    'rosso-nord,sector,Settore nord,mast-rosso,45.9406,8.5386,',
    'rosso-sud,sector,Settore sud,mast-rosso,45.9406,8.5386,',
    'stresa-1,sector,Settore Stresa,mast-stresa,45.8833,8.5333,',
  ],
  'customers.csv': [
    'id,name,kind,tax_code,language,phone,email,pec,notify,consent_at,consent_source,consent_text',
    ...[...PEOPLE, ELSEWHERE].map((person) =>
      [
        person.id,
        person.name,
        'consumer',
        '',
        person.language,
        person.phone,
        person.email,
        '',
        person.notify,
        ...(person.notify ? ['2026-03-02T10:15:00Z', 'contratto', 'Avvisi di guasto'] : ['', '', '']),
      ].join(','),
    ),
  ],
  'services.csv': [
    'id,customer_id,product,address,resource_id,state,activated_on,ultrabroadband,monthly_fee',
    ...PEOPLE.map(
      (person, index) =>
        `L-${index + 1},${person.id},Radio 100,"Via Roma ${index + 1}, Verbania",${index % 2 ? 'rosso-nord' : 'rosso-sud'},active,2025-03-05,true,24.90`,
    ),
    'L-9,C-9,Radio 100,"Lungolago 4, Stresa",stresa-1,active,2025-03-05,true,24.90',
  ],
} as const;

const sectorDown = (sector: string): Alert => ({
  name: 'SectorDown',
  instance: `${sector}:9116`,
  severity: 'critical',
  summary: `${sector} is off the air`,
});
const SECTORS = [sectorDown('rosso-nord'), sectorDown('rosso-sud')];
const MAST: Alert = {
  name: 'MastMainsLost',
  instance: 'mast-rosso:9116',
  severity: 'critical',
  summary: 'Monte Rosso: mains lost',
};
/** The monitoring calls it by a name that the network list does not have. */
const UNKNOWN: Alert = {
  name: 'RadioSilent',
  instance: 'ap-rosso-nord.lan:161',
  severity: 'critical',
  summary: 'Access point silent',
};

/** What is exact in a label is matched from its beginning to its end: "Fine prevista" is also part of longer ones. */
const exact = true;

async function choose(page: Page | Locator, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label, exact }).click();
  await ('page' in page ? (page as Locator).page() : (page as Page))
    .getByRole('option', { name: option, exact })
    .click();
}

describe.each(ENGINES)('the mast without power, on %s', (engine) => {
  const temporary = mkdtempSync(join(tmpdir(), 'filodiretto-files-'));
  let premises: Premises;
  let product: RunningProduct;
  let otherEnd: OtherEnd;
  let browser: Browser;
  let elena: Person;
  let page: Page;
  /** The administrator's second pair of hands, for what is set only to make the test quick, and to see what happened. */
  let hands: Product;
  let monitoring: Monitoring;
  let incidentId = '';
  const over = new AbortController();

  const incident = (): Promise<Incident> => hands.get<Incident>(`/api/v1/incidents/${incidentId}`);
  const setTelling = async (change: Partial<Settings['telling']>): Promise<void> => {
    const { telling } = await hands.get<Settings>('/api/v1/settings');
    await hands.send('PATCH', '/api/v1/settings', { telling: { ...telling, ...change } });
  };
  const isCustomer = ({ to }: { to: string }): boolean =>
    [...PEOPLE, ELSEWHERE].some(({ phone, email }) => to === phone || to === email);
  const smsToCustomers = async (): Promise<Sms[]> =>
    (await otherEnd.sms()).filter((sms) => isCustomer(sms) && sms.parts === sms.partsExpected);
  const mailsToCustomers = async (): Promise<Mail[]> => (await otherEnd.mails()).filter(isCustomer);
  /** Waits until so many notices have reached the other end, and shows what did when it doesn't come to that. */
  const arrived = async (sms: number, mails: number): Promise<void> => {
    await until(
      async () => (await smsToCustomers()).length >= sms && (await mailsToCustomers()).length >= mails,
      async () =>
        `Expected ${sms} SMS and ${mails} mails, but: ${JSON.stringify([await smsToCustomers(), (await mailsToCustomers()).map(({ to, subject }) => ({ to, subject }))])}\n${JSON.stringify((await incident()).announcements, null, 1)}\n${product.log().slice(-3000)}`,
      GRACE_SECONDS,
    );
  };
  const told = async (after: number): Promise<Incident> =>
    until(
      async () => {
        const now = await incident();
        const newest = now.announcements.toSorted((one, other) => other.number - one.number)[0];
        return newest && newest.number > after && newest.state === 'told' ? now : null;
      },
      async () => `Not told: ${JSON.stringify((await incident()).announcements, null, 1)}`,
      GRACE_SECONDS,
    );
  const lastNumber = async (): Promise<number> =>
    Math.max(0, ...(await incident()).announcements.map((announcement) => announcement.number));

  beforeAll(async () => {
    [premises, otherEnd, browser] = await Promise.all([makePremises(engine), startOtherEnd(), openBrowser()]);
    product = await startProduct(premises);
    elena = await sitDown(browser, product.baseUrl);
    page = elena.page;
    for (const [name, lines] of Object.entries(FILES)) writeFileSync(join(temporary, name), `${lines.join('\n')}\n`);
  });

  afterAll(async () => {
    over.abort();
    await browser?.close();
    await product?.stop();
    await otherEnd?.stop();
    await premises?.remove();
    rmSync(temporary, { recursive: true, force: true });
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail')
      process.stderr.write(
        `${page.url()}\n${await page.locator('body').ariaSnapshot()}\n${elena.troubles.join('\n')}\n`,
      );
    else expect(elena.troubles).toEqual([]);
  });

  test('given the first-run link, when somebody opens it, then that person is administrator and signed in', async () => {
    await page.goto(product.firstAdministratorLink ?? '');
    await page.getByRole('heading', { name: t('invitation.first-administrator') }).waitFor();
    expect(page.url()).not.toContain(product.firstAdministratorLink?.split('/').at(-1));
    await page.getByRole('textbox', { name: t('email') }).fill(ELENA.email);
    await page.getByRole('textbox', { name: t('name'), exact }).fill(ELENA.name);
    await page.getByRole('textbox', { name: t('password.new') }).fill(ELENA.password);
    await page.getByRole('textbox', { name: t('password.again') }).fill(ELENA.password);
    await page.getByRole('button', { name: t('invitation.enter') }).click();
    await page.getByText(t('incidents.none'), { exact }).waitFor();

    // The link works once; the account works with its password.
    await page.getByRole('button', { name: t('account') }).click();
    await page.getByRole('menuitem', { name: t('sign-out') }).click();
    await page.getByRole('heading', { name: t('sign-in') }).waitFor();
    await page.getByRole('textbox', { name: t('email') }).fill(ELENA.email);
    await page.getByRole('textbox', { name: t('password') }).fill(ELENA.password);
    await page.getByRole('button', { name: t('sign-in'), exact }).click();
    await page.getByText(t('banner.observing'), { exact: false }).waitFor();

    hands = createProduct(product.baseUrl, over.signal);
    await hands.signIn(ELENA.email, ELENA.password);
    const settings = await hands.get<Settings>('/api/v1/settings');
    await hands.send('PATCH', '/api/v1/settings', {
      operator: { ...settings.operator, name: 'Lago Wireless', shortName: 'LagoWifi', phone: '+390323000000' },
      quietHours: { ...settings.quietHours, channels: [] },
      incidents: {
        ...settings.incidents,
        confirmAfterMinutes: { critical: 60, major: 60, minor: 60, info: 60 },
        restoredAfterMinutes: { critical: 0, major: 0, minor: 0, info: 0 },
      },
    });
    await setTelling({ undoSeconds: 1 });
  });

  test('given an SMSC and a mail server, when routes are made in the desk, then a test message reaches each', async () => {
    await page.goto('/desk/settings/routes');
    await page.getByRole('button', { name: t('routes.add') }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: t('name'), exact }).fill('SMSC');
    await form.getByRole('textbox', { name: t('routes.host') }).fill('127.0.0.1');
    await form.getByRole('textbox', { name: t('routes.port') }).fill(String(otherEnd.smppPort));
    await form.getByRole('textbox', { name: t('routes.system-id') }).fill('lago');
    await form.getByRole('textbox', { name: t('routes.sender') }).fill('LagoWifi');
    await form.getByRole('textbox', { name: t('password') }).fill('example');
    await form.getByRole('button', { name: t('save') }).click();
    await form.waitFor({ state: 'hidden' });

    await page.getByRole('button', { name: t('routes.add') }).click();
    await choose(form, t('routes.preset'), t('route-preset.smtp-local'));
    await form.getByRole('textbox', { name: t('name'), exact }).fill('Posta');
    await form.getByRole('textbox', { name: t('routes.port') }).fill(String(otherEnd.smtpPort));
    await form.getByRole('textbox', { name: t('routes.from') }).fill('Lago Wireless <avvisi@example.com>');
    await form.getByRole('button', { name: t('save') }).click();
    await form.waitFor({ state: 'hidden' });

    const tests = page.getByRole('button', { name: t('routes.test') });
    await page
      .getByRole('textbox', { name: t('routes.test.to') })
      .and(page.locator('[type=tel]'))
      .fill('+393331234567');
    await tests.nth(1).waitFor();
    for (const number of [0, 1]) {
      await tests.nth(number).click();
      await page.getByText(t('routes.tested')).nth(number).waitFor();
    }
    const sms = await until(async () => (await otherEnd.sms())[0], 'No test SMS arrived.');
    expect(sms).toMatchObject({ to: '+393331234567', from: 'LagoWifi' });
    const mail = await until(async () => (await otherEnd.mails())[0], 'No test mail arrived.');
    expect(mail.to).toBe(ELENA.email);
    await page.getByText(t('route-state.up'), { exact }).nth(1).waitFor();
  });

  test('given the monitoring, when a source is made in the desk, then its token lets Alertmanager in', async () => {
    await page.goto('/desk/settings/alarm-sources');
    await page.getByRole('button', { name: t('sources.add') }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: t('name'), exact }).fill('Prometheus Verbania');
    await form.getByRole('button', { name: t('sources.make') }).click();
    const token = (await form.locator('pre').first().textContent()) ?? '';
    expect(await form.textContent()).toContain(`${product.baseUrl}/hooks/alertmanager`);
    await form.getByRole('button', { name: t('done'), exact }).click();
    await page.getByRole('cell', { name: 'Prometheus Verbania' }).waitFor();
    monitoring = createMonitoring({
      url: `${product.baseUrl}/hooks/alertmanager`,
      token,
      time: await readBusinessTime(hands, over.signal),
      signal: over.signal,
    });
  });

  test.each(Object.keys(FILES))(
    'given %s, when it is checked and then imported in the desk, then only the second changes anything',
    async (name) => {
      const rows = FILES[name as keyof typeof FILES].length - 1;
      await page.goto('/desk/imports');
      await page.locator('input[type=file]').setInputFiles(join(temporary, name));
      await page.getByRole('button', { name: t('imports.check') }).click();
      await page.getByText(t('imports.nothing-changed')).waitFor();
      await page
        .getByText(`${rows} ${t('imports.figure.added')}`, { exact })
        .first()
        .waitFor();
      await page.getByRole('button', { name: t('imports.apply-now') }).click();
      await page.getByText(t('import-state.done'), { exact }).first().waitFor();
      await page.getByText(t('imports.nothing-changed')).waitFor({ state: 'hidden' });
      await page
        .getByText(`${rows} ${t('imports.figure.added')}`, { exact })
        .first()
        .waitFor();
    },
  );

  test('given telling is switched on in the desk, when alarms of sectors and then of their mast arrive, then one incident stands there without a reload', async () => {
    await page.goto('/desk/settings/telling');
    await page.getByRole('button', { name: t('telling.switch-on') }).click();
    await page.getByRole('heading', { name: t('telling.on'), exact }).waitFor();
    await page.getByText(t('banner.observing')).waitFor({ state: 'hidden' });

    await page.goto('/desk/incidents');
    await page.getByText(t('incidents.none'), { exact }).waitFor();
    await page.evaluate('window.sameDocument = true');
    await monitoring.raise(SECTORS);
    await page.getByRole('link', { name: 'Settore nord' }).waitFor();
    await monitoring.raise([MAST]);
    await page.getByRole('link', { name: 'Traliccio Monte Rosso' }).waitFor();
    await page.getByRole('link', { name: 'Settore nord' }).waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'Settore sud' }).waitFor({ state: 'hidden' });
    expect(await page.evaluate('window.sameDocument')).toBe(true);

    const open = await hands.get<IncidentBrief[]>('/api/v1/incidents?state=open');
    expect(open).toMatchObject([{ resource: { externalId: 'mast-rosso' }, state: 'suspected', told: 0 }]);
    incidentId = open[0]?.id ?? '';
    expect(await smsToCustomers()).toEqual([]);
  });

  test('given the incident, when a person confirms it, then whoever agreed is told once, in their language, and nobody else', async () => {
    await page.getByRole('link', { name: 'Traliccio Monte Rosso' }).click();
    await page.getByRole('button', { name: t('incident.confirm') }).click();
    await page.getByText(t('incident-state.confirmed'), { exact }).first().waitFor();
    await arrived(SMS_READERS.length, MAIL_READERS.length);
    await told(0);
    const sms = await smsToCustomers();
    expect(sms.map(({ to }) => to).sort()).toEqual(SMS_READERS.map(({ phone }) => phone).sort());
    const { reference, servicesDown, alarms } = await incident();
    expect(servicesDown).toBe(PEOPLE.length);
    expect(alarms).toHaveLength(SECTORS.length + 1);
    for (const { to, text, parts, from } of sms) {
      const english = PEOPLE.some((person) => person.phone === to && person.language === 'en');
      expect(text, to).toMatch(english ? /Verbania: .*down since/ : /Verbania: linea ferma/);
      expect(text).toContain(reference);
      expect(parts).toBeLessThanOrEqual(2);
      expect(from).toBe('LagoWifi');
    }
    const mails = await mailsToCustomers();
    expect(mails.map(({ to }) => to).sort()).toEqual(MAIL_READERS.map(({ email }) => email).sort());
    for (const { to, subject, text } of mails) {
      expect(subject, to).toMatch(to.startsWith('fiona') ? /line down/ : /linea ferma/);
      expect(text).toContain(reference);
    }
    // The desk's own figures went along, live.
    await page
      .getByText(`${t('notices.delivered')} ${SMS_READERS.length}`, { exact: false })
      .first()
      .waitFor();
    expect(await page.evaluate('window.sameDocument')).toBe(true);
  });

  test('given the public page, when it is read without JavaScript, then it shows the outage in both languages and at phone width', async () => {
    const { reference } = await incident();
    const reader = await sitDown(browser, product.baseUrl, { javaScript: false, width: 390, height: 844 });
    await reader.page.goto('/status');
    await reader.page.getByRole('heading', { name: 'Verbania' }).waitFor();
    expect(await reader.page.locator('main').textContent()).toContain(`Pratica ${reference}`);
    await reader.page.getByRole('link', { name: 'English' }).click();
    expect(await reader.page.locator('main').textContent()).toContain(`Reference ${reference}`);
    expect(await reader.page.locator('html').evaluate((html) => html.scrollWidth <= html.clientWidth)).toBe(true);
    expect(reader.troubles).toEqual([]);
    await reader.context.close();
  });

  test('given an expected end was sent, when it is undone in time, then nobody hears of it; sent again, everybody does', async () => {
    const before = await lastNumber();
    await setTelling({ undoSeconds: 120 });
    await page.reload();
    const end = page.getByRole('textbox', { name: t('incident.expected-end'), exact });
    await page
      .getByRole('radiogroup', { name: t('tell.until') })
      .getByText(t('tell.end-known'))
      .click();
    await choose(page, t('incident.cause'), t('cause.power-company'));
    await end.fill('domani 4:44');
    await page.getByText('4:44', { exact: false }).first().waitFor();
    const preview = page.getByRole('tabpanel');
    await preview.getByText(/04:44/).first().waitFor();
    const send = page.getByRole('button', {
      name: t('tell.send', { count: SMS_READERS.length + MAIL_READERS.length - 1 }),
    });
    await send.click();
    await page.getByRole('button', { name: t('announcement.undo', { seconds: 1 }).split('(')[0] ?? '' }).click();
    await page.getByText(t('announcement-state.undone'), { exact }).waitFor();

    await setTelling({ undoSeconds: 1 });
    await end.fill('domani 5:55');
    await preview.getByText(/05:55/).first().waitFor();
    await send.click();
    await told(before + 1);
    await arrived(2 * SMS_READERS.length, 2 * MAIL_READERS.length);
    const texts = [...(await smsToCustomers()), ...(await mailsToCustomers())].map(({ text }) => text);
    expect(texts.filter((text) => /4[:.]44/.test(text))).toEqual([]);
    expect(texts.filter((text) => /5[:.]55/.test(text))).toHaveLength(SMS_READERS.length + MAIL_READERS.length);
    expect(await smsToCustomers()).toHaveLength(2 * SMS_READERS.length);
  });

  test('given the promised end, when it moves, then everybody told hears the new time and that the old one is gone', async () => {
    const before = await lastNumber();
    await page.getByRole('textbox', { name: t('incident.expected-end'), exact }).fill('domani 6:36');
    await page.getByRole('tabpanel').getByText(/06:36/).first().waitFor();
    await page.getByRole('button', { name: /^Avvisa \d+ persone$/ }).click();
    const now = await told(before);
    expect(now.announcements.toSorted((one, other) => other.number - one.number)[0]?.kind).toBe('expected-end-moved');
    expect(now.expectedEnds.map(({ state }) => state)).toEqual(['superseded', 'open']);
    await arrived(3 * SMS_READERS.length, 3 * MAIL_READERS.length);
    const moved = (await smsToCustomers()).slice(-SMS_READERS.length);
    for (const { text } of moved) expect(text).toMatch(/0?6[:.]36/);
  });

  test('given an alarm that names nothing known, when it is mapped with one press, then it joins the incident', async () => {
    await page.goto('/desk/alarms');
    await monitoring.raise([UNKNOWN]);
    await page.getByText(UNKNOWN.summary).first().waitFor();
    await page
      .getByRole('button', { name: t('alarms.map-to', { name: 'Settore nord' }) })
      .first()
      .click();
    await page.getByRole('heading', { name: t('alarms.unmapped') }).waitFor({ state: 'hidden' });
    const joined = await until(
      async () => (await incident()).alarms.find((alarm) => alarm.summary === UNKNOWN.summary),
      'The mapped alarm did not join the incident.',
    );
    expect(joined.resource?.externalId).toBe('rosso-nord');
    expect(await hands.get<IncidentBrief[]>('/api/v1/incidents?state=open')).toHaveLength(1);
  });

  test('given STOP from one phone, when the power returns, then those told hear that it is over, except that phone', async () => {
    await otherEnd.reply(LEAVER.phone, 'Stop');
    const [{ id } = { id: '' }] = await hands.get<CustomerBrief[]>(
      `/api/v1/customers?search=${encodeURIComponent(LEAVER.name)}`,
    );
    await until(
      async () =>
        (await hands.get<Customer>(`/api/v1/customers/${id}`)).contactPoints.some(
          (point) => point.address === LEAVER.phone && point.consent === 'refused',
        ),
      'STOP was not obeyed.',
    );
    await page.goto(`/desk/incidents/${incidentId}`);
    await monitoring.clear([...SECTORS, MAST, UNKNOWN]);
    await page.getByText(t('incident-state.restored'), { exact }).first().waitFor();
    await arrived(4 * SMS_READERS.length - 1, 4 * MAIL_READERS.length);
    await told((await lastNumber()) - 1);
    const sms = await smsToCustomers();
    const count = (to: string): number => sms.filter((each) => each.to === to).length;
    for (const { phone } of SMS_READERS) expect(count(phone), phone).toBe(phone === LEAVER.phone ? 3 : 4);
    expect(sms).toHaveLength(4 * SMS_READERS.length - 1);
    const last = sms.slice(1 - SMS_READERS.length);
    for (const { to, text } of last)
      expect(text, to).toMatch(to === PEOPLE[3].phone ? /the line works again/ : /la linea funziona di nuovo/);
    expect(await mailsToCustomers()).toHaveLength(4 * MAIL_READERS.length);
    // Whoever never heard of the outage hears nothing of its end, nor does anybody elsewhere.
    expect(count(PEOPLE[7].phone) + count(ELSEWHERE.phone)).toBe(0);
    expect((await incident()).expectedEnds.at(-1)?.state).toBe('kept');
  });

  test('given a phone in English, when every page of the desk is opened, then it speaks English and fits', async () => {
    const english = wordsOf('en');
    const phone = await sitDown(browser, product.baseUrl, { width: 390, height: 844 });
    await phone.page.goto('/desk');
    await phone.page.getByText('English', { exact }).click();
    await phone.page.getByRole('textbox', { name: english('email') }).fill(ELENA.email);
    await phone.page.getByRole('textbox', { name: english('password') }).fill(ELENA.password);
    await phone.page.getByRole('button', { name: english('sign-in'), exact }).click();
    await phone.page.getByRole('heading', { name: english('place.incidents') }).waitFor();
    // The account still says Italian: the choice is made again there, and kept with it.
    await phone.page.getByRole('button', { name: english('account') }).click();
    await phone.page.getByText('Italiano', { exact }).click();
    await phone.page.getByRole('heading', { name: t('place.incidents') }).waitFor();
    await phone.page.getByText('English', { exact }).click();
    await phone.page.getByRole('heading', { name: english('place.incidents') }).waitFor();

    const headings = {
      '/desk/incidents?show=ended': english('place.incidents'),
      '/desk/promises': english('place.promises'),
      '/desk/alarms': english('place.alarms'),
      '/desk/in-doubt': english('place.in-doubt'),
      '/desk/imports': english('place.imports'),
      '/desk/settings/general': english('place.settings.general'),
      '/desk/settings/telling': english('place.settings.telling'),
      '/desk/settings/quiet-hours': english('place.settings.quiet-hours'),
      '/desk/settings/incidents': english('place.settings.incidents'),
      '/desk/settings/routes': english('place.settings.routes'),
      '/desk/settings/alarm-sources': english('place.settings.alarm-sources'),
      '/desk/staff': english('place.staff'),
      [`/desk/incidents/${incidentId}`]: english('announcements'),
    };
    for (const [address, heading] of Object.entries(headings)) {
      await phone.page.goto(address);
      await phone.page.getByRole('heading', { name: heading, exact }).first().waitFor();
      await phone.page.waitForLoadState('load');
      const wide = await phone.page
        .locator('html')
        .evaluate((html) => ({ is: html.scrollWidth, fits: html.clientWidth }));
      expect(wide.is, `${address} is wider than the phone`).toBeLessThanOrEqual(wide.fits);
    }
    await phone.page.getByText(english('announcement-kind.restored'), { exact: false }).first().waitFor();
    expect(phone.troubles).toEqual([]);
    await phone.context.close();
  });

  test('given all that, when the log is read, then it holds no warning and the product stops in order', async () => {
    const lines = product
      .log()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { level: number; msg: string });
    expect(lines.filter(({ level }) => level >= 40)).toEqual([]);
    await page.goto('about:blank'); // the live feed of an open page would be cut off
    expect(await product.stop()).toBe(0);
  });
});
