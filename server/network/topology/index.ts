export {
  type AffectedCounts,
  type AreaOfSubject,
  affectServices,
  areasOfSubject,
  countAffected,
  publicAreas,
} from './affect-services.ts';
export { ancestorsOf, ancestorsOfAll, impactOf, isBelow, topmost } from './impact.ts';
export { applyLinks, applyResources, compareResources } from './import-resources.ts';
export { type NamedPlace, placesIn } from './place-names.ts';
export { topologyRoutes } from './routes.ts';
export type { Impact, ImportedResource } from './rules.ts';
export {
  endResources,
  findResources,
  liveResources,
  nextResources,
  onlyResourceIn,
  resourceBriefs,
  resourceByExternalId,
  resourceIds,
} from './store.ts';
