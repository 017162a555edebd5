import { Type } from 'typebox';
import { Id } from '../../contract/answer.ts';
import {
  AnswerCase,
  AskCustomer,
  Case,
  CaseMessage,
  CasePage,
  ChangeCase,
  CustomerWords,
  HandOverCase,
  HeardByVoice,
  JoinCase,
  ListCases,
  ListMessages,
  MessagesUndone,
  NewCase,
  NoteCase,
  PartCase,
  ReportFix,
  SetPromise,
  UndoMessages,
} from '../../contract/cases.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { notFound } from '../platform/errors.ts';
import { actorOf, type Http } from '../platform/http.ts';
import { attachmentRoute } from './attachment-route.ts';
import { changeCase, joinCases, partCases, undoMessages } from './change-case.ts';
import { draftFileRoutes } from './draft-files.ts';
import { cancelCase, denyFix, makeFormal } from './hear.ts';
import { listCases } from './list-store.ts';
import { resourcesNear } from './mass.ts';
import { massRoutes } from './mass-routes.ts';
import { acceptCase, handOverCase, refuseCase } from './pass-on.ts';
import type { CasePorts } from './ports.ts';
import { caseBriefs, presentCase, presentMessages } from './present.ts';
import { requireVisible, requireWorkOrTechnical, scopeOf } from './scope.ts';
import {
  answerCase,
  askCustomer,
  command,
  heardByVoice,
  noteCase,
  openByStaff,
  reportFix,
  setPromise,
  takeVisible,
} from './staff-acts.ts';
import { readCase } from './store.ts';

const ById = Type.Object({ id: Id });
const SEE = { access: 'deed:cases:see' } as const;
const WORK = { access: 'deed:cases:work' } as const;

