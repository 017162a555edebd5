import type { Language } from '../../contract/answer.ts';
import type { Settings } from '../../contract/settings.ts';

/** The rungs of the ladders, as the house calls them until somebody names them. */
const RUNGS = {
  it: {
    network: 'Gruppo rete',
    networkHead: 'Responsabile della rete',
    team: 'Gruppo',
    careHead: 'Responsabile dell’assistenza',
    duty: 'Responsabile di turno',
  },
  en: {
    network: 'Network team',
    networkHead: 'Head of network',
    team: 'Team',
    careHead: 'Head of care',
    duty: 'Duty manager',
  },
} as const satisfies Record<Language, Record<string, string>>;

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
  ...laddersIn('it'),
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

/** The ladders of a fresh installation, named in the language of the house. */
export function laddersIn(language: Language): Pick<Settings, 'ladder' | 'careLadder'> {
  const name = RUNGS[language];
  return {
    ladder: [
      { name: name.network, staffIds: [], role: 'technician', minutes: 15 },
      { name: name.networkHead, staffIds: [], role: 'manager', minutes: 30 },
      { name: name.duty, staffIds: [], role: 'administrator', minutes: 60 },
    ],
    careLadder: [
      { name: name.team, staffIds: [], role: 'care', minutes: 60 },
      { name: name.careHead, staffIds: [], role: 'manager', minutes: 120 },
      { name: name.duty, staffIds: [], role: 'administrator', minutes: 240 },
    ],
  };
}
