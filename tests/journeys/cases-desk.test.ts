import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Case, CasePage } from '../../contract/cases.ts';
import type { CustomerBrief } from '../../contract/customers.ts';
import type { InvitationMade } from '../../contract/deeds.ts';
import type { ImportReport } from '../../contract/imports.ts';
import type { MessageHandedIn } from '../../contract/intake.ts';
import { createProduct, type Product } from '../../example/product.ts';
import { openBrowser, type Person, sitDown, wordsOf } from '../support/browser.ts';
import { makePremises, type Premises, type RunningProduct, startProduct, until } from '../support/product.ts';
import { ENGINES } from '../support/test-platform.ts';

// One case as the people of the house live it: care at a desk, the technician with a phone in a van, the customer's yes at the end.
const t = wordsOf('it');
const PASSWORD = 'un filo diretto con tutti';
const exact = true;

const ANNA = [
  'id,name,kind,tax_code,language,phone,email,pec,notify,consent_at,consent_source,consent_text',
  'C-1,Anna Prina,consumer,,it,+393470000001,,,,,,',
].join('\n');
const TROUBLE = 'Internet fermo da ieri sera, la spia è rossa';

describe.each(ENGINES)('a case at the desk, on %s', (engine) => {
  let premises: Premises;
  let product: RunningProduct;
  let browser: Browser;
  let care: Person;
  let technician: Person;
  /** The administrator's hands, for what has to be there before, and for what the customer says. */
  let hands: Product;
  let partyId = '';
  let caseId = '';
  const over = new AbortController();

  const signIn = async (person: Person, email: string): Promise<void> => {
    await person.page.goto('/desk/sign-in');
    await person.page.getByRole('textbox', { name: t('email') }).fill(email);
    await person.page.getByRole('textbox', { name: t('password') }).fill(PASSWORD);
    await person.page.getByRole('button', { name: t('sign-in'), exact }).click();
    await person.page.getByRole('button', { name: t('account') }).waitFor();
  };
  const saidByCustomer = async (text: string): Promise<MessageHandedIn> => {
    const response = await fetch(`${product.baseUrl}/api/v1/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': `journey ${text}`,
        origin: product.baseUrl,
        cookie: (await care.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; '),
      },
      body: JSON.stringify({ channel: 'api', partyId, text }),
    });
    expect(response.status).toBe(201);
    return (await response.json()) as MessageHandedIn;
  };
  const now = (): Promise<Case> => hands.get<Case>(`/api/v1/cases/${caseId}`);

  beforeAll(async () => {
    [premises, browser] = await Promise.all([makePremises(engine), openBrowser()]);
    product = await startProduct(premises);
    hands = createProduct(product.baseUrl, over.signal);
    const accept = (link: string | null, who: { email?: string; name?: string }) =>
      hands.send('POST', '/api/v1/invitations/accept', { token: link?.split('/').at(-1), password: PASSWORD, ...who });
    await accept(product.firstAdministratorLink, { email: 'elena@example.com', name: 'Elena Garlanda' });
    await hands.signIn('elena@example.com', PASSWORD);
    for (const [name, email, role] of [
      ['Carla Cura', 'carla@example.com', 'care'],
      ['Tino Rossi', 'tino@example.com', 'technician'],
    ]) {
      const { link } = await hands.send<InvitationMade>('POST', '/api/v1/staff/invitations', {
        email,
        name,
        roles: [role],
      });
      await accept(link, {});
    }
    const form = new FormData();
    form.set('kind', 'customers');
    form.set('file', new Blob([`${ANNA}\n`], { type: 'text/csv' }), 'customers.csv');
    const { id } = await hands.send<ImportReport>('POST', '/api/v1/imports', form);
    await until(
      async () => (await hands.get<ImportReport>(`/api/v1/imports/${id}`)).state === 'done',
      'The customer was not imported.',
    );
    partyId = (await hands.get<CustomerBrief[]>('/api/v1/customers?search=Anna'))[0]?.id ?? '';
    care = await sitDown(browser, product.baseUrl, { width: 1440, height: 900 });
    technician = await sitDown(browser, product.baseUrl, { width: 390, height: 844 });
    await signIn(care, 'carla@example.com');
    await signIn(technician, 'tino@example.com');
  });

  afterAll(async () => {
    over.abort();
    await browser?.close();
    await product?.stop();
    await premises?.remove();
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail')
      for (const { page, troubles } of [care, technician])
        process.stderr.write(
          `${page.url()}\n${await page.locator('main').ariaSnapshot()}\n${troubles.join('\n')}\n${product.log().slice(-1500)}\n`,
        );
    else expect([...care.troubles, ...technician.troubles]).toEqual([]);
  });

  test('given an empty list, when a customer writes, then the case appears by itself and opens', async () => {
    const { page } = care;
    await page.goto('/desk/cases?view=all');
    await page.getByText(t('case-view.all.none')).waitFor();
    const { caseId: opened, number } = await saidByCustomer(TROUBLE);
    caseId = opened ?? '';
    await page.getByRole('link', { name: TROUBLE }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: TROUBLE }).waitFor();
    expect((await page.locator('.spoken-number').first().textContent())?.replaceAll(' ', '')).toBe(number);
    await page.getByText(t('case-next.first-word'), { exact }).waitFor();
  });

  test('given the case, when an answer lacks its parts, then it says so and is not sent; complete, it goes and can be taken back', async () => {
    const { page } = care;
    const send = page.getByRole('button', { name: t('write.answer.send') });
    await page
      .getByText(t('write.missing', { what: `${t('write.missing.reason')}, ${t('write.missing.next-step')}` }))
      .waitFor();
    expect(await send.isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: t('write.reason'), exact }).fill('Un ripetitore è guasto.');
    await page.getByRole('textbox', { name: t('write.next-step'), exact }).fill('Mandiamo un tecnico al ripetitore.');
    await page.getByRole('textbox', { name: t('write.next-word.other') }).fill('domani 18:00');
    await send.click();
    const answer = page.getByRole('article').filter({ hasText: 'Un ripetitore è guasto.' });
    await answer.getByText(t('delivery.held')).waitFor();
    await answer.getByRole('button', { name: t('message.take-back', { seconds: '' }).split(' (')[0] ?? '' }).click();
    await answer.getByText(t('delivery.withdrawn')).waitFor();
    await page.getByRole('textbox', { name: t('write.reason'), exact }).fill('Un ripetitore è senza corrente.');
    await page.getByRole('textbox', { name: t('write.next-step'), exact }).fill('Il tecnico parte ora.');

    // A newer message is read before anything is sent.
    await saidByCustomer('Internet è ancora fermo, la spia è sempre rossa');
    await page.getByText(t('write.newer'), { exact }).waitFor();
    expect(await send.isDisabled()).toBe(true);
    await page.getByRole('button', { name: t('write.newer.read') }).click();
    await page
      .getByRole('textbox', { name: t('write.next-word.other') })
      .or(page.getByRole('textbox', { name: t('write.next-word'), exact }))
      .fill('domani 18:00');
    await send.click();
    await page.getByRole('article').filter({ hasText: 'Un ripetitore è senza corrente.' }).waitFor();
    expect(
      (await now()).promises.filter(({ state, kind }) => state === 'open' && kind === 'case-next-word'),
    ).toHaveLength(1);
  });

  test('given a note and a hand-over, when the technician accepts on a phone and reports the fix, then the customer is asked', async () => {
    await care.page.getByRole('tab', { name: t('write.hand-over') }).click();
    await care.page.getByRole('combobox', { name: t('write.hand-over.team') }).click();
    await care.page.getByRole('option', { name: /Assistenza tecnica/ }).click();
    await care.page
      .getByRole('textbox', { name: t('write.hand-over.note') })
      .fill('Il ripetitore di Monte Rosso è al buio.');
    await care.page.getByRole('button', { name: t('write.hand-over.send'), exact }).click();
    await care.page.getByText(t('case-next.accept', { team: 'Assistenza tecnica' }), { exact }).waitFor();

    const { page } = technician;
    await page.goto('/desk/cases?view=all');
    await page.getByRole('link', { name: TROUBLE }).click();
    await page.getByText('Il ripetitore di Monte Rosso è al buio.').first().waitFor();
    await page.getByRole('button', { name: t('hand-over.accept') }).click();
    await until(async () => (await now()).owner?.name === 'Tino Rossi', 'Nobody has it.');
    await page.getByRole('tab', { name: t('write.note') }).click();
    await page.getByRole('textbox', { name: t('write.note.words'), exact }).fill('Batteria da cambiare in primavera.');
    await page.getByRole('button', { name: t('write.note.send') }).click();
    await page
      .getByRole('article')
      .filter({ hasText: 'Batteria da cambiare' })
      .getByText(t('visibility.operator'))
      .waitFor();
    await page.getByRole('tab', { name: t('write.fix') }).click();
    await page.getByRole('textbox', { name: t('write.fix.words') }).fill('Abbiamo ridato corrente al ripetitore.');
    await page.getByRole('button', { name: t('write.fix.send') }).click();
    await page.getByText(t('case-next.confirming'), { exact }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  });

  test('given the question whether it works, when the customer says yes, then the case is closed on every desk, and found by its number', async () => {
    await saidByCustomer('Sì, funziona');
    await care.page.getByText(t('case-state.confirmed'), { exact }).first().waitFor();
    await technician.page.getByText(t('case-state.confirmed'), { exact }).first().waitFor();
    expect((await hands.get<CasePage>('/api/v1/cases?view=ended')).cases.map(({ id }) => id)).toEqual([caseId]);
    const { number } = await now();
    await care.page.keyboard.press('/');
    await care.page.getByPlaceholder(t('finder.placeholder')).fill(number);
    await care.page.getByRole('button', { name: new RegExp(TROUBLE) }).waitFor();
    await care.page.keyboard.press('Escape');
  });
});
