import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Customer, CustomerBrief } from '../../contract/customers.ts';
import type { Incident, IncidentBrief } from '../../contract/incidents.ts';
import type { Settings } from '../../contract/settings.ts';
import { STAFF_PASSWORD, type Stage, setStage } from '../support/stage.ts';

// Whoever does something can't do it unseen: after each write the events name it, and the very person who did it. Read beside the running
// product, so on PostgreSQL only; what is recorded is the same on both engines.
let stage: Stage;
beforeAll(async () => {
  stage = await setStage('postgresql');
});
afterAll(async () => await stage?.clear());

interface Seen {
  number: number;
  kind: string;
  actor: { kind: string; id?: string };
}
const eventsAfter = (number: number): Promise<Seen[]> =>
  stage.premises.readDatabase(
    async ({ db }) =>
      (await sql<Seen>`SELECT number, kind, actor FROM events WHERE number > ${number} ORDER BY number`.execute(db))
        .rows,
  );

/** Asks again and again; the test's own limit ends a wait in vain. */
async function until<Found>(ask: () => Promise<Found | undefined>): Promise<Found> {
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('given everything that staff can change, when it is changed, then an event names it and who did it', async () => {
  const person = await stage.join('annotata', ['administrator']);
  const me = (await person.ask('GET', '/api/v1/me')).json<{ id: string }>().id;
  const settings = (await person.ask('GET', '/api/v1/settings')).json<Settings>();
  const unseen: string[] = [];
  let last = (await eventsAfter(0)).at(-1)?.number ?? 0;

  /** Does it, and returns the answer; notes when no event of this kind by this person follows. */
  const does = async <Body = { id: string }>(
    kind: string,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<Body> => {
    const answer = await person.ask(method, path, body === undefined ? {} : { body });
    expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
    const seen = await eventsAfter(last);
    last = seen.at(-1)?.number ?? last;
    if (!seen.some((event) => event.kind === kind && event.actor.kind === 'staff' && event.actor.id === me))
      unseen.push(`${method} ${path}: ${JSON.stringify(seen)}`);
    return answer.text === '' ? ({} as Body) : answer.json<Body>();
  };

  await does('settings.changed', 'PATCH', '/api/v1/settings', { operator: settings.operator });
  // What staff says can be taken back, so that there is something to undo.
  await does('settings.changed', 'PATCH', '/api/v1/settings', { telling: { ...settings.telling, undoSeconds: 600 } });
  await does('staff.changed', 'PATCH', '/api/v1/me', { language: 'en' });

  const config = {
    host: '127.0.0.1',
    port: 9,
    tls: false,
    systemId: 'a',
    systemType: '',
    sender: 'Lago',
    window: 1,
    perSecond: 1,
  };
  const route = await does('route.made', 'POST', '/api/v1/routes', {
    name: 'Other',
    kind: 'smpp',
    enabled: true,
    costMillicents: 0,
    config,
  });
  await does('route.tested', 'POST', `/api/v1/routes/${route.id}/test`, { to: '+393331234567' });
  await does('route.changed', 'PATCH', `/api/v1/routes/${route.id}`, { enabled: false });
  await does('route.ended', 'DELETE', `/api/v1/routes/${route.id}`);

  const made = await does<{ source: { id: string }; token: string }>(
    'alarm-source.made',
    'POST',
    '/api/v1/alarm-sources',
    {
      name: 'another',
      kind: 'alarms',
    },
  );
  const { rule } = await does<{ rule: { id: string } }>('alarm-rule.made', 'POST', '/api/v1/alarm-rules', {
    label: 'host',
    act: 'ignore',
    pattern: 'spare-*',
  });
  await does('alarm-rule.ended', 'DELETE', `/api/v1/alarm-rules/${rule.id}`);

  const invited = await does<{ link: string }>('staff.invited', 'POST', '/api/v1/staff/invitations', {
    email: 'nuova.canarina@example.com',
    name: 'Nuova',
    roles: ['care'],
  });
  expect(invited.link).toContain('/desk/');
  const members = (await person.ask('GET', '/api/v1/staff')).json<{ id: string; name: string }[]>();
  const other = members.find(({ name }) => name === 'Nuova')?.id;
  await does('staff.changed', 'PATCH', `/api/v1/staff/${other}`, { roles: ['technician'] });
  await does('staff.reset-asked', 'POST', `/api/v1/staff/${me}/reset`);

  const [customer] = (await person.ask('GET', '/api/v1/customers?search=C-1')).json<CustomerBrief[]>();
  const record = await does<Customer>('customer.read', 'GET', `/api/v1/customers/${customer?.id}`);
  const point = record.contactPoints[0]?.id;
  await does('consent.recorded', 'POST', `/api/v1/contact-points/${point}/consent`, {
    decision: 'refused',
    givenAt: '2026-03-02T10:16:00Z',
    source: 'by phone',
    textShown: 'Avvisi',
  });

  const form = new FormData();
  form.set('kind', 'resources');
  form.set('dryRun', 'true');
  form.set(
    'file',
    new Blob(['id,kind,name,upstream,lat,lon,battery_minutes\nnew-1,mast,Nuovo,,,,\n']),
    'resources.csv',
  );
  await does('import.started', 'POST', '/api/v1/imports', form);

  const alarm = (resource: string, state: 'firing' | 'cleared') =>
    stage.visitor().ask('POST', '/hooks/alarms', {
      headers: { authorization: `Bearer ${made.token}` },
      body: [
        { id: `a-${resource}`, state, resource, severity: 'critical', at: new Date().toISOString(), summary: 'Down' },
      ],
    });
  const open = async (resource: string): Promise<string> => {
    expect((await alarm(resource, 'firing')).status).toBe(202);
    return await until(
      async () =>
        (await person.ask('GET', '/api/v1/incidents'))
          .json<IncidentBrief[]>()
          .find((one) => one.resource.externalId === resource && one.state === 'confirmed')?.id,
    );
  };
  const version = async (id: string): Promise<number> =>
    (await person.ask('GET', `/api/v1/incidents/${id}`)).json<Incident>().version;
  const news = async (id: string) => ({
    version: await version(id),
    cause: 'power',
    expectedEnd: new Date(Date.now() + 3_600_000).toISOString(),
    nextStep: 'repairing',
    whatYouCanDo: [],
  });
  const acts = async (kind: string, id: string, act: string): Promise<unknown> =>
    await does(kind, 'POST', `/api/v1/incidents/${id}/${act}`, { version: await version(id) });
  const incident = await open('verbania-1');
  const said = await does(
    'announcement.made',
    'POST',
    `/api/v1/incidents/${incident}/announcements`,
    await news(incident),
  );
  await does('announcement.undone', 'POST', `/api/v1/announcements/${said.id}/undo`);
  await does('settings.changed', 'PATCH', '/api/v1/settings', { telling: { ...settings.telling, paused: true } });
  const held = await does(
    'announcement.made',
    'POST',
    `/api/v1/incidents/${incident}/announcements`,
    await news(incident),
  );
  await does('announcement.refused', 'POST', `/api/v1/announcements/${held.id}/refuse`);
  await does('settings.changed', 'PATCH', '/api/v1/settings', { telling: { ...settings.telling, mostPeople: 1 } });
  const many = await does(
    'announcement.made',
    'POST',
    `/api/v1/incidents/${incident}/announcements`,
    await news(incident),
  );
  await does('announcement.released', 'POST', `/api/v1/announcements/${many.id}/release`);
  await acts('incident.restored', incident, 'restore');
  const mistaken = await open('stresa-1');
  await acts('incident.dismissed', mistaken, 'dismiss');
  await does('alarm-source.ended', 'DELETE', `/api/v1/alarm-sources/${made.source.id}`);

  const next = 'canarino sul filo 1890';
  await does('staff.password-changed', 'POST', '/api/auth/change-password', {
    currentPassword: STAFF_PASSWORD,
    newPassword: next,
  });
  expect(unseen).toEqual([]);
});
