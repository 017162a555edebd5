import { request } from 'node:http';
import { createTransport } from 'nodemailer';
import smpp, { type Session } from 'smpp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createCorrespondence } from '../../example/correspondence.ts';
import { type ImapServer, startImapServer } from '../../example/imap-server.ts';
import { startMailServer } from '../../example/mail-server.ts';
import { type PhonesPage, servePhones } from '../../example/phones/server.ts';
import type { ExampleState } from '../../example/phones/state.ts';
import { lagoWireless } from '../../example/provider/provider.ts';
import { startSmsc } from '../../example/smsc.ts';

const HOUR = 3_600_000;
const closing: (() => unknown)[] = [];
const powers: string[] = [];
const inbound: string[] = [];
let imap: ImapServer;
let phones: PhonesPage;
let session: Session;
let mailPort = 0;

beforeAll(async () => {
  const smsc = await startSmsc();
  const mail = await startMailServer();
  imap = await startImapServer();
  mailPort = mail.port;
  closing.push(
    () => smsc.close(),
    () => mail.close(),
    () => imap.close(),
  );
  phones = await servePhones({
    provider: lagoWireless(),
    smscUrl: smsc.http,
    mailUrl: mail.http,
    customers: createCorrespondence(smsc.http, imap.http),
    businessAt: (system) => new Date(system.getTime() + HOUR),
    power: async (state) => {
      powers.push(state);
    },
    story: () => ({
      story: 'mast',
      phase: 'played',
      trouble: null,
      timeZone: 'Europe/Rome',
      businessNow: null,
      power: 'on',
      links: { desk: '', status: '' },
      steps: [],
    }),
  });
  closing.push(() => phones.close());
  session = smpp.connect({ host: '127.0.0.1', port: smsc.port });
  closing.push(() => session.destroy());
  session.on('deliver_sm', (pdu) => {
    inbound.push(`${pdu.source_addr} ${(pdu.short_message as { message: string }).message}`);
    session.send(pdu.response());
  });
  await new Promise((resolve) => session.bind_transceiver({ system_id: 'test', password: '' }, resolve));
});

afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

const state = async (): Promise<ExampleState> => (await (await fetch(`${phones.url}/state`)).json()) as ExampleState;
const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${phones.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('given the first phones, when they are shown, then each sort is among them', async () => {
  const { people } = await state();
  expect(people).toHaveLength(8);
  const sorts = people.map(({ where, notify, language }) => `${where} ${notify.join('+') || 'none'} ${language}`);
  expect(sorts).toContain('behind sms it');
  expect(sorts).toContain('behind none it');
  expect(sorts).toContain('behind email it');
  expect(people.map(({ where }) => where)).toEqual(expect.arrayContaining(['secondWay', 'elsewhere']));
  expect(people.some(({ language }) => language === 'en')).toBe(true);
  expect(JSON.stringify(people)).not.toContain('+39399');
});

test('given an SMS over SMPP and a mail over SMTP, when they arrive, then they are read on the page at the business time', async () => {
  const person = (await state()).people[0];
  const customer = lagoWireless().customers.find(({ id }) => id === person?.id);
  const before = Date.now();
  await new Promise((resolve) =>
    session.submit_sm(
      { source_addr: 'LagoWifi', destination_addr: customer?.phone.slice(1), short_message: 'Perché? È già così' },
      resolve,
    ),
  );
  await createTransport({ host: '127.0.0.1', port: mailPort, ignoreTLS: true }).sendMail({
    from: 'avvisi@example.com',
    to: 'somebody@example.org',
    subject: 'Verbania',
    text: 'linea ferma',
    html: '<p onclick="x()">linea <b>ferma</b></p>',
  });
  await vi.waitFor(async () => expect((await state()).totals).toEqual({ sms: 1, mails: 1 }), { timeout: 20_000 });
  const now = await state();
  const [message] = now.people[0]?.messages ?? [];
  expect(message).toMatchObject({ way: 'to-customer', from: 'LagoWifi', text: 'Perché? È già così' });
  expect(Date.parse(message?.at ?? '')).toBeGreaterThanOrEqual(before + HOUR - 1000);
  expect(now.mails[0]).toMatchObject({ to: 'somebody@example.org', subject: 'Verbania', hasHtml: true });
  const html = await fetch(`${phones.url}/mail?id=${now.mails[0]?.id}`);
  expect(await html.text()).toContain('<b>ferma</b>');
  expect(html.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
});

test('given a phone, when it answers STOP, then the operator receives it over SMPP and the phone shows it', async () => {
  const person = (await state()).people[0];
  expect((await post('/sms', { customer: person?.id, text: 'STOP' })).status).toBe(200);
  const customer = lagoWireless().customers.find(({ id }) => id === person?.id);
  expect(inbound).toContain(`${customer?.phone.slice(1)} STOP`);
  expect((await state()).people[0]?.messages.at(-1)).toMatchObject({ way: 'from-customer', text: 'STOP' });
});

test('given a long SMS and a mail, when a visitor writes them, then the operator gets them and the page shows them', async () => {
  const writer = (await state()).people.find(({ hasMail }) => hasMail);
  const customer = lagoWireless().customers.find(({ id }) => id === writer?.id);
  const before = inbound.length;
  expect((await post('/sms', { customer: writer?.id, text: `${'a'.repeat(160)} fine` })).status).toBe(200);
  expect(inbound).toHaveLength(before + 2);
  const mail = { customer: writer?.id, subject: 'Perché?\r\nBcc: x@example.com', text: 'Così non va' };
  expect((await post('/mail', mail)).status).toBe(200);
  const [raw = ''] = imap.mails().map((kept) => kept.raw.toString());
  expect(raw).toContain(`<${customer?.email}>`);
  expect(raw).not.toMatch(/^Bcc/m);
  expect(raw).toContain('Così non va');
  expect((await state()).mails[0]).toMatchObject({ way: 'from-customer', from: customer?.email, text: 'Così non va' });
  expect((await post('/sms', { customer: writer?.id, text: ' ' })).status).toBe(409);
  expect((await post('/mail', { ...mail, customer: 'nobody' })).status).toBe(409);
});

test('given a page of somebody else, when it reaches for this one, then it is refused', async () => {
  const foreign = await new Promise<number | undefined>((resolve, reject) =>
    request(`${phones.url}/state`, { headers: { host: 'evil.example' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end(),
  );
  expect(foreign).toBe(403);
  const form = await fetch(`${phones.url}/power`, { method: 'POST', body: 'state=off' });
  expect(form.status).toBe(404);
  expect(powers).toEqual([]);
  await post('/power', { state: 'off' });
  expect(powers).toEqual(['off']);
});
