import type { Tx } from '../../platform/database/database.ts';
import { affectServices, areasOfSubject, impactOf, resourceBriefs } from '../topology/index.ts';
import { placeOf } from './rules.ts';
import { alarmStanding, failedElsewhere, type IncidentRecord, saveEffects, updateIncident } from './store.ts';

/**
 * Computes who is behind an incident and stores it: the closure over resources first, then the services by set. What other open incidents say is down
 * counts as down too, since two that fail together can take a redundant resource with them; only what lies down or degraded with this one is this one's.
 */
export async function computeConcern(
  tx: Tx,
  incident: IncidentRecord,
  at: Date,
): Promise<{ servicesDown: number; servicesDegraded: number; partiesDown: number }> {
  const own = [incident.resourceId, ...(await alarmStanding(tx, incident.id)).resourceIds];
  const elsewhere = await failedElsewhere(tx, incident.id);
  const together = await impactOf(tx, [...new Set([...own, ...elsewhere])]);
  const without = elsewhere.length > 0 ? await impactOf(tx, elsewhere) : { down: [], degraded: [] };
  const downAnyway = new Set(without.down);
  const degradedAnyway = new Set([...without.degraded, ...without.down]);
  const effects = {
    down: together.down.filter((id) => !downAnyway.has(id)),
    degraded: together.degraded.filter((id) => !degradedAnyway.has(id)),
  };
  await saveEffects(tx, incident.id, effects);
  const counts = await affectServices(tx, incident.id, effects, at);
  await updateIncident(tx, incident.id, counts);
  return counts;
}

/** Where an incident is, in words for customers. */
export async function placeOfIncident(tx: Tx, incident: IncidentRecord): Promise<string> {
  const areas = await areasOfSubject(tx, incident.id, 'down');
  const [resource] = await resourceBriefs(tx, [incident.resourceId]);
  return placeOf(
    areas.length > 0 ? areas : await areasOfSubject(tx, incident.id, 'degraded'),
    resource?.area ?? resource?.name ?? 'rete',
  );
}
