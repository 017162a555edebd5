import { Type } from 'typebox';
import {
  AcceptInvitation,
  ChangeMe,
  ChangeStaff,
  DEEDS,
  type Deed,
  Invitation,
  InvitationAccepted,
  InvitationMade,
  InviteStaff,
  LookAtInvitation,
  Me,
  mayDo,
  StaffMember,
  StaffSession,
} from '../../contract/deeds.ts';
import { notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { actorOf, type Http } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import { limitByAddress } from '../platform/rate-limit.ts';
import { readSettings } from '../settings/index.ts';
import type { StaffAuth } from './auth.ts';
import { changeStaff } from './change-staff.ts';
import { currentSession } from './guard.ts';
import { acceptInvitation, inviteStaff, lookAtInvitation, type MadeLink, resetStaff } from './invitations.ts';
import { INVITATION_LIMITS } from './rules.ts';
import { requireSameOrigin } from './same-origin.ts';
import { memberId, signInRoutes } from './sign-in-routes.ts';
import { endSession, findMember, sessionsOf, setLanguage, staffMembers } from './store.ts';

/** Mails a link to whom it is for; false when no mail route works. */
export type MailLink = (link: {
  email: string;
  link: string;
  purpose: 'invite' | 'reset';
  expiresAt: Date;
}) => Promise<boolean>;

const ById = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });

/** Sign-in, invitations, staff and the own account. `mailLink` is how links reach people; without it they are only shown. */
export function accessRoutes(
  http: Http,
  platform: Platform,
  auth: StaffAuth,
  { mailLink = async () => false }: { mailLink?: MailLink } = {},
): void {
  signInRoutes(http, platform, auth);
  meRoutes(http, platform, auth);
  staffRoutes(http, platform, mailLink);
  invitationRoutes(http, platform, auth);
}

function meRoutes(http: Http, platform: Platform, auth: StaffAuth): void {
  async function me(id: string): Promise<Me> {
    const member = await findMember(platform.database.db, id);
    if (!member) throw notFound('This member of staff');
    const settings = await readSettings(platform.database.db);
    return {
      id,
      name: member.name,
      email: member.email,
      roles: member.roles,
      deeds: (Object.keys(DEEDS) as Deed[]).filter((deed) => mayDo(member.roles, deed)),
      language: member.language,
      secondFactor: member.secondFactor,
      operatorName: settings.operator.name,
      timeZone: platform.timeZone,
      businessNow: platform.clock.business().toISOString(),
      clockSpeed: platform.clock.speed,
      telling: settings.telling.on ? (settings.telling.paused ? 'paused' : 'on') : 'off',
    };
  }

  http.get('/api/v1/me', { config: { access: 'staff' }, schema: { response: { 200: Me } } }, (request) =>
    me(memberId(actorOf(request))),
  );

  http.patch(
    '/api/v1/me',
    { config: { access: 'staff' }, schema: { body: ChangeMe, response: { 200: Me } } },
    async (request) => {
      const actor = actorOf(request);
      const id = memberId(actor);
      await platform.database.transaction(async (tx) => {
        await setLanguage(tx, id, request.body.language, platform.clock.system());
        await recordEvents(tx, platform.clock, actor, [
          { kind: 'staff.changed', subjectKind: 'staff', subjectId: id, data: { language: request.body.language } },
        ]);
      });
      return await me(id);
    },
  );

  http.get(
    '/api/v1/me/sessions',
    { config: { access: 'staff' }, schema: { response: { 200: Type.Array(StaffSession) } } },
    async (request) => {
      const current = await currentSession(platform, auth, request.headers.cookie);
      const sessions = await sessionsOf(platform.database.db, memberId(actorOf(request)), platform.clock.system());
      return sessions.map((session) => ({
        id: session.id,
        browser: session.userAgent || null,
        startedAt: session.startedAt.toISOString(),
        lastSeenAt: session.usedAt.toISOString(),
        current: session.id === current?.sessionId,
      }));
    },
  );

  http.delete(
    '/api/v1/me/sessions/:id',
    { config: { access: 'staff' }, schema: { params: ById } },
    async (request, reply) => {
      const actor = actorOf(request);
      const id = memberId(actor);
      await platform.database.transaction(async (tx) => {
        if (!(await endSession(tx, id, request.params.id))) throw notFound('This session');
        await recordEvents(tx, platform.clock, actor, [
          { kind: 'staff.session-ended', subjectKind: 'staff', subjectId: id },
        ]);
      });
      return await reply.code(204).send();
    },
  );
}

function staffRoutes(http: Http, platform: Platform, mailLink: MailLink): void {
  async function presentLink(made: MadeLink, purpose: 'invite' | 'reset'): Promise<InvitationMade> {
    const { email, link, expiresAt } = made;
    let mailed = false;
    try {
      mailed = await mailLink({ email, link, purpose, expiresAt });
    } catch {
      platform.log.warn('a link for staff could not be mailed; it was shown instead');
    }
    return { link, expiresAt: expiresAt.toISOString(), mailed };
  }

  http.get(
    '/api/v1/staff',
    { config: { access: 'deed:staff:see' }, schema: { response: { 200: Type.Array(StaffMember) } } },
    () => staffMembers(platform.database.db),
  );

  http.post(
    '/api/v1/staff/invitations',
    { config: { access: 'deed:staff:manage' }, schema: { body: InviteStaff, response: { 201: InvitationMade } } },
    async (request, reply) => {
      const made = await inviteStaff(platform, actorOf(request), request.body);
      return await reply.code(201).send(await presentLink(made, 'invite'));
    },
  );

  http.post(
    '/api/v1/staff/:id/reset',
    { config: { access: 'deed:staff:manage' }, schema: { params: ById, response: { 201: InvitationMade } } },
    async (request, reply) => {
      const made = await resetStaff(platform, actorOf(request), request.params.id);
      return await reply.code(201).send(await presentLink(made, 'reset'));
    },
  );

  http.patch(
    '/api/v1/staff/:id',
    {
      config: { access: 'deed:staff:manage' },
      schema: { params: ById, body: ChangeStaff, response: { 200: StaffMember } },
    },
    async (request) => {
      await changeStaff(platform, actorOf(request), request.params.id, request.body);
      const member = (await staffMembers(platform.database.db)).find(({ id }) => id === request.params.id);
      if (!member) throw notFound('This member of staff');
      return member;
    },
  );
}

function invitationRoutes(http: Http, platform: Platform, auth: StaffAuth): void {
  const limited = limitByAddress(platform, 'invitation', INVITATION_LIMITS);

  http.post(
    '/api/v1/invitations/look',
    {
      config: { access: 'public' },
      preHandler: limited,
      schema: { body: LookAtInvitation, response: { 200: Invitation } },
    },
    (request) => lookAtInvitation(platform, request.body.token),
  );

  http.post(
    '/api/v1/invitations/accept',
    {
      config: { access: 'public' },
      preHandler: [async (request) => requireSameOrigin(request, platform.publicUrl), limited],
      schema: { body: AcceptInvitation, response: { 200: InvitationAccepted } },
    },
    (request) => acceptInvitation(platform, auth, request.body),
  );
}
