import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Case, CaseBrief, CasePage } from '../../contract/cases.ts';
import type { Customer, CustomerBrief } from '../../contract/customers.ts';
import type { Incident, IncidentBrief } from '../../contract/incidents.ts';
import type { ExampleState } from '../../example/phones/state.ts';
import { createProduct, type Product } from '../../example/product.ts';
import { rootFolder } from '../../server/platform/root-folder.ts';
import { openBrowser, sitDown } from '../support/browser.ts';

// The story of the mast as a newcomer sees it: one command, then only what its pages show.
const temporary = mkdtempSync(join(tmpdir(), 'example-journey-'));
let child: ChildProcess;
let output = '';
let phones = '';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const state = async (): Promise<ExampleState> => (await (await fetch(`${phones}/state`)).json()) as ExampleState;

/** Asks until it is so; the test's own limit ends a wait in vain, and then `output` says what happened. */
async function until<Found>(ask: () => Promise<Found | null | undefined | false>): Promise<Found> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The example ended with status ${child.exitCode}:\n${output}`);
    const found = await ask();
    if (found) return found;
    await sleep(250);
  }
}

/** With what the example printed, as a person would. */
async function signedIn(role: 'care' | 'technician'): Promise<Product> {
  const [, email = '', password = ''] = new RegExp(`^\\s+${role}\\s+(\\S+)\\s+(\\S+)$`, 'm').exec(output) ?? [];
  const product = createProduct(/Desk\s+(http\S+)\/desk/.exec(output)?.[1] ?? '', new AbortController().signal);
  await product.signIn(email, password);
  return product;
}

async function begin(...options: string[]): Promise<void> {
  output = '';
  child = spawn(process.execPath, ['bin/filodiretto.mjs', 'example', '--port', String(await freePort()), ...options], {
    cwd: rootFolder,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  phones = await until(async () => /Phones\s+(http:\S+)/.exec(output)?.[1]);
}

/** As Ctrl-C does. */
async function end(): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  return await ended;
}

async function played(): Promise<ExampleState> {
  return await until(async () => {
    const now = await state();
    if (now.trouble) throw new Error(now.trouble);
    return now.phase === 'played' && now;
  });
}

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(`${phones}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const read = ({ messages }: ExampleState['people'][number]): string[] =>
  messages.filter(({ way }) => way === 'to-customer').map(({ text }) => text);

beforeAll(() => begin('--speed', '120'));

