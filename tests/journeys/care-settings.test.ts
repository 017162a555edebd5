import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ImapServer, startImapServer } from '../../example/imap-server.ts';
import { openBrowser, type Person, sitDown, wordsOf } from '../support/browser.ts';
import { makePremises, type Premises, type RunningProduct, startProduct } from '../support/product.ts';

// An administrator sets care up: who takes what and when, where mail is read, which words mean what; and looks at what made no case.
const t = wordsOf('it');
const ELENA = { name: 'Elena Garlanda', email: 'elena@example.com', password: 'un filo diretto con tutti' };
const exact = true;
/** A mailbox is taken up by a worker in its own time, and tried again after longer and longer pauses. */
const patient = { timeout: 60_000 };

const mail = (id: string, from: string, subject: string, headers: string, words: string): string =>
  [
    `From: ${from}`,
    'To: aiuto@example.com',
    `Subject: ${subject}`,
    `Message-ID: <${id}@example.com>`,
    'Date: Sun, 22 Nov 2026 20:00:00 +0100',
    ...(headers === '' ? [] : [headers]),
    'Content-Type: text/plain; charset=utf-8',
    '',
    words,
    '',
  ].join('\r\n');

async function choose(within: Page | Locator, label: string, option: string): Promise<void> {
  await within.getByRole('combobox', { name: label, exact }).click();
  const page = 'page' in within ? within.page() : within;
  await page.getByRole('option', { name: option, exact }).click();
}

