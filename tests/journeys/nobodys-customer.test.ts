import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Case, CaseBrief, CasePage } from '../../contract/cases.ts';
import type { MessageHandedIn } from '../../contract/intake.ts';
import type { Settings } from '../../contract/settings.ts';
import type { Team } from '../../contract/teams.ts';
import { openBrowser, sitDown } from '../support/browser.ts';
import { until } from '../support/product.ts';
import { PEOPLE, type Stage, setStage, type Visitor } from '../support/stage.ts';
import { ENGINES } from '../support/test-platform.ts';

// Nobody's customer: a report reaches a person, all write in one thread, and only the customer's yes is a solution. The business clock runs.
const ANNA = PEOPLE[2] as (typeof PEOPLE)[number];
/** The business clock runs: what waits for hours is over in seconds. */
const FAST = ['--import', 'tsx', 'tests/support/fast-product.ts'];
const WEEK = 7 * 86_400_000;

describe.each(ENGINES)('nobody’s customer, on %s', (engine) => {
  let stage: Stage;
  let browser: Browser;
  let administrator: Visitor;
  let care: Visitor;
  let sales: Visitor;
  let technician: Visitor;
  let partner: Visitor;
  let technical: Team;
  let fitters: Team;
  let id = '';
  let link = '';

  const api = async <Body>(visitor: Visitor, method: string, path: string, body?: unknown): Promise<Body> => {
    const headers = { 'idempotency-key': randomUUID() };
    const answer = await visitor.ask(method, path, body === undefined ? {} : { body, headers });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return (answer.text ? answer.json() : null) as Body;
  };
  const cases = async (view: string): Promise<CaseBrief[]> =>
    (await api<CasePage>(care, 'GET', `/api/v1/cases?view=${view}`)).cases;
  const whole = (who: Visitor = care): Promise<Case> => api<Case>(who, 'GET', `/api/v1/cases/${id}`);
  const bodies = (found: Case): string => found.messages.map(({ body }) => body).join('\n');
  const smsTo = async (phone: string): Promise<string[]> =>
    (await stage.otherEnd.sms())
      .filter((sms) => sms.to === phone && sms.parts === sms.partsExpected)
      .map(({ text }) => text);
  const reads = (found: RegExp, after = 0): Promise<string> =>
    until(
      async () => (await smsTo(ANNA.phone)).slice(after).find((text) => found.test(text)),
      async () => `No such SMS: ${found} in ${JSON.stringify(await smsTo(ANNA.phone))}`,
    );
  const handOver = (team: Team, note: string): Promise<Case> =>
    api<Case>(care, 'POST', `/api/v1/cases/${id}/hand-overs`, { teamId: team.id, note });
  const becomes = (state: Case['state']): Promise<Case> =>
    until(
      async () => {
        const found = await whole();
        return found.state === state && found;
      },
      async () => `It is ${(await whole()).state}, not ${state}.`,
    );
  const reportFix = async (words: string): Promise<void> => {
    const before = (await smsTo(ANNA.phone)).length;
    await api(technician, 'POST', `/api/v1/cases/${id}/fix`, { words });
    expect(await reads(/\b1\b[\s\S]*\b0\b/, before)).toBeTruthy();
  };

  beforeAll(async () => {
    [stage, browser] = await Promise.all([setStage(engine, FAST), openBrowser()]);
    ({ administrator } = stage);
    const settings = await api<Settings>(administrator, 'GET', '/api/v1/settings');
    const open = [{ from: '00:00', to: '23:59' }];
    await api(administrator, 'PATCH', '/api/v1/settings', {
      cases: {
        ...settings.cases,
        undoSeconds: 0,
        nextWordMinutes: 10_080,
        automaticPerHour: 100,
        automaticPerDay: 100,
      },
      hours: { ...settings.hours, week: Array.from({ length: 7 }, () => open) },
    });
    care = await stage.join('carla', ['care']);
    sales = await stage.join('sara', ['sales']);
    technician = await stage.join('teo', ['technician']);
    partner = await stage.join('piero', ['partner']);
    const teams = await api<Team[]>(administrator, 'GET', '/api/v1/teams');
    const found = teams.find(({ kind }) => kind === 'technical');
    if (!found) throw new Error('there is no technical team');
    technical = await api<Team>(administrator, 'PATCH', `/api/v1/teams/${found.id}`, { acceptMinutes: 10 });
    fitters = await api<Team>(administrator, 'POST', '/api/v1/teams', { name: 'Montatori', kind: 'partner' });
    const { id: pieroId } = await api<{ id: string }>(partner, 'GET', '/api/v1/me');
    await api(administrator, 'PUT', `/api/v1/teams/${fitters.id}/members/${pieroId}`, { lead: true, capacity: 10 });
    await stage.otherEnd.reply(ANNA.phone, 'Buongiorno, da lunedì la linea è muta');
    link = /\/c\/[\w-]{22}/.exec(await reads(/\/c\//))?.[0] ?? '';
    id = (await cases('all'))[0]?.id ?? '';
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.clear();
  });

  test('3.4 a hand-over is accepted by a named person within its time, or climbs by itself: no report reaches nobody', async () => {
    const before = await whole();
    const handed = await handOver(technical, 'Nessuna portante');
    expect(handed.handOver).toMatchObject({ teamId: technical.id });
    const climbed = await until(
      async () => {
        const found = await whole();
        return found.rung > before.rung && found;
      },
      async () => JSON.stringify((await whole()).promises),
    );
    expect(climbed.handOver).toMatchObject({ teamId: technical.id });
    expect(climbed.owner?.name).toBeTruthy();
    expect(climbed.promises.some(({ kind, state }) => kind === 'hand-over' && state === 'broken')).toBe(true);
    expect(climbed.promises.some(({ kind, state }) => kind === 'hand-over' && state === 'open')).toBe(true);
    await api(technician, 'POST', `/api/v1/cases/${id}/hand-over/accept`);
    expect(await whole()).toMatchObject({ handOver: null, owner: { name: 'teo' }, state: 'in work' });
  });

  test('3.5 care, sales, technician and customer write in one thread with three levels of visibility, and the technician writes from it', async () => {
    await api(care, 'POST', `/api/v1/cases/${id}/notes`, { words: 'Cliente molto arrabbiato', visibility: 'operator' });
    await api(sales, 'POST', `/api/v1/cases/${id}/notes`, { words: 'Contratto firmato il 3', visibility: 'operator' });
    await api(technician, 'POST', `/api/v1/cases/${id}/notes`, { words: 'Serve una scala', visibility: 'partner' });
    const seen = await whole(technician);
    for (const words of ['la linea è muta', 'molto arrabbiato', 'Contratto firmato', 'Serve una scala'])
      expect(bodies(seen)).toContain(words);
    await api(technician, 'POST', `/api/v1/cases/${id}/answers`, {
      words: 'Sono Teo: oggi pomeriggio salgo sul tetto.',
      nextWordBy: new Date(Date.parse(seen.lastHeardAt) + WEEK).toISOString(),
      heardUpTo: seen.messages.filter(({ direction }) => direction === 'in').at(-1)?.number,
    });
    await reads(/salgo sul tetto/);
    const customer = await sitDown(browser, stage.product.baseUrl, { width: 390, javaScript: false, language: 'it' });
    await customer.page.goto(link);
    const page = await customer.page.locator('body').textContent();
    expect(page).toContain('salgo sul tetto');
    for (const words of ['arrabbiato', 'Contratto firmato', 'Serve una scala']) expect(page).not.toContain(words);

    expect((await partner.ask('GET', `/api/v1/cases/${id}`)).status).toBe(404);
    await handOver(fitters, 'Cambiare il cavo');
    const part = bodies(await whole(partner));
    expect(part).toContain('Serve una scala');
    for (const words of ['arrabbiato', 'Contratto firmato']) expect(part).not.toContain(words);
    await api(partner, 'POST', `/api/v1/cases/${id}/hand-over/refuse`, { words: 'Non abbiamo la scala' });
    expect((await partner.ask('GET', `/api/v1/cases/${id}`)).status).toBe(404);
  });

  test('3.6 what comes through sales, the hotline and other programs about the same matter is one case', async () => {
    const { party } = await whole();
    const words = { phone: 'Chiama: la linea è ancora muta', api: 'Dal social: sempre senza linea' };
    for (const [who, channel] of [
      [sales, 'phone'],
      [administrator, 'api'],
    ] as const) {
      const given = { channel, partyId: party.id, text: words[channel] };
      const placed = await api<MessageHandedIn>(who, 'POST', '/api/v1/messages', given);
      expect(placed).toMatchObject({ caseId: id, number: null, claim: false });
    }
    expect(bodies(await whole(technician))).toContain(words.api);
    expect(await cases('all')).toHaveLength(1);
    // The first of them answers what Teo wrote, the second presses.
    expect((await whole()).reminders).toBe(1);
  });

  test('3.7 after the fix comes the line test, then the question: a no reopens one rung higher, without an answer it is unconfirmed, only a yes is solved', async () => {
    await reportFix('Prova di linea: 96 Mbit/s, nessun errore');
    const { rung, messages } = await whole();
    expect(messages.some(({ body }) => body.includes('96 Mbit/s'))).toBe(true);
    await stage.otherEnd.reply(ANNA.phone, '0');
    expect((await becomes('in work')).rung).toBe(Math.min(rung + 1, 2));
    const { cases: settings } = await api<Settings>(administrator, 'GET', '/api/v1/settings');
    await api(administrator, 'PATCH', '/api/v1/settings', {
      cases: { ...settings, askAgainHours: 1, closeAfterHours: 1 },
    });
    await reportFix('Prova di linea: 98 Mbit/s');
    const asked = (await smsTo(ANNA.phone)).length;
    await reads(/\b1\b[\s\S]*\b0\b/, asked); // once more
    await becomes('unconfirmed');
    expect(await cases('all')).toEqual([]);
    expect((await cases('ended')).map(({ state }) => state)).toEqual(['unconfirmed']);
    await stage.otherEnd.reply(ANNA.phone, 'Sì, funziona');
    await becomes('confirmed');
  });

  test('3.8 solved is told apart from answered, and promises that broke stay with their names', async () => {
    expect((await cases('ended')).map(({ state }) => state)).toEqual(['confirmed']);
    const broken = (await whole()).promises.filter(({ state }) => state === 'broken');
    expect(broken.length).toBeGreaterThan(0);
    expect(broken.every(({ owner }) => owner !== null)).toBe(true);
    const listed = await api<{ subject: { id: string }; state: string }[]>(
      administrator,
      'GET',
      '/api/v1/promises?state=broken',
    );
    expect(listed.filter(({ subject }) => subject.id === id).length).toBe(broken.length);
  });
});
