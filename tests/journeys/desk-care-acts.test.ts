import type { Browser, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Case } from '../../contract/cases.ts';
import type { CustomerBrief } from '../../contract/customers.ts';
import type { InDoubt } from '../../contract/incidents.ts';
import { type ImapServer, startImapServer } from '../../example/imap-server.ts';
import { atDesk, choose, focusIsOn, more, tooWide, undo } from '../support/at-desk.ts';
import { openBrowser, type Person, wordsOf } from '../support/browser.ts';
import { until } from '../support/product.ts';
import { type Stage, setStage } from '../support/stage.ts';

// What surrounds the cases, pressed by an administrator: on a wide screen in Italian, on a dark phone in English.
const t = wordsOf('it');
const e = wordsOf('en');
const exact = true;

describe('what surrounds the cases at the desk', () => {
  let stage: Stage;
  let browser: Browser;
  let imap: ImapServer;
  let wide: Person;
  let phone: Person;

  const ask = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
    const answer = await stage.administrator.ask(method, path, body === undefined ? {} : { body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.text === '' ? (undefined as Body) : answer.json<Body>();
  };
  /** Somebody who called and is not known: a case, and a customer who only says who they are. */
  const called = (name: string, address: string): Promise<Case> =>
    ask<Case>('POST', '/api/v1/cases', {
      newParty: { name, channel: 'email', address },
      topic: 'other',
      severity: 'minor',
      language: 'it',
      words: 'Richiamatemi',
    });
  const alarm = (id: string, resource: string) =>
    stage.visitor().ask('POST', '/hooks/alarms', {
      headers: { authorization: `Bearer ${stage.tokens.alarms}` },
      body: [{ id, state: 'firing', resource, severity: 'critical', at: new Date().toISOString(), summary: 'Spento' }],
    });

  beforeAll(async () => {
    [stage, browser, imap] = await Promise.all([setStage('embedded'), openBrowser(), startImapServer()]);
    await stage.join('carla', ['care']);
    wide = await atDesk(stage, browser, 'elena', { width: 1280, height: 900, language: 'it' });
    phone = await atDesk(stage, browser, 'elena', { width: 375, height: 812, language: 'en', colours: 'dark' });
  });
  afterAll(async () => {
    await browser?.close();
    await imap?.close();
    await stage?.clear();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail')
      for (const { page, troubles } of [wide, phone])
        process.stderr.write(`${page.url()}\n${await page.locator('body').ariaSnapshot()}\n${troubles.join('\n')}\n`);
    else expect([...wide.troubles, ...phone.troubles]).toEqual([]);
  });

  test('given somebody who stands here twice, then a slip of the pen finds them, they are joined and parted, and an address is proven by a document', async () => {
    const { page } = wide;
    const { party } = await called('Zebedea C.', 'zebedea.nuova@example.net');
    await page.goto('/desk/customers');
    await page.getByRole('textbox', { name: t('customers.search') }).fill('Zebdea Canarina3');
    await page.getByRole('link', { name: 'Zebedea Canarina3' }).waitFor();

    await page.goto(`/desk/customers/${party.id}`);
    await page.getByRole('button', { name: t('customer.verify'), exact }).click();
    const verify = page.getByRole('dialog');
    await verify.getByRole('checkbox').check();
    await verify.getByRole('button', { name: t('customer.verify'), exact }).click();
    await page.getByText(t('verification.verified')).first().waitFor();

    await page.getByRole('button', { name: t('merges.begin'), exact }).click();
    const merge = page.getByRole('dialog');
    await merge.getByRole('combobox', { name: t('merges.choose') }).fill('Zebedea Canarina3');
    await page.getByRole('option', { name: /Zebedea Canarina3/ }).click();
    await merge.getByText(t('merges.plan', { from: 'Zebedea C.', into: 'Zebedea Canarina3' })).waitFor();
    await merge.getByRole('button', { name: t('merges.do'), exact }).click();
    await page.getByRole('heading', { name: 'Zebedea Canarina3' }).waitFor();
    await page.getByText('zebedea.nuova@example.net').first().waitFor();
    await undo(page, t, t('merges.done'));
    await page.getByText('zebedea.nuova@example.net').waitFor({ state: 'detached' });
    await page.getByText(t('merges.was-undone')).first().waitFor();
  });

  test('given a person, then a copy of all is saved; erased only once the number is typed and nothing is open, and nothing of them is left on the page', async () => {
    const { page } = wide;
    const { party, id, number } = await called('Persona Passeggera', 'passeggera@example.net');
    await page.goto(`/desk/customers/${party.id}`);
    const [copy] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: t('erase.export'), exact }).click(),
    ]);
    expect(copy.suggestedFilename()).toBe(`${party.id}.zip`);
    const begin = page.getByRole('button', { name: t('erase.begin'), exact });
    await begin.click();
    const erase = page.getByRole('dialog');
    const sure = erase.getByRole('button', { name: t('erase.do'), exact });
    await erase.getByRole('textbox').fill('qualcosa');
    expect(await sure.isDisabled()).toBe(true);
    await erase.getByRole('textbox').fill(party.id);
    await erase.getByRole('textbox').press('Enter');
    await page.getByText(t('problem.party-in-use')).waitFor();
    wide.forgive(/status of 409/);
    await page.keyboard.press('Escape');
    await focusIsOn(page, t('erase.begin'));

    await ask('POST', `/api/v1/cases/${id}/cancel`, { words: 'Non serve più' });
    await page.keyboard.press('Enter');
    await erase.getByRole('textbox').fill(party.id);
    await sure.click();
    await page.getByRole('heading', { name: 'Persona Passeggera', level: 1 }).waitFor({ state: 'detached' });
    await page.getByText('passeggera@example.net').waitFor({ state: 'detached' });
    expect(await ask<CustomerBrief[]>('GET', '/api/v1/customers?search=Passeggera')).toEqual([]);
    expect(number).toMatch(/^\d+$/);
  });

  test('given a team, then who leads, who leaves and who is away are one press each, and each comes back', async () => {
    const { page } = phone;
    await page.goto('/desk/teams');
    const team = page.getByRole('region', { name: 'Assistenza clienti', exact });
    await choose(team, `${e('teams.add-member')}: Assistenza clienti`, 'carla');
    await team.getByRole('button', { name: e('teams.put-in') }).click();
    const leads = team.getByRole('switch', { name: `${e('teams.lead')}: carla` });
    expect(await leads.isChecked()).toBe(true);
    await leads.press(' ');
    await until(async () => !(await leads.isChecked()), 'She still leads.', 10);
    await team.getByRole('button', { name: e('teams.remove-member', { name: 'carla' }) }).click();
    await leads.waitFor({ state: 'detached' });
    await undo(page, e, e('teams.member-removed', { name: 'carla' }));
    await leads.waitFor();

    const absences = page.getByRole('region', { name: e('absences') });
    await choose(absences, e('absences.who'), 'carla');
    await absences.getByRole('button', { name: e('absences.days') }).click();
    await page.getByRole('button', { name: e('calendar.next-month') }).click();
    const days = page.locator('td button:not([data-outside])');
    await days.filter({ hasText: /^10$/ }).click();
    await days.filter({ hasText: /^12$/ }).click();
    await absences.getByRole('button', { name: e('absences.record'), exact }).click();
    const away = absences.getByRole('row').filter({ hasText: 'carla' });
    await away.waitFor();
    expect(await tooWide(page)).toBe(0);
    await away.getByRole('button', { name: e('absences.withdraw') }).click();
    await away.waitFor({ state: 'detached' });
    await undo(page, e, e('absences.withdrawn'));
    await away.waitFor();
  });

  test('given hours and times of keeping, then extra days and days kept are saved and stay, and what is wrong says so', async () => {
    const { page } = phone;
    await page.goto('/desk/settings/hours');
    await page.getByRole('button', { name: e('hours.closed-days') }).click();
    await page.getByRole('button', { name: e('calendar.next-month') }).click();
    await page.locator('td button:not([data-outside])').filter({ hasText: /^24$/ }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: e('calendar.next-month') }).waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: e('hours.open-days') }).click();
    await page.getByRole('button', { name: e('calendar.next-month') }).click();
    await page.locator('td button:not([data-outside])').filter({ hasText: /^26$/ }).click();
    const until18 = page.getByRole('textbox', { name: new RegExp(`26 .*: ${e('settings.to')}`) });
    await until18.fill('7');
    await until18.blur();
    await page.getByText(e('hours.wrong.backwards')).waitFor();
    await until18.fill('13');
    await until18.blur();
    await page.getByRole('button', { name: e('save'), exact }).click();
    await page.getByText(e('settings.saved')).waitFor();
    await page.reload();
    await until18.waitFor();
    expect(await until18.inputValue()).toBe('13:00');
    expect(await page.getByRole('button', { name: e('hours.closed-days') }).textContent()).toContain('24');
    expect(await tooWide(page)).toBe(0);

    await page.goto('/desk/settings/retention');
    const raw = page.getByRole('textbox', { name: e('settings.retention.rawMessages') });
    await raw.fill('400');
    await raw.press('Enter');
    await page.getByText(e('settings.saved')).waitFor();
    await page.reload();
    await raw.waitFor();
    expect(await raw.inputValue()).toBe('400 days');
  });

  test('given certified mail and letters, then each mailbox has its own form, is switched off and on, and what is not a case is decided by hand', async () => {
    const { page } = wide;
    await page.goto('/desk/settings/mailboxes');
    const add = page.getByRole('button', { name: t('mailboxes.add') });
    const form = page.getByRole('dialog');
    const connect = async (kind: 'pec' | 'letter', name: string, special: (form: Locator) => Promise<void>) => {
      await add.click();
      await form.getByText(t(`mailbox-kind.${kind}`), { exact }).click();
      await form.getByText(t(`mailbox-kind.${kind}.help`)).waitFor();
      await form.getByRole('textbox', { name: t('name'), exact }).fill(name);
      await form.getByRole('button', { name: t('save') }).click();
      await form.getByText(t('mailboxes.address.wrong')).waitFor();
      await form.getByRole('textbox', { name: t('mailboxes.address') }).fill(`${kind}@example.com`);
      await form.getByRole('textbox', { name: t('mailboxes.host') }).fill('127.0.0.1');
      await choose(form, t('routes.tls'), t('tls.starttls'));
      await form.getByRole('textbox', { name: t('routes.port') }).fill(String(imap.port));
      await form.getByRole('textbox', { name: t('routes.user') }).fill('help');
      await form.getByRole('textbox', { name: t('password'), exact }).fill('secret');
      await special(form);
      await form.getByRole('button', { name: t('save') }).click();
      await page.getByRole('region', { name, exact }).waitFor();
    };
    await connect('letter', 'Scanner', async (letter) => {
      expect(await letter.getByRole('combobox', { name: t('mailboxes.route') }).count()).toBe(0);
    });
    await focusIsOn(page, t('mailboxes.add'));
    const scanner = page.getByRole('region', { name: 'Scanner', exact });
    const used = scanner.getByRole('switch', { name: `${t('mailboxes.enabled')}: Scanner` });
    await used.press(' ');
    await scanner.getByText(t('mailboxes.disabled'), { exact }).waitFor();
    await used.press(' ');
    await scanner.getByText(t('mailboxes.disabled'), { exact }).waitFor({ state: 'detached' });
    await used.press(' ');
    await connect('pec', 'PEC', async (pec) => {
      await pec.getByRole('button', { name: t('mailboxes.more') }).click();
      await pec.getByRole('textbox', { name: t('mailboxes.roots') }).waitFor();
    });
    await page.getByRole('region', { name: 'PEC', exact }).getByText('pec@example.com').waitFor();
  });

  test('given a lexicon, then a bad stem says so, the keyboard comes back, and a change can be made and left', async () => {
    const { page } = phone;
    await page.goto('/desk/settings/lexicon');
    await page.getByRole('textbox', { name: e('lexicon.find') }).fill('non funzion');
    await more(page, e, 'non funzion', e('edit'));
    const form = page.getByRole('dialog');
    await form.getByRole('textbox', { name: e('lexicon.stem') }).fill('!');
    await form.getByRole('textbox', { name: e('lexicon.stem') }).press('Enter');
    await form.getByText(e('lexicon.stem.wrong')).waitFor();
    expect(await tooWide(page)).toBe(0);
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'hidden' });
    await focusIsOn(page, `${e('more')}: non funzion`);
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: e('edit'), exact }).press('Enter');
    await choose(form, e('lexicon.severity'), e('severity.critical'));
    await form.getByRole('button', { name: e('save') }).click();
    await form.waitFor({ state: 'hidden' });
    await page.getByText(e('severity.critical'), { exact }).waitFor();
  });

  test('given mail that is no case, then it is spam or a case by one press each, a domain is blocked by hand and let in again', async () => {
    const { page } = phone;
    await page.goto('/desk/set-aside');
    await page.getByRole('button', { name: e('set-aside.blocked'), exact }).click();
    const blocked = page.getByRole('dialog');
    const address = blocked.getByRole('textbox', { name: e('set-aside.block-address') });
    await address.fill('non un indirizzo');
    await address.press('Enter');
    await page.getByText(e('problem.sender-address')).waitFor();
    phone.forgive(/status of 422|status of 400/);
    await address.fill('@pubblicita.example');
    // By the button, which is there again once the refusal is over: Enter before that sends nothing.
    await blocked.getByRole('button', { name: e('set-aside.block-it'), exact }).click();
    await blocked.getByText('@pubblicita.example', { exact }).waitFor();
    await blocked.getByRole('button', { name: e('set-aside.unblock') }).click();
    await undo(page, e, e('set-aside.unblocked'));
    await blocked.getByText('@pubblicita.example', { exact }).waitFor();
    await page.keyboard.press('Escape');
    await focusIsOn(page, e('set-aside.blocked'));
  });

  test('given an incident that is only suspected, then its counts say what they count; and that it was none is asked before it is done', async () => {
    const { page } = phone;
    const settings = await ask<{ incidents: Record<string, unknown> }>('GET', '/api/v1/settings');
    const wait = { critical: 30, major: 30, minor: 30, info: 30 };
    await ask('PATCH', '/api/v1/settings', { incidents: { ...settings.incidents, confirmAfterMinutes: wait } });
    await alarm('al-9', 'stresa-1');
    await page.goto('/desk/incidents');
    await page.getByRole('link', { name: /Settore Stresa/ }).click();
    await page.getByRole('link', { name: '3', exact }).first().click();
    await page.getByText(e('incident.areas.once-confirmed')).waitFor();
    const dismiss = page.getByRole('button', { name: e('incident.dismiss'), exact });
    await dismiss.click();
    await page.getByRole('dialog').getByText(e('incident.dismiss.help')).waitFor();
    await page.keyboard.press('Escape');
    await focusIsOn(page, e('incident.dismiss'));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: e('incident.dismiss.do'), exact }).click();
    await page.getByText(e('incident-state.dismissed'), { exact }).first().waitFor();
    expect(await tooWide(page)).toBe(0);
  });

  test('given an answer that nobody knows whether it arrived, then it leads to its case, and a person settles it', async () => {
    const { page } = phone;
    const behave = (body: unknown) =>
      fetch(`${stage.otherEnd.smscUrl}/behaviour`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const submits = async (): Promise<number> =>
      ((await (await fetch(`${stage.otherEnd.smscUrl}/stats`)).json()) as { submits: number }).submits;
    const before = await submits();
    await behave({ mute: true });
    await stage.otherEnd.reply('+393475551001', 'La linea non va da stamattina a Stresa');
    await until(async () => (await submits()) > before, 'Nothing was sent.');
    await behave({ drop: true });
    await until(async () => (await ask<InDoubt[]>('GET', '/api/v1/in-doubt')).length > 0, 'Nothing is in doubt.');
    await behave({ mute: false });
    await page.goto('/desk/in-doubt');
    await page
      .getByRole('button', { name: e('in-doubt.arrived'), exact })
      .first()
      .waitFor();
    expect(await tooWide(page)).toBe(0);
    await page.getByRole('link', { name: /^26/ }).first().click();
    await page.getByRole('heading', { name: /La linea non va/ }).waitFor();
    await page.goBack();
    await page
      .getByRole('button', { name: e('in-doubt.arrived'), exact })
      .first()
      .click();
    await page.getByText(e('in-doubt.none'), { exact }).waitFor();
  });
});
