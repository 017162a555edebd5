import { Type } from 'typebox';
import { Id } from '../../contract/answer.ts';
import { MergeInto, PartyMerge, VerifyContactPoint } from '../../contract/customers.ts';
import { notFound } from '../platform/errors.ts';
import { actorOf, type Http } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import { verifyContactPoint } from './known-at.ts';
import { type MergePorts, mergeParties, unmergeParties } from './merge.ts';
import { type Merge, mergesOf } from './merge-store.ts';
import { loadParty } from './store.ts';

const WithId = Type.Object({ id: Id });

const present = (merge: Merge) => ({
  ...merge,
  mergedAt: merge.mergedAt.toISOString(),
  undoneAt: merge.undoneAt?.toISOString() ?? null,
});

/** Two parties that are one, and apart again; an address that staff saw proven by a document. */
export function mergeRoutes(http: Http, platform: Platform, ports: MergePorts): void {
  const { database, clock } = platform;
  http.get(
    '/api/v1/customers/:id/merges',
    { config: { access: 'deed:parties:merge' }, schema: { params: WithId, response: { 200: Type.Array(PartyMerge) } } },
    async (request) => {
      if (!(await loadParty(database.db, request.params.id))) throw notFound('This customer');
      return (await mergesOf(database.db, request.params.id)).map(present);
    },
  );
  http.post(
    '/api/v1/customers/:id/merge',
    {
      config: { access: 'deed:parties:merge' },
      schema: { params: WithId, body: MergeInto, response: { 200: PartyMerge } },
    },
    async (request) => {
      const pair = { from: request.params.id, into: request.body.into };
      return present(await database.transaction((tx) => mergeParties(tx, clock, ports, actorOf(request), pair)));
    },
  );
  http.post(
    '/api/v1/merges/:id/undo',
    { config: { access: 'deed:parties:merge' }, schema: { params: WithId, response: { 200: PartyMerge } } },
    async (request) =>
      present(
        await database.transaction((tx) => unmergeParties(tx, clock, ports, actorOf(request), request.params.id)),
      ),
  );
  http.post(
    '/api/v1/contact-points/:id/verify',
    { config: { access: 'deed:parties:merge' }, schema: { params: WithId, body: VerifyContactPoint } },
    async (request, reply) => {
      await database.transaction((tx) =>
        verifyContactPoint(tx, clock, actorOf(request), request.params.id, request.body.how),
      );
      return reply.code(204).send();
    },
  );
}
