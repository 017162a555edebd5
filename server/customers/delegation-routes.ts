import { Type } from 'typebox';
import { Id } from '../../contract/answer.ts';
import { CustomerDelegation } from '../../contract/customers.ts';
import { notFound } from '../platform/errors.ts';
import { actorOf, type Http } from '../platform/http.ts';
import type { Platform } from '../platform/platform.ts';
import { delegationsOf } from './delegation-store.ts';
import { revokeDelegation } from './delegations.ts';
import { loadParty } from './store.ts';

const WithId = Type.Object({ id: Id });
const OneOfThem = Type.Object({ id: Id, delegationId: Id });

/** Who may act for a customer, for staff to see and to end: a customer who calls wants it ended now. */
export function delegationRoutes(http: Http, { database, clock }: Platform): void {
  http.get(
    '/api/v1/customers/:id/delegations',
    {
      config: { access: 'deed:customers:see' },
      schema: { params: WithId, response: { 200: Type.Array(CustomerDelegation) } },
    },
    async (request) => {
      if (!(await loadParty(database.db, request.params.id))) throw notFound('This customer');
      return (await delegationsOf(database.db, request.params.id)).map((delegation) => ({
        id: delegation.id,
        delegateId: delegation.delegateId,
        name: delegation.name,
        scopes: delegation.scopes,
        startsAt: delegation.startsAt.toISOString(),
        endsAt: delegation.endsAt?.toISOString() ?? null,
        revokedAt: delegation.revokedAt?.toISOString() ?? null,
      }));
    },
  );
  http.post(
    '/api/v1/customers/:id/delegations/:delegationId/revoke',
    { config: { access: 'deed:consent:record' }, schema: { params: OneOfThem } },
    async (request, reply) => {
      const { id, delegationId } = request.params;
      await database.transaction((tx) => revokeDelegation(tx, clock, actorOf(request), { partyId: id, delegationId }));
      return reply.code(204).send();
    },
  );
}
