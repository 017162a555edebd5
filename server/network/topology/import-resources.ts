import type { Db, Tx } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';
import { decideResource, type ImportedResource, type ResourceDecision } from './rules.ts';
import { loadKnown, putLinks, putResources } from './store.ts';

/** What some imported rows would do, one decision a row, in their order. Nothing is written. */
export async function compareResources(db: Db, rows: readonly ImportedResource[]): Promise<ResourceDecision[]> {
  const known = await loadKnown(
    db,
    rows.map(({ externalId }) => externalId),
  );
  return rows.map((row) => decideResource(row, known.get(row.externalId) ?? null, newId()));
}

/** Writes what differs, except the links: these follow with `applyLinks` once every resource is there. */
export async function applyResources(tx: Tx, rows: readonly ImportedResource[]): Promise<ResourceDecision[]> {
  const decisions = await compareResources(tx, rows);
  const differing = decisions.filter(({ fate }) => fate !== 'unchanged').map(({ wanted }) => wanted);
  if (differing.length > 0) await putResources(tx, differing);
  return decisions;
}

/** Writes the links of rows whose resources are there already. */
export async function applyLinks(tx: Tx, rows: readonly ImportedResource[]): Promise<void> {
  const decisions = await compareResources(tx, rows);
  const differing = decisions.filter(({ fate }) => fate === 'changed').map(({ wanted }) => wanted);
  if (differing.length > 0) await putLinks(tx, differing);
}
