import { expect } from 'vitest';
import type { Case } from '../../contract/cases.ts';
import type { Customer, CustomerBrief } from '../../contract/customers.ts';
import type { Incident, IncidentBrief } from '../../contract/incidents.ts';
import type { Settings } from '../../contract/settings.ts';
import type { Stage, Visitor } from '../support/stage.ts';

/** Does what the path says and looks whether an event of this kind, by this very person, follows; returns the answer. */
export type Does = <Body = { id: string }>(kind: string, method: string, path: string, body?: unknown) => Promise<Body>;

/** Asks again and again; the test's own limit ends a wait in vain. */
async function until<Found>(ask: () => Promise<Found | undefined>): Promise<Found> {
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Everything that staff can change about the network, routes out, staff, customers and incidents. */
export async function actOnNetwork(stage: Stage, person: Visitor, me: string, does: Does): Promise<void> {
  const settings = (await person.ask('GET', '/api/v1/settings')).json<Settings>();
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
  const open = async (resource: string, state = 'confirmed'): Promise<string> => {
    expect((await alarm(resource, 'firing')).status).toBe(202);
    return await until(
      async () =>
        (await person.ask('GET', '/api/v1/incidents'))
          .json<IncidentBrief[]>()
          .find((one) => one.resource.externalId === resource && one.state === state)?.id,
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
  const affected = await does<Case>('case.opened', 'POST', '/api/v1/cases', {
    partyId: customer?.id,
    topic: 'line down',
    severity: 'minor',
    language: 'it',
    words: 'Internet non va',
  });
  await does('case.linked', 'PATCH', `/api/v1/cases/${affected.id}`, {
    version: affected.version,
    incidentId: incident,
  });
  const mass = await does('incident.mass-ordered', 'POST', `/api/v1/incidents/${incident}/cases/mass`, {
    act: 'answer',
    words: 'Il ripetitore è senza corrente.',
    nextWordBy: new Date(Date.now() + 3_600_000).toISOString(),
  });
  await does('incident.mass-undone', 'POST', `/api/v1/mass-acts/${mass.id}/undo`);
  await acts('incident.restored', incident, 'restore');
  const mistaken = await open('stresa-1');
  await acts('incident.dismissed', mistaken, 'dismiss');
  const hour = { critical: 60, major: 60, minor: 60, info: 60 };
  await does('settings.changed', 'PATCH', '/api/v1/settings', {
    incidents: { ...settings.incidents, confirmAfterMinutes: hour, restoredAfterMinutes: hour },
  });
  const suspected = await open('mast-rosso', 'suspected');
  await acts('incident.confirmed', suspected, 'confirm');
  await acts('incident.restored', suspected, 'restore');
  await acts('incident.closed', suspected, 'close');
  await does('alarm-source.ended', 'DELETE', `/api/v1/alarm-sources/${made.source.id}`);
}
