import { createHmac, hkdfSync } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, openTestPlatform, type TestPlatform } from '../../tests/support/test-platform.ts';
import { readTimeline } from '../platform/events.ts';
import { actorOf, createHttp, type Http } from '../platform/http.ts';
import { securityHeaders } from '../platform/security-headers.ts';
import {
  accessRoutes,
  createGuard,
  createStaffAuth,
  firstRunLink,
  staffEmail,
  staffInviteCommand,
  staffNames,
  staffResetCommand,
  staffWithRole,
} from './index.ts';

const ORIGIN = 'http://127.0.0.1:8600';
const PASSWORD = 'a long enough password';

describe.each(ENGINES)('who may do what, on %s', (engine) => {
  let platform: TestPlatform;
  let http: Http;
  let administrator: { id: string; cookie: string };

  interface Answer {
    status: number;
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked at, not used.
    body: any;
    cookie: string;
    headers: Record<string, unknown>;
  }

  async function call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    options: { body?: object; cookie?: string; origin?: string | null; address?: string } = {},
  ): Promise<Answer> {
    const { body, cookie, origin = ORIGIN, address = '192.0.2.1' } = options;
    const answer = await http.inject({
      method,
      url,
      remoteAddress: address,
      headers: { ...(cookie ? { cookie } : {}), ...(origin ? { origin } : {}) },
      ...(body ? { payload: body } : {}),
    });
    const kept = answer.cookies.filter(({ value, maxAge }) => value !== '' && maxAge !== 0);
    return {
      status: answer.statusCode,
      body: answer.body ? JSON.parse(answer.body) : null,
      cookie: kept.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join('; '),
      headers: answer.headers,
    };
  }

  const tokenOf = (link: string): string => link.split('/').at(-1) ?? '';

  async function signIn(email: string, password = PASSWORD, address?: string): Promise<Answer> {
    return await call('POST', '/api/auth/sign-in/email', {
      body: { email, password },
      ...(address ? { address } : {}),
    });
  }

  async function join(email: string, roles: string[]): Promise<{ id: string; cookie: string }> {
    const { link } = await staffInviteCommand(platform, email, { name: 'Somebody', roles });
    const accepted = await call('POST', '/api/v1/invitations/accept', {
      body: { token: tokenOf(link), password: PASSWORD },
      address: `198.51.100.${Math.floor(Math.random() * 250)}`,
    });
    expect(accepted.status).toBe(200);
    const { cookie } = await signIn(email);
    const me = await call('GET', '/api/v1/me', { cookie });
    return { id: me.body.id, cookie };
  }

  beforeAll(async () => {
    platform = await openTestPlatform(engine);
    const auth = await createStaffAuth(platform, Buffer.alloc(32, 7));
    http = createHttp({ log: platform.log, guard: createGuard(platform, auth), trustedProxies: [] });
    securityHeaders(http, platform);
    accessRoutes(http, platform, auth);
    http.post('/try/settings', { config: { access: 'deed:settings:change' } }, async (request) => ({
      actor: actorOf(request),
    }));
    http.get('/desk', { config: { access: 'public' } }, async () => 'desk');
    http.get('/status', { config: { access: 'public' } }, async () => 'status');
    await http.ready();
  });

  afterAll(async () => {
    await http?.close();
    await platform?.close();
  });

  test('given a fresh installation, the link makes one administrator, once', async () => {
    const former = await firstRunLink(platform);
    const link = await firstRunLink(platform);
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:8600\/desk\/welcome\/[\w-]{43}$/);
    const replaced = await call('POST', '/api/v1/invitations/look', { body: { token: tokenOf(former ?? '') } });
    expect(replaced).toMatchObject({ status: 404, body: { code: 'invitation-not-usable' } });
    const token = tokenOf(link ?? '');
    const seen = await call('POST', '/api/v1/invitations/look', { body: { token } });
    expect(seen.body).toEqual({ purpose: 'first-administrator', email: null, name: null });
    const short = await call('POST', '/api/v1/invitations/accept', {
      body: { token, email: 'anna@example.it', name: 'Anna', password: 'too short' },
    });
    expect(short.status).toBe(400);
    const both = await Promise.all(
      ['Anna@Example.it', 'mallory@example.it'].map((email) =>
        call('POST', '/api/v1/invitations/accept', { body: { token, email, name: 'Anna', password: PASSWORD } }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 404]);
    const winner = both.find(({ status }) => status === 200)?.body.email;
    expect(await firstRunLink(platform)).toBeNull();
    const entered = await signIn(winner);
    expect(entered).toMatchObject({ status: 200, body: { signedIn: true, twoFactorRedirect: false } });
    const me = await call('GET', '/api/v1/me', { cookie: entered.cookie });
    expect(me.body).toMatchObject({ name: 'Anna', email: winner, roles: ['administrator'], telling: 'off' });
    expect(me.body.deeds).toContain('staff:manage');
    administrator = { id: me.body.id, cookie: entered.cookie };
    const kinds = (await readTimeline(platform.database.db, 'staff', administrator.id)).map(({ kind }) => kind);
    expect(kinds).toEqual(['staff.joined', 'staff.signed-in']);
    const [member] = (await call('GET', '/api/v1/staff', { cookie: entered.cookie })).body;
    expect(member).toMatchObject({ id: administrator.id, lastSeenAt: platform.clock.system().toISOString() });
  });

  test('given nobody signed in, a guarded route answers 401, and a forged or unsigned cookie too', async () => {
    expect((await call('GET', '/api/v1/me')).status).toBe(401);
    const name = administrator.cookie.split('=', 1)[0];
    expect((await call('GET', '/api/v1/me', { cookie: `${name}=guessed` })).status).toBe(401);
    const token = 'x'.repeat(32);
    const forged = `${token}.${createHmac('sha256', 'not the key').update(token).digest('base64')}`;
    expect((await call('GET', '/api/v1/me', { cookie: `${name}=${encodeURIComponent(forged)}` })).status).toBe(401);
  });

  test('given a role without the deed, 403; with it, the actor is who signed in', async () => {
    const care = await join('care@example.it', ['care']);
    const refused = await call('POST', '/try/settings', { cookie: care.cookie, body: {} });
    expect(refused).toMatchObject({ status: 403, body: { code: 'not-allowed' } });
    for (const [method, url] of [
      ['GET', '/api/v1/staff'],
      ['POST', '/api/v1/staff/invitations'],
      ['PATCH', `/api/v1/staff/${administrator.id}`],
      ['POST', `/api/v1/staff/${administrator.id}/reset`],
    ] as const)
      expect(
        (await call(method, url, { cookie: care.cookie, body: method === 'GET' ? undefined : {} })).status,
        url,
      ).toBe(403);
    const allowed = await call('POST', '/try/settings', { cookie: administrator.cookie, body: {} });
    expect(allowed.body.actor).toEqual({ kind: 'staff', id: administrator.id, roles: ['administrator'] });
  });

  test('given a request from another origin, or from none, what changes something is refused', async () => {
    const { cookie } = administrator;
    for (const origin of ['https://evil.example', 'null', null])
      expect((await call('POST', '/try/settings', { cookie, origin, body: {} })).body.code, String(origin)).toBe(
        'cross-origin',
      );
    const { email } = (await call('GET', '/api/v1/me', { cookie })).body;
    const login = await call('POST', '/api/auth/sign-in/email', {
      origin: 'https://evil.example',
      body: { email, password: PASSWORD },
    });
    expect(login).toMatchObject({ status: 403, cookie: '' });
    const site = await http.inject({
      method: 'POST',
      url: '/try/settings',
      headers: { cookie, origin: ORIGIN, 'sec-fetch-site': 'cross-site' },
    });
    expect(site.statusCode).toBe(403);
    expect((await call('GET', '/api/v1/me', { cookie, origin: 'https://evil.example' })).status).toBe(200);
  });

  test('the cookie is for the browser alone, and the database holds neither it nor the answer its token', async () => {
    const { email } = (await call('GET', '/api/v1/me', { cookie: administrator.cookie })).body;
    const answer = await http.inject({
      method: 'POST',
      url: '/api/auth/sign-in/email',
      headers: { origin: ORIGIN },
      payload: { email, password: PASSWORD },
    });
    const [cookie] = answer.cookies;
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    const token = (cookie?.value ?? '').split('.')[0] ?? '';
    expect(token.length).toBeGreaterThanOrEqual(32);
    expect(answer.body).not.toContain(token);
    const { rows } = await sql<{
      token: string;
      ip_address: string | null;
    }>`SELECT token, ip_address FROM staff_sessions`.execute(platform.database.db);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row.token).toMatch(/^sha256\./);
      expect(row.token).not.toContain(token);
      expect(row.ip_address ?? '').toBe('');
    }
    // Who reads the table can't sign a cookie; and signed with the right key its hash opens nothing.
    const secret = Buffer.from(hkdfSync('sha256', Buffer.alloc(32, 7), '', 'filodiretto staff sessions', 32)).toString(
      'base64url',
    );
    const signed = (value: string): string =>
      `${cookie?.name}=${encodeURIComponent(`${value}.${createHmac('sha256', secret).update(value).digest('base64')}`)}`;
    expect((await call('GET', '/api/v1/me', { cookie: signed(token) })).status).toBe(200);
    for (const row of rows) expect((await call('GET', '/api/v1/me', { cookie: signed(row.token) })).status).toBe(401);
    const secure = await createStaffAuth({ ...platform, publicUrl: 'https://care.example.it' }, Buffer.alloc(32, 7));
    expect(secure.cookieName).toMatch(/^__Secure-/);
  });

  test('given wrong passwords, the account locks for everybody everywhere, and only for a time', async () => {
    const member = await join('locked@example.it', ['care']);
    for (let attempt = 0; attempt < 5; attempt++)
      expect((await signIn('locked@example.it', 'wrong', `203.0.113.${attempt}`)).body.code).toBe('wrong-password');
    const locked = await signIn('locked@example.it', PASSWORD, '203.0.113.77');
    expect(locked).toMatchObject({ status: 429, body: { code: 'too-many' }, cookie: '' });
    expect(locked.body.retryAfter).toBeLessThanOrEqual(300);
    expect((await call('GET', '/api/v1/me', { cookie: member.cookie })).status).toBe(200);
    platform.clock.advance(5 * 60_000);
    expect((await signIn('locked@example.it', PASSWORD)).status).toBe(200);
    const refused = (await readTimeline(platform.database.db, 'staff', member.id)).filter(
      ({ kind }) => kind === 'staff.sign-in-refused',
    );
    expect(refused).toHaveLength(5);
    expect(JSON.stringify(refused)).not.toContain('example.it');
  });

  test('an unknown address is answered like a wrong password, and locks alike', async () => {
    for (let attempt = 0; attempt < 5; attempt++)
      expect((await signIn('nobody@example.it', 'wrong', '203.0.113.90')).body.code).toBe('wrong-password');
    expect((await signIn('nobody@example.it', 'wrong', '203.0.113.91')).status).toBe(429);
    const { rows } = await sql<{ key: string }>`SELECT key FROM rate_limits`.execute(platform.database.db);
    expect(JSON.stringify(rows)).not.toMatch(/nobody|203\.0\.113/);
  });

  test('one address that tries many accounts is slowed', async () => {
    platform.clock.advance(86_400_000);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 41; attempt++)
      statuses.push((await signIn(`guess${attempt}@example.it`, 'wrong', '203.0.113.200')).status);
    expect(statuses.slice(0, 40).every((status) => status === 401)).toBe(true);
    expect(statuses[40]).toBe(429);
  });

  test('an invitation holds 24 hours, once, and guessing is limited', async () => {
    const { link } = await staffInviteCommand(platform, 'late@example.it', { roles: ['care'] });
    platform.clock.advance(24 * 3_600_000);
    const late = await call('POST', '/api/v1/invitations/accept', {
      body: { token: tokenOf(link), password: PASSWORD },
    });
    expect(late.body.code).toBe('invitation-not-usable');
    const again = await staffInviteCommand(platform, 'late@example.it', { roles: ['care'] });
    const body = { token: tokenOf(again.link), password: PASSWORD };
    expect((await call('POST', '/api/v1/invitations/accept', { body })).status).toBe(200);
    expect((await call('POST', '/api/v1/invitations/accept', { body })).status).toBe(404);
    const { rows } = await sql<{ token_hash: string }>`SELECT token_hash FROM staff_invitations`.execute(
      platform.database.db,
    );
    expect(rows.map(({ token_hash }) => token_hash)).not.toContain(body.token);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 21; attempt++)
      statuses.push(
        (
          await call('POST', '/api/v1/invitations/look', {
            body: { token: `guess${attempt}`.padEnd(43, 'x') },
            address: '203.0.113.201',
          })
        ).status,
      );
    expect(statuses.slice(0, 20).every((status) => status === 404)).toBe(true);
    expect(statuses[20]).toBe(429);
  });

  test('given two who invite the same address at once, there is one member', async () => {
    const links = await Promise.all(
      ['care', 'billing'].map((role) => staffInviteCommand(platform, 'twice@example.it', { roles: [role] })),
    );
    const statuses = await Promise.all(
      links.map(
        async ({ link }) =>
          (await call('POST', '/api/v1/invitations/look', { body: { token: tokenOf(link) }, address: '203.0.113.150' }))
            .status,
      ),
    );
    expect(statuses.sort()).toEqual([200, 404]);
    await expect(staffInviteCommand(platform, 'second invitee', {})).rejects.toMatchObject({ code: 'bad-email' });
    await expect(staffInviteCommand(platform, 'x@example.it', { roles: ['king'] })).rejects.toMatchObject({
      code: 'unknown-role',
    });
  });

  test('given an ended member, the cookie that was theirs and their password open nothing', async () => {
    const leaver = await join('leaver@example.it', ['care']);
    expect(await staffEmail(platform.database.db, leaver.id)).toBe('leaver@example.it');
    const ended = await call('PATCH', `/api/v1/staff/${leaver.id}`, {
      cookie: administrator.cookie,
      body: { ended: true },
    });
    expect(ended).toMatchObject({ status: 200, body: { state: 'ended' } });
    expect((await call('GET', '/api/v1/me', { cookie: leaver.cookie })).status).toBe(401);
    expect((await signIn('leaver@example.it')).status).toBe(401);
    expect(await staffEmail(platform.database.db, leaver.id)).toBeNull();
    expect((await staffNames(platform.database.db, [leaver.id])).get(leaver.id)).toBe('Somebody');
    await expect(staffResetCommand(platform, 'leaver@example.it')).rejects.toMatchObject({ code: 'staff-ended' });
  });

  test('the last active administrator can be neither ended nor demoted, also not by two at once', async () => {
    const { cookie, id } = administrator;
    for (const body of [{ ended: true }, { roles: ['care'] }])
      expect((await call('PATCH', `/api/v1/staff/${id}`, { cookie, body })).body.code).toBe('last-administrator');
    const second = await join('second@example.it', ['administrator']);
    expect(await staffWithRole(platform.database.db, 'administrator')).toHaveLength(2);
    const answers = await Promise.all([
      call('PATCH', `/api/v1/staff/${id}`, { cookie: second.cookie, body: { roles: ['manager'] } }),
      call('PATCH', `/api/v1/staff/${second.id}`, { cookie, body: { roles: ['manager'] } }),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await staffWithRole(platform.database.db, 'administrator')).toHaveLength(1);
    await sql`UPDATE staff SET roles = '{administrator}' WHERE id = ${id}`.execute(platform.database.db);
  });

  test('a reset link gives a new password, ends all sessions and forgets the second factor', async () => {
    const member = await join('forgot@example.it', ['care']);
    const { link } = await staffResetCommand(platform, 'Forgot@example.it');
    const body = { token: tokenOf(link), password: 'another long password' };
    expect((await call('POST', '/api/v1/invitations/accept', { body })).status).toBe(200);
    expect((await call('GET', '/api/v1/me', { cookie: member.cookie })).status).toBe(401);
    expect((await signIn('forgot@example.it', PASSWORD)).status).toBe(401);
    expect((await signIn('forgot@example.it', 'another long password')).status).toBe(200);
  });

  test('with a second factor the password alone opens nothing', async () => {
    const member = await join('careful@example.it', ['care']);
    const made = await call('POST', '/api/auth/two-factor/enable', {
      cookie: member.cookie,
      body: { password: PASSWORD },
    });
    expect(made.status).toBe(200);
    const secret = new URL(made.body.totpURI).searchParams.get('secret') ?? '';
    const set = await call('POST', '/api/auth/two-factor/verify-totp', {
      cookie: member.cookie,
      body: { code: totp(secret) },
    });
    expect(set).toMatchObject({ status: 200 });
    expect((await call('GET', '/api/v1/me', { cookie: member.cookie })).status).toBe(401); // the session changed with it
    expect((await call('GET', '/api/v1/me', { cookie: set.cookie })).status).toBe(200);
    const half = await signIn('careful@example.it');
    expect(half.body).toEqual({ signedIn: false, twoFactorRedirect: true });
    expect((await call('GET', '/api/v1/me', { cookie: half.cookie })).status).toBe(401);
    const wrong = await call('POST', '/api/auth/two-factor/verify-totp', {
      cookie: half.cookie,
      body: { code: '000000' },
    });
    expect(wrong).toMatchObject({ status: 401, body: { code: 'wrong-code' } });
    const whole = await call('POST', '/api/auth/two-factor/verify-totp', {
      cookie: half.cookie,
      body: { code: totp(secret) },
    });
    expect(whole.body).toEqual({ signedIn: true, twoFactorRedirect: false });
    expect((await call('GET', '/api/v1/me', { cookie: whole.cookie })).body.id).toBe(member.id);
    const other = await signIn('careful@example.it');
    const spare = { cookie: other.cookie, body: { code: made.body.backupCodes[0] } };
    expect((await call('POST', '/api/auth/two-factor/verify-backup-code', spare)).body.signedIn).toBe(true);
    const third = await signIn('careful@example.it');
    expect(
      (await call('POST', '/api/auth/two-factor/verify-backup-code', { ...spare, cookie: third.cookie })).status,
    ).toBe(401);
    const { rows } = await sql`SELECT 1 FROM staff_second_factors WHERE secret LIKE ${`%${secret}%`}`.execute(
      platform.database.db,
    );
    expect(rows).toHaveLength(0);
  });

  test('sessions are listed, can be ended, end by sign-out, by a new password elsewhere, and when nobody uses them', async () => {
    const first = await join('many@example.it', ['care']);
    const second = await signIn('many@example.it');
    const listed = await call('GET', '/api/v1/me/sessions', { cookie: second.cookie });
    expect(listed.body).toHaveLength(2);
    const other = listed.body.find(({ current }: { current: boolean }) => !current);
    const foreign = await call('DELETE', `/api/v1/me/sessions/${other.id}`, { cookie: administrator.cookie });
    expect(foreign.status).toBe(404);
    expect((await call('DELETE', `/api/v1/me/sessions/${other.id}`, { cookie: second.cookie })).status).toBe(204);
    expect((await call('GET', '/api/v1/me', { cookie: first.cookie })).status).toBe(401);
    const third = await signIn('many@example.it');
    const changed = await call('POST', '/api/auth/change-password', {
      cookie: third.cookie,
      body: { currentPassword: PASSWORD, newPassword: 'yet another password' },
    });
    expect(changed.status).toBe(200);
    expect((await call('GET', '/api/v1/me', { cookie: second.cookie })).status).toBe(401);
    expect((await call('GET', '/api/v1/me', { cookie: changed.cookie })).status).toBe(200);
    expect((await call('POST', '/api/auth/sign-out', { cookie: changed.cookie, body: {} })).status).toBe(200);
    expect((await call('GET', '/api/v1/me', { cookie: changed.cookie })).status).toBe(401);
    const idle = await signIn('many@example.it', 'yet another password');
    const before = platform.clock.system();
    platform.clock.set(new Date(Date.now() + 13 * 3_600_000));
    expect((await call('GET', '/api/v1/me', { cookie: idle.cookie })).status).toBe(401);
    platform.clock.set(before);
  });

  test('what the library can do besides is not there', async () => {
    for (const [method, path] of [
      ['POST', '/sign-up/email'],
      ['GET', '/get-session'],
      ['GET', '/list-sessions'],
      ['POST', '/update-user'],
      ['POST', '/delete-user'],
      ['POST', '/change-email'],
      ['POST', '/request-password-reset'],
      ['GET', '/ok'],
    ] as const)
      expect(
        (
          await call(method, `/api/auth${path}`, {
            cookie: administrator.cookie,
            ...(method === 'POST' ? { body: {} } : {}),
          })
        ).status,
        path,
      ).toBe(404);
  });

  test('every answer says what a browser may do; only the desk may style inline', async () => {
    const [desk, status, missing] = await Promise.all(['/desk', '/status', '/nothing'].map((url) => http.inject(url)));
    expect(desk?.headers['content-security-policy']).toContain("style-src 'self' 'unsafe-inline'");
    for (const answer of [status, missing]) {
      expect(answer?.headers['content-security-policy']).not.toContain('unsafe-inline');
      expect(answer?.headers).toMatchObject({ 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' });
    }
    expect(desk?.headers['content-security-policy']).toContain("script-src 'self';");
    expect(desk?.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(desk?.headers['strict-transport-security']).toBeUndefined();
  });

  test('a route that does not say who may use it stops the start', () => {
    const bare = createHttp({
      log: platform.log,
      guard: async () => Promise.reject(new Error('unused')),
      trustedProxies: [],
    });
    expect(() => bare.get('/open', async () => 'oops')).toThrow(/does not say who may use it/);
  });
});

/** RFC 6238 with the defaults that authenticator apps assume: SHA-1, 30 seconds, 6 digits. */
function totp(base32: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...base32.replaceAll('=', '')]
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
