import { countCases } from './cases/index.ts';
import { countSetAside, inboundWaiting, type MailboxVitals, mailboxReadiness, mailboxVitals } from './intake/index.ts';
import type { Database } from './platform/database/database.ts';
import type { Platform } from './platform/platform.ts';

/** One figure for `/metrics`, with a value for each set of labels. */
export interface CareFigure {
  name: string;
  help: string;
  labelNames: string[];
  query(): Promise<{ labels: Record<string, string>; value: number }[]>;
}

/** What is measured of mailboxes, of what came in, and of cases. */
export function careFigures({ database, clock }: Pick<Platform, 'database' | 'clock'>): CareFigure[] {
  const { db } = database;
  const vitals = () => mailboxVitals(db, clock.system());
  return [
    {
      name: 'filodiretto_mailboxes',
      help: 'Enabled mailboxes, by state.',
      labelNames: ['state'],
      query: async () => {
        const counts = new Map<string, number>();
        for (const { state } of await vitals()) counts.set(state, (counts.get(state) ?? 0) + 1);
        return [...counts].map(([state, value]) => ({ labels: { state }, value }));
      },
    },
    {
      name: 'filodiretto_mailbox_silent_seconds',
      help: 'Since whoever reads a mailbox was last heard of.',
      labelNames: ['mailbox'],
      query: async () =>
        (await vitals()).map(({ name, silentSeconds }) => ({ labels: { mailbox: name }, value: silentSeconds })),
    },
    {
      name: 'filodiretto_inbound_waiting',
      help: 'Messages that came in and are not worked off yet.',
      labelNames: [],
      query: async () => [{ labels: {}, value: (await inboundWaiting(db)).count }],
    },
    {
      name: 'filodiretto_inbound_oldest_seconds',
      help: 'How long the oldest of them waits; 0 when none does.',
      labelNames: [],
      query: async () => {
        const { oldest } = await inboundWaiting(db);
        const age = oldest ? Math.max(0, (clock.business().getTime() - oldest.getTime()) / 1000) : 0;
        return [{ labels: {}, value: age }];
      },
    },
    {
      name: 'filodiretto_set_aside',
      help: 'What came in during the last seven days and made no case, by why.',
      labelNames: ['decision'],
      query: async () =>
        (await countSetAside(db, clock.business())).map(({ decision, count }) => ({
          labels: { decision },
          value: count,
        })),
    },
    {
      name: 'filodiretto_cases',
      help: 'Open cases; hand-overs that nobody accepted; promises about cases that passed their time in silence (must be 0).',
      labelNames: ['state'],
      query: async () =>
        (await countCases(db, clock.business())).map(({ state, count }) => ({ labels: { state }, value: count })),
    },
  ];
}

/** What keeps customers from being heard and answered, in plain words. For `/ready`; none is good. */
export async function careReadiness({ database, clock }: Pick<Platform, 'database' | 'clock'>): Promise<string[]> {
  const silent = (await countCases(database.db, clock.business())).find(({ state }) => state === 'silent')?.count ?? 0;
  return [
    ...(await mailboxReadiness(database.db, clock.system())),
    ...(silent > 0 ? [`${silent} promises about cases passed their time and nothing was said: no worker runs`] : []),
  ];
}

export interface CareVitals {
  mailboxes: MailboxVitals[];
  waiting: number;
  silent: number;
}

/** The same for `doctor`, by the clock of this machine. */
export async function careVitals({ db }: Database): Promise<CareVitals> {
  const now = new Date();
  return {
    mailboxes: await mailboxVitals(db, now),
    waiting: (await inboundWaiting(db)).count,
    silent: (await countCases(db, now)).find(({ state }) => state === 'silent')?.count ?? 0,
  };
}
