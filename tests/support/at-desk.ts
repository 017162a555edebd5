import type { Browser, Locator, Page } from 'playwright-core';
import { type Person, sitDown, type wordsOf } from './browser.ts';
import { until } from './product.ts';
import { STAFF_PASSWORD, type Stage } from './stage.ts';

/** Somebody of the house at their desk, signed in. `name`: as they joined the stage, or "elena" for its administrator. */
export async function atDesk(
  stage: Pick<Stage, 'product'>,
  browser: Browser,
  name: string,
  options: Parameters<typeof sitDown>[2],
): Promise<Person> {
  const { baseUrl } = stage.product;
  const person = await sitDown(browser, baseUrl, options);
  const signedIn = await person.context.request.post('/api/auth/sign-in/email', {
    data: { email: `${name}.canarina@example.com`, password: STAFF_PASSWORD },
    headers: { origin: baseUrl },
  });
  // The desk speaks as the account does, unless this browser was told otherwise.
  await person.context.addInitScript(`localStorage.setItem('filodiretto.language', '${options?.language ?? 'it'}')`);
  if (!signedIn.ok()) throw new Error(`${name} could not sign in: ${await signedIn.text()}`);
  return person;
}

/** Chooses from a list that opens; `option`: its whole words, or a part of them. */
export async function choose(within: Page | Locator, label: string, option: string | RegExp): Promise<void> {
  await within.getByRole('combobox', { name: label, exact: true }).click();
  const page = 'page' in within ? within.page() : within;
  await page.getByRole('option', { name: option, exact: typeof option === 'string' }).click();
}

/** Presses what else may be done with something. */
export async function more(page: Page, t: ReturnType<typeof wordsOf>, of: string, deed: string): Promise<void> {
  await page.getByRole('button', { name: `${t('more')}: ${of}`, exact: true }).click();
  await page.getByRole('menuitem', { name: deed, exact: true }).click();
}

/** Takes back what was just done, by the notice that says it. */
export async function undo(page: Page, t: ReturnType<typeof wordsOf>, said: string): Promise<void> {
  await page
    .getByRole('alert')
    .filter({ hasText: said })
    .getByRole('button', { name: t('undo'), exact: true })
    .click();
}

/** The keyboard is where it was: on the button with these words. */
export async function focusIsOn(page: Page, words: string): Promise<void> {
  const focused = () =>
    page.evaluate<string>(
      "((on) => (on === document.body ? 'nothing' : (on?.ariaLabel ?? '') + ' ' + (on?.textContent ?? '')))(document.activeElement)",
    );
  await until(
    async () => (await focused()).includes(words),
    async () => `The keyboard is on "${(await focused()).slice(0, 120)}", not on "${words}".`,
    10,
  );
}

/** By how many pixels the page is wider than its window. */
export const tooWide = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
