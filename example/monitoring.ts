import { createHash } from 'node:crypto';
import type { BusinessTime } from './business-time.ts';

/** An alert as a rule of Prometheus describes it. */
export interface Alert {
  name: string;
  /** The exporter's address; its host is the id of the resource. */
  instance: string;
  severity: 'critical' | 'warning';
  summary: string;
  labels?: Record<string, string>;
}

/** The monitoring of the example operator: what it finds goes out as Alertmanager sends it. */
export interface Monitoring {
  raise(alerts: readonly Alert[]): Promise<void>;
  /** Ends those that stand and says so. */
  clear(alerts: readonly Alert[]): Promise<void>;
  /** Says once more what stands, as Alertmanager does after its repeat_interval. */
  repeat(): Promise<void>;
}

const NEVER = '0001-01-01T00:00:00Z';

/** `url` and `token`: of the alarm source. Delivers the webhook of Alertmanager, version 4. */
export function createMonitoring({
  url,
  token,
  time,
  signal,
}: {
  url: string;
  token: string;
  time: BusinessTime;
  signal: AbortSignal;
}): Monitoring {
  const standing = new Map<string, { alert: Alert; startsAt: string }>();

  const labelsOf = (alert: Alert): Record<string, string> => ({
    alertname: alert.name,
    instance: alert.instance,
    job: 'snmp',
    severity: alert.severity,
    ...alert.labels,
  });
  const fingerprint = (alert: Alert): string =>
    createHash('sha256')
      .update(JSON.stringify(labelsOf(alert)))
      .digest('hex')
      .slice(0, 16);

  const deliver = async (
    status: 'firing' | 'resolved',
    alerts: { alert: Alert; startsAt: string; endsAt: string }[],
  ): Promise<void> => {
    if (alerts.length === 0) return;
    const body = {
      version: '4',
      groupKey: '{}:{}',
      truncatedAlerts: 0,
      status,
      receiver: 'filodiretto',
      groupLabels: {},
      commonLabels: { job: 'snmp' },
      commonAnnotations: {},
      externalURL: 'http://alertmanager.example.com:9093',
      alerts: alerts.map(({ alert, startsAt, endsAt }) => ({
        status,
        labels: labelsOf(alert),
        annotations: { summary: alert.summary },
        startsAt,
        endsAt,
        generatorURL: 'http://prometheus.example.com:9090/graph',
        fingerprint: fingerprint(alert),
      })),
    };
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
    });
    if (!response.ok) throw new Error(`The alarms were refused: ${response.status} ${await response.text()}`);
  };

  return {
    raise: async (alerts) => {
      const startsAt = time.now().toISOString();
      const fresh = alerts.filter((alert) => !standing.has(fingerprint(alert)));
      for (const alert of fresh) standing.set(fingerprint(alert), { alert, startsAt });
      await deliver(
        'firing',
        fresh.map((alert) => ({ alert, startsAt, endsAt: NEVER })),
      );
    },
    clear: async (alerts) => {
      const endsAt = time.now().toISOString();
      const ended = alerts.flatMap((alert) => standing.get(fingerprint(alert)) ?? []);
      for (const { alert } of ended) standing.delete(fingerprint(alert));
      await deliver(
        'resolved',
        ended.map((each) => ({ ...each, endsAt })),
      );
    },
    repeat: () =>
      deliver(
        'firing',
        [...standing.values()].map((each) => ({ ...each, endsAt: NEVER })),
      ),
  };
}
