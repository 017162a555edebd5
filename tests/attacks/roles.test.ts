import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEEDS, type Deed, ROLES, type StaffRole } from '../../contract/deeds.ts';
import { type Stage, setStage, type Visitor } from '../support/stage.ts';
import { ENGINES } from '../support/test-platform.ts';

// Every route against everybody. The table is written by hand beside the code: a route that is missing here fails the test, and so does one that opens wider.
type Opening = 'public' | 'token' | 'staff' | Deed;

/** `body`: one that is valid, where the answer to an unknown id has to be seen. */
const ROUTES: Record<string, { opens: Opening; body?: unknown }> = {
  'GET /': { opens: 'public' },
  'GET /status': { opens: 'public' },
  'GET /status/feed.atom': { opens: 'public' },
  'GET /status/api/v2/summary.json': { opens: 'public' },
  'GET /health': { opens: 'public' },
  'GET /ready': { opens: 'public' },
  'GET /metrics': { opens: 'public' },
  'GET /api/openapi.json': { opens: 'public' },
  'GET /u/{token}': { opens: 'public' },
  'POST /u/{token}': { opens: 'public' },
  'GET /contact': { opens: 'public' },
  'POST /contact': { opens: 'public' },
  'GET /contact/proof-of-work.js': { opens: 'public' },
  'GET /contact/received': { opens: 'public' },
  'GET /contact/renewed': { opens: 'public' },
  'GET /c/{token}': { opens: 'public' },
  'POST /c/{token}/answer': { opens: 'public' },
  'POST /c/{token}/messages': { opens: 'public' },
  'POST /c/{token}/call': { opens: 'public' },
  'POST /c/{token}/cancel': { opens: 'public' },
  'POST /c/{token}/channel': { opens: 'public' },
  'POST /c/{token}/renew': { opens: 'public' },
  'POST /c/{token}/code': { opens: 'public' },
  'GET /c/{token}/formal': { opens: 'public' },
  'POST /c/{token}/formal': { opens: 'public' },
  'GET /c/{token}/delegate': { opens: 'public' },
  'POST /c/{token}/delegate': { opens: 'public' },
  'GET /c/{token}/contact-point': { opens: 'public' },
  'POST /c/{token}/contact-point': { opens: 'public' },
  'GET /c/{token}/download': { opens: 'public' },
  'POST /c/{token}/download': { opens: 'public' },
  'POST /c/{token}/delegate/end': { opens: 'public' },
  'POST /c/{token}/contact-point/confirm': { opens: 'public' },
  'GET /c/{token}/files/{id}': { opens: 'public' },
  'GET /desk': { opens: 'public' },
  'GET /desk/{*}': { opens: 'public' },
  'GET /desk/assets/{*}': { opens: 'public' },
  'POST /hooks/alertmanager': { opens: 'token' },
  'POST /hooks/alarms': { opens: 'token' },
  'POST /api/auth/sign-in/email': { opens: 'public' },
  'POST /api/auth/two-factor/verify-totp': { opens: 'public' },
  'POST /api/auth/two-factor/verify-backup-code': { opens: 'public' },
  'POST /api/auth/sign-out': { opens: 'public' },
  'POST /api/auth/two-factor/enable': { opens: 'staff' },
  'POST /api/auth/two-factor/disable': { opens: 'staff' },
  'POST /api/auth/change-password': { opens: 'staff' },
  'POST /api/v1/invitations/look': { opens: 'public' },
  'POST /api/v1/invitations/accept': { opens: 'public' },
  'GET /api/v1/me': { opens: 'staff' },
  'PATCH /api/v1/me': { opens: 'staff' },
  'GET /api/v1/me/sessions': { opens: 'staff' },
  'DELETE /api/v1/me/sessions/{id}': { opens: 'staff' },
  'GET /api/v1/events': { opens: 'staff' },
  'GET /api/v1/staff': { opens: 'staff:see' },
  'POST /api/v1/staff/invitations': { opens: 'staff:manage' },
  'POST /api/v1/staff/{id}/reset': { opens: 'staff:manage' },
  'PATCH /api/v1/staff/{id}': { opens: 'staff:manage', body: { ended: true } },
  'GET /api/v1/settings': { opens: 'settings:see' },
  'PATCH /api/v1/settings': { opens: 'settings:see' },
  'GET /api/v1/holidays': { opens: 'settings:see' },
  'GET /api/v1/customers': { opens: 'customers:see' },
  'GET /api/v1/customers/{id}': { opens: 'customers:see' },
  'POST /api/v1/contact-points/{id}/consent': {
    opens: 'consent:record',
    body: { decision: 'granted', givenAt: '2026-03-02T10:15:00Z', source: 'by phone', textShown: 'Avvisi' },
  },
  'GET /api/v1/resources': { opens: 'network:see' },
  'GET /api/v1/alarms': { opens: 'alarms:see' },
  'GET /api/v1/alarm-deliveries': { opens: 'alarms:see' },
  'GET /api/v1/alarm-rules': { opens: 'alarms:see' },
  'POST /api/v1/alarm-rules': { opens: 'alarms:map' },
  'DELETE /api/v1/alarm-rules/{id}': { opens: 'alarms:map' },
  'GET /api/v1/alarm-sources': { opens: 'alarms:see' },
  'POST /api/v1/alarm-sources': { opens: 'alarm-sources:manage' },
  'DELETE /api/v1/alarm-sources/{id}': { opens: 'alarm-sources:manage' },
  'GET /api/v1/cases': { opens: 'cases:see' },
  'POST /api/v1/cases': {
    opens: 'cases:work',
    body: {
      partyId: '0196f1c2-7d1e-7c3a-9f51-3f6a2b8c9d01',
      topic: 'other',
      severity: 'minor',
      language: 'it',
      words: 'x',
    },
  },
  'GET /api/v1/cases/{id}': { opens: 'cases:see' },
  'PATCH /api/v1/cases/{id}': { opens: 'cases:work', body: { version: 1 } },
  'GET /api/v1/cases/{id}/messages': { opens: 'cases:see' },
  'GET /api/v1/cases/{id}/attachments/{attachmentId}': { opens: 'cases:see' },
  'POST /api/v1/cases/{id}/answers': { opens: 'cases:work', body: { words: 'x' } },
  'POST /api/v1/cases/{id}/files': { opens: 'cases:work' },
  'DELETE /api/v1/cases/{id}/files/{fileId}': { opens: 'cases:work' },
  'POST /api/v1/cases/{id}/questions': { opens: 'cases:work', body: { words: 'x' } },
  'POST /api/v1/cases/{id}/notes': { opens: 'cases:see', body: { words: 'x', visibility: 'operator' } },
  'POST /api/v1/cases/{id}/heard': { opens: 'cases:work', body: { words: 'x' } },
  'POST /api/v1/cases/{id}/hand-overs': {
    opens: 'cases:work',
    body: { teamId: '0196f1c2-7d1e-7c3a-9f51-3f6a2b8c9d01', note: 'x' },
  },
  'POST /api/v1/cases/{id}/hand-over/accept': { opens: 'cases:see' },
  'POST /api/v1/cases/{id}/hand-over/refuse': { opens: 'cases:see', body: { words: 'x' } },
  'POST /api/v1/cases/{id}/fix': { opens: 'cases:see', body: {} },
  'POST /api/v1/cases/{id}/promise': { opens: 'cases:work', body: { nextWordBy: '2099-01-01T00:00:00Z' } },
  'POST /api/v1/cases/{id}/confirm': { opens: 'cases:work', body: { words: 'x' } },
  'POST /api/v1/cases/{id}/deny': { opens: 'cases:work', body: { words: 'x' } },
  'POST /api/v1/cases/{id}/formal': { opens: 'cases:work', body: { words: 'x' } },
  'POST /api/v1/cases/{id}/cancel': { opens: 'cases:work', body: { words: 'x' } },
  'POST /api/v1/cases/{id}/join': { opens: 'cases:work', body: { intoId: '0196f1c2-7d1e-7c3a-9f51-3f6a2b8c9d01' } },
  'POST /api/v1/cases/{id}/apart': { opens: 'cases:work', body: {} },
  'POST /api/v1/cases/undo': { opens: 'cases:work', body: { messageIds: ['0196f1c2-7d1e-7c3a-9f51-3f6a2b8c9d01'] } },
  'POST /api/v1/incidents/{id}/cases/mass': { opens: 'cases:mass', body: { act: 'unlink' } },
  'POST /api/v1/incidents/{id}/cases/mass/preview': { opens: 'cases:mass', body: { act: 'unlink' } },
  'GET /api/v1/incidents/{id}/mass-acts': { opens: 'cases:mass' },
  'POST /api/v1/mass-acts/{id}/undo': { opens: 'cases:mass' },
  'GET /api/v1/incidents': { opens: 'incidents:see' },
  'GET /api/v1/incidents/{id}': { opens: 'incidents:see' },
  'POST /api/v1/incidents/{id}/confirm': { opens: 'incidents:work', body: { version: 1 } },
  'POST /api/v1/incidents/{id}/dismiss': { opens: 'incidents:work', body: { version: 1 } },
  'POST /api/v1/incidents/{id}/restore': { opens: 'incidents:work', body: { version: 1 } },
  'POST /api/v1/incidents/{id}/close': { opens: 'incidents:work', body: { version: 1 } },
  'POST /api/v1/incidents/{id}/announcements/preview': {
    opens: 'incidents:announce',
    body: {
      version: 1,
      cause: 'power',
      expectedEnd: '2099-01-01T00:00:00Z',
      nextStep: 'repairing',
      whatYouCanDo: [],
    },
  },
  'POST /api/v1/incidents/{id}/announcements': {
    opens: 'incidents:announce',
    body: {
      version: 1,
      cause: 'power',
      expectedEnd: '2099-01-01T00:00:00Z',
      nextStep: 'repairing',
      whatYouCanDo: [],
    },
  },
  'POST /api/v1/announcements/{id}/undo': { opens: 'incidents:announce' },
  'POST /api/v1/announcements/{id}/release': { opens: 'telling:release' },
  'POST /api/v1/announcements/{id}/refuse': { opens: 'telling:release' },
  'GET /api/v1/teams': { opens: 'cases:work' },
  'POST /api/v1/teams': { opens: 'teams:manage' },
  'PATCH /api/v1/teams/{id}': { opens: 'teams:manage', body: { name: 'Night' } },
  'DELETE /api/v1/teams/{id}': { opens: 'teams:manage' },
  'POST /api/v1/teams/{id}/restore': { opens: 'teams:manage' },
  'PUT /api/v1/teams/{id}/members/{staffId}': { opens: 'teams:manage', body: { lead: false, capacity: 20 } },
  'DELETE /api/v1/teams/{id}/members/{staffId}': { opens: 'teams:manage' },
  'GET /api/v1/absences': { opens: 'cases:work' },
  'POST /api/v1/absences': { opens: 'staff' },
  'DELETE /api/v1/absences/{id}': { opens: 'staff' },
  'GET /api/v1/customers/{id}/delegations': { opens: 'customers:see' },
  'POST /api/v1/customers/{id}/delegations/{delegationId}/revoke': { opens: 'consent:record' },
  'GET /api/v1/customers/{id}/merges': { opens: 'parties:merge' },
  'POST /api/v1/customers/{id}/merge': {
    opens: 'parties:merge',
    body: { into: '0198c0de-0000-7000-8000-000000000001' },
  },
  'POST /api/v1/merges/{id}/undo': { opens: 'parties:merge' },
  'POST /api/v1/contact-points/{id}/verify': { opens: 'parties:merge', body: { how: 'document' } },
  'GET /api/v1/inbound': { opens: 'cases:work' },
  'POST /api/v1/inbound/{id}/decide': { opens: 'cases:work', body: { decision: 'case' } },
  'GET /api/v1/inbound/{id}/raw': { opens: 'raw:read' },
  'POST /api/v1/messages': { opens: 'cases:work' },
  'GET /api/v1/blocked-senders': { opens: 'cases:work' },
  'POST /api/v1/blocked-senders': { opens: 'cases:work' },
  'POST /api/v1/blocked-senders/remove': { opens: 'cases:work' },
  'GET /api/v1/mailboxes': { opens: 'settings:see' },
  'POST /api/v1/mailboxes': { opens: 'mailboxes:manage' },
  'PATCH /api/v1/mailboxes/{id}': { opens: 'mailboxes:manage', body: { enabled: false } },
  'DELETE /api/v1/mailboxes/{id}': { opens: 'mailboxes:manage' },
  'POST /api/v1/mailboxes/{id}/restore': { opens: 'mailboxes:manage' },
  'POST /api/v1/mailboxes/{id}/test': { opens: 'mailboxes:manage' },
  'GET /api/v1/lexicon': { opens: 'cases:work' },
  'PUT /api/v1/lexicon': { opens: 'lexicon:change' },
  'POST /api/v1/lexicon/test': { opens: 'cases:work' },
  'GET /api/v1/cases/{id}/export.zip': { opens: 'cases:export' },
  'POST /api/v1/parties/{id}/export': { opens: 'parties:erase' },
  'POST /api/v1/parties/{id}/erase': { opens: 'parties:erase', body: { confirm: 'c1' } },
  'GET /api/v1/search': { opens: 'staff' },
  'GET /api/v1/promises': { opens: 'promises:see' },
  'GET /api/v1/routes': { opens: 'settings:see' },
  'POST /api/v1/routes': { opens: 'routes:manage' },
  'PATCH /api/v1/routes/{id}': { opens: 'routes:manage', body: { enabled: false } },
  'DELETE /api/v1/routes/{id}': { opens: 'routes:manage' },
  'POST /api/v1/routes/{id}/test': { opens: 'routes:manage', body: { to: '+393331234567' } },
  'GET /api/v1/in-doubt': { opens: 'notices:see' },
  'POST /api/v1/in-doubt/{id}': { opens: 'notices:settle', body: { settle: 'arrived' } },
  'POST /api/v1/imports': { opens: 'imports:run' },
  'GET /api/v1/imports': { opens: 'imports:run' },
  'GET /api/v1/imports/{id}': { opens: 'imports:run' },
};

