import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Customer, CustomerBrief } from '../../contract/customers.ts';
import type { Incident, IncidentBrief } from '../../contract/incidents.ts';
import type { ExampleState } from '../../example/phones/state.ts';
import { openBrowser, sitDown } from '../support/browser.ts';
import { type RunningExample, readBy, startExample } from '../support/example.ts';

// The story of the mast as a newcomer sees it: one command, then only what its pages show.
let example: RunningExample;
beforeAll(async () => {
  example = await startExample('--speed', '120');
});
afterAll(async () => await example?.clear());

/** Who agreed to nothing, and wrote. */
const askerIn = (now: ExampleState): ExampleState['people'][number] | undefined =>
  now.people.find((person) => person.messages.some(({ way, text }) => way === 'from-customer' && text !== 'STOP'));
const asker = (now: ExampleState): string[] => {
  const found = askerIn(now);
  return found ? readBy(found) : [];
};

test('given the example, when its story has played, then whoever agreed read four messages and nobody else read any', async () => {
  await example.played();
  await example.until(async () => (await example.state()).totals.sms >= 4 * 2800 || null);
  // The page looks at the SMSC now and then: what comes too late, or too often, has come by then.
  await sleep(2000);
  const now = await example.state();
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
  const now = await example.state();
  expect(askerIn(now)).toMatchObject({ where: 'behind', notify: [] });
  const texts = asker(now);
  expect(texts[0]).toMatch(/linea ferma dalle .*Torna entro le .*Pratica/);
  expect(texts.at(-2)).toMatch(/1 = funziona, 0 = no/);
  expect(texts.at(-1)).toContain('chiusa');
});

test('given a phone, when the pages of the example are opened on it, then they fit, show what was said, and nothing fails', async () => {
  const { links, people } = await example.state();
  const [reader] = people;
  const browser = await openBrowser();
  try {
    const phone = await sitDown(browser, new URL(example.phones).origin, { width: 390, height: 844 });
    await phone.page.goto(example.phones);
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
  const [leaver] = (await example.state()).people;
  expect((await example.post('/sms', { customer: leaver?.id, text: 'STOP' })).status).toBe(200);
  const care = await example.signedIn('care');
  await example.until(async () => {
    const found = await care.get<CustomerBrief[]>(`/api/v1/customers?search=${encodeURIComponent(leaver?.name ?? '')}`);
    const brief = found.find((each) => each.externalId === leaver?.id);
    const customer = await care.get<Customer>(`/api/v1/customers/${brief?.id}`);
    return customer.contactPoints.find((point) => point.channel === 'sms')?.consent === 'refused' || null;
  });
  expect((await example.post('/power', { state: 'off' })).status).toBe(200);
  const technician = await example.signedIn('technician');
  await example.until(async () => {
    const open = await technician.get<IncidentBrief[]>('/api/v1/incidents?state=open');
    const again = open.find((each) => each.state === 'confirmed');
    if (!again) return null;
    const { announcements, notices } = await technician.get<Incident>(`/api/v1/incidents/${again.id}`);
    return announcements[0]?.state === 'told' && notices.queued === 0;
  });
  const everybody = 5 * 2800 - 1 + asker(await example.state()).length;
  await example.until(async () => (await example.state()).totals.sms >= everybody || null);
  const after = await example.state();
  expect(after.totals.sms).toBe(everybody);
  expect(after.people[0] && readBy(after.people[0])).toHaveLength(4);
  expect(after.people[1]?.messages).toHaveLength(5);
});

test('given Ctrl-C, when it is pressed, then everything ends in order and its data is gone', async () => {
  expect(await example.end(), example.output()).toBe(0);
  expect(example.leftovers()).toEqual([]);
  await expect(fetch(example.phones)).rejects.toThrow();
});
