import { ancestorsOfAll } from '../network/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import { readSettings } from '../settings/index.ts';
import type { CaseRecord } from './case.ts';
import type { CasePorts, SuspectedBy } from './ports.ts';
import { denialsSince, type Report, reportsSince, updateCase } from './store.ts';

const REPORTS: Actor = { kind: 'rule', name: 'reports of customers' };
const DAY = 86_400_000;

/**
 * The lowest resource above (or at) one of the reports, the newest, from which so many customers report; with them. `above`: each report's resource and
 * all above it, nearest first. Pure.
 */
export function commonResource(
  reports: readonly Report[],
  above: ReadonlyMap<string, readonly string[]>,
  newest: string,
  least: number,
): { resourceId: string; reports: Report[] } | null {
  const own = above.get(newest) ?? [newest];
  let best: { resourceId: string; reports: Report[]; below: number } | null = null;
  for (const resourceId of own) {
    const there = reports.filter((report) =>
      (above.get(report.resourceId) ?? [report.resourceId]).includes(resourceId),
    );
    if (new Set(there.map(({ partyId }) => partyId)).size < least) continue;
    // Of those that explain as much, the lowest: the one with the most above it.
    const below = above.get(resourceId)?.length ?? own.length - own.indexOf(resourceId);
    if (!best || below > best.below) best = { resourceId, reports: there, below };
  }
  return best && { resourceId: best.resourceId, reports: best.reports };
}

/** Several customers below one resource report within a window, and no alarm says why: an incident is suspected, and they are linked to it. */
export async function suspectFromReports(tx: Tx, ports: CasePorts, record: CaseRecord): Promise<void> {
  const { cases } = await readSettings(tx);
  const now = ports.platform.clock.business();
  const reports = await reportsSince(tx, new Date(now.getTime() - cases.suspectedMinutes * 60_000));
  await suspect(tx, ports, record, reports, cases.suspectedReports, 'reports of customers');
}

/** Several customers below one resource say no after a fix was reported: something below what was repaired is still broken. */
export async function suspectFromDenials(tx: Tx, ports: CasePorts, record: CaseRecord): Promise<void> {
  const { cases } = await readSettings(tx);
  const now = ports.platform.clock.business();
  const reports = await denialsSince(tx, new Date(now.getTime() - 3 * DAY));
  await suspect(tx, ports, record, reports, cases.suspectedReports, 'no after a fix');
}

async function suspect(
  tx: Tx,
  ports: CasePorts,
  { resourceId }: CaseRecord,
  reports: readonly Report[],
  least: number,
  because: SuspectedBy['because'],
): Promise<void> {
  if (!resourceId || new Set(reports.map(({ partyId }) => partyId)).size < least) return;
  const above = await withAncestors(tx, [resourceId, ...reports.map((report) => report.resourceId)]);
  for (const [id, own] of await withAncestors(tx, above.get(resourceId) ?? [])) above.set(id, own);
  const found = commonResource(reports, above, resourceId, least);
  if (!found) return;
  const incidentId = await ports.suspectIncident(tx, {
    resourceId: found.resourceId,
    beganAt: new Date(Math.min(...found.reports.map(({ at }) => at.getTime()))),
    caseIds: found.reports.map(({ caseId }) => caseId),
    because,
  });
  if (!incidentId) return;
  for (const { caseId } of found.reports) {
    await updateCase(tx, caseId, { incidentId });
    await recordEvents(tx, ports.platform.clock, REPORTS, [
      { kind: 'case.linked', subjectKind: 'case', subjectId: caseId, data: { incident: incidentId } },
    ]);
  }
}

/** Each of some resources with all above it, itself among them. */
const withAncestors = async (tx: Tx, ids: readonly string[]): Promise<Map<string, string[]>> =>
  new Map([...(await ancestorsOfAll(tx, [...new Set(ids)]))].map(([id, above]) => [id, [id, ...above]]));
