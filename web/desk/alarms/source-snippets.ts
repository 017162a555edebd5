import type { AlarmSource } from '../../../contract/alarms.ts';

/** A receiver for alertmanager.yml, ready to paste (fields as in Alertmanager's `webhook_config` and `http_config`). */
export function alertmanagerSnippet(url: string, token: string): string {
  return `receivers:
  - name: filodiretto
    webhook_configs:
      - url: ${url}
        send_resolved: true
        http_config:
          authorization:
            type: Bearer
            credentials: ${token}
`;
}

const ALERTMANAGER_EXAMPLE = (at: string) => ({
  version: '4',
  groupKey: 'filodiretto-test',
  status: 'firing',
  receiver: 'filodiretto',
  groupLabels: {},
  commonLabels: {},
  commonAnnotations: {},
  externalURL: '',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'FilodirettoTest', severity: 'info' },
      annotations: { summary: 'Test' },
      startsAt: at,
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: '',
      fingerprint: 'filodiretto-test',
    },
  ],
});

const PLAIN_EXAMPLE = (at: string) => ({
  id: 'filodiretto-test',
  state: 'firing',
  severity: 'info',
  summary: 'Test',
  at,
});

/** A line for a terminal that sends one harmless alarm (severity `info`, no resource). */
export function tryLine(kind: AlarmSource['kind'], url: string, token: string, at = new Date()): string {
  const example = kind === 'alertmanager' ? ALERTMANAGER_EXAMPLE(at.toISOString()) : PLAIN_EXAMPLE(at.toISOString());
  return `curl -i '${url}' -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' -d '${JSON.stringify(example)}'`;
}
