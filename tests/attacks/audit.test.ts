import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nonce, STAFF_PASSWORD, type Stage, setStage } from '../support/stage.ts';
import { actOnCare } from './audit-care.ts';
import { actOnNetwork, type Does } from './audit-network.ts';

// Whoever does something can't do it unseen: after each write the events name it, and the very person who did it. Which writes there are says the product
// itself: one that is neither done here nor named below fails the test. Read beside the running product, so on PostgreSQL only; what is recorded is the same
// on both engines.
let stage: Stage;
beforeAll(async () => {
  stage = await setStage('postgresql');
});
afterAll(async () => await stage?.clear());

/** They look or try, and change nothing that is kept. A file is a draft until the answer that it goes with. */
const CHANGE_NOTHING = [
  'POST /api/v1/cases/{id}/files',
  'DELETE /api/v1/cases/{id}/files/{fileId}',
  'POST /api/v1/incidents/{id}/announcements/preview',
  'POST /api/v1/incidents/{id}/cases/mass/preview',
  'POST /api/v1/lexicon/test',
  'POST /api/v1/mailboxes/{id}/test',
];
/** What they record is not looked at here: a delegation is the customer's to give, doubt needs a line that was lost, the second factor an app. */
const NOT_TRIED = [
  'POST /api/v1/customers/{id}/delegations/{delegationId}/revoke',
  'POST /api/v1/in-doubt/{id}',
  'POST /api/auth/two-factor/enable',
  'POST /api/auth/two-factor/disable',
];

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

/** Every route by which staff change something, from the description of the API: whoever isn't signed in is asked who they are. */
async function staffWrites(): Promise<string[]> {
  const anybody = stage.visitor();
  const { paths } = (await anybody.ask('GET', '/api/openapi.json')).json<{ paths: Record<string, object> }>();
  const writes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== 'get')
      .map((method) => ({ method: method.toUpperCase(), path })),
  );
  const found: string[] = [];
  for (const { method, path } of writes) {
    const answer = await anybody.ask(
      method,
      path.replace(/\{\w+\}/g, () => randomUUID()),
      { body: {} },
    );
    if (answer.status === 401 && answer.json<{ code?: string }>().code === 'not-signed-in')
      found.push(`${method} ${path}`);
  }
  return found;
}

const covers = (route: string, called: string): boolean =>
  new RegExp(`^${route.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(called);

test('given everything that staff can change, when it is changed, then an event names it and who did it', async () => {
  const person = await stage.join('annotata', ['administrator']);
  const me = (await person.ask('GET', '/api/v1/me')).json<{ id: string }>().id;
  const routes = await staffWrites();
  const unseen: string[] = [];
  const done: string[] = [];
  let last = (await eventsAfter(0)).at(-1)?.number ?? 0;

  const does: Does = async (kind, method, path, body) => {
    const answer = await person.ask(method, path, {
      ...(body === undefined ? {} : { body }),
      headers: { 'idempotency-key': nonce() },
    });
    expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
    done.push(`${method} ${path}`);
    const seen = await eventsAfter(last);
    last = seen.at(-1)?.number ?? last;
    if (!seen.some((event) => event.kind === kind && event.actor.kind === 'staff' && event.actor.id === me))
      unseen.push(`${kind} by ${method} ${path}: ${JSON.stringify(seen)}`);
    return answer.headers.get('content-type')?.includes('json') ? answer.json() : JSON.parse('{}');
  };

  await actOnNetwork(stage, person, me, does);
  await actOnCare(person, me, does);
  await stage.visitor().signIn('annotata.canarina@example.com', STAFF_PASSWORD);
  const sessions = (await person.ask('GET', '/api/v1/me/sessions')).json<{ id: string; current: boolean }[]>();
  await does('staff.session-ended', 'DELETE', `/api/v1/me/sessions/${sessions.find(({ current }) => !current)?.id}`);
  await does('staff.password-changed', 'POST', '/api/auth/change-password', {
    currentPassword: STAFF_PASSWORD,
    newPassword: 'canarino sul filo 1890',
  });
  expect(unseen).toEqual([]);
  const excused = [...CHANGE_NOTHING, ...NOT_TRIED];
  const untried = routes.filter((route) => !done.some((called) => covers(route, called)));
  expect(untried.sort()).toEqual(excused.sort());
});