afterAll(async () => {
  if (child.exitCode === null) {
    // In order, so that the programs that it started end with it.
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(temporary, { recursive: true, force: true });
});

/** Who agreed to nothing, and wrote. */
const askerIn = (now: ExampleState): ExampleState['people'][number] | undefined =>
  now.people.find((person) => person.messages.some(({ way, text }) => way === 'from-customer' && text !== 'STOP'));
const asker = (now: ExampleState): string[] => {
  const found = askerIn(now);
  return found ? read(found) : [];
};

test('given the example, when its story has played, then whoever agreed read four messages and nobody else read any', async () => {
  await played();
  await until(async () => (await state()).totals.sms >= 4 * 2800 || null);
  // The page looks at the SMSC now and then: what comes too late, or too often, has come by then.
  await sleep(2000);
  const now = await state();
  expect(now.steps.map((step) => step.state)).toEqual([...Array(10).fill('done'), 'now']);
  // Outage, expected end, its move, the end: 2,800 agreed to SMS, 800 to mail; two mails more invited the colleagues.
  const answered = asker(now).length;
  expect(now.totals).toEqual({ sms: 4 * 2800 + answered, mails: 4 * 800 + 2 });
  for (const person of now.people) {
    if (person === askerIn(now)) continue;
    const expected = person.where === 'behind' && person.notify.includes('sms') ? 4 : 0;
    expect(person.messages, `${person.name}, ${person.where}, ${person.notify.join(' ')}`).toHaveLength(expected);
    for (const message of person.messages) {
      expect(message.from).toBe('LagoWifi');
      expect(message.text).toMatch(person.language === 'it' ? /Pratica \d{8}/ : /Ref\. \d{8}/);
    }
  }
  expect((await fetch(now.links.status)).status).toBe(200);
});

test('given a customer who agreed to nothing, when they write from behind the mast, then they read the incident at once and are asked in the end', async () => {
  const now = await state();
  expect(askerIn(now)).toMatchObject({ where: 'behind', notify: [] });
  const texts = asker(now);
  expect(texts[0]).toMatch(/linea ferma dalle .*Torna entro le .*Pratica/);
  expect(texts.at(-2)).toMatch(/1 = funziona, 0 = no/);
  expect(texts.at(-1)).toContain('chiusa');
});

test('given a phone, when the pages of the example are opened on it, then they fit, show what was said, and nothing fails', async () => {
  const { links, people } = await state();
  const [reader] = people;
  const browser = await openBrowser();
  try {
    const phone = await sitDown(browser, new URL(phones).origin, { width: 390, height: 844 });
    await phone.page.goto(phones);
    await phone.page
      .getByText(reader?.messages[0]?.text ?? '', { exact: false })
      .first()
      .waitFor();
    expect(await phone.page.locator('html').evaluate((html) => html.scrollWidth <= html.clientWidth)).toBe(true);
    expect(phone.troubles).toEqual([]);

    const visitor = await sitDown(browser, new URL(links.status).origin, { width: 390, javaScript: false });
    await visitor.page.goto(links.status);
    await visitor.page
      .getByText('La linea funziona di nuovo', { exact: false })
      .or(visitor.page.locator('.ended'))
      .first()
      .waitFor();
    expect(await visitor.page.locator('html').evaluate((html) => html.scrollWidth <= html.clientWidth)).toBe(true);
    expect(visitor.troubles).toEqual([]);
  } finally {
    await browser.close();
  }
});

test('given a phone that answered STOP, when the power goes again, then it stays silent and the others are told', async () => {
  const [leaver] = (await state()).people;
  expect((await post('/sms', { customer: leaver?.id, text: 'STOP' })).status).toBe(200);
  const care = await signedIn('care');
  await until(async () => {
    const found = await care.get<CustomerBrief[]>(`/api/v1/customers?search=${encodeURIComponent(leaver?.name ?? '')}`);
    const brief = found.find((each) => each.externalId === leaver?.id);
    const customer = await care.get<Customer>(`/api/v1/customers/${brief?.id}`);
    return customer.contactPoints.find((point) => point.channel === 'sms')?.consent === 'refused' || null;
  });
  expect((await post('/power', { state: 'off' })).status).toBe(200);
  const technician = await signedIn('technician');
  await until(async () => {
    const open = await technician.get<IncidentBrief[]>('/api/v1/incidents?state=open');
    const again = open.find((each) => each.state === 'confirmed');
    if (!again) return null;
    const { announcements, notices } = await technician.get<Incident>(`/api/v1/incidents/${again.id}`);
    return announcements[0]?.state === 'told' && notices.queued === 0;
  });
  const everybody = 5 * 2800 - 1 + asker(await state()).length;
  await until(async () => (await state()).totals.sms >= everybody || null);
  const after = await state();
  expect(after.totals.sms).toBe(everybody);
  expect(after.people[0] && read(after.people[0])).toHaveLength(4);
  expect(after.people[1]?.messages).toHaveLength(5);
});

test('given Ctrl-C, when it is pressed, then everything ends in order and its data is gone', async () => {
  expect(await end(), output).toBe(0);
  expect(readdirSync(temporary).filter((name) => name.startsWith('filodiretto-example'))).toEqual([]);
  await expect(fetch(phones)).rejects.toThrow();
});

test('given the story of getting heard, when it has played, then one matter was one case, answered with a time, and over when its customer said so', async () => {
  await begin('--story', 'heard', '--speed', '240');
  const { steps, people } = await played();
  expect(steps.map((step) => step.state)).toEqual([...Array(12).fill('done'), 'now']);
  const [caller, writer, presser, waiting, stranger] = people;
  expect(stranger?.where).toBe('stranger');
  expect(stranger && read(stranger)).toEqual([]);
  const care = await signedIn('care');
  const cases = async (view: string): Promise<CaseBrief[]> =>
    (await care.get<CasePage>(`/api/v1/cases?view=${view}`)).cases;
  const [solved, ...more] = await cases('ended');
  expect(more).toEqual([]);
  expect(solved).toMatchObject({ state: 'confirmed', channel: 'sms', reminders: 2, party: { externalId: caller?.id } });
  expect(caller && read(caller).join('\n').replaceAll(' ', '')).toContain(solved?.number);
  const open = await cases('all');
  for (const person of [writer, presser, waiting])
    expect(open.filter(({ party }) => party.externalId === person?.id)).toHaveLength(1);
  expect(open.find(({ party }) => party.externalId === presser?.id)?.reminders).toBe(2);
  expect(open.find(({ party }) => party.externalId === writer?.id)).toMatchObject({ channel: 'email', language: 'en' });

  // A visitor writes as one of them.
  const { id = '' } = open.find(({ party }) => party.externalId === waiting?.id) ?? {};
  const mail = { customer: waiting?.id, subject: 'Il router', text: 'Aspetto ancora il tecnico' };
  expect((await post('/mail', mail)).status).toBe(200);
  await until(async () => (await care.get<Case>(`/api/v1/cases/${id}`)).reminders === 1);
  expect(await end(), output).toBe(0);
});
