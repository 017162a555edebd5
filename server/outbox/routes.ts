import { Type } from 'typebox';
import { Id } from '../../contract/answer.ts';
import { InDoubt, SettleInDoubt } from '../../contract/incidents.ts';
import { NewRoute, Route, SmppConfig, SmtpConfig, TestRoute } from '../../contract/settings.ts';
import { actorOf, type Http } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import { takeFromLimit, tooMany } from '../platform/rate-limit.ts';
import { listInDoubt, type SubjectsOf, settleInDoubt } from './in-doubt.ts';
import { changeRoute, endRoute, listRoutes, makeRoute, testRoute } from './manage-routes.ts';
import type { OnOutcomes } from './outbox.ts';

/** A test goes to any address, at the operator's cost: so many for each person. */
const TESTS = { uses: 20, seconds: 3600 };

const WithId = Type.Object({ id: Id });

const ChangeRoute = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    enabled: Type.Optional(Type.Boolean()),
    costMillicents: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
    config: Type.Optional(Type.Union([SmppConfig, SmtpConfig])),
    password: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
);

/** Routes out, and what is in doubt. `subjectsOf` says what a notice was about; `onOutcomes` hears what a person decided. */
export function outboxRoutes(
  http: Http,
  platform: Platform,
  hooks: { onOutcomes: OnOutcomes; subjectsOf?: SubjectsOf },
): void {
  http.get(
    '/api/v1/routes',
    { config: { access: 'deed:settings:see' }, schema: { response: { 200: Type.Array(Route) } } },
    async () => await listRoutes(platform),
  );
  http.post(
    '/api/v1/routes',
    { config: { access: 'deed:routes:manage' }, schema: { body: NewRoute, response: { 201: Route } } },
    async (request, reply) => reply.code(201).send(await makeRoute(platform, actorOf(request), request.body)),
  );
  http.patch(
    '/api/v1/routes/:id',
    {
      config: { access: 'deed:routes:manage' },
      schema: { params: WithId, body: ChangeRoute, response: { 200: Route } },
    },
    async (request) => await changeRoute(platform, actorOf(request), request.params.id, request.body),
  );
  http.delete(
    '/api/v1/routes/:id',
    { config: { access: 'deed:routes:manage' }, schema: { params: WithId } },
    async (request, reply) => {
      await endRoute(platform, actorOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
  http.post(
    '/api/v1/routes/:id/test',
    {
      config: { access: 'deed:routes:manage' },
      schema: { params: WithId, body: TestRoute, response: { 202: WithId } },
    },
    async (request, reply) => {
      const actor = actorOf(request);
      const who = actor.kind === 'staff' ? actor.id : actor.kind;
      const taken = await takeFromLimit(platform.database.db, platform.clock, `route test ${who}`, TESTS);
      if (!taken.allowed) throw tooMany(taken.retryAfter);
      return reply.code(202).send({ id: await testRoute(platform, actor, request.params.id, request.body.to) });
    },
  );
  http.get(
    '/api/v1/in-doubt',
    { config: { access: 'deed:notices:see' }, schema: { response: { 200: Type.Array(InDoubt) } } },
    async () => await listInDoubt(platform, hooks.subjectsOf),
  );
  http.post(
    '/api/v1/in-doubt/:id',
    { config: { access: 'deed:notices:settle' }, schema: { params: WithId, body: SettleInDoubt } },
    async (request, reply) => {
      await settleInDoubt(platform, hooks.onOutcomes, actorOf(request), request.params.id, request.body);
      return reply.code(204).send();
    },
  );
}
