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
  cases: {
    acknowledge: true,
    nextWordMinutes: 240,
    handOverMinutes: 30,
    askAgainHours: 48,
    closeAfterHours: 72,
    reopenDays: 30,
    formalDays: 30,
    linkDays: 90,
    suspectedReports: 3,
    suspectedMinutes: 30,
    automaticPerHour: 5,
    automaticPerDay: 20,
    undoSeconds: 10,
  },
  careLadder: [
    { name: 'Team', staffIds: [], role: 'care', minutes: 60 },
    { name: 'Head of care', staffIds: [], role: 'manager', minutes: 120 },
    { name: 'Duty manager', staffIds: [], role: 'administrator', minutes: 240 },
  ],
  // A person reachable at least on weekdays from 8:30 to 21:30: AGCOM 255/24/CONS.
  hours: {
    week: [...Array.from({ length: 5 }, () => [{ from: '08:30', to: '21:30' }]), [], []],
    holidays: { country: '', region: '', patronDays: [] },
    closedDays: [],
    openDays: [],
  },
  // Claims of customers lapse after five (periodic payments: art. 2948 c.c.) and ten years (art. 2946 c.c.).
  retention: { rawMessages: 365, rawAlarms: 90, closedCases: 1825, formalCases: 3650, notices: 1825, events: 3650 },
  inDoubt: { hours: 4, afterwards: 'sent' },
};
