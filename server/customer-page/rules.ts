import type { CaseState, Topic } from '../../contract/cases.ts';
import type { CaseStep, Deeds, DelegationScope, ThreadKnot } from '../../contract/customer-page.ts';

/** What a delegate must have been granted to see a case, and to act in it. */
export function scopesFor(topic: Topic): { see: DelegationScope; act: DelegationScope } {
  if (topic === 'bill') return { see: 'billing:view', act: 'billing:act' };
  if (topic === 'activation' || topic === 'migration' || topic === 'visit' || topic === 'ending')
    return { see: 'orders', act: 'orders' };
  return { see: 'technical', act: 'technical' };
}

/** What somebody may do who has a link. `scopes`: null for the customer. */
export function mayDo(
  facts: { state: CaseState; topic: Topic; isFormal: boolean },
  scopes: ReadonlySet<DelegationScope> | null,
): Deeds & { see: boolean } {
  const needed = scopesFor(facts.topic);
  const see = scopes === null || scopes.has(needed.see);
  const act = scopes === null || (see && scopes.has(needed.act));
  const own = scopes === null;
  const ended = ['confirmed', 'unconfirmed', 'cancelled', 'joined'].includes(facts.state);
  return {
    see,
    write: act && facts.state !== 'joined',
    // Also after it was closed without an answer: the question still stands.
    answer: act && (facts.state === 'fix reported' || facts.state === 'unconfirmed'),
    call: act && !ended,
    formal: own && !facts.isFormal && facts.state !== 'joined',
    cancel: own && !ended,
    manage: own,
  };
}

// Bounded on purpose: hostile text must not make it go back and forth.
const AMOUNT =
  /(?:€|\bEUR|\beuro)\s?-?\d(?:[\d.,'’]{0,20}\d)?|-?\d(?:[\d.,'’]{0,20}\d)?[\u00a0 ]?(?:€|EUR\b|euro\b|centesimi\b|cents?\b)/giu;

/** Text without amounts of money, for a delegate who may not see them. What is an amount is found by its currency. */
export const withoutMoney = (text: string, instead: string): string => text.replaceAll(AMOUNT, instead);

/** The events of a case that a customer is told of, and as what; that it was opened their own first words say. */
const STEPS: Record<string, CaseStep> = {
  'case.handed-over': 'handed over',
  'case.accepted': 'accepted',
  'case.taken': 'accepted',
  'case.climbed': 'climbed',
  'case.fix-reported': 'fix reported',
  'case.reopened': 'reopened',
  'case.asked': 'waiting',
  'case.confirmed': 'confirmed',
  'case.unconfirmed': 'unconfirmed',
  'case.cancelled': 'cancelled',
  'case.joined': 'joined',
  'case.formal': 'formal',
};

export const stepOf = (eventKind: string): CaseStep | null => STEPS[eventKind] ?? null;

/** In the order of time; of what happened at one instant, steps before words, words before promises. */
export function inOrder(knots: readonly ThreadKnot[]): ThreadKnot[] {
  const rank = { step: 0, message: 1, promise: 2 };
  return [...knots].sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || rank[a.what] - rank[b.what]);
}

/** Whether the last promise that came due was broken: said first, until one is kept again. */
export function lastBroken(
  promises: readonly { dueAt: Date; state: string; settledAt: Date | null }[],
): { dueAt: Date } | null {
  const settled = promises
    .filter(({ state, settledAt }) => settledAt !== null && (state === 'kept' || state === 'broken'))
    .sort((a, b) => (a.settledAt?.getTime() ?? 0) - (b.settledAt?.getTime() ?? 0));
  const last = settled.at(-1);
  return last?.state === 'broken' ? { dueAt: last.dueAt } : null;
}

/** A day of a form ("2026-03-10"); null when it is none. */
export function parseDay(text: string): { year: number; month: number; day: number } | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 2000 ? { year, month, day } : null;
}
