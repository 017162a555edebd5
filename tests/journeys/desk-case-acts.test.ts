import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Case } from '../../contract/cases.ts';
import type { Customer, CustomerBrief } from '../../contract/customers.ts';
import type { IncidentBrief } from '../../contract/incidents.ts';
import type { MessageHandedIn } from '../../contract/intake.ts';
import type { Settings } from '../../contract/settings.ts';
import type { Team } from '../../contract/teams.ts';
import { atDesk, choose, focusIsOn, tooWide } from '../support/at-desk.ts';
import { openBrowser, type Person, wordsOf } from '../support/browser.ts';
import { until } from '../support/product.ts';
import { type Stage, setStage } from '../support/stage.ts';

// Every act on a case, pressed: by care at a desk in Italian, by a technician with a dark phone in English.
const t = wordsOf('it');
const e = wordsOf('en');
const exact = true;
const DOWN = 'La linea è ferma da ieri, la spia è rossa';
const BILL = 'La fattura di marzo è sbagliata';

describe('what can be done with a case at the desk', () => {
  let stage: Stage;
  let browser: Browser;
  let care: Person;
  let technician: Person;
  let people: CustomerBrief[] = [];

  const ask = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
    const headers = { 'idempotency-key': `${method} ${path} ${JSON.stringify(body)}` };
    const answer = await stage.administrator.ask(method, path, { ...(body === undefined ? {} : { body }), headers });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.text === '' ? (undefined as Body) : answer.json<Body>();
  };
  const says = async (who: number, text: string): Promise<string> =>
    (await ask<MessageHandedIn>('POST', '/api/v1/messages', { channel: 'api', partyId: people[who]?.id, text }))
      .caseId ?? '';
  const now = (id: string): Promise<Case> => ask<Case>('GET', `/api/v1/cases/${id}`);
  const numberOf = async (id: string): Promise<string> => (await now(id)).number;
  /** Opens one of the acts at the case that stands open, and gives its window. */
  const act = async (name: string): Promise<Locator> => {
    await care.page.getByRole('button', { name: t('case.acts'), exact }).click();
    await care.page.getByRole('menuitem', { name: t(name), exact }).click();
    const dialog = care.page.getByRole('dialog', { name: t(name) });
    await dialog.waitFor();
    return dialog;
  };
  const facts = () => care.page.getByRole('region', { name: t('case.facts') });
  const gone = (dialog: Locator) => dialog.waitFor({ state: 'hidden' });

  beforeAll(async () => {
    [stage, browser] = await Promise.all([setStage('embedded'), openBrowser()]);
    const { hours } = await ask<Settings>('GET', '/api/v1/settings');
    const always = hours.week.map(() => [{ from: '00:00', to: '24:00' }]);
    await ask('PATCH', '/api/v1/settings', { hours: { ...hours, week: always, holidays: { ...hours.holidays } } });
    for (const [name, role] of [
      ['carla', 'care'],
      ['luca', 'care'],
      ['tino', 'technician'],
    ] as const)
      await stage.join(name, [role]);
    const staff = await ask<{ id: string; name: string }[]>('GET', '/api/v1/staff');
    const teams = await ask<Team[]>('GET', '/api/v1/teams');
    for (const [kind, name] of [
      ['care', 'carla'],
      ['care', 'luca'],
      ['technical', 'tino'],
    ])
      await ask(
        'PUT',
        `/api/v1/teams/${teams.find((team) => team.kind === kind)?.id}/members/${staff.find((one) => one.name === name)?.id}`,
        { lead: false, capacity: 20 },
      );
    people = await ask<CustomerBrief[]>('GET', '/api/v1/customers?search=Zebedea');
    care = await atDesk(stage, browser, 'carla', { width: 1280, height: 900, language: 'it' });
    technician = await atDesk(stage, browser, 'tino', { width: 375, height: 812, language: 'en', colours: 'dark' });
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.clear();
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail')
      for (const { page, troubles } of [care, technician])
        process.stderr.write(`${page.url()}\n${await page.locator('body').ariaSnapshot()}\n${troubles.join('\n')}\n`);
    else expect([...care.troubles, ...technician.troubles]).toEqual([]);
  });

  test('given a hand-over, when the technician refuses it on a phone, then it comes back with the words, without a reload', async () => {
    const id = await says(0, DOWN);
    await care.page.goto(`/desk/cases/${id}`);
    await care.page.getByRole('tab', { name: t('write.hand-over') }).click();
    await choose(care.page, t('write.hand-over.team'), /Assistenza tecnica/);
    await care.page.getByRole('textbox', { name: t('write.hand-over.note') }).fill('Guardate il settore di Verbania.');
    await care.page.getByRole('textbox', { name: t('write.hand-over.note') }).press('Control+Enter');
    await care.page.getByText(t('case-next.accept', { team: 'Assistenza tecnica' }), { exact }).waitFor();

    const { page } = technician;
    await page.goto(`/desk/cases/${id}`);
    const refuse = page.getByRole('button', { name: e('hand-over.refuse'), exact });
    await refuse.click();
    await page.getByRole('textbox', { name: e('hand-over.refuse.why') }).waitFor();
    await page.keyboard.press('Escape');
    await focusIsOn(page, e('hand-over.refuse'));
    await page.keyboard.press('Enter');
    await page.keyboard.type('Il settore è acceso: è il router. Chiedete la luce WAN.');
    expect(await tooWide(page)).toBe(0);
    await page.getByRole('button', { name: e('hand-over.refuse.send'), exact }).click();
    const handed = (each: Page, words: typeof t) =>
      each
        .getByRole('region', { name: words('hand-overs'), exact })
        .getByText(new RegExp(words('hand-over-end.refused')));
    await handed(page, e).waitFor();
    for (const each of [care.page, page])
      await each.getByRole('article').filter({ hasText: 'Chiedete la luce WAN' }).waitFor();
    await handed(care.page, t).waitFor();
    expect(await care.page.getByText(t('case-next.accept', { team: 'Assistenza tecnica' }), { exact }).count()).toBe(0);
  });

  test('given a case, when it is given to somebody by keyboard, then each window gives the keyboard back, and the facts change', async () => {
    const { page } = care;
    const menu = page.getByRole('button', { name: t('case.acts'), exact });
    await menu.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem').first().waitFor();
    await page.keyboard.press('Escape');
    await focusIsOn(page, t('case.acts'));
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: t('case-act.assign'), exact }).press('Enter');
    const dialog = page.getByRole('dialog', { name: t('case-act.assign') });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape'); // the list that opened with it, then the window
    await gone(dialog);
    await focusIsOn(page, t('case.acts'));

    const assign = await act('case-act.assign');
    await choose(assign, t('case-act.assign.who'), 'luca');
    await assign.getByRole('button', { name: t('case-act.assign.do'), exact }).click();
    await gone(assign);
    await focusIsOn(page, t('case.acts'));
    await facts().getByText(/luca/).waitFor();
  });

  test('given a case, when topic, line and incident are corrected, then the page shows each at once, and the link can be undone', async () => {
    const { page } = care;
    const properties = await act('case-act.properties');
    const save = (dialog: Locator) => dialog.getByRole('button', { name: t('save'), exact });
    expect(await save(properties).isDisabled()).toBe(true);
    await choose(properties, t('case.topic'), t('topic.equipment'));
    await choose(properties, t('case.severity'), t('severity.critical'));
    await save(properties).click();
    await gone(properties);
    await page.getByText(`${t('topic.equipment')} · ${t('severity.critical')}`).waitFor();

    const { services } = await ask<Customer>('GET', `/api/v1/customers/${people[0]?.id}`);
    const line = services[0];
    const service = await act('case-act.service');
    // The only line of the customer was taken for the one that is meant: it can be let go, and taken again.
    await service.getByText(t('case-act.service.help')).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await gone(service);
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    await ask('PATCH', `/api/v1/cases/${id}`, { version: (await now(id)).version, serviceId: null });
    await facts().getByText(t('case.service'), { exact }).waitFor({ state: 'detached' });
    const again = await act('case-act.service');
    await choose(again, t('case.service'), new RegExp(line?.externalId ?? ''));
    await save(again).click();
    await facts()
      .getByText(new RegExp(`${line?.product} .*${line?.externalId}`))
      .waitFor();

    await stage.visitor().ask('POST', '/hooks/alarms', {
      headers: { authorization: `Bearer ${stage.tokens.alarms}` },
      body: [
        {
          id: 'al-1',
          state: 'firing',
          resource: 'stresa-1',
          severity: 'critical',
          at: new Date().toISOString(),
          summary: 'Settore spento',
        },
      ],
    });
    const incident = await until(
      async () => (await ask<IncidentBrief[]>('GET', '/api/v1/incidents?state=open'))[0],
      'No incident was opened.',
    );
    const link = await act('case-act.incident');
    await choose(link, t('case.incident'), new RegExp(incident.reference));
    await save(link).click();
    await facts()
      .getByRole('link', { name: new RegExp(incident.reference) })
      .waitFor();
    const unlink = await act('case-act.incident');
    await choose(unlink, t('case.incident'), t('case-act.incident.none'));
    await save(unlink).click();
    await facts()
      .getByRole('link', { name: new RegExp(incident.reference) })
      .waitFor({ state: 'detached' });
  });

  test('given a fix, when the customer says by phone that it does not work and then that it does, then the case comes back and closes', async () => {
    const { page } = care;
    const fix = async () => {
      await page.getByRole('tab', { name: t('write.fix') }).click();
      await page.getByRole('textbox', { name: t('write.fix.words') }).fill('Abbiamo cambiato il router.');
      await page.getByRole('button', { name: t('write.fix.send'), exact }).click();
      await page.getByText(t('case-next.confirming'), { exact }).waitFor();
    };
    const heard = async (answer: 'yes' | 'no', words: string) => {
      const dialog = await act('case-act.heard');
      await dialog.getByText(t(`case-act.heard.${answer}`), { exact }).click();
      await dialog.getByText(t(`case-act.heard.${answer}.help`)).waitFor();
      await dialog.getByRole('textbox', { name: t('case-act.heard.words') }).fill(words);
      await dialog.getByRole('textbox', { name: t('case-act.heard.words') }).press('Control+Enter');
      await gone(dialog);
    };
    await fix();
    await heard('no', 'La spia è ancora rossa.');
    await page.getByText(t('case-state.in work'), { exact }).first().waitFor();
    await page.getByRole('article').filter({ hasText: 'La spia è ancora rossa.' }).waitFor();
    await fix();
    await heard('yes', 'Adesso naviga bene.');
    await page.getByText(t('case-state.confirmed'), { exact }).first().waitFor();
    await page.getByRole('article').filter({ hasText: 'Adesso naviga bene.' }).waitFor();
  });

  test('given two cases of one customer, when they are joined, then one leads to the other, and they part again; a complaint gets its deadline; the other is withdrawn', async () => {
    const { page } = care;
    const bill = await says(1, BILL);
    const called = await ask<Case>('POST', '/api/v1/cases', {
      partyId: people[1]?.id,
      topic: 'visit',
      severity: 'minor',
      language: 'it',
      words: 'Quando passa il tecnico per il router?',
    });
    await page.goto(`/desk/cases/${called.id}`);
    const join = await act('case-act.join');
    await choose(join, t('case-act.join.into'), new RegExp(BILL));
    await join.getByRole('button', { name: t('join.join'), exact }).click();
    await page.getByText(t('case.joined')).waitFor();
    await page.getByRole('link', { name: t('case.joined.open') }).click();
    await page.getByRole('heading', { name: BILL }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: t('case.part') }).click();
    await page.getByText(t('case.joined')).waitFor({ state: 'detached' });

    const cancel = await act('case-act.cancel');
    await cancel.getByRole('textbox', { name: t('case-act.words') }).fill('È già passato.');
    await cancel.getByRole('button', { name: t('case-act.cancel.do'), exact }).click();
    await page.getByText(t('case-state.cancelled'), { exact }).first().waitFor();
    await page.getByText(t('case-act.cancel.done')).waitFor();

    await page.goto(`/desk/cases/${bill}`);
    const formal = await act('case-act.formal');
    await formal.getByRole('textbox', { name: t('case-act.words') }).fill('Faccio reclamo.');
    await formal.getByRole('button', { name: t('case-act.formal.do'), exact }).click();
    await page.getByText(t('case.formal'), { exact }).first().waitFor();
    await page
      .getByRole('region', { name: t('place.promises') })
      .getByText(t('promise-kind.formal-answer'), { exact })
      .waitFor();
    await page.getByRole('button', { name: t('case.acts'), exact }).click();
    expect(await page.getByRole('menuitem', { name: t('case-act.formal'), exact }).count()).toBe(0);
    await page.keyboard.press('Escape');
  });

  test('given a second matter that may be the first, then staff is asked: kept apart it is not asked again, joined it is one', async () => {
    const { page } = care;
    const propose = async (who: number): Promise<[string, string]> => {
      const first = await says(who, BILL);
      return [first, await says(who, 'Vorrei parlare con qualcuno perché ho anche una domanda diversa')];
    };
    const [, apart] = await propose(2);
    await page.goto(`/desk/cases/${apart}`);
    const proposal = page.getByRole('region', { name: t('join.title') });
    await proposal.getByText(t('join-doubt.topic not clear')).waitFor();
    await proposal.getByRole('button', { name: t('join.apart'), exact }).click();
    await proposal.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('button', { name: t('case.acts'), exact }).waitFor();
    expect(await proposal.count()).toBe(0);

    const [into, joined] = await propose(3);
    await page.goto(`/desk/cases/${joined}`);
    await proposal.getByRole('button', { name: t('join.join'), exact }).click();
    await page.getByText(t('case.joined')).waitFor();
    expect(await now(joined)).toMatchObject({ state: 'joined', joinedTo: into });
    expect(await numberOf(into)).not.toBe(await numberOf(joined));
  });
});