/** /api/v1/cases: what the desk does with cases. Whoever may not see a case is told that there is none. */
export function caseRoutes(http: Http, ports: CasePorts): void {
  attachmentRoute(http, ports);
  massRoutes(http, ports);
  draftFileRoutes(http, ports);
  const { platform } = ports;
  const { db } = platform.database;

  const whole = async (actor: Actor, id: string): Promise<Case> => {
    const record = await readCase(db, id);
    if (!record) throw notFound('This case');
    const scope = await scopeOf(db, actor);
    await requireVisible(db, scope, record);
    return await presentCase(db, platform, record, scope);
  };
  /** Does something in one transaction and shows the case as it is then. */
  const act = async (actor: Actor, id: string, work: (tx: Tx) => Promise<unknown>): Promise<Case> => {
    await platform.database.transaction(work);
    return await whole(actor, id);
  };

  http.get(
    '/api/v1/cases',
    { config: SEE, schema: { querystring: ListCases, response: { 200: CasePage } } },
    async (request): Promise<CasePage> => {
      const scope = await scopeOf(db, actorOf(request));
      const near = request.query.near ? await resourcesNear(db, request.query.near) : null;
      const { records, next } = await listCases(db, scope, request.query, platform.clock.business(), near);
      return { cases: await caseBriefs(db, records), next };
    },
  );
  http.post(
    '/api/v1/cases',
    { config: WORK, schema: { body: NewCase, response: { 201: Case } } },
    async (request, reply) => {
      const actor = actorOf(request);
      const id = await platform.database.transaction((tx) => openByStaff(tx, ports, actor, request.body));
      return reply.code(201).send(await whole(actor, id));
    },
  );
  http.get('/api/v1/cases/:id', { config: SEE, schema: { params: ById, response: { 200: Case } } }, (request) =>
    whole(actorOf(request), request.params.id),
  );
  http.get(
    '/api/v1/cases/:id/messages',
    { config: SEE, schema: { params: ById, querystring: ListMessages, response: { 200: Type.Array(CaseMessage) } } },
    async (request) => {
      const record = await readCase(db, request.params.id);
      const scope = await scopeOf(db, actorOf(request));
      if (!record) throw notFound('This case');
      await requireVisible(db, scope, record);
      return await presentMessages(db, record.id, scope, request.query);
    },
  );
  http.patch(
    '/api/v1/cases/:id',
    { config: WORK, schema: { params: ById, body: ChangeCase, response: { 200: Case } } },
    (request) => {
      const [actor, { id }] = [actorOf(request), request.params];
      return act(actor, id, (tx) => changeCase(tx, ports, actor, id, request.body));
    },
  );

  http.post(
    '/api/v1/cases/:id/answers',
    { config: WORK, schema: { params: ById, body: AnswerCase, response: { 201: Case } } },
    async (request, reply) => {
      const [actor, { id }] = [actorOf(request), request.params];
      return reply.code(201).send(await act(actor, id, (tx) => answerCase(tx, ports, actor, id, request.body)));
    },
  );
  http.post(
    '/api/v1/cases/:id/questions',
    { config: WORK, schema: { params: ById, body: AskCustomer, response: { 201: Case } } },
    async (request, reply) => {
      const [actor, { id }] = [actorOf(request), request.params];
      return reply.code(201).send(await act(actor, id, (tx) => askCustomer(tx, ports, actor, id, request.body)));
    },
  );
  http.post(
    '/api/v1/cases/:id/notes',
    { config: SEE, schema: { params: ById, body: NoteCase, response: { 201: Case } } },
    async (request, reply) => {
      const [actor, { id }] = [actorOf(request), request.params];
      return reply.code(201).send(await act(actor, id, (tx) => noteCase(tx, ports, actor, id, request.body)));
    },
  );
  http.post(
    '/api/v1/cases/:id/heard',
    { config: WORK, schema: { params: ById, body: HeardByVoice, response: { 201: Case } } },
    async (request, reply) => {
      const [actor, { id }] = [actorOf(request), request.params];
      return reply.code(201).send(await act(actor, id, (tx) => heardByVoice(tx, ports, actor, id, request.body)));
    },
  );
  http.post(
    '/api/v1/cases/:id/hand-overs',
    { config: WORK, schema: { params: ById, body: HandOverCase, response: { 201: Case } } },
    async (request, reply) => {
      const [actor, { id }] = [actorOf(request), request.params];
      return reply.code(201).send(await act(actor, id, (tx) => handOverCase(tx, ports, actor, id, request.body)));
    },
  );
  http.post(
    '/api/v1/cases/:id/hand-over/accept',
    { config: SEE, schema: { params: ById, response: { 200: Case } } },
    (request) => {
      const [actor, { id }] = [actorOf(request), request.params];
      return act(actor, id, (tx) => acceptCase(tx, ports, actor, id));
    },
  );
  http.post(
    '/api/v1/cases/:id/hand-over/refuse',
    { config: SEE, schema: { params: ById, body: CustomerWords, response: { 200: Case } } },
    async (request) => {
      const [actor, { id }] = [actorOf(request), request.params];
      await platform.database.transaction((tx) => refuseCase(tx, ports, actor, id, request.body.words));
      // A partner that refuses may no longer see it.
      const record = await readCase(db, id);
      if (!record) throw notFound('This case');
      return await presentCase(db, platform, record, await scopeOf(db, actor));
    },
  );
  http.post(
    '/api/v1/cases/:id/fix',
    { config: SEE, schema: { params: ById, body: ReportFix, response: { 200: Case } } },
    (request) => {
      const [actor, { id }] = [actorOf(request), request.params];
      return act(actor, id, (tx) => {
        requireWorkOrTechnical(actor);
        return reportFix(tx, ports, actor, id, request.body.words);
      });
    },
  );
  http.post(
    '/api/v1/cases/:id/promise',
    { config: WORK, schema: { params: ById, body: SetPromise, response: { 200: Case } } },
    (request) => {
      const [actor, { id }] = [actorOf(request), request.params];
      return act(actor, id, (tx) => setPromise(tx, ports, actor, id, request.body));
    },
  );

  // What the customer said or wants, written down by staff, and what staff read in it.
  const asked = {
    confirm: (tx: Tx, actor: Actor, id: string) => command(tx, ports, actor, id, { do: 'confirm' }),
    deny: (tx: Tx, actor: Actor, id: string, words: string) => denyFix(tx, ports, actor, id, words),
    formal: (tx: Tx, actor: Actor, id: string, words: string) => makeFormal(tx, ports, actor, id, words),
    cancel: (tx: Tx, actor: Actor, id: string, words: string) => cancelCase(tx, ports, actor, id, words),
  };
  for (const [name, work] of Object.entries(asked))
    http.post(
      `/api/v1/cases/:id/${name}`,
      { config: WORK, schema: { params: ById, body: CustomerWords, response: { 200: Case } } },
      (request) => {
        const [actor, { id }] = [actorOf(request), request.params as { id: string }];
        const { words } = request.body as CustomerWords;
        return act(actor, id, async (tx) => {
          await takeVisible(tx, ports, actor, id);
          await work(tx, actor, id, words);
        });
      },
    );
  http.post(
    '/api/v1/cases/:id/join',
    { config: WORK, schema: { params: ById, body: JoinCase, response: { 200: Case } } },
    (request) => {
      const [actor, { id }] = [actorOf(request), request.params];
      return act(actor, id, (tx) => joinCases(tx, ports, actor, id, request.body.intoId));
    },
  );
  http.post(
    '/api/v1/cases/:id/apart',
    { config: WORK, schema: { params: ById, body: PartCase, response: { 200: Case } } },
    (request) => {
      const [actor, { id }] = [actorOf(request), request.params];
      return act(actor, id, (tx) => partCases(tx, ports, actor, id, request.body.intoId));
    },
  );
  http.post(
    '/api/v1/cases/undo',
    { config: WORK, schema: { body: UndoMessages, response: { 200: MessagesUndone } } },
    async (request) => ({
      undone: await platform.database.transaction((tx) =>
        undoMessages(tx, ports, actorOf(request), request.body.messageIds),
      ),
    }),
  );
}
