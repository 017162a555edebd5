import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import type { PlainAlarm } from '../../../contract/alarms.ts';
import { invalid } from '../../platform/errors.ts';
import { readInstant, readLabels, withoutZeroBytes } from './read-text.ts';

const Labels = Type.Record(Type.String(), Type.String());

/** The webhook of Prometheus Alertmanager, version 4 (prometheus.io/docs/alerting/latest/configuration, webhook_config). Fields that we don't read are not checked. */
const AlertmanagerWebhook = Type.Object({
  version: Type.Optional(Type.String()),
  alerts: Type.Array(
    Type.Object({
      status: Type.Union([Type.Literal('firing'), Type.Literal('resolved')]),
      labels: Labels,
      annotations: Type.Optional(Labels),
      startsAt: Type.String(),
      endsAt: Type.Optional(Type.String()),
      fingerprint: Type.Optional(Type.String()),
    }),
    { maxItems: 10_000 },
  ),
});
const check = Compile(AlertmanagerWebhook);

/** Alertmanager leaves severities to its users; these are the customary words. */
const SEVERITIES: Record<string, PlainAlarm['severity']> = {
  critical: 'critical',
  disaster: 'critical',
  emergency: 'critical',
  page: 'critical',
  high: 'major',
  major: 'major',
  error: 'major',
  warning: 'minor',
  minor: 'minor',
  info: 'info',
  informational: 'info',
  none: 'info',
};

/** Alarms as the product means them. An alert's identity is its fingerprint, or its labels where an old version sends none. Throws `invalid` with what is wrong. */
export function readAlertmanager(body: unknown): PlainAlarm[] {
  if (!check.Check(body)) {
    const [first] = check.Errors(body);
    throw invalid(
      'not-alertmanager',
      `This is not Alertmanager's webhook, version 4: ${first ? `${first.instancePath || 'body'} ${first.message}` : 'unknown shape'}.`,
      'Point a webhook_configs receiver of Alertmanager here.',
    );
  }
  return (body as Static<typeof AlertmanagerWebhook>).alerts.map((alert, index) => {
    const startedAt = readInstant(alert.startsAt);
    const at = alert.status === 'resolved' ? readInstant(alert.endsAt ?? alert.startsAt) : startedAt;
    if (startedAt === null || at === null) {
      throw invalid(
        'not-alertmanager',
        `alerts/${index}/startsAt or endsAt is not a time.`,
        'Alertmanager sends RFC 3339, such as 2026-03-10T14:05:00Z.',
      );
    }
    const labels = readLabels(alert.labels);
    const severity = SEVERITIES[(labels.severity ?? labels.priority ?? '').toLowerCase()];
    const summary = alert.annotations?.summary ?? alert.annotations?.description ?? labels.alertname ?? 'alarm';
    return {
      id: withoutZeroBytes(alert.fingerprint ?? JSON.stringify(Object.entries(labels).sort())).slice(0, 2000),
      state: alert.status === 'resolved' ? 'cleared' : 'firing',
      ...(severity ? { severity } : {}),
      summary: withoutZeroBytes(summary).slice(0, 500),
      at,
      startedAt,
      labels,
    };
  });
}
