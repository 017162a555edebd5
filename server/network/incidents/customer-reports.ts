import type { Actor } from '../../platform/actor.ts';
import type { Tx } from '../../platform/database/database.ts';
import { recordEvents } from '../../platform/events.ts';
import { makePromise } from '../../promises/index.ts';
import { readSettings } from '../../settings/index.ts';
import { ancestorsOf } from '../topology/index.ts';
import { estimateConcern } from './concern.ts';
import type { IncidentPorts } from './ports.ts';
import { insertIncident, lockOpenIncidents } from './store.ts';

const REPORTS: Actor = { kind: 'rule', name: 'reports of customers' };

/**
 * Several customers below one resource say that their line does not work, and no alarm says why: a suspected incident, with its evidence, that a person of
 * the technical side confirms or dismisses within the time of the first rung. An open incident on the resource or above it explains them already, and is
 * returned instead. Returns the incident's id.
 */
export async function suspectByReports(
  tx: Tx,
  ports: IncidentPorts,
  by: { resourceId: string; beganAt: Date; caseIds: readonly string[]; because: string },
): Promise<string> {
  const { clock } = ports.platform;
  const above = new Set([by.resourceId, ...(await ancestorsOf(tx, by.resourceId))]);
  const open = (await lockOpenIncidents(tx)).find((incident) => above.has(incident.resourceId));
  if (open) return open.id;
  const now = clock.business();
  const incident = await insertIncident(tx, {
    resourceId: by.resourceId,
    severity: 'major',
    cause: 'unknown',
    beganAt: by.beganAt,
    dueAt: null,
    now,
  });
  await estimateConcern(tx, incident);
  await recordEvents(tx, clock, REPORTS, [
    {
      kind: 'incident.suspected',
      subjectKind: 'incident',
      subjectId: incident.id,
      data: {
        resource: by.resourceId,
        severity: incident.severity,
        reports: by.caseIds.length,
        cases: [...by.caseIds],
        because: by.because,
      },
    },
  ]);
  const { ladder } = await readSettings(tx);
  await makePromise(tx, clock, REPORTS, {
    kind: 'staff-time',
    subjectKind: 'incident',
    subjectId: incident.id,
    promisee: { kind: 'staff' },
    dueAt: new Date(now.getTime() + (ladder[0]?.minutes ?? 30) * 60_000),
  });
  return incident.id;
}
