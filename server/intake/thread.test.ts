import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CASE_STATES, TOPICS } from '../../contract/cases.ts';
import { type Candidate, identify, proofOf } from './identify.ts';
import { plainReading } from './intake.ts';
import { type CaseAt, isReminder, isShort, type ThreadFacts, threadMessage } from './thread.ts';

const NOW = new Date('2026-03-10T12:00:00Z');
const hours = (count: number): Date => new Date(NOW.getTime() - count * 3_600_000);
const caseAt = (id: string, more: Partial<CaseAt> = {}): CaseAt => ({
  id,
  number: '260000017',
  partyId: 'anna',
  state: 'acknowledged',
  topic: 'line down',
  channel: 'sms',
  lastHeardAt: hours(2),
  endedAt: null,
  ...more,
});
const BASE: ThreadFacts = {
  partyId: 'anna',
  actsFor: [],
  claim: false,
  byLink: null,
  byReply: null,
  byNumber: null,
  open: [],
  recent: [],
  topic: 'line down',
  isReminder: false,
  isShort: false,
  reopenedSince: hours(24 * 30),
};
const thread = (facts: Partial<ThreadFacts>) => threadMessage({ ...BASE, ...facts });

describe('which case a message belongs to', () => {
  test('given nothing open, then a new one', () => {
    expect(thread({})).toEqual({ kind: 'open', proposals: [] });
  });

  test('given the same matter by SMS, then by mail, then by PEC, then one case', () => {
    for (const channel of ['sms', 'email', 'pec'] as const)
      for (const topic of ['line down', 'line slow', 'equipment'] as const)
        expect(thread({ open: [caseAt('a', { channel })], topic })).toMatchObject({
          kind: 'join',
          caseId: 'a',
          claim: false,
        });
  });

  test('given a reminder, then never a second case, whatever it is about', () => {
    const open = [caseAt('a', { lastHeardAt: hours(9) }), caseAt('b', { topic: 'bill', lastHeardAt: hours(1) })];
    for (const topic of TOPICS)
      expect(thread({ open, topic, isReminder: true })).toMatchObject({ kind: 'join', claim: false });
    expect(thread({ open, topic: 'bill', isReminder: true })).toMatchObject({ caseId: 'b', because: 'reminder' });
    expect(thread({ open, topic: 'line down', isReminder: true })).toMatchObject({ caseId: 'a' });
  });

  test('given a clearly other matter, then a case of its own and no question; given one that is not clear, then staff is asked', () => {
    expect(thread({ open: [caseAt('a')], topic: 'bill' })).toEqual({ kind: 'open', proposals: [] });
    expect(thread({ open: [caseAt('a')], topic: 'other' })).toEqual({
      kind: 'open',
      proposals: [{ intoCaseId: 'a', reasons: ['topic not clear'] }],
    });
  });

  test('given words that speak as strongly for what is open as for something else, then they are about that; more weakly, then staff is asked', () => {
    const open = [caseAt('a', { topic: 'visit' })];
    expect(thread({ open, topic: 'equipment', level: ['equipment', 'visit'] })).toMatchObject({
      kind: 'join',
      caseId: 'a',
      because: 'same topic',
    });
    expect(thread({ open, topic: 'bill', level: ['bill'], touched: ['bill', 'visit'] })).toEqual({
      kind: 'open',
      proposals: [{ intoCaseId: 'a', reasons: ['topic not clear'] }],
    });
  });

  test('given a short answer to an open question, then it joins the case that asked', () => {
    const open = [
      caseAt('a', { lastHeardAt: hours(1) }),
      caseAt('b', { state: 'fix reported', lastHeardAt: hours(5) }),
    ];
    expect(thread({ open, topic: 'other', isShort: true })).toMatchObject({ caseId: 'b', because: 'open question' });
  });

  test('given its first words were vague, since those before them were late, then what comes next is its matter', () => {
    const open = [caseAt('a', { topic: 'other', vague: true })];
    expect(thread({ open })).toMatchObject({ kind: 'join', caseId: 'a', because: 'short words' });
  });

  test('given it ended lately, then it is taken up again; after thirty days, or cancelled, staff is asked', () => {
    const ended = caseAt('a', { state: 'confirmed', endedAt: hours(24 * 3) });
    expect(thread({ recent: [ended] })).toMatchObject({ kind: 'join', because: 'ended lately' });
    expect(thread({ byNumber: { ...ended, endedAt: hours(24 * 31) }, topic: 'bill' })).toEqual({
      kind: 'open',
      proposals: [{ intoCaseId: 'a', reasons: ['ended long ago'] }],
    });
    expect(thread({ byReply: { ...ended, state: 'cancelled' }, topic: 'bill' })).toEqual({
      kind: 'open',
      proposals: [{ intoCaseId: 'a', reasons: ['cancelled by the customer'] }],
    });
  });

  test('given a stranger who knows the number, the mail or the link, then it is kept as a claim', () => {
    for (const key of ['byNumber', 'byReply', 'byLink'] as const) {
      const named = { [key]: caseAt('a') };
      expect(thread({ ...named, partyId: 'eva' })).toMatchObject({ kind: 'join', caseId: 'a', claim: true });
      expect(thread({ ...named, partyId: null })).toMatchObject({ claim: true });
      expect(thread({ ...named, claim: true })).toMatchObject({ claim: true });
      expect(thread({ ...named, partyId: 'eva', actsFor: ['anna'] })).toMatchObject({ claim: false });
    }
  });

  test('whatever the facts: a case of somebody else is joined as a claim only, a reminder with an open case joins, ended cases of long ago never join', () => {
    const cases = fc.record({
      id: fc.uuid(),
      number: fc.constant('260000017'),
      partyId: fc.constantFrom('anna', 'eva'),
      state: fc.constantFrom(...CASE_STATES),
      topic: fc.constantFrom(...TOPICS),
      channel: fc.constantFrom('sms' as const, 'email' as const),
      lastHeardAt: fc.integer({ min: 0, max: 3000 }).map(hours),
      endedAt: fc.option(fc.integer({ min: 0, max: 3000 }).map(hours)),
    });
    const own = cases.map((one) => ({ ...one, partyId: 'anna' }));
    const facts = fc.record({
      partyId: fc.constantFrom('anna', null),
      claim: fc.boolean(),
      byLink: fc.option(cases),
      byReply: fc.option(cases),
      byNumber: fc.option(cases),
      open: fc.array(
        own.map((one) => ({ ...one, endedAt: null })),
        { maxLength: 4 },
      ),
      recent: fc.array(
        own.map((one) => ({ ...one, endedAt: one.endedAt ?? hours(1) })),
        { maxLength: 4 },
      ),
      topic: fc.constantFrom(...TOPICS),
      isReminder: fc.boolean(),
      isShort: fc.boolean(),
    });
    fc.assert(
      fc.property(facts, (given) => {
        const threading = thread(given);
        const all = [given.byLink, given.byReply, given.byNumber, ...given.open, ...given.recent].filter(
          (one) => one !== null,
        );
        if (threading.kind === 'join') {
          const joined = all.filter(({ id }) => id === threading.caseId);
          expect(joined.length).toBeGreaterThan(0);
          if (given.claim || joined.every(({ partyId }) => partyId !== given.partyId))
            expect(threading.claim).toBe(true);
          expect(joined.some(({ endedAt }) => endedAt === null || endedAt >= BASE.reopenedSince)).toBe(true);
        } else if (given.isReminder && given.partyId !== null) expect(given.open).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('words that press, and words that are short', () => {
    for (const text of [
      'Sollecito la pratica',
      'ancora niente',
      'nessuno mi ha richiamato',
      'Still waiting!',
      'any news?',
      'a che punto siamo',
      'Avete ricevuto la mia mail?',
      'Aspetto ancora il tecnico',
      'La linea è ancora muta',
      'Il tecnico non è ancora venuto',
    ])
      expect(isReminder(text), text).toBe(true);
    for (const text of [
      'Internet non funziona da ieri',
      'The line is down',
      'Vorrei la fattura di marzo',
      'Non ho linea',
      'Aspetto il tecnico per domani',
    ])
      expect(isReminder(text), text).toBe(false);
    expect(isShort('1')).toBe(true);
    expect(isShort('Sì grazie funziona')).toBe(true);
    expect(isShort('Da ieri sera la linea di casa non funziona più e il modem è rosso')).toBe(false);
  });
});

describe('who wrote', () => {
  const anna: Candidate = { partyId: 'anna', contactPointId: 'a', verified: true };
  const bruno: Candidate = { partyId: 'bruno', contactPointId: 'b', verified: true };
  const claimed: Candidate = { partyId: 'somebody', contactPointId: 'c', verified: false };

  test('given one who has the address, then it is them; a mail that fails DMARC, a form and a letter prove nothing', () => {
    expect(identify([anna], 'plausible', new Set())).toEqual({ kind: 'known', candidate: anna, claim: false });
    expect(identify([anna], 'none', new Set())).toEqual({ kind: 'known', candidate: anna, claim: true });
    expect(identify([], 'proven', new Set())).toEqual({ kind: 'unknown' });
    const reading = (dmarc: string | null, certified = false) =>
      plainReading({ sender: 'x', text: '', authentication: { spf: null, dkim: null, dmarc }, certified });
    expect(proofOf('email', reading('pass'))).toBe('proven');
    expect(proofOf('email', reading('fail'))).toBe('none');
    expect(proofOf('email', reading(null))).toBe('plausible');
    expect(proofOf('pec', reading(null, true))).toBe('proven');
    expect(proofOf('web', reading(null))).toBe('none');
    expect(proofOf('letter', reading('pass'))).toBe('none');
    expect(proofOf('sms', reading(null))).toBe('plausible');
  });

  test('given several, then whoever has an open case about it, else the only verified one, else staff is asked', () => {
    expect(identify([anna, bruno], 'plausible', new Set(['bruno']))).toMatchObject({ candidate: bruno });
    expect(identify([anna, claimed], 'plausible', new Set())).toMatchObject({ candidate: anna });
    expect(identify([anna, bruno], 'plausible', new Set())).toEqual({ kind: 'several', candidates: [anna, bruno] });
    expect(identify([anna, bruno, claimed], 'plausible', new Set())).toMatchObject({ kind: 'several' });
  });
});
