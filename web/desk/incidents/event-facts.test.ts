import { describe, expect, it } from 'vitest';
import { factsOf } from './event-facts.ts';

const words = {
  label: (family: string, value: string, values?: Record<string, string | number>) =>
    value === 'unheard-of' ? null : `${family}.${value}${values ? `(${values.value})` : ''}`,
  money: (cents: number) => `€${(cents / 100).toFixed(2)}`,
  time: (instant: string) => instant.slice(11, 16),
};

describe('the facts of an entry', () => {
  it('are money, people and times in words, and no id', () => {
    const data = {
      announcement: '018f3e4a-0000-7000-8000-000000000001',
      number: 2,
      kind: 'outage',
      state: 'waiting',
      reason: 'people',
      people: 3150,
      costCents: 25_200,
      expectedEnd: '2026-11-22T18:30:00Z',
    };
    expect(factsOf({ kind: 'announcement.made', data }, words)).toEqual([
      'fact.number(2)',
      'announcement-kind.outage',
      'announcement-state.waiting',
      'waiting-reason.people',
      'fact.people(3150)',
      'fact.costCents(€252.00)',
      'fact.expectedEnd(18:30)',
    ]);
  });

  it('name the kind of a promise by the promises’ own words', () => {
    expect(factsOf({ kind: 'promise.made', data: { kind: 'next-word' } }, words)).toEqual(['promise-kind.next-word']);
  });

  it('leave out noughts, nulls and words without a label', () => {
    const data = { servicesDown: 0, costCents: 0, expectedEnd: null, because: 'unheard-of', renewal: 0 };
    expect(factsOf({ kind: 'incident.confirmed', data }, words)).toEqual([]);
  });
});
