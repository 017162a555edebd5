import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Deed, mayDo } from '../../contract/deeds.ts';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { Failure } from '../platform/errors.ts';
import { createHttp, type Http } from '../platform/http.ts';
import { queueNotices, remembering } from './outbox.fixture.ts';
import { outboxRoutes } from './routes.ts';
import { putInDoubt } from './store.ts';

const smpp = {
  name: 'Carrier',
  enabled: false,
  costMillicents: 4200,
  kind: 'smpp',
  config: {
    host: 'smsc.example',
    port: 2775,
    tls: false,
    systemId: 'operator',
    systemType: '',
    sender: 'Lagonet',
    window: 10,
    perSecond: 50,
  },
  password: 'canary-hunter2',
};
const smtp = {
  name: 'Relay',
  enabled: false,
  costMillicents: 0,
  kind: 'smtp',
  config: {
    host: 'relay.example',
    port: 587,
    tls: 'starttls',
    user: 'care',
    from: 'Lagonet <care@lagonet.example>',
    connections: 3,
    perSecond: 10,
  },
  password: 'env:FILODIRETTO_SECRET_RELAY',
};

describe.each(ENGINES)('routes out over HTTP, on %s', (engine) => {
  let platform: TestPlatform;
  let http: Http;
  let roles: string[];
  let person: string;
  const hooks = remembering();
  beforeEach(async () => {
    platform = await openTestPlatform(engine);
    roles = ['administrator'];
    person = 'somebody';
    http = createHttp({
      log: platform.log,
      trustedProxies: [],
      guard: async (_request, access) => {
        const deed = access.slice('deed:'.length) as Deed;
        if (!mayDo(roles, deed)) throw new Failure({ code: 'forbidden', kind: 'forbidden', detail: 'No.' });
        return { kind: 'staff', id: person, roles };
      },
    });
    outboxRoutes(http, platform, hooks);
  });
  afterEach(async () => {
    await http.close();
    await platform.close();
  });
  const call = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: object) =>
    await http.inject({ method, url: `/api/v1${url}`, ...(body ? { payload: body } : {}) });

  test('given a route is made, then it is listed without its secret, which is stored sealed', async () => {
    const made = await call('POST', '/routes', smpp);
    expect(made.statusCode).toBe(201);
    expect((await call('POST', '/routes', smtp)).statusCode).toBe(201);
    const list = await call('GET', '/routes');
    expect(list.json()).toMatchObject([
      { name: 'Carrier', kind: 'smpp', config: smpp.config, hasPassword: true, state: 'unknown', queued: 0 },
      { name: 'Relay', kind: 'smtp', config: smtp.config, hasPassword: true },
    ]);
    const { rows } = await sql<{
      all: string;
    }>`SELECT (SELECT string_agg(config::text, ' ' ORDER BY name) FROM routes) || coalesce((SELECT string_agg(data::text, ' ') FROM events), '') AS all`.execute(
      platform.database.db,
    );
    for (const text of [made.body, list.body, rows[0]?.all ?? '']) expect(text).not.toContain('canary-hunter2');
    expect(rows[0]?.all).toContain('env:FILODIRETTO_SECRET_RELAY');
    expect(list.body).not.toContain('FILODIRETTO_SECRET_RELAY');
  });

  test('given the name of a variable that is none of the secrets for routes, then it is refused, and one that is stored all the same is not read', async () => {
    for (const password of [
      'env:FILODIRETTO_KEY',
      'env:PATH',
      'env:',
      'env:FILODIRETTO_SECRET_',
      'env:FILODIRETTO_SECRET_X Y',
    ]) {
      const refused = await call('POST', '/routes', { ...smtp, password });
      expect([refused.statusCode, (refused.json() as { code: string }).code], password).toEqual([400, 'secret-name']);
      expect((refused.json() as { help: string }).help).toContain('env:FILODIRETTO_SECRET_');
      expect(() => platform.vault.open(password)).toThrow('begins with FILODIRETTO_SECRET_');
    }
    const { id } = (await call('POST', '/routes', smtp)).json() as { id: string };
    expect((await call('PATCH', `/routes/${id}`, { password: 'env:PATH' })).statusCode).toBe(400);
    expect(() => platform.vault.open(smtp.password)).toThrow('The environment has no FILODIRETTO_SECRET_RELAY.');
    vi.stubEnv('FILODIRETTO_SECRET_RELAY', 'from outside');
    try {
      expect(platform.vault.open(smtp.password)).toBe('from outside');
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('given a change without a password, then the password stays; a name that is taken, a bad sender or the wrong kind of configuration is refused', async () => {
    const { id } = (await call('POST', '/routes', smpp)).json() as { id: string };
    await call('POST', '/routes', smtp);
    const changed = await call('PATCH', `/routes/${id}`, {
      enabled: true,
      config: { ...smpp.config, sender: '+393331234567' },
    });
    expect(changed.json()).toMatchObject({ enabled: true, hasPassword: true, config: { sender: '+393331234567' } });
    for (const [body, status, code] of [
      [{ name: 'Relay' }, 409, 'route-name-taken'],
      [{ config: { ...smpp.config, sender: 'Twelve chars' } }, 400, 'bad-sender'],
      [{ config: smtp.config }, 400, 'bad-config'],
      [{ kind: 'smtp' }, 400, 'invalid'],
    ] as const) {
      const answer = await call('PATCH', `/routes/${id}`, body);
      expect([answer.statusCode, (answer.json() as { code: string }).code]).toEqual([status, code]);
    }
    expect((await call('PATCH', `/routes/${id}`, { password: '' })).json()).toMatchObject({ hasPassword: false });
  });

  test('given a route ended, then it is gone and its name is free', async () => {
    const { id } = (await call('POST', '/routes', smpp)).json() as { id: string };
    expect((await call('DELETE', `/routes/${id}`)).statusCode).toBe(204);
    expect((await call('GET', '/routes')).json()).toEqual([]);
    expect((await call('DELETE', `/routes/${id}`)).statusCode).toBe(404);
    expect((await call('POST', '/routes', smpp)).statusCode).toBe(201);
  });

  test('given a test, then only an address that the route can reach is taken', async () => {
    const { id } = (await call('POST', '/routes', { ...smpp, enabled: true })).json() as { id: string };
    expect((await call('POST', `/routes/${id}/test`, { to: '+39 333 123 45 67' })).statusCode).toBe(202);
    for (const to of ['anna@example.org', '333 1234567', '+39333\r\n1'])
      expect((await call('POST', `/routes/${id}/test`, { to })).json()).toMatchObject({ code: 'bad-address' });
    const { rows } = await sql`SELECT kind, channel, address, route_id FROM outbox`.execute(platform.database.db);
    expect(rows).toEqual([{ kind: 'test', channel: 'sms', address: '+393331234567', route_id: id }]);
  });

  test('given twenty tests in an hour, then that person may send no more until the hour ends, and another person may', async () => {
    const { id } = (await call('POST', '/routes', { ...smpp, enabled: true })).json() as { id: string };
    const send = async () => await call('POST', `/routes/${id}/test`, { to: '+393331234567' });
    for (let n = 0; n < 20; n++) expect((await send()).statusCode).toBe(202);
    const refused = await send();
    expect([refused.statusCode, (refused.json() as { code: string }).code]).toEqual([429, 'too-many']);
    const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM outbox`.execute(platform.database.db);
    expect(rows[0]?.count).toBe(20);
    person = 'somebody else';
    expect((await send()).statusCode).toBe(202);
    person = 'somebody';
    platform.clock.advance(3_600_000);
    expect((await send()).statusCode).toBe(202);
  });

  test('given a message in doubt, then it is listed masked, and who may settle it does', async () => {
    const [id = ''] = await queueNotices(platform, 1);
    await platform.database.transaction(
      async (tx) => await putInDoubt(tx, [{ id, reason: 'no answer from the SMSC' }], platform.clock.business()),
    );
    expect((await call('GET', '/in-doubt')).json()).toMatchObject([{ id, to: '+39 … 001', subject: null }]);
    roles = ['care'];
    expect((await call('POST', `/in-doubt/${id}`, { settle: 'arrived' })).statusCode).toBe(403);
    roles = ['technician'];
    expect((await call('POST', `/in-doubt/${id}`, { settle: 'perhaps' })).statusCode).toBe(400);
    expect((await call('POST', `/in-doubt/${id}`, { settle: 'arrived' })).statusCode).toBe(204);
    expect(hooks.outcomes.at(-1)).toMatchObject({ id, outcome: 'delivered' });
    expect((await call('POST', `/in-doubt/${id}`, { settle: 'arrived' })).statusCode).toBe(404);
  });

  test('given somebody without the deed, then nothing of it is seen or changed', async () => {
    roles = ['care'];
    expect((await call('GET', '/routes')).statusCode).toBe(403);
    expect((await call('POST', '/routes', smpp)).statusCode).toBe(403);
  });
});
