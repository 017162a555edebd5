import type { Db } from '../../platform/database/database.ts';
import { liveResources } from '../topology/index.ts';
import type { MappingRule } from './rules.ts';
import { readRules } from './store.ts';

/** The rules that can decide: one that names a resource that ended decides nothing until the resource is back. */
export async function usableRules(db: Db): Promise<MappingRule[]> {
  const rules = await readRules(db);
  const live = await liveResources(db, [...new Set(rules.flatMap((rule) => rule.resourceId ?? []))]);
  return rules.filter((rule) => rule.resourceId === null || live.has(rule.resourceId));
}
