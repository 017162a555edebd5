import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Customer, CustomerBrief } from '../../contract/customers.ts';
import type { AlarmBrief, IncidentBrief } from '../../contract/incidents.ts';
import { until } from '../support/product.ts';
import { nonce, PEOPLE, STAFF_PASSWORD, type Stage, setStage } from '../support/stage.ts';
import { ENGINES } from '../support/test-platform.ts';

/** Says something over a bare socket and returns what comes back until the other side closes or `quietMilliseconds` pass. */
async function overSocket(baseUrl: string, said: string | Buffer, quietMilliseconds = 3000): Promise<string> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1');
  });
  socket.on('error', () => undefined); // a server that cuts off is one of the right answers
  await once(socket, 'connect');
  socket.write(said);
  await Promise.race([
    new Promise((resolve) => socket.once('close', resolve)),
    new Promise((resolve) => setTimeout(resolve, quietMilliseconds)),
    (async () => {
      while (!/\r\n\r\n/.test(heard)) await new Promise((resolve) => setTimeout(resolve, 20));
      await new Promise((resolve) => setTimeout(resolve, 100));
    })(),
  ]);
  socket.destroy();
  return heard;
}

describe.each(ENGINES)('whoever is not invited, on %s', (engine) => {
  let stage: Stage;
  const alive = async (): Promise<void> => {
    expect((await stage.visitor().ask('GET', '/ready')).status).toBe(200);
  };

  beforeAll(async () => {
    stage = await setStage(engine);
  });
  afterAll(async () => await stage?.clear());

  describe('at the hooks', () => {
    const alert = (name: string, labels: Record<string, string> = {}) => ({
      version: '4',
      status: 'firing',
      alerts: [
        {
          status: 'firing',
          labels: { alertname: name, severity: 'info', ...labels },
          annotations: { summary: name },
          startsAt: new Date().toISOString(),
          endsAt: '0001-01-01T00:00:00Z',
          fingerprint: name,
        },
      ],
    });
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

    test('given no token, a wrong one, one of another kind or an ended one, when alarms are sent, then they are refused and not kept', async () => {
      const visitor = stage.visitor();
      const made = await stage.administrator.ask('POST', '/api/v1/alarm-sources', {
        body: { name: 'ended', kind: 'alertmanager' },
      });
      const ended = made.json<{ source: { id: string }; token: string }>();
      await stage.administrator.ask('DELETE', `/api/v1/alarm-sources/${ended.source.id}`);
      stage.secrets.push(ended.token);
      const name = nonce();
      const wrong: Record<string, string>[] = [
        {},
        bearer('wrong'),
        bearer(stage.tokens.alarms),
        bearer(ended.token),
        bearer(''),
        { authorization: `Basic ${stage.tokens.alertmanager}` },
        { authorization: stage.tokens.alertmanager },
        bearer('x'.repeat(5000)),
        { 'x-token': stage.tokens.alertmanager },
      ];
      for (const headers of wrong) {
        const answer = await visitor.ask('POST', '/hooks/alertmanager', { body: alert(name), headers });
        expect(answer.status, JSON.stringify(headers)).toBe(401);
        expect(answer.json<{ code: string }>().code).toBe('wrong-token');
      }
      const query = await visitor.ask('POST', `/hooks/alertmanager?token=${stage.tokens.alertmanager}`, {
        body: alert(name),
      });
      expect(query.status).toBe(401);
      // What comes after shows that what came before was not kept: it is worked off in order.
      const last = nonce();
      await visitor.ask('POST', '/hooks/alertmanager', {
        body: alert(last),
        headers: bearer(stage.tokens.alertmanager),
      });
      const standing = await until(async () => {
        const alarms = (await stage.administrator.ask('GET', '/api/v1/alarms?show=standing')).json<AlarmBrief[]>();
        return alarms.some(({ summary }) => summary === last) ? alarms : null;
      }, 'The alarm did not arrive.');
      expect(standing.filter(({ summary }) => summary === name)).toEqual([]);
    });

    test('given one delivery, when it is replayed ten times at once, then it counts once', async () => {
      const name = nonce();
      const body = alert(name, { instance: 'verbania-1:9116', severity: 'critical' });
      const visitor = stage.visitor();
      const answers = await Promise.all(
        Array.from({ length: 10 }, () =>
          visitor.ask('POST', '/hooks/alertmanager', { body, headers: bearer(stage.tokens.alertmanager) }),
        ),
      );
      for (const { status } of answers) expect(status).toBe(202);
      const last = nonce();
      await visitor.ask('POST', '/hooks/alertmanager', {
        body: alert(last),
        headers: bearer(stage.tokens.alertmanager),
      });
      const standing = await until(async () => {
        const alarms = (await stage.administrator.ask('GET', '/api/v1/alarms?show=standing')).json<AlarmBrief[]>();
        return alarms.some(({ summary }) => summary === last) ? alarms : null;
      }, 'The alarm did not arrive.');
      expect(standing.filter(({ summary }) => summary === name)).toHaveLength(1);
      const open = (await stage.administrator.ask('GET', '/api/v1/incidents?state=open')).json<IncidentBrief[]>();
      expect(open).toHaveLength(1);
      await until(async () => (await stage.otherEnd.sms()).length >= 6, 'The six lines were not told.');
      expect(await stage.otherEnd.sms()).toHaveLength(6);
    });

    test('given 6 MB, nonsense, or another shape, when it is sent with the right token, then it is refused in words', async () => {
      const visitor = stage.visitor();
      const headers = bearer(stage.tokens.alertmanager);
      const big = await visitor
        .ask('POST', '/hooks/alertmanager', { body: Buffer.alloc(6 * 1024 * 1024, 'a'), headers })
        .catch(() => ({ status: 413 })); // cut off while it was still sending
      expect(big.status).toBe(413);
      for (const [body, code] of [
        ['{"alerts": [', 'not-json'],
        ['', 'not-json'],
        ['\u0000\u0001', 'not-json'],
        ['[]', 'not-alertmanager'],
        ['null', 'not-alertmanager'],
        ['{"alerts": "all"}', 'not-alertmanager'],
        [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, null],
        [JSON.stringify(alert('x')).replace(/"startsAt":"[^"]*"/, '"startsAt":"yesterday"'), 'not-alertmanager'],
        ['{"__proto__": {"alerts": []}}', 'not-alertmanager'],
      ] as const) {
        const answer = await visitor.ask('POST', '/hooks/alertmanager', { body, headers });
        expect(answer.status, body.slice(0, 80)).toBe(400);
        if (code) expect(answer.json<{ code: string }>().code, body.slice(0, 80)).toBe(code);
        expect(answer.text).not.toMatch(/ at .*\.ts|node_modules/);
      }
      await alive();
    });
  });

  test('given zero characters and lone surrogates, when they come in anywhere as text, then no part of the server fails on them', async () => {
    const headers = { authorization: `Bearer ${stage.tokens.alarms}` };
    for (const text of ['a\u0000b', 'a\ud800b']) {
      const plain = { id: nonce(), state: 'firing', severity: 'info', summary: text, at: new Date().toISOString() };
      const hooked = await stage
        .visitor()
        .ask('POST', '/hooks/alarms', { body: { ...plain, labels: { host: text, [text]: text } }, headers });
      expect([202, 400], hooked.text).toContain(hooked.status);
      const calls: [string, string, unknown?][] = [
        ['GET', `/api/v1/customers?search=${encodeURIComponent(text.replace('\ud800', ''))}`],
        ['GET', '/api/v1/resources?search=a%00b'],
        ['POST', '/api/v1/alarm-sources', { name: text, kind: 'alarms' }],
        ['POST', '/api/v1/alarm-rules', { label: text, pattern: text, act: 'ignore' }],
        ['POST', '/api/v1/staff/invitations', { email: `${nonce()}@example.com`, name: text, roles: ['care'] }],
        ['POST', '/api/auth/sign-in/email', { email: text, password: text }],
        ['POST', '/api/v1/invitations/look', { token: `${text}${nonce()}${nonce()}` }],
      ];
      for (const [method, path, body] of calls) {
        const answer = await stage.administrator.ask(method, path, body === undefined ? {} : { body });
        expect(answer.status, `${method} ${path} with ${JSON.stringify(text)}: ${answer.text}`).toBeLessThan(500);
      }
    }
    // Nothing that came in holds up what comes behind it.
    const last = nonce();
    await stage.visitor().ask('POST', '/hooks/alarms', {
      body: { id: last, state: 'firing', severity: 'info', summary: last, at: new Date().toISOString() },
      headers,
    });
    await until(async () => {
      const alarms = (await stage.administrator.ask('GET', '/api/v1/alarms?show=standing')).json<AlarmBrief[]>();
      return alarms.some(({ summary }) => summary === last);
    }, 'An alarm behind a hostile one was not worked off.');
  });

  describe('at forms and sessions', () => {
    test('given the cookie of somebody signed in, when another site sends a form with it, then nothing happens', async () => {
      const before = (await stage.administrator.ask('GET', '/api/v1/settings')).json<{ telling: object }>();
      const change = { telling: { ...before.telling, on: false } };
      const foreign: Record<string, string>[] = [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: stage.product.baseUrl, 'sec-fetch-site': 'cross-site' },
        { origin: stage.product.baseUrl, 'sec-fetch-site': 'same-site' },
        { origin: `${stage.product.baseUrl}.evil.example` },
        { origin: stage.product.baseUrl.replace('127.0.0.1', '127.0.0.1@evil.example') },
      ];
      for (const headers of foreign) {
        const answer = await stage.administrator.ask('PATCH', '/api/v1/settings', { body: change, headers });
        expect(answer.status, JSON.stringify(headers)).toBe(403);
        // Nor does another site sign anybody in as somebody else.
        const signIn = await stage.visitor().ask('POST', '/api/auth/sign-in/email', {
          body: { email: 'elena.canarina@example.com', password: STAFF_PASSWORD },
          headers,
        });
        expect(signIn.status, JSON.stringify(headers)).toBe(403);
      }
      for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
        const answer = await stage.administrator.ask('PATCH', '/api/v1/settings', {
          body: JSON.stringify(change),
          headers: { 'content-type': type },
        });
        expect([400, 415], type).toContain(answer.status);
      }
      const preflight = await stage.visitor().ask('OPTIONS', '/api/v1/settings', {
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'PATCH' },
      });
      expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
      expect((await stage.administrator.ask('GET', '/api/v1/settings')).json()).toEqual(before);
    });

    test('given a bare socket without Origin, when it writes with a stolen cookie, then it is refused', async () => {
      const cookie = stage.administrator.cookies().join('; ');
      const heard = await overSocket(
        stage.product.baseUrl,
        `DELETE /api/v1/staff/x HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
      );
      expect(heard).toMatch(/^HTTP\/1\.1 (401|403|404)/);
    });

    test('given a sign-in, when its cookie is looked at, then scripts and other sites cannot have it, and its answer carries no token', async () => {
      const visitor = stage.visitor();
      const answer = await visitor.signIn('elena.canarina@example.com', STAFF_PASSWORD);
      expect(answer.status).toBe(200);
      const cookies = answer.headers.getSetCookie();
      expect(cookies.length).toBeGreaterThan(0);
      for (const cookie of cookies) {
        expect(cookie).toMatch(/HttpOnly/i);
        expect(cookie).toMatch(/SameSite=(Lax|Strict)/i);
      }
      expect(Object.keys(answer.json<object>()).sort()).toEqual(['signedIn', 'twoFactorRedirect']);
      for (const value of visitor.cookies()) expect(answer.text).not.toContain(value);
      stage.secrets.push(...visitor.cookies());
    });

    test('given wrong passwords, when one account is tried again and again, then it is locked for a while, whatever the password, and others are not', async () => {
      await stage.join('victim', ['care']);
      const guesser = stage.visitor();
      const statuses: number[] = [];
      for (let tries = 0; tries < 8; tries++)
        statuses.push((await guesser.signIn('Victim.Canarina@example.com ', `wrong password ${tries}`)).status);
      // A window of the limit may end while it is tried.
      expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(7);
      expect(statuses.at(-1)).toBe(429);
      const right = await stage.visitor().signIn('victim.canarina@example.com', STAFF_PASSWORD);
      expect(right.status).toBe(429);
      expect(right.json<{ retryAfter: number }>().retryAfter).toBeGreaterThan(0);
      expect((await stage.visitor().signIn('elena.canarina@example.com', STAFF_PASSWORD)).status).toBe(200);
      // Somebody unknown is treated alike: what is said does not tell who has an account.
      const known = await guesser.signIn('elena.canarina@example.com', 'wrong password');
      const unknown = await guesser.signIn('nobody@example.com', 'wrong password');
      expect(unknown.text).toBe(known.text);
      expect(unknown.status).toBe(401);
    });

    test('given links of invitations, when they are guessed, then guessing is bounded', async () => {
      const guesser = stage.visitor();
      const statuses: number[] = [];
      for (let tries = 0; tries < 45; tries++)
        statuses.push(
          (await guesser.ask('POST', '/api/v1/invitations/look', { body: { token: `${nonce()}${nonce()}${nonce()}` } }))
            .status,
        );
      expect(new Set(statuses)).toEqual(new Set([404, 429]));
      expect(statuses.filter((status) => status === 404).length).toBeLessThanOrEqual(40);
    });
  });

  describe('on the wire', () => {
    test.each([
      '/desk/assets/../../../package.json',
      '/desk/assets/..%2f..%2f..%2fpackage.json',
      '/desk/assets/%2e%2e/%2e%2e/%2e%2e/package.json',
      '/desk/assets/..%5c..%5c..%5cpackage.json',
      '/desk/assets/..%252f..%252fpackage.json',
      '/desk/assets//etc/passwd',
      '/desk/assets/%00/etc/passwd',
      '/desk/../../../etc/passwd',
      '//etc/passwd',
      '/desk/assets/.%00./package.json',
    ])('given the path %s, when it is asked over a bare socket, then no file outside comes', async (path) => {
      const heard = await overSocket(
        stage.product.baseUrl,
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`,
      );
      expect(heard).not.toMatch(/"devDependencies"|root:.*:0:0:/);
      expect(heard.slice(0, 200)).toMatch(/^HTTP\/1\.1 (200|400|403|404)/);
      if (heard.startsWith('HTTP/1.1 200')) expect(heard).toContain('<title>'); // the desk's shell
      expect(heard).not.toMatch(/node_modules|\/work\/|\/home\//);
    });

    test('given headers, addresses and requests out of all bounds, when they are sent, then they are refused and the others are served', async () => {
      const { baseUrl } = stage.product;
      const huge = await overSocket(
        baseUrl,
        `GET /status HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(200_000)}\r\n\r\n`,
      );
      expect(huge).toMatch(/^(HTTP\/1\.1 (431|400)|$)/);
      const many = await overSocket(
        baseUrl,
        `GET /status HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 5000 }, (_, index) => `X-${index}: 1\r\n`).join('')}\r\n`,
      );
      expect(many).toMatch(/^(HTTP\/1\.1 (200|431|400)|$)/);
      const long = await overSocket(baseUrl, `GET /u/${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
      expect(long).toMatch(/^(HTTP\/1\.1 (414|431|400|404)|$)/);
      const smuggled = await overSocket(
        baseUrl,
        'POST /hooks/alarms HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n',
      );
      expect(smuggled).not.toContain('filodiretto_outbox');
      expect(await overSocket(baseUrl, Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]))).toMatch(/^(HTTP\/1\.1 400|$)/);
      const body = await stage.administrator.ask('POST', '/api/v1/alarm-rules', {
        body: { label: 'x'.repeat(2_000_000), act: 'ignore' },
      });
      expect(body.status).toBe(413);
      await alive();
    });

    test('given a hundred sockets that say half a request and wait, when somebody else comes, then they are served', async () => {
      const { hostname, port } = new URL(stage.product.baseUrl);
      const idle = Array.from({ length: 100 }, () => {
        const socket = connect(Number(port), hostname, () =>
          socket.write('GET /status HTTP/1.1\r\nHost: x\r\nX-Slow: '),
        );
        socket.on('error', () => undefined);
        return socket;
      });
      await Promise.all(idle.map((socket) => (socket.readyState === 'open' ? null : once(socket, 'connect'))));
      await alive();
      for (const socket of idle) socket.destroy();
    });

    test('given any answer, when its headers are looked at, then they keep pages, types and referrers in bounds, and name no software', async () => {
      for (const path of ['/status', '/desk', '/api/v1/me', '/nowhere', '/u/x', '/status/feed.atom', '/metrics']) {
        const { headers } = await stage.visitor().ask('GET', path);
        expect(headers.get('x-content-type-options'), path).toBe('nosniff');
        expect(headers.get('referrer-policy'), path).toBe('no-referrer');
        expect(headers.get('content-security-policy'), path).toMatch(/default-src '(none|self)'/);
        expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
        expect(headers.get('server') ?? headers.get('x-powered-by'), path).toBeNull();
      }
      const { headers } = await stage.visitor().ask('GET', '/desk');
      expect(headers.get('content-security-policy')).not.toMatch(/script-src[^;]*unsafe/);
    });
  });

  describe('in a file', () => {
    test('given a formula as a name, when customers were imported, then it is the same text, and no page makes more of it', async () => {
      const found = (await stage.administrator.ask('GET', '/api/v1/customers?search=Zebedeo')).json<CustomerBrief[]>();
      expect(found.map(({ name }) => name)).toEqual([PEOPLE[0]?.name]);
      const customer = await stage.administrator.ask('GET', `/api/v1/customers/${found[0]?.id}`);
      expect(customer.json<Customer>().name).toBe(PEOPLE[0]?.name);
      expect(customer.headers.get('content-type')).toContain('application/json');
    });

    test('given files that are no CSV, when they are imported, then they are refused with a line, and the server lives', async () => {
      for (const [name, content] of [
        ['zeros.csv', Buffer.alloc(100_000)],
        ['one-line.csv', Buffer.from(`id,kind,name,upstream\n"${'a'.repeat(3_000_000)}`)],
        ['columns.csv', Buffer.from(`${Array.from({ length: 20_000 }, (_, index) => `c${index}`).join(',')}\n`)],
        ['picture.csv', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
        ['../../etc/passwd', Buffer.from('id,kind,name,upstream\n')],
      ] as const) {
        const form = new FormData();
        form.set('kind', 'resources');
        form.set('file', new Blob([content]), name);
        const begun = await stage.administrator.ask('POST', '/api/v1/imports', { body: form });
        expect([202, 400, 413], `${name}: ${begun.text}`).toContain(begun.status);
        if (begun.status !== 202) continue;
        const { id } = begun.json<{ id: string }>();
        const ended = await until(async () => {
          const report = (await stage.administrator.ask('GET', `/api/v1/imports/${id}`)).json<{ state: string }>();
          return ['done', 'refused', 'failed'].includes(report.state) ? report : null;
        }, `${name} was not decided.`);
        expect(ended.state, `${name}: ${JSON.stringify(ended)}`).toBe('refused');
      }
      await alive();
    });
  });
});
