import type { Tx } from '../../platform/database/database.ts';
import {
  type AffectedCounts,
  affectServices,
  areasOfSubject,
  countAffected,
  type Impact,
  impactOf,
  resourceBriefs,
} from '../topology/index.ts';
import { placeOf } from './rules.ts';
import { alarmStanding, failedElsewhere, type IncidentRecord, saveEffects, updateIncident } from './store.ts';

/**
 * Computes who is behind an incident and stores it: the closure over resources first, then the services by set. What other open incidents say is down
 * counts as down too, since two that fail together can take a redundant resource with them; only what lies down or degraded with this one is this one's.
 */
export async function computeConcern(tx: Tx, incident: IncidentRecord, at: Date): Promise<AffectedCounts> {
  const effects = await effectsOf(tx, incident);
  await saveEffects(tx, incident.id, effects);
  const counts = await affectServices(tx, incident.id, effects, at);
  await updateIncident(tx, incident.id, counts);
  return counts;
}

/** Counts who would be concerned by what is only suspected, so that a person who decides about it sees how many they are. No line becomes concerned. */
export async function estimateConcern(tx: Tx, incident: IncidentRecord): Promise<void> {
  const counts = await countAffected(tx, await effectsOf(tx, incident));
  const { servicesDown, servicesDegraded, partiesDown } = incident;
  const same =
    counts.servicesDown === servicesDown &&
    counts.servicesDegraded === servicesDegraded &&
    counts.partiesDown === partiesDown;
  // Counted up, its version would make the edit of whoever looks at it stale.
  if (!same) await updateIncident(tx, incident.id, counts);
}

/** What is down and degraded by an incident, and not by others that are confirmed. */
async function effectsOf(tx: Tx, incident: IncidentRecord): Promise<Impact> {
  const own = [incident.resourceId, ...(await alarmStanding(tx, incident.id)).resourceIds];
  const elsewhere = await failedElsewhere(tx, incident.id);
  const together = await impactOf(tx, [...new Set([...own, ...elsewhere])]);
  const without = elsewhere.length > 0 ? await impactOf(tx, elsewhere) : { down: [], degraded: [] };
  const downAnyway = new Set(without.down);
  const degradedAnyway = new Set([...without.degraded, ...without.down]);
  return {
    down: together.down.filter((id) => !downAnyway.has(id)),
    degraded: together.degraded.filter((id) => !degradedAnyway.has(id)),
  };
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
