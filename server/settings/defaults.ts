import type { Settings } from '../../contract/settings.ts';

/** What a fresh installation starts with: it observes and tells nobody until an administrator switches telling on. */
export const DEFAULT_SETTINGS: Settings = {
  operator: { name: 'Filodiretto', shortName: 'Filodiretto', phone: '', country: 'IT', defaultLanguage: 'it' },
  telling: {
    on: false,
    paused: false,
    mostPeople: 500,
    mostCents: 5000,
    decisionMinutes: 15,
    undoSeconds: 60,
    tellDegraded: false,
    validMinutes: 240,
    rewriteAfterMinutes: 10,
  },
  quietHours: { from: '22:00', to: '08:00', channels: ['sms'], pass: [] },
  incidents: {
    confirmAfterMinutes: { critical: 1, major: 3, minor: 10, info: 30 },
    restoredAfterMinutes: { critical: 2, major: 5, minor: 10, info: 30 },
    closeAfterMinutes: 120,
    firstWordMinutes: 60,
    renewalMinutes: [60, 120, 240],
    leastSeverity: 'minor',
  },
  ladder: [
    { name: 'Network team', staffIds: [], role: 'technician', minutes: 15 },
    { name: 'Head of network', staffIds: [], role: 'manager', minutes: 30 },
    { name: 'Duty manager', staffIds: [], role: 'administrator', minutes: 60 },
  ],
  inDoubt: { hours: 4, afterwards: 'sent' },
};
