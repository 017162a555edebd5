import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CASE_STATES, TOPICS } from '../../contract/cases.ts';
import { DELEGATION_SCOPES } from '../../contract/customer-page.ts';
import { inOrder, lastBroken, mayDo, parseDay, scopesFor, withoutMoney } from './rules.ts';

const scopes = fc.subarray([...DELEGATION_SCOPES]).map((some) => new Set(some));
const facts = fc.record({
  state: fc.constantFrom(...CASE_STATES),
  topic: fc.constantFrom(...TOPICS),
  isFormal: fc.boolean(),
});

describe('what may be done behind a link', () => {
  test('a delegate never may more than the customer, and nothing without the scope of the matter', () => {
    fc.assert(
      fc.property(facts, scopes, (given, granted) => {
        const [own, theirs] = [mayDo(given, null), mayDo(given, granted)];
        for (const deed of Object.keys(own) as (keyof typeof own)[]) expect(own[deed] || !theirs[deed]).toBe(true);
        expect(theirs.manage || theirs.formal || theirs.cancel).toBe(false);
        if (!granted.has(scopesFor(given.topic).see)) expect(Object.values(theirs)).not.toContain(true);
        if (theirs.write) expect(granted.has(scopesFor(given.topic).act)).toBe(true);
      }),
    );
  });

  test('bills are seen with one scope and disputed with another; orders with theirs', () => {
    const bill = { state: 'in work', topic: 'bill', isFormal: false } as const;
    expect(mayDo(bill, new Set(['technical']))).toMatchObject({ see: false });
    expect(mayDo(bill, new Set(['billing:view']))).toMatchObject({ see: true, write: false });
    expect(mayDo(bill, new Set(['billing:view', 'billing:act']))).toMatchObject({ see: true, write: true });
    expect(mayDo({ ...bill, topic: 'ending' }, new Set(['technical']))).toMatchObject({ see: false });
    expect(mayDo({ ...bill, topic: 'ending' }, new Set(['orders']))).toMatchObject({ see: true, write: true });
  });

  test('the answer to whether it works can be given while it is asked, and after the case was closed without one', () => {
    for (const state of CASE_STATES)
      expect(mayDo({ state, topic: 'line down', isFormal: false }, null).answer).toBe(
        state === 'fix reported' || state === 'unconfirmed',
      );
  });
});

describe('text without money', () => {
  test.each([
    ['Le accreditiamo € 24,90 il 3 aprile 2026.', 'Le accreditiamo # il 3 aprile 2026.'],
    ['rimborso di 24,90 € e di 1.234,50 euro', 'rimborso di # e di #'],
    ['EUR 12 e 12 EUR, €5, 7€', '# e #, #, #'],
    [
      'Pratica 26 0418 731, entro le 18:30, 100 Mbit/s, tel. 0323 555',
      'Pratica 26 0418 731, entro le 18:30, 100 Mbit/s, tel. 0323 555',
    ],
    ['la zona euro 2026', 'la zona #'],
  ])('%s', (text, expected) => expect(withoutMoney(text, '#')).toBe(expected));
});

describe('promises and days', () => {
  const at = (minute: number): Date => new Date(Date.UTC(2026, 2, 10, 12, minute));
  test('a broken promise is said first until one is kept', () => {
    expect(lastBroken([])).toBeNull();
    const broken = { dueAt: at(1), state: 'broken', settledAt: at(1) };
    expect(lastBroken([broken, { dueAt: at(9), state: 'open', settledAt: null }])).toEqual({ dueAt: at(1) });
    expect(lastBroken([{ dueAt: at(5), state: 'kept', settledAt: at(4) }, broken])).toBeNull();
    expect(lastBroken([broken, { dueAt: at(5), state: 'superseded', settledAt: at(4) }])).toEqual({ dueAt: at(1) });
  });

  test('a day is a day of the calendar', () => {
    expect(parseDay('2026-02-28')).toEqual({ year: 2026, month: 2, day: 28 });
    for (const wrong of ['2026-02-29', '2026-13-01', '28/02/2026', '', '1900-01-01', '2026-02-28T10:00'])
      expect(parseDay(wrong)).toBeNull();
  });

  test('of what happened at one instant, the step comes before the words', () => {
    const iso = at(1).toISOString();
    const knots = inOrder([
      { what: 'promise', at: iso, kind: 'x', dueAt: iso, state: 'kept' },
      {
        what: 'message',
        at: iso,
        kind: 'reply',
        channel: 'web',
        who: 'customer',
        name: null,
        body: '',
        attachments: [],
        sent: null,
      },
      { what: 'step', at: iso, step: 'formal', team: null, person: null },
      { what: 'step', at: at(0).toISOString(), step: 'reopened', team: null, person: null },
    ]);
    expect(knots.map(({ what }) => what)).toEqual(['step', 'step', 'message', 'promise']);
  });
});
