import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainReading, type Reading } from './intake.ts';
import {
  afterSoftBounce,
  decideInbound,
  type InboundFacts,
  MOST_IN_AN_HOUR,
  SOFT_BOUNCES,
  type SoftBounces,
} from './rules.ts';

const NOTHING: InboundFacts = {
  consentWord: null,
  isOwnAddress: false,
  repeats: null,
  heardWithinHour: 0,
  blocked: [],
};
const mail = { channel: 'email', quiet: false, sender: '' } as const;
const sms = { channel: 'sms', quiet: false, sender: '+393331234567' } as const;
const said = (more: Partial<Reading> = {}): Reading =>
  plainReading({ sender: 'anna@example.com', text: 'Internet non va', ...more });
const WORDS = { kind: 'words', mayBeAnswered: true, look: null };

describe('what becomes of a message that came in', () => {
  test('given words of a person, then they are for a case and may be answered', () => {
    expect(decideInbound(mail, said(), NOTHING)).toEqual(WORDS);
    expect(decideInbound(sms, said({ sender: sms.sender }), NOTHING)).toEqual(WORDS);
  });

  test('given a word of consent, by SMS or by mail, then it is obeyed; from a machine it is not', () => {
    const facts = { ...NOTHING, consentWord: 'stop' } as const;
    expect(decideInbound(sms, said({ text: 'STOP' }), facts)).toEqual({ kind: 'consent', word: 'stop' });
    expect(decideInbound(mail, said({ text: 'STOP' }), facts)).toEqual({ kind: 'consent', word: 'stop' });
    expect(decideInbound(mail, said({ automatic: 'auto-submitted' }), facts)).toMatchObject({ decision: 'automatic' });
  });

  test('given a short or a named sender, then it is never answered', () => {
    for (const sender of ['4300', 'Banca XY', '']) {
      const decision = decideInbound({ ...sms, sender }, said({ sender }), NOTHING);
      expect(decision).toEqual({ ...WORDS, mayBeAnswered: false });
    }
  });

  test('given what a machine wrote, then it makes no case; a mailing list does, without an answer', () => {
    expect(decideInbound(mail, said({ automatic: 'auto-submitted' }), NOTHING)).toMatchObject({
      decision: 'automatic',
    });
    expect(decideInbound(mail, said({ automatic: 'mailing list' }), NOTHING)).toEqual({
      ...WORDS,
      mayBeAnswered: false,
    });
  });

  test('given spam, then only the trusted server or staff say so', () => {
    expect(decideInbound(mail, said({ text: 'viagra bitcoin casino' }), NOTHING)).toEqual(WORDS);
    expect(decideInbound(mail, said({ spamFlag: true }), NOTHING)).toMatchObject({ decision: 'spam' });
    expect(decideInbound(mail, said(), { ...NOTHING, blocked: ['@example.com'] })).toMatchObject({ decision: 'spam' });
    expect(decideInbound(mail, said(), { ...NOTHING, blocked: ['@ample.com'] })).toEqual(WORDS);
  });

  test('given what can’t be read, then it is for a person, with the original, and not answered', () => {
    expect(decideInbound(mail, said({ unreadable: 'no head' }), NOTHING)).toEqual({
      kind: 'words',
      mayBeAnswered: false,
      look: 'no head',
    });
  });

  test('given a scanned letter, then the scanner is not answered', () => {
    expect(decideInbound({ ...mail, channel: 'letter' }, said({ automatic: 'auto-submitted' }), NOTHING)).toEqual({
      ...WORDS,
      mayBeAnswered: false,
    });
  });

  test('given mail of our own, a repeat, or a flood, then it is set aside with its reason', () => {
    expect(decideInbound(mail, said(), { ...NOTHING, isOwnAddress: true })).toMatchObject({ decision: 'own mail' });
    expect(decideInbound(mail, said(), { ...NOTHING, repeats: 'before' })).toMatchObject({ decision: 'repeat' });
    expect(decideInbound(sms, said(), { ...NOTHING, heardWithinHour: MOST_IN_AN_HOUR })).toMatchObject({
      decision: 'loop',
    });
    expect(decideInbound({ ...mail, quiet: true }, said(), NOTHING)).toMatchObject({
      decision: 'older than the connection',
    });
  });

  test('given a report about mail that came back, then each recipient has its weight', () => {
    const report = (status: string | null, action: 'failed' | 'delayed' | 'delivered') => {
      const returned = [{ address: 'x@example.com', action, status, diagnostic: 'said so' }];
      const decision = decideInbound(mail, said({ returned, automatic: 'delivery report' }), NOTHING);
      return decision.kind === 'bounce' ? decision.returned[0]?.weight : decision.kind;
    };
    expect(report('5.1.1', 'failed')).toBe('hard');
    expect(report('4.2.2', 'failed')).toBe('soft');
    expect(report('4.4.1', 'delayed')).toBe('soft');
    expect(report(null, 'failed')).toBe('hard');
    expect(report(null, 'delayed')).toBe('soft');
    expect(report('2.1.5', 'delivered')).toBe('none');
  });

  test('whatever comes, there is one decision; what a machine or nobody wrote is never answered', () => {
    const reading = fc.record({
      automatic: fc.constantFrom(null, 'auto-submitted', 'mailing list', 'precedence'),
      spamFlag: fc.boolean(),
      unreadable: fc.constantFrom(null, 'broken'),
      sender: fc.constantFrom(null, 'anna@example.com'),
    });
    fc.assert(
      fc.property(
        reading,
        fc.constantFrom('sms', 'email', 'pec', 'letter', 'web', 'api'),
        fc.boolean(),
        fc.nat(100),
        fc.constantFrom('+393331234567', '4300', 'Banca'),
        (read, channel, quiet, heardWithinHour, sender) => {
          const decision = decideInbound({ channel, quiet, sender } as never, said(read), {
            ...NOTHING,
            heardWithinHour,
          });
          if (decision.kind !== 'words' || !decision.mayBeAnswered) return;
          expect(read.automatic).toBeNull();
          expect(quiet || channel === 'letter' || read.unreadable !== null).toBe(false);
          if (channel === 'sms') expect(sender).toBe('+393331234567');
        },
      ),
    );
  });
});

describe('mail that comes back for a while', () => {
  test('three within two days make an address unreachable; spread wider they never do', () => {
    const at = (hours: number): Date => new Date(Date.UTC(2026, 0, 1) + hours * 3_600_000);
    const outcomes = (hours: number[]): boolean[] => {
      let bounces: SoftBounces = { times: 0, since: null };
      return hours.map((hour) => {
        const next = afterSoftBounce(bounces, at(hour));
        bounces = next;
        return next.unreachable;
      });
    };
    expect(outcomes([0, 20, 40])).toEqual([false, false, true]);
    expect(outcomes([0, 47, 49])).toEqual([false, false, false]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 49, max: 200 }), { maxLength: 20 }), (gaps) => {
        let hour = 0;
        expect(outcomes([0, ...gaps.map((gap) => (hour += gap))]).includes(true)).toBe(false);
      }),
    );
    expect(SOFT_BOUNCES.times).toBe(3);
  });
});
