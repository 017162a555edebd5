import type { Customer } from '../../contract/customers.ts';
import type { ResourceBrief } from '../../contract/incidents.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { consentsOf, contactPointsOf, loadParty, servicesOf } from './store.ts';

export type DescribeResources = (tx: Tx, ids: readonly string[]) => Promise<ResourceBrief[]>;

/** A customer's whole record. That it was read, and by whom, is recorded with it. Throws `not-found`. */
export async function readCustomer(
  platform: Platform,
  actor: Actor,
  id: string,
  describeResources: DescribeResources,
): Promise<Customer> {
  return await platform.database.transaction(async (tx) => {
    const party = await loadParty(tx, id);
    if (!party) throw notFound('This customer');
    const points = await contactPointsOf(tx, id);
    const consents = await consentsOf(tx, id);
    const services = await servicesOf(tx, id);
    const resources = new Map(
      (await describeResources(tx, [...new Set(services.map(({ resourceId }) => resourceId))])).map((one) => [
        one.id,
        one,
      ]),
    );
    await recordEvents(tx, platform.clock, actor, [{ kind: 'customer.read', subjectKind: 'party', subjectId: id }]);
    return {
      id: party.id,
      externalId: party.external_id,
      name: party.name,
      kind: party.kind,
      endedAt: party.ended_at?.toISOString() ?? null,
      taxCode: party.tax_code,
      language: party.language,
      contactPoints: points.map((point) => ({
        id: point.id,
        channel: point.channel,
        address: point.address,
        verification: point.verification,
        consent: point.consent,
        unreachableSince: point.unreachable_since?.toISOString() ?? null,
        endedAt: point.ended_at?.toISOString() ?? null,
        consents: consents
          .filter((consent) => consent.contact_point_id === point.id)
          .map((consent) => ({
            decision: consent.decision,
            givenAt: consent.given_at.toISOString(),
            recordedAt: consent.recorded_at.toISOString(),
            source: consent.source,
            textShown: consent.text_shown,
          })),
      })),
      services: services.map(({ partyId: _, resourceId, ...service }) => ({
        ...service,
        resource: resources.get(resourceId) ?? null,
      })),
    };
  });
}
