import type { CaseBrief } from '../../../contract/cases.ts';

export interface Tally {
  /** Still at work. */
  open: number;
  /** Asked whether it works, no answer yet. */
  asked: number;
  yes: number;
  /** Closed without an answer. */
  unanswered: number;
}

/** What the customers behind an incident said, counted from their cases. */
export function tallyOf(cases: readonly Pick<CaseBrief, 'state' | 'endedAt'>[]): Tally {
  const count = (fits: (found: (typeof cases)[number]) => boolean): number => cases.filter(fits).length;
  return {
    open: count(({ state, endedAt }) => endedAt === null && state !== 'fix reported'),
    asked: count(({ state }) => state === 'fix reported'),
    yes: count(({ state }) => state === 'confirmed'),
    unanswered: count(({ state }) => state === 'unconfirmed'),
  };
}
