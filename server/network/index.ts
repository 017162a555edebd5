export { alarmRoutes } from './alarms/routes.ts';
export { type AlarmFact, keepDelivery, sourceByToken } from './alarms/store.ts';
export { type ReadDelivery, workOffDeliveries } from './alarms/work-off.ts';
export { afterIncidentPromisesBroke, warnOfIncidentPromise } from './incidents/after-break.ts';
export { suspectByReports } from './incidents/customer-reports.ts';
export { hearAlarms } from './incidents/hear-alarms.ts';
export { settleDueIncidents } from './incidents/life.ts';
export type { IncidentPorts } from './incidents/ports.ts';
export { incidentRoutes } from './incidents/routes.ts';
export { adoptTold, takeBackUndone } from './incidents/say-news.ts';
export { countIncidents, incidentBehind, readIncidents, restoringIncidents } from './incidents/store.ts';
export {
  ancestorsOfAll,
  impactOf,
  onlyResourceIn,
  placesIn,
  publicAreas,
  resourceBriefs,
  topologyRoutes,
} from './topology/index.ts';
