import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Case, CasePage } from '../../contract/cases.ts';
import type { Customer, CustomerBrief } from '../../contract/customers.ts';
import type { ImportReport } from '../../contract/imports.ts';
import type { MassRecord } from '../../contract/mass.ts';
import { createProduct, type Product } from '../../example/product.ts';
import { openBrowser, type Person, sitDown, wordsOf } from '../support/browser.ts';
import { makePremises, type Premises, type RunningProduct, startProduct, until } from '../support/product.ts';
import { ENGINES } from '../support/test-platform.ts';

// Many customers, one cause: a manager acts on all their cases at once and thinks better of it; an agent sends a picture along.
const t = wordsOf('it');
const PASSWORD = 'un filo diretto con tutti';
const exact = true;
const NAMES = ['Anna Prina', 'Bruno Sala', 'Carla Testa'];
const FILES = {
  resources: ['id,kind,name,upstream,lat,lon,battery_minutes', 'M1,mast,Monte Rosso,,45.93,8.54,'],
  customers: [
    'id,name,kind,tax_code,language,phone,email,pec,notify,consent_at,consent_source,consent_text',
    ...NAMES.map((name, place) => `C-${place},${name},consumer,,it,+39347000000${place},,,,,,`),
  ],
  services: [
    'id,customer_id,product,address,resource_id,state,activated_on,ultrabroadband,monthly_fee',
    ...NAMES.map((_, place) => `L-${place},C-${place},FWA 100,Via Roma ${place + 1},M1,active,2024-01-01,true,20.00`),
  ],
};
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe.each(ENGINES)('one act on many cases at the desk, on %s', (engine) => {
  let premises: Premises;
  let product: RunningProduct;
  let browser: Browser;
  let desk: Person;
  let phone: Person;
  let hands: Product;
  let incidentId = '';
  let cases: Case[] = [];
  const over = new AbortController();
  const acts = (): Promise<MassRecord[]> => hands.get<MassRecord[]>(`/api/v1/incidents/${incidentId}/mass-acts`);
  const fits = (person: Person): Promise<boolean> =>
    person.page.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth');

  beforeAll(async () => {
    [premises, browser] = await Promise.all([makePremises(engine), openBrowser()]);
    product = await startProduct(premises);
    hands = createProduct(product.baseUrl, over.signal);
    await hands.send('POST', '/api/v1/invitations/accept', {
      token: product.firstAdministratorLink?.split('/').at(-1),
      password: PASSWORD,
      email: 'elena@example.com',
      name: 'Elena Garlanda',
    });
    await hands.signIn('elena@example.com', PASSWORD);
    for (const [kind, lines] of Object.entries(FILES)) {
      const form = new FormData();
      form.set('kind', kind);
      form.set('file', new Blob([`${lines.join('\n')}\n`], { type: 'text/csv' }), `${kind}.csv`);
      const { id } = await hands.send<ImportReport>('POST', '/api/v1/imports', form);
      await until(
        async () => (await hands.get<ImportReport>(`/api/v1/imports/${id}`)).state === 'done',
        async () => JSON.stringify(await hands.get<ImportReport>(`/api/v1/imports/${id}`)),
      );
    }
    for (const name of NAMES) {
      const [found] = await hands.get<CustomerBrief[]>(`/api/v1/customers?search=${encodeURIComponent(name)}`);
      const customer = await hands.get<Customer>(`/api/v1/customers/${found?.id}`);
      await hands.send('POST', '/api/v1/cases', {
        partyId: customer.id,
        contactPointId: customer.contactPoints[0]?.id,
        serviceId: customer.services[0]?.id,
        topic: 'line down',
        severity: 'major',
        language: 'it',
        words: `Internet fermo, dice ${name}`,
      });
    }
    // The third report makes a suspected incident behind all three.
    cases = (await hands.get<CasePage>('/api/v1/cases?view=incident')).cases as Case[];
    incidentId = cases[0]?.incidentId ?? '';
    desk = await sitDown(browser, product.baseUrl, { width: 1440, height: 900 });
    phone = await sitDown(browser, product.baseUrl, { width: 390, height: 844 });
    for (const { page } of [desk, phone]) {
      await page.goto('/desk/sign-in');
      await page.getByRole('textbox', { name: t('email') }).fill('elena@example.com');
      await page.getByRole('textbox', { name: t('password') }).fill(PASSWORD);
      await page.getByRole('button', { name: t('sign-in'), exact }).click();
      await page.getByRole('button', { name: t('account') }).waitFor();
    }
  });

  afterAll(async () => {
    over.abort();
    await browser?.close();
    await product?.stop();
    await premises?.remove();
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail')
      for (const { page, troubles } of [desk, phone])
        process.stderr.write(
          `${page.url()}\n${await page.locator('main').ariaSnapshot()}\n${troubles.join('\n')}\n${product.log().slice(-1500)}\n`,
        );
    else expect([...desk.troubles, ...phone.troubles]).toEqual([]);
  });

  test('given three cases of one incident, when all are answered at once, then it is shown before, waits, and is taken back on the phone', async () => {
    const { page } = desk;
    expect(cases).toHaveLength(3);
    await page.goto(`/desk/incidents/${incidentId}`);
    const panel = page.getByRole('region', { name: t('mass'), exact });
    await panel.getByRole('textbox', { name: t('write.reason') }).fill('Il ripetitore è senza corrente.');
    await panel.getByRole('textbox', { name: t('write.next-step') }).fill('Arriva il gruppo elettrogeno.');
    const run = panel.getByRole('button', { name: t('mass.do'), exact });
    expect(await run.isDisabled()).toBe(true);
    await panel.getByRole('button', { name: t('mass.preview'), exact }).click();
    await panel.getByText(t('mass.preview.cases', { count: 3 })).waitFor();
    await panel.getByText('Arriva il gruppo elettrogeno.').last().waitFor();
    await run.click();
    await page.getByText(t('mass-state.waiting'), { exact }).waitFor();

    await phone.page.goto(`/desk/incidents/${incidentId}`);
    await phone.page.getByRole('button', { name: t('mass.undo'), exact }).click();
    await phone.page.getByText(t('mass-state.undone'), { exact }).waitFor();
    await page.getByText(t('mass-state.undone'), { exact }).waitFor();
    expect((await acts()).map(({ state, settled }) => [state, settled])).toEqual([['undone', 0]]);
    expect([await fits(desk), await fits(phone)]).toEqual([true, true]);
  });

  test('given a close of some, then it says what would become of them, and only those are ordered', async () => {
    const { page } = phone;
    const panel = page.getByRole('region', { name: t('mass'), exact });
    await panel.getByRole('combobox', { name: t('mass.what') }).click();
    await page.getByRole('option', { name: t('mass-act.close'), exact }).click();
    await panel.getByRole('checkbox', { name: t('mass.some') }).check();
    await panel.getByRole('checkbox', { name: /Anna Prina/ }).check();
    await panel.getByRole('button', { name: t('mass.preview'), exact }).click();
    await panel.getByText(t('mass.preview.would', { count: 1, what: t('mass-did.asked') })).waitFor();
    await panel.getByRole('button', { name: t('mass.do'), exact }).click();
    await page.getByText(t('mass-state.waiting'), { exact }).waitFor();
    const [latest] = await acts();
    expect(latest).toMatchObject({ act: 'close', state: 'waiting', cases: 1 });
    await page.getByRole('button', { name: t('mass.undo'), exact }).click();
    await until(async () => (await acts())[0]?.state === 'undone', 'It was not taken back.');
    expect(await fits(phone)).toBe(true);
  });

  test('given an answer with a picture chosen and one dropped, when one is removed, then the other goes with it', async () => {
    const { page } = desk;
    const id = cases[0]?.id ?? '';
    await page.goto(`/desk/cases/${id}`);
    const write = page.getByRole('region', { name: t('write'), exact });
    const choosing = page.waitForEvent('filechooser');
    await write.getByRole('button', { name: t('attach'), exact }).click();
    await (await choosing).setFiles({ name: 'contatore.png', mimeType: 'image/png', buffer: PNG });
    await write.getByText('contatore.png').waitFor();
    await page.evaluate(`(() => {
      const carried = new DataTransfer();
      carried.items.add(new File(['a,b'], 'letture.csv', { type: 'text/csv' }));
      const on = document.querySelector('.attach-here');
      for (const kind of ['dragover', 'drop']) on.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
    })()`);
    await write.getByText('letture.csv').waitFor();
    await write.getByRole('button', { name: t('attach.remove', { name: 'letture.csv' }) }).click();
    await write.getByRole('textbox', { name: t('write.reason'), exact }).fill('Ecco il contatore.');
    await write.getByRole('textbox', { name: t('write.next-step'), exact }).fill('Leggiamo i dati domani.');
    await write.getByRole('button', { name: t('write.answer.send') }).click();
    const answer = page.getByRole('article').filter({ hasText: 'Ecco il contatore.' });
    await answer.getByRole('link', { name: 'contatore.png' }).waitFor();
    expect(await write.getByText('contatore.png').count()).toBe(0);
    const last = (await hands.get<Case>(`/api/v1/cases/${id}`)).messages.at(-1);
    expect(last?.attachments.map(({ name, type }) => [name, type])).toEqual([['contatore.png', 'image/png']]);
    await phone.page.goto(`/desk/cases/${id}`);
    await phone.page.getByRole('button', { name: t('attach'), exact }).waitFor();
    expect(await fits(phone)).toBe(true);
  });
});