describe('care, set up in the desk', () => {
  let premises: Premises;
  let product: RunningProduct;
  let imap: ImapServer;
  let browser: Browser;
  let person: Person;
  let page: Page;

  beforeAll(async () => {
    premises = await makePremises('embedded');
    [product, imap, browser] = await Promise.all([startProduct(premises), startImapServer(), openBrowser()]);
    person = await sitDown(browser, product.baseUrl, { language: 'it' });
    page = person.page;
    await page.goto(product.firstAdministratorLink ?? '');
    await page.getByRole('textbox', { name: t('email') }).fill(ELENA.email);
    await page.getByRole('textbox', { name: t('name'), exact }).fill(ELENA.name);
    await page.getByRole('textbox', { name: t('password.new') }).fill(ELENA.password);
    await page.getByRole('textbox', { name: t('password.again') }).fill(ELENA.password);
    await page.getByRole('button', { name: t('invitation.enter') }).click();
    await page.getByText(t('incidents.none'), { exact }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await product?.kill();
    await imap?.close();
    await premises?.remove();
  });
  afterEach(() => {
    expect(person.troubles).toEqual([]);
  });

  const undo = async (hint: string): Promise<void> => {
    await page
      .getByRole('alert')
      .filter({ hasText: hint })
      .getByRole('button', { name: t('undo'), exact })
      .click();
  };
  const more = async (name: string, item: string): Promise<void> => {
    await page.getByRole('button', { name: `${t('more')}: ${name}`, exact }).click();
    await page.getByRole('menuitem', { name: item, exact }).click();
  };

  test('given the first teams, when one is made, filled and ended, then the undo brings it back with its people', async () => {
    await page.goto('/desk/teams');
    await page
      .getByText(t('teams.fallback', { people: ELENA.name }))
      .first()
      .waitFor();
    await page.getByRole('button', { name: t('teams.add') }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: t('name'), exact }).fill('Notte');
    await form.getByRole('button', { name: t('save') }).click();
    const team = page.getByRole('region', { name: 'Notte', exact });
    await choose(team, `${t('teams.add-member')}: Notte`, ELENA.name);
    await team.getByRole('button', { name: t('teams.put-in') }).click();
    await team.getByText(t('teams.present', { present: 1, all: 1 })).waitFor();
    const capacity = team.getByRole('textbox', { name: `${t('teams.capacity')}: ${ELENA.name}` });
    await capacity.fill('7');
    await capacity.blur();
    await team.getByText(t('teams.holds', { count: 0, capacity: 7 })).waitFor();

    await more('Notte', t('teams.end'));
    await team.waitFor({ state: 'detached' });
    await undo('Notte');
    await team.getByText(t('teams.holds', { count: 0, capacity: 7 })).waitFor();
  });

  test('given a region and a patron’s day, when hours are saved, then the holidays of the coming year show and stay', async () => {
    await page.goto('/desk/settings/hours');
    const monday = page.getByRole('textbox', { name: `lunedì: ${t('settings.to')}` });
    await monday.fill('8');
    await monday.blur();
    await page.getByRole('button', { name: t('save'), exact }).click();
    await page.getByText(t('hours.wrong.backwards')).waitFor();
    await monday.fill('18.30');
    await page.getByRole('button', { name: t('hours.copy-monday') }).click();
    await page.getByText(t('hours.total', { hours: 50 })).waitFor();
    await page
      .getByRole('spinbutton', { name: t('hours.patron.day') })
      .or(page.getByRole('textbox', { name: t('hours.patron.day') }))
      .fill('7');
    await choose(page, t('hours.patron.month'), 'dicembre');
    await page.getByRole('button', { name: t('hours.patron.add'), exact }).click();
    await page.getByRole('button', { name: t('save'), exact }).click();
    await page.getByText(t('settings.saved')).waitFor();
    await page.reload();
    await page.getByText('7 dicembre', { exact }).waitFor();
    await page.getByText('Santo Stefano').waitFor();
    expect(await page.getByRole('textbox', { name: `venerdì: ${t('settings.to')}` }).inputValue()).toBe('18:30');
  });

  test('given a mailbox with a wrong password, when it is corrected, then it is read; ended and undone, it is read again', async () => {
    imap.append(
      mail('old', 'anna@example.com', 'Vecchio', '', 'Buongiorno, la linea non va.'),
      new Date('2026-01-05T10:00:00Z'),
    );
    await page.goto('/desk/settings/mailboxes');
    await page.getByText(t('mailboxes.from-now')).waitFor();
    await page.getByRole('button', { name: t('mailboxes.add') }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: t('name'), exact }).fill('Assistenza');
    await form.getByRole('textbox', { name: t('mailboxes.address') }).fill('aiuto@example.com');
    await form.getByRole('textbox', { name: t('mailboxes.host') }).fill('127.0.0.1');
    await choose(form, t('routes.tls'), t('tls.starttls'));
    await form.getByRole('textbox', { name: t('routes.port') }).fill(String(imap.port));
    await form.getByRole('textbox', { name: t('routes.user') }).fill('help');
    await form.getByRole('textbox', { name: t('password'), exact }).fill('wrong');
    await form.getByRole('button', { name: t('save') }).click();

    const mailbox = page.getByRole('region', { name: 'Assistenza', exact });
    const refused = t('reason.mailbox-login');
    await mailbox.getByText(`${refused.charAt(0).toUpperCase()}${refused.slice(1)}.`, { exact }).waitFor(patient);
    await mailbox.getByRole('button', { name: t('mailboxes.test'), exact }).click();
    await mailbox.getByText(`${t('mailboxes.test.fails')} ${refused}`).waitFor();
    await more('Assistenza', t('edit'));
    await form.getByRole('textbox', { name: t('password'), exact }).fill('secret');
    await form.getByRole('button', { name: t('save') }).click();
    await mailbox.getByText(t('route-state.up'), { exact }).waitFor(patient);
    await mailbox.getByRole('button', { name: t('mailboxes.test'), exact }).click();
    await mailbox.getByText(t('mailboxes.test.works')).waitFor();

    await more('Assistenza', t('mailboxes.end'));
    await mailbox.waitFor({ state: 'detached' });
    await undo('Assistenza');
    await mailbox.getByText(t('route-state.up'), { exact }).waitFor(patient);
  });

  test('given a text, when it is tried, then topic, severity, language, place and why are told; a stem taken out comes back', async () => {
    await page.goto('/desk/settings/lexicon');
    await page
      .getByRole('textbox', { name: t('lexicon.try') })
      .fill('Buongiorno, a Verbania internet non funziona da ieri.');
    await page.getByRole('button', { name: t('lexicon.try.look') }).click();
    const tried = page.getByRole('status', { name: t('lexicon.tried') });
    for (const said of [t('topic.line down'), t('language.it'), 'Verbania', '«non funzion»'])
      await tried.getByText(said, { exact }).first().waitFor();

    await page.getByRole('button', { name: t('lexicon.add') }).click();
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: t('lexicon.stem') }).fill('Rombò');
    await form.getByRole('button', { name: t('save') }).click();
    await page.getByRole('textbox', { name: t('lexicon.find') }).fill('rombo');
    const stem = page.getByRole('cell', { name: 'rombo…' });
    await stem.waitFor();
    await more('rombo', t('lexicon.remove'));
    await stem.waitFor({ state: 'detached' });
    await undo('rombo');
    await stem.waitFor();
  });

  test('given mail from before and from a machine, when it is looked at, then each says why, and one becomes a case', async () => {
    imap.append(
      mail('away', 'bruno@example.com', 'Sono in ferie', 'Auto-Submitted: auto-replied', 'Torno il 3 dicembre.'),
    );
    await page.goto('/desk/set-aside');
    await choose(page, t('set-aside.which'), t('inbound.automatic'));
    const away = page.getByRole('article', { name: 'bruno@example.com' });
    await away.getByText(t('set-aside.because', { why: t('inbound-why.auto-submitted') })).waitFor(patient);
    const [original] = await Promise.all([
      page.waitForEvent('download'),
      away.getByRole('link', { name: t('set-aside.original') }).click(),
    ]);
    expect(original.suggestedFilename()).toMatch(/\.eml$/);
    await more('bruno@example.com', t('set-aside.block'));
    await away.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: t('set-aside.blocked') }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: t('set-aside.unblock') })
      .click();
    await page.getByRole('dialog').getByText(t('set-aside.blocked.none')).waitFor();
    await page.keyboard.press('Escape');

    await choose(page, t('set-aside.which'), t('inbound.older than the connection'));
    const old = page.getByRole('article', { name: 'anna@example.com' });
    await old.getByRole('button', { name: t('set-aside.make-case'), exact }).click();
    await page.getByText(t('set-aside.became-case')).waitFor();
    await page.getByText(t('set-aside.none'), { exact }).waitFor();
  });
});
