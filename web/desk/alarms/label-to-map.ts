import type { UnmappedAlarm } from '../../../contract/alarms.ts';

/** Labels that usually name the thing an alarm is about, in monitoring's own habits; the best first. */
const TELLING_LABELS = ['resource', 'site', 'device', 'host', 'hostname', 'node', 'instance', 'target', 'name'];

/** The label by which a rule should know an alarm: that of the best suggestion, else one that usually names a device; null without labels. */
export function labelToMap(alarm: Pick<UnmappedAlarm, 'labels' | 'suggestions'>): string | null {
  const suggested = alarm.suggestions[0]?.label;
  if (suggested !== undefined && suggested in alarm.labels) return suggested;
  const usual = TELLING_LABELS.find((label) => label in alarm.labels);
  return usual ?? Object.keys(alarm.labels).find((label) => label !== 'severity') ?? null;
}
