import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rootFolder } from '../../platform/root-folder.ts';
import { readAlertmanager } from './alertmanager.ts';
import { readPlainAlarms } from './plain-alarms.ts';

const alert = {
  status: 'firing',
  labels: { alertname: 'Down', instance: 'mast-7:9100', severity: 'page' },
  annotations: { summary: 'mast-7 is down' },
  startsAt: '2026-03-10T14:05:00.123+01:00',
  endsAt: '0001-01-01T00:00:00Z',
  fingerprint: 'f00d',
};

describe('Alertmanager’s webhook', () => {
  test('a firing and a resolved alert are one alarm with its own beginning', () => {
    const [firing, resolved] = readAlertmanager({
      version: '4',
      alerts: [alert, { ...alert, status: 'resolved', endsAt: '2026-03-10T15:00:00Z' }],
    });
    expect(firing).toEqual({
      id: 'f00d',
      state: 'firing',
      severity: 'critical',
      summary: 'mast-7 is down',
      at: '2026-03-10T13:05:00.123Z',
      startedAt: '2026-03-10T13:05:00.123Z',
      labels: alert.labels,
    });
    expect(resolved).toMatchObject({
      id: 'f00d',
      state: 'cleared',
      at: '2026-03-10T15:00:00.000Z',
      startedAt: '2026-03-10T13:05:00.123Z',
    });
  });

  test('without a fingerprint the labels are the identity, in any order', () => {
    const { fingerprint: _, ...old } = alert;
    const turned = { ...old, labels: Object.fromEntries(Object.entries(old.labels).reverse()) };
    expect(readAlertmanager({ alerts: [old] })[0]?.id).toBe(readAlertmanager({ alerts: [turned] })[0]?.id);
  });

  test('what is wrong is said with its place', () => {
    expect(() => readAlertmanager({ alerts: [{ ...alert, startsAt: 'yesterday' }] })).toThrow('alerts/0/startsAt');
    expect(() => readAlertmanager({ alerts: [{ ...alert, startsAt: '+200000-01-01T00:00:00Z' }] })).toThrow(
      'alerts/0/startsAt',
    );
    expect(() => readAlertmanager({ hello: 1 })).toThrow('not Alertmanager');
    expect(() => readAlertmanager(null)).toThrow('not Alertmanager');
    expect(() => readAlertmanager({ alerts: [{ ...alert, labels: { a: 1 } }] })).toThrow('not Alertmanager');
  });

  test('hostile labels are cut to what can be held', () => {
    const labels = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`l${n}`, `\0${'x'.repeat(9000)}`]));
    const [alarm] = readAlertmanager({ alerts: [{ ...alert, labels }] });
    expect(Object.keys(alarm?.labels ?? {})).toHaveLength(100);
    expect(alarm?.labels?.l0).toBe('x'.repeat(500));
  });

  const sample = join(rootFolder, '..', 'shared', 'data', 'alert-payloads', 'alerta_prometheus_v4_alert.json');
  test.skipIf(!existsSync(sample))('a real body is read (skipped where the sample is not present)', () => {
    expect(readAlertmanager(JSON.parse(readFileSync(sample, 'utf8')))).toMatchObject([
      {
        state: 'firing',
        severity: 'critical',
        summary: 'No things for over 10 minutes',
        startedAt: '2017-08-03T19:17:37.804Z',
      },
    ]);
  });
});

describe('plain alarms', () => {
  const plain = { id: 'a', state: 'firing', resource: 'mast-7', summary: 'no mains', at: '2026-03-10T14:05:00+01:00' };
  test('one or many', () => {
    expect(readPlainAlarms(plain)).toEqual([{ ...plain, at: '2026-03-10T13:05:00.000Z' }]);
    expect(readPlainAlarms([plain, { ...plain, id: 'b' }])).toHaveLength(2);
  });
  test('what is wrong is said', () => {
    expect(() => readPlainAlarms({ ...plain, state: 'on' })).toThrow('not an alarm');
    expect(() => readPlainAlarms({ ...plain, at: 'noon' })).toThrow('not an alarm');
    expect(() => readPlainAlarms(Array.from({ length: 1001 }, () => plain))).toThrow('not an alarm');
    expect(() => readPlainAlarms({ ...plain, surprise: 1 })).toThrow('not an alarm');
  });
});