const guarded = Object.entries(ROUTES)
  .filter(([, { opens }]) => opens !== 'public' && opens !== 'token')
  .map(([route, { opens, body }]) => {
    const [method = '', path = ''] = route.split(' ');
    return { route, method, path, opens: opens as 'staff' | Deed, body };
  });
const QUERIES: Record<string, string> = {
  '/api/v1/customers': '?search=x',
  '/api/v1/resources': '?search=x',
  '/api/v1/search': '?q=x',
  '/api/v1/holidays': '?country=IT',
  '/api/v1/inbound': '?decision=spam',
  '/api/v1/alarm-deliveries': '?trouble=true',
};
const called = (path: string): string => `${path.replace(/\{\w*[iI]d\}/g, () => randomUUID())}${QUERIES[path] ?? ''}`;
const writes = (method: string): boolean => method !== 'GET';

describe.each(ENGINES)('every route against every role, on %s', (engine) => {
  let stage: Stage;
  const staff = new Map<StaffRole, Visitor>();

  beforeAll(async () => {
    stage = await setStage(engine);
    for (const role of ROLES) staff.set(role, await stage.join(role, [role]));
  });
  afterAll(async () => await stage?.clear());

  test('given the description of the API, when it is compared with this table, then neither has a route that the other lacks', async () => {
    const { paths } = (await stage.visitor().ask('GET', '/api/openapi.json')).json<{ paths: Record<string, object> }>();
    const served = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(served.sort()).toEqual(Object.keys(ROUTES).sort());
  });

  test('given nobody is signed in, when any guarded route is asked, then it is 401 and says nothing more', async () => {
    const anybody = stage.visitor();
    for (const { route, method, path, body } of guarded) {
      const answer = await anybody.ask(method, called(path), writes(method) ? { body: body ?? {} } : {});
      expect(answer.status, route).toBe(401);
      expect(answer.json<{ code: string }>().code, route).toBe('not-signed-in');
    }
    for (const cookie of ['filodiretto.session_token=x', 'better-auth.session_token=abc.def']) {
      const forged = await anybody.ask('GET', '/api/v1/me', { headers: { cookie } });
      expect(forged.status).toBe(401);
    }
  });

  test.each(ROLES)(
    'given the role %s, when every guarded route is asked, then exactly its deeds are open',
    async (role) => {
      const member = staff.get(role);
      for (const { route, method, path, opens, body } of guarded) {
        const may = opens === 'staff' || (DEEDS[opens] as readonly string[]).includes(role);
        const answer = await member?.ask(method, called(path), writes(method) ? { body: body ?? {} } : {});
        if (!may) {
          expect(answer?.status, route).toBe(403);
          expect(answer?.json<{ code: string }>().code, route).toBe('not-allowed');
        } else {
          const expected = path.includes('{id}') ? [400, 404] : writes(method) ? [200, 400, 404, 409] : [200];
          expect(expected, `${route}: ${answer?.status} ${answer?.text}`).toContain(answer?.status);
        }
      }
    },
  );

  test('given an id that nobody has, when it is asked by somebody who may, then it is 404 and tells nothing of what there is', async () => {
    for (const { route, method, path, body } of guarded.filter((each) => each.path.includes('{id}'))) {
      const unknown = await stage.administrator.ask(method, called(path), writes(method) ? { body: body ?? {} } : {});
      expect(unknown.status, `${route}: ${unknown.text}`).toBe(404);
      expect(Object.keys(unknown.json<object>()).sort(), route).toEqual(
        expect.arrayContaining(['code', 'detail', 'status', 'title', 'type']),
      );
      for (const wrong of ["1' OR '1'='1", '../staff', '%00', '0', 'x'.repeat(500)]) {
        const answer = await stage.administrator.ask(
          method,
          path.replace('{id}', encodeURIComponent(wrong)).replace(/\{\w*Id\}/g, () => randomUUID()),
          writes(method) ? { body: body ?? {} } : {},
        );
        expect([400, 404, 414], `${route} with ${wrong}: ${answer.text}`).toContain(answer.status);
        expect(answer.text).not.toMatch(/syntax|SELECT|pg_|stack/i);
      }
    }
  });

  test('given a manager, when settings are changed beyond the pause, then it is refused and nothing changes', async () => {
    const manager = staff.get('manager');
    const before = (await stage.administrator.ask('GET', '/api/v1/settings')).json<{
      telling: object;
      operator: object;
    }>();
    for (const change of [
      { telling: { ...before.telling, on: false } },
      { telling: { ...before.telling, mostPeople: 1_000_000 } },
      { operator: { ...before.operator, name: 'Other' } },
    ])
      expect((await manager?.ask('PATCH', '/api/v1/settings', { body: change }))?.status).toBe(403);
    expect((await stage.administrator.ask('GET', '/api/v1/settings')).json()).toEqual(before);
  });

  test('given the session of a colleague, when somebody else ends it by its id, then it lives on', async () => {
    const care = staff.get('care');
    const sessions = (await care?.ask('GET', '/api/v1/me/sessions'))?.json<{ id: string }[]>() ?? [];
    expect(sessions).toHaveLength(1);
    const answer = await stage.administrator.ask('DELETE', `/api/v1/me/sessions/${sessions[0]?.id}`);
    expect(answer.status).toBe(404);
    expect((await care?.ask('GET', '/api/v1/me'))?.status).toBe(200);
  });

  test('given somebody leaves, when their access is ended, then the session that they hold is over at once', async () => {
    const leaver = await stage.join('leaver', ['technician']);
    expect((await leaver.ask('GET', '/api/v1/incidents')).status).toBe(200);
    const members = (await stage.administrator.ask('GET', '/api/v1/staff')).json<{ id: string; name: string }[]>();
    const id = members.find(({ name }) => name === 'leaver')?.id;
    const ended = await stage.administrator.ask('PATCH', `/api/v1/staff/${id}`, { body: { ended: true } });
    expect(ended.status).toBe(200);
    expect((await leaver.ask('GET', '/api/v1/incidents')).status).toBe(401);
    expect((await stage.visitor().signIn('leaver.canarina@example.com', 'canarino in miniera 1889')).status).toBe(401);
  });
});
