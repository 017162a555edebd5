import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser, type Person, sitDown } from '../support/browser.ts';
import { until } from '../support/product.ts';
import { PEOPLE, type Stage, setStage } from '../support/stage.ts';
import { ENGINES } from '../support/test-platform.ts';

// A customer follows a case from the link in an SMS, on an old phone without JavaScript; somebody unknown uses the form with it. Everything from outside.
const LINK = /https?:\/\/[^\s]+\/c\/([\w-]{22})/;
const [, , ANNA = { name: '', phone: '' }] = PEOPLE;

describe.each(ENGINES)('the customer’s page in a browser, on %s', (engine) => {
  let stage: Stage;
  let browser: Browser;
  const people: Person[] = [];
  const tokens: string[] = [];

  beforeAll(async () => {
    stage = await setStage(engine);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.clear();
  });

  const phone = async (javaScript: boolean, colours: 'light' | 'dark' = 'light'): Promise<Page> => {
    const person = await sitDown(browser, stage.product.baseUrl, {
      width: 390,
      height: 844,
      language: 'it',
      javaScript,
      colours,
    });
    people.push(person);
    return person.page;
  };
  const smsTo = async (to: string, found: (text: string) => boolean): Promise<string> =>
    await until(
      async () =>
        (await stage.otherEnd.sms()).find(
          (sms) => sms.to.endsWith(to.slice(-10)) && sms.parts === sms.partsExpected && found(sms.text),
        )?.text,
      `No such SMS for ${to} arrived.`,
    );
  /** What a page must be: nothing wider than the screen, every field with its name, everything reached by the keyboard in the order of reading. */
  const look = async (page: Page): Promise<void> => {
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    const nameless =
      await page.evaluate(`[...document.querySelectorAll('input:not([type=hidden]),textarea,select,button,summary')]
      .filter((each) => !(each.labels?.length || each.textContent.trim())).map((each) => each.outerHTML)`);
    expect(nameless).toEqual([]);
    expect(await page.evaluate('document.querySelectorAll(\'[tabindex]:not([tabindex="-1"])\').length')).toBe(0);
  };

  test('given somebody unknown, when they send the form, then the browser works a little and the page shows their case', async () => {
    const page = await phone(true, 'dark');
    await page.goto('/contact');
    await look(page);
    await page.getByLabel('Come si chiama').fill('Carla Bianchi');
    await page.getByLabel('Come La raggiungiamo').fill('carla.bianchi@example.net');
    await page.getByLabel('Che cosa succede').fill('A Stresa la linea non va da ieri sera');
    await page.getByRole('button', { name: 'Invia' }).click();
    await page.waitForURL(/\/c\/[\w-]{22}\?/);
    tokens.push(new URL(page.url()).pathname.slice(3));
    await page.getByText('Questo è il Suo numero di pratica').waitFor();
    await page.getByText('A Stresa la linea non va da ieri sera').last().waitFor();
    await look(page);
  });

  test('given a phone without JavaScript, when the form is sent too quickly, then pressing again is enough', async () => {
    const page = await phone(false);
    await page.goto('/contact');
    await page.getByLabel('Come si chiama').fill('Dario Conti');
    await page.getByLabel('Come La raggiungiamo').fill('dario.conti@example.net');
    await page.getByLabel('Che cosa succede').fill('La linea è lenta');
    await until(async () => {
      await page.getByRole('button', { name: 'Invia' }).click();
      return /\/c\/[\w-]{22}/.test(page.url());
    }, 'The form was not taken.');
    tokens.push(new URL(page.url()).pathname.slice(3));
  });

  test('given an SMS, when the customer opens the link, then they read, write, complain with a code and appoint a delegate who writes in turn', async () => {
    await stage.otherEnd.reply(ANNA.phone, 'La linea non funziona da stamattina');
    const acknowledged = await smsTo(ANNA.phone, (text) => LINK.test(text));
    tokens.push(LINK.exec(acknowledged)?.[1] ?? '');
    const page = await phone(false);
    await page.goto(LINK.exec(acknowledged)?.[0] ?? '');
    await page.getByText('La linea non funziona da stamattina').last().waitFor();
    await page.getByRole('heading', { name: 'I nostri impegni' }).waitFor();
    await look(page);

    const file = join(stage.premises.dataFolder, 'luci.txt');
    writeFileSync(file, 'luce rossa accesa');
    await page.getByLabel('Il Suo messaggio').fill('La luce del router è rossa');
    await page.getByLabel('Allegati').setInputFiles(file);
    await page.getByRole('button', { name: 'Invia' }).click();
    await page.getByText('Ricevuto: il messaggio è nella pratica').waitFor();
    await page.getByRole('link', { name: 'luci.txt' }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'luci.txt' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('luci.txt');

    await page.getByRole('link', { name: 'Presenti un reclamo formale' }).click();
    await page.getByRole('radio', { name: /SMS/ }).check();
    await page.getByRole('button', { name: 'Mandatemi il codice' }).click();
    await look(page);
    const code = /\b\d{6}\b/.exec(await smsTo(ANNA.phone, (text) => text.includes('reclamo formale')))?.[0] ?? '';
    await page.getByLabel('Codice').fill(code);
    await page.getByLabel('Che cosa contesta').fill('Chiedo che la linea torni, e un rimborso.');
    await page.getByRole('button', { name: 'Presenta il reclamo' }).click();
    await page.getByText('Il reclamo formale è presentato').waitFor();
    await page.getByText('La risposta scritta al reclamo').first().waitFor();

    await page.getByRole('link', { name: 'Nomini o tolga un delegato' }).click();
    await page.getByRole('radio', { name: /SMS/ }).check();
    await page.getByRole('button', { name: 'Mandatemi il codice' }).click();
    const second = /\b\d{6}\b/.exec(await smsTo(ANNA.phone, (text) => text.includes('la delega')))?.[0] ?? '';
    await page.getByLabel('Codice').fill(second);
    await page.getByLabel('Nome del delegato').fill('Studio Neri');
    await page.getByLabel('La sua e-mail').fill('studio.neri@example.net');
    await page.getByLabel('Fino al giorno').fill(new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10));
    await look(page);
    await page.getByRole('button', { name: 'Nomina il delegato' }).click();
    await page.getByText('Il delegato è nominato').waitFor();

    const letter = await until(
      async () => (await stage.otherEnd.mails()).find(({ to }) => to.includes('studio.neri'))?.text,
      'The delegate got no mail.',
    );
    tokens.push(LINK.exec(letter)?.[1] ?? '');
    const delegate = await phone(false);
    await delegate.goto(LINK.exec(letter)?.[0] ?? '');
    await delegate.getByText(`Lei agisce per conto di ${ANNA.name}, come Studio Neri`).waitFor();
    await delegate.getByLabel('Il Suo messaggio').fill('Scrivo per la cliente');
    await delegate.getByRole('button', { name: 'Invia' }).click();
    await delegate.getByText('Lei, come delegato').waitFor();
    await look(delegate);
    await page.reload();
    await page.getByText('Studio Neri, per Suo conto').waitFor();
  });

  test('given all of it, then no page asked for anything elsewhere or broke its policy, and no link is in any log', () => {
    expect(people.flatMap(({ troubles }) => troubles).filter((trouble) => !trouble.includes('status of 422'))).toEqual(
      [],
    );
    const log = stage.product.log();
    expect(tokens).toHaveLength(4);
    for (const token of tokens) {
      expect(token).toHaveLength(22);
      expect(log).not.toContain(token);
    }
  });
});
