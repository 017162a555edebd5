import type { Language } from '../../contract/answer.ts';
import type { PublishedIncident } from '../../contract/status.ts';
import { CAUSE_WORDS } from '../../contract/words.ts';
import { inOrder, placeOf, type Update, updateTimes, updateTitle, type View } from './facts.ts';
import { headline } from './page.ts';
import { say } from './words.ts';

type ComponentStatus = 'operational' | 'degraded_performance' | 'partial_outage' | 'major_outage';
type IncidentStatus = 'investigating' | 'identified' | 'monitoring' | 'resolved';
type Indicator = 'none' | 'minor' | 'major' | 'critical';

interface Component {
  id: string;
  name: string;
  status: ComponentStatus;
  created_at: string;
  updated_at: string;
  position: number;
  description: string | null;
  showcase: boolean;
  start_date: string | null;
  group_id: string | null;
  page_id: string;
  group: boolean;
  only_show_if_degraded: boolean;
}

interface Summary {
  page: { id: string; name: string; url: string; time_zone: string; updated_at: string };
  status: { indicator: Indicator; description: string };
  components: Component[];
  incidents: {
    id: string;
    name: string;
    status: IncidentStatus;
    created_at: string;
    updated_at: string;
    monitoring_at: string | null;
    resolved_at: string | null;
    impact: Indicator;
    shortlink: string;
    started_at: string;
    page_id: string;
    incident_updates: {
      id: string;
      status: IncidentStatus;
      body: string;
      incident_id: string;
      created_at: string;
      updated_at: string;
      display_at: string;
      affected_components: null;
    }[];
    components: Component[];
  }[];
  scheduled_maintenances: never[];
}

const PAGE_ID = 'filodiretto';

/**
 * The shape that Atlassian Statuspage answers at `/api/v2/summary.json` (https://metastatuspage.com/api), which uptime tools read: all that is open,
 * one component for the whole network and one for each area concerned.
 */
export function summarize(view: View): Summary {
  const { status, language } = view;
  const changedAt = status.changedAt.toISOString();
  const components = componentsOf(view, changedAt);
  return {
    page: {
      id: PAGE_ID,
      name: status.operatorName,
      url: `${status.publicUrl}/status`,
      time_zone: status.timeZone,
      updated_at: changedAt,
    },
    status: { indicator: indicatorOf(status.open), description: headline(status.open, language) },
    components,
    incidents: status.open.map((incident) => {
      const updates = inOrder(incident.updates).reverse();
      const names = new Set(incident.areas.map(({ name }) => name));
      return {
        id: incident.reference,
        name: `${placeOf(incident, language)}: ${say(language, `badge.${incident.kind}`)}`,
        status: statusOf(incident),
        created_at: instant(incident.beganAt),
        updated_at: instant(updates[0]?.at ?? incident.beganAt),
        monitoring_at: null,
        resolved_at: null,
        impact: incident.kind === 'outage' ? 'major' : 'minor',
        shortlink: `${status.publicUrl}/status#i${incident.reference}`,
        started_at: instant(incident.beganAt),
        page_id: PAGE_ID,
        incident_updates: updates.map((update) => ({
          id: `${incident.reference}-${Date.parse(update.at)}`,
          status: updateStatus(update),
          body: bodyOf(update, incident, view),
          incident_id: incident.reference,
          created_at: instant(update.at),
          updated_at: instant(update.at),
          display_at: instant(update.at),
          affected_components: null,
        })),
        components: components.filter(({ name }) => names.has(name)),
      };
    }),
    scheduled_maintenances: [],
  };
}

function componentsOf({ status, language }: View, changedAt: string): Component[] {
  const worst = new Map<string, ComponentStatus>();
  for (const { kind, areas } of status.open) {
    for (const { name } of areas) {
      if (worst.get(name) !== 'major_outage') {
        worst.set(name, kind === 'outage' ? 'major_outage' : 'degraded_performance');
      }
    }
  }
  const indicator = indicatorOf(status.open);
  const whole: ComponentStatus =
    indicator === 'none' ? 'operational' : indicator === 'minor' ? 'degraded_performance' : 'partial_outage';
  const all: [string, string, ComponentStatus][] = [
    ['network', say(language, 'summary.network'), whole],
    ...[...worst]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, state]): [string, string, ComponentStatus] => [`area-${identifier(name)}`, name, state]),
  ];
  return all.map(([id, name, state], index) => ({
    id,
    name,
    status: state,
    created_at: changedAt,
    updated_at: changedAt,
    position: index + 1,
    description: null,
    showcase: true,
    start_date: null,
    group_id: null,
    page_id: PAGE_ID,
    group: false,
    only_show_if_degraded: index > 0,
  }));
}

const indicatorOf = (open: readonly PublishedIncident[]): Indicator =>
  open.length === 0 ? 'none' : open.some(({ kind }) => kind === 'outage') ? 'major' : 'minor';

const statusOf = ({ state, cause }: PublishedIncident): IncidentStatus =>
  state === 'ended'
    ? 'resolved'
    : state === 'restoring'
      ? 'monitoring'
      : cause === 'unknown'
        ? 'investigating'
        : 'identified';

const updateStatus = ({ kind, cause }: Update): IncidentStatus =>
  kind === 'restored' || kind === 'called-off' ? 'resolved' : cause === 'unknown' ? 'investigating' : 'identified';

function bodyOf(update: Update, incident: PublishedIncident, view: View): string {
  const language: Language = view.language;
  const words = incident.causeWords[language];
  return [
    `${updateTitle(update, language)}.`,
    `${CAUSE_WORDS[language][update.cause].label}.`,
    ...(words ? [words] : []),
    ...updateTimes(update, view),
  ].join(' ');
}

/** A stable id of a name: letters, digits and dashes, whatever the script. */
const identifier = (name: string): string => encodeURIComponent(name.toLowerCase()).replaceAll('%', '');
const instant = (text: string): string => new Date(text).toISOString();
