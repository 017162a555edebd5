import type { PublishedIncident, PublishedStatus } from '../../contract/status.ts';

/** Published facts for the tests of everything that shows them. */
export const NOW = new Date('2026-03-10T13:40:00Z'); // 14:40 in Rome

export const anIncident = (change: Partial<PublishedIncident> = {}): PublishedIncident => ({
  reference: '26000019',
  kind: 'outage',
  state: 'open',
  areas: [
    { name: 'Verbania', lines: 1240 },
    { name: 'Stresa', lines: 310 },
    { name: 'Baveno', lines: 55 },
    { name: 'Provincia del Verbano-Cusio-Ossola', lines: null },
  ],
  cause: 'power',
  causeWords: {
    it: 'Il traliccio di Monte Rosso è senza corrente e la batteria si è esaurita alle 14:05.',
    en: 'The Monte Rosso mast has no power and its battery ran out at 14:05.',
  },
  beganAt: '2026-03-10T13:05:00.000Z',
  expectedEnd: '2026-03-10T17:30:00.000Z',
  late: false,
  nextWordBy: '2026-03-10T15:00:00.000Z',
  nextStep: 'technicians-sent',
  endedAt: null,
  updates: [
    {
      at: '2026-03-10T13:06:00.000Z',
      kind: 'outage',
      cause: 'unknown',
      expectedEnd: null,
      nextWordBy: '2026-03-10T14:00:00.000Z',
    },
    {
      at: '2026-03-10T13:31:00.000Z',
      kind: 'expected-end-moved',
      cause: 'power',
      expectedEnd: '2026-03-10T17:30:00.000Z',
      nextWordBy: '2026-03-10T15:00:00.000Z',
    },
  ],
  ...change,
});

export const aLateIncident = anIncident({
  reference: '26000027',
  kind: 'degraded',
  areas: [{ name: 'Cannobio', lines: 80 }],
  cause: 'cable',
  causeWords: {},
  beganAt: '2026-03-10T08:10:00.000Z',
  expectedEnd: '2026-03-10T12:00:00.000Z',
  late: true,
  nextWordBy: '2026-03-10T14:00:00.000Z',
  nextStep: 'repairing',
  updates: [
    {
      at: '2026-03-10T08:20:00.000Z',
      kind: 'outage-degraded',
      cause: 'cable',
      expectedEnd: '2026-03-10T12:00:00.000Z',
      nextWordBy: null,
    },
    {
      at: '2026-03-10T12:00:00.000Z',
      kind: 'expected-end-passed',
      cause: 'cable',
      expectedEnd: null,
      nextWordBy: '2026-03-10T14:00:00.000Z',
    },
  ],
});

export const anEndedIncident = anIncident({
  reference: '26000001',
  state: 'ended',
  areas: [{ name: 'Domodossola', lines: 600 }],
  cause: 'weather',
  causeWords: {},
  beganAt: '2026-03-06T21:40:00.000Z',
  expectedEnd: null,
  nextWordBy: null,
  nextStep: 'watching',
  endedAt: '2026-03-07T02:15:00.000Z',
  updates: [
    {
      at: '2026-03-07T02:20:00.000Z',
      kind: 'restored',
      cause: 'weather',
      expectedEnd: null,
      nextWordBy: null,
    },
  ],
});

export const aStatus = (change: Partial<PublishedStatus> = {}): PublishedStatus => ({
  operatorName: 'Lagolink S.r.l.',
  operatorPhone: '0323 555123',
  publicUrl: 'https://stato.lagolink.it',
  timeZone: 'Europe/Rome',
  changedAt: new Date('2026-03-10T13:31:00Z'),
  open: [anIncident(), aLateIncident],
  ended: [anEndedIncident],
  ...change,
});
