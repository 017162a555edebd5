import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  ChangePassword,
  OwnPassword,
  SecondFactorCode,
  SecondFactorMade,
  SignedIn,
  SignIn,
} from '../../contract/deeds.ts';
import type { Actor } from '../platform/actor.ts';
import { Failure, invalid } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { actorOf, type Http } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import type { StaffAuth } from './auth.ts';
import { currentSession } from './guard.ts';
import { sameEmail } from './rules.ts';
import { requireSameOrigin } from './same-origin.ts';
import { forgetAccountTries, takeAccountTry, takeAddressTry } from './sign-in-limits.ts';
import { findMember, findMemberByEmail, noteSeen } from './store.ts';

const Nothing = Type.Object({}, { additionalProperties: true });
const Done = Type.Object({ done: Type.Boolean() });

interface LibraryAnswer {
  status: number;
  cookies: string[];
  body: {
    user?: { id?: string };
    twoFactorRedirect?: boolean;
    totpURI?: string;
    backupCodes?: string[];
    code?: string;
  };
}

/**
 * The sign-in of staff under /api/auth. Only what is listed here reaches the library: everything else of it is not there.
 * The library's answers are not passed on, since they carry the session token, which belongs into the cookie only.
 */
export function signInRoutes(http: Http, platform: Platform, auth: StaffAuth): void {
  const origin = new URL(platform.publicUrl).origin;

  async function ask(request: FastifyRequest, path: string, body: object): Promise<LibraryAnswer> {
    const headers = new Headers({ 'content-type': 'application/json', origin });
    if (request.headers.cookie) headers.set('cookie', request.headers.cookie);
    const agent = request.headers['user-agent'];
    if (agent) headers.set('user-agent', agent.slice(0, 300));
    const answer = await auth.handle(
      new Request(`${origin}/api/auth${path}`, { method: 'POST', headers, body: JSON.stringify(body) }),
    );
    const text = await answer.text();
    let parsed: LibraryAnswer['body'] = {};
    try {
      parsed = (text ? JSON.parse(text) : {}) ?? {};
    } catch {
      // Not JSON: the status alone says it.
    }
    if (answer.status >= 500) throw new Error('the sign-in library failed');
    return { status: answer.status, cookies: answer.headers.getSetCookie(), body: parsed };
  }

  const pass = (reply: FastifyReply, answer: LibraryAnswer): void => {
    for (const cookie of answer.cookies) reply.header('set-cookie', cookie);
  };

  async function record(
    actor: Actor,
    kind: string,
    staffId: string,
    data: Record<string, unknown> = {},
  ): Promise<void> {
    await platform.database.transaction(async (tx) => {
      await recordEvents(tx, platform.clock, actor, [{ kind, subjectKind: 'staff', subjectId: staffId, data }]);
    });
  }

  async function signedIn(staffId: string | undefined, factor: string): Promise<void> {
    const member = staffId ? await findMember(platform.database.db, staffId) : null;
    if (!member) throw new Error('somebody signed in who is not on the staff');
    const actor: Actor = { kind: 'staff', id: member.id, roles: member.roles };
    await platform.database.transaction(async (tx) => {
      await noteSeen(tx, member.id, platform.clock.system());
      await recordEvents(tx, platform.clock, actor, [
        { kind: 'staff.signed-in', subjectKind: 'staff', subjectId: member.id, data: { factor } },
      ]);
    });
  }

  const fromOurPages = async (request: FastifyRequest): Promise<void> => {
    requireSameOrigin(request, platform.publicUrl);
  };

  http.post(
    '/api/auth/sign-in/email',
    { config: { access: 'public' }, preHandler: fromOurPages, schema: { body: SignIn, response: { 200: SignedIn } } },
    async (request, reply) => {
      const email = sameEmail(request.body.email);
      await takeAddressTry(platform, request);
      await takeAccountTry(platform, email);
      const answer = await ask(request, '/sign-in/email', { email, password: request.body.password });
      if (answer.status !== 200) {
        const member = await findMemberByEmail(platform.database.db, email);
        await record({ kind: 'rule', name: 'sign-in' }, 'staff.sign-in-refused', member?.id ?? 'unknown', {
          factor: 'password',
        });
        throw new Failure({
          code: 'wrong-password',
          kind: 'unauthenticated',
          detail: 'Mail address or password is wrong.',
          help: 'An administrator can send you a link for a new password.',
        });
      }
      await forgetAccountTries(platform, email);
      pass(reply, answer);
      if (answer.body.twoFactorRedirect) return { signedIn: false, twoFactorRedirect: true };
      await signedIn(answer.body.user?.id, 'password');
      return { signedIn: true, twoFactorRedirect: false };
    },
  );

  for (const [path, factor] of [
    ['/two-factor/verify-totp', 'code'],
    ['/two-factor/verify-backup-code', 'backup code'],
  ] as const) {
    http.post(
      `/api/auth${path}`,
      {
        config: { access: 'public' },
        preHandler: fromOurPages,
        schema: { body: SecondFactorCode, response: { 200: SignedIn } },
      },
      async (request, reply) => {
        await takeAddressTry(platform, request);
        const before = await currentSession(platform, auth, request.headers.cookie);
        const answer = await ask(request, path, { code: request.body.code.replaceAll(' ', '') });
        if (answer.status !== 200) {
          await record({ kind: 'rule', name: 'sign-in' }, 'staff.sign-in-refused', before?.staffId ?? 'unknown', {
            factor,
          });
          if (answer.status === 429)
            throw new Failure({
              code: 'too-many',
              kind: 'too-many',
              detail: 'That was tried too often.',
              help: 'Try again in 15 minutes.',
              facts: { retryAfter: 900 },
            });
          throw new Failure({
            code: 'wrong-code',
            kind: 'unauthenticated',
            detail: 'The code is wrong, or the sign-in that it belongs to is over.',
            help: 'Take the newest code of your app; after five wrong ones sign in again.',
          });
        }
        pass(reply, answer);
        if (before)
          await record(
            { kind: 'staff', id: before.staffId, roles: before.roles },
            'staff.second-factor-set',
            before.staffId,
          );
        else await signedIn(answer.body.user?.id, factor);
        return { signedIn: true, twoFactorRedirect: false };
      },
    );
  }

  http.post(
    '/api/auth/sign-out',
    {
      config: { access: 'public' },
      preHandler: fromOurPages,
      schema: { body: Type.Optional(Nothing), response: { 200: Done } },
    },
    async (request, reply) => {
      const before = await currentSession(platform, auth, request.headers.cookie);
      pass(reply, await ask(request, '/sign-out', {}));
      if (before)
        await record({ kind: 'staff', id: before.staffId, roles: before.roles }, 'staff.signed-out', before.staffId);
      return { done: true };
    },
  );

  /** What asks for the own password again; a thief of a session must not try passwords without bound. */
  async function askWithPassword(request: FastifyRequest, path: string, body: object): Promise<LibraryAnswer> {
    const member = await findMember(platform.database.db, memberId(actorOf(request)));
    if (!member) throw new Error('a session without its member');
    await takeAccountTry(platform, member.email);
    const answer = await ask(request, path, body);
    if (answer.status !== 200)
      throw invalid('refused', 'That was refused: the password is wrong, or it is so already.', 'Check the password.');
    await forgetAccountTries(platform, member.email);
    return answer;
  }

  http.post(
    '/api/auth/two-factor/enable',
    { config: { access: 'staff' }, schema: { body: OwnPassword, response: { 200: SecondFactorMade } } },
    async (request, reply) => {
      const answer = await askWithPassword(request, '/two-factor/enable', request.body);
      pass(reply, answer);
      return { totpURI: answer.body.totpURI ?? '', backupCodes: answer.body.backupCodes ?? [] };
    },
  );

  http.post(
    '/api/auth/two-factor/disable',
    { config: { access: 'staff' }, schema: { body: OwnPassword, response: { 200: Done } } },
    async (request, reply) => {
      const actor = actorOf(request);
      pass(reply, await askWithPassword(request, '/two-factor/disable', request.body));
      await record(actor, 'staff.second-factor-removed', memberId(actor));
      return { done: true };
    },
  );

  http.post(
    '/api/auth/change-password',
    { config: { access: 'staff' }, schema: { body: ChangePassword, response: { 200: Done } } },
    async (request, reply) => {
      const actor = actorOf(request);
      const change = { ...request.body, revokeOtherSessions: true };
      pass(reply, await askWithPassword(request, '/change-password', change));
      await record(actor, 'staff.password-changed', memberId(actor));
      return { done: true };
    },
  );
}

/** The id of the member of staff who acts. */
export function memberId(actor: Actor): string {
  if (actor.kind !== 'staff') throw new Error('this route is for staff');
  return actor.id;
}
