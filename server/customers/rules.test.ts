import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Decision,
  decideCustomer,
  type ImportedCustomer,
  mayRestore,
  normaliseMail,
  normalisePhone,
  parseConsentWord,
  standingConsent,
  stopSource,
} from './rules.ts';

describe('addresses', () => {
  test('phone numbers become E.164 with the operator’s country', () => {
    expect(normalisePhone('333 123 4567', 'IT')).toBe('+393331234567');
    expect(normalisePhone('0039 333-1234567', 'IT')).toBe('+393331234567');
    expect(normalisePhone('0323/123456', 'IT')).toBe('+390323123456');
    expect(normalisePhone('+41 91 912 34 56', 'IT')).toBe('+41919123456');
    for (const wrong of [
      '',
      'abc',
      '12',
      'MYBANK',
      '+39333123456789012',
      '333 1234567 int. 5',
      'call 3331234567',
      '1'.repeat(60),
    ])
      expect(normalisePhone(wrong, 'IT'), wrong).toBeNull();
  });

  test('what is normalised stays as it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999 }), (number) => {
        const phone = normalisePhone(`333${String(number).padStart(7, '0')}`, 'IT');
        expect(phone).toMatch(/^\+39333\d{7}$/);
        expect(normalisePhone(phone ?? '', 'DE')).toBe(phone);
      }),
    );
  });

  test('mail addresses are folded, with the domain as on the wire', () => {
    expect(normaliseMail(' Anna.Verdi@Example.IT ')).toBe('anna.verdi@example.it');
    expect(normaliseMail('info@città.it')).toBe('info@xn--citt-3na.it');
    for (const wrong of [
      '',
      'anna',
      'a@b',
      'a b@example.it',
      'a@@example.it',
      'a@exa mple.it',
      '"a"@example.it',
      'a..b@example.it',
      '<a@example.it>',
      'a@-.it',
    ])
      expect(normaliseMail(wrong), wrong).toBeNull();
  });
});

test('a consent word is a whole message, however it is written; a sentence is none', () => {
  for (const stop of [
    'STOP',
    'stop.',
    ' Stop! ',
    'stop sms',
    '"STOP"',
    'Basta',
    'CANCELLA',
    'fine',
    'unsubscribe',
    'STOP E-MAIL',
    'ＳＴＯＰ',
  ])
    expect(parseConsentWord(stop), stop).toBe('stop');
  for (const start of ['START', 'riattiva.', 'Start SMS']) expect(parseConsentWord(start), start).toBe('start');
  for (const other of [
    '',
    'stop it please',
    'non STOP',
    'stop stop stop',
    'la fine del mese',
    'STOPPA',
    'restart',
    'basta così',
    'x'.repeat(1000),
  ])
    expect(parseConsentWord(other), other).toBeNull();
});

const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));
const history = fc.array(
  fc.record({
    decision: fc.constantFrom('granted' as const, 'refused' as const),
    givenAt: fc.integer({ min: 0, max: 30 }).map(at),
    source: fc.constantFrom('import: web', 'by phone', stopSource('sms'), stopSource('email')),
  }),
);

describe('consent', () => {
  test('whatever is recorded in whatever order, the decision given last stands, and at one instant the no', () => {
    fc.assert(
      fc.property(history, (decisions) => {
        const last = Math.max(...decisions.map(({ givenAt }) => givenAt.getTime()));
        const latest = decisions.filter(({ givenAt }) => givenAt.getTime() === last);
        const expected =
          decisions.length === 0
            ? 'none'
            : latest.some(({ decision }) => decision === 'refused')
              ? 'refused'
              : 'granted';
        expect(standingConsent(decisions)).toBe(expected);
        expect(standingConsent(decisions.toReversed())).toBe(expected);
      }),
    );
  });

  test('START restores only what a STOP of the same channel ended', () => {
    const yes: Decision = { decision: 'granted', givenAt: at(1), source: 'by phone' };
    const stop = (minute: number, channel: 'sms' | 'email'): Decision => ({
      decision: 'refused',
      givenAt: at(minute),
      source: `${stopSource(channel)} (sms)`,
    });
    expect(mayRestore([yes, stop(2, 'sms')], 'sms')).toBe(true);
    expect(mayRestore([yes, stop(2, 'sms'), stop(3, 'sms')], 'sms')).toBe(true);
    expect(mayRestore([yes, stop(2, 'email')], 'sms')).toBe(false);
    expect(mayRestore([yes, { ...stop(2, 'sms'), source: 'by phone' }], 'sms')).toBe(false);
    expect(mayRestore([yes, { ...stop(2, 'sms'), source: 'by phone' }, stop(3, 'sms')], 'sms')).toBe(false);
    expect(mayRestore([stop(2, 'sms')], 'sms')).toBe(false);
    expect(mayRestore([yes], 'sms')).toBe(false);
    expect(mayRestore([], 'sms')).toBe(false);
    fc.assert(
      fc.property(history, (decisions) => {
        if (mayRestore(decisions, 'sms')) {
          expect(standingConsent(decisions)).toBe('refused');
          expect(decisions.some(({ decision }) => decision === 'granted')).toBe(true);
        }
      }),
    );
  });

  test('whatever was decided before, an import never grants against a refusal of its time or later', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 30 }), fc.boolean(), (decisions, minute, elsewhere) => {
        const row: ImportedCustomer = {
          externalId: 'c',
          name: 'C',
          kind: 'consumer',
          addresses: { sms: '+393331234567' },
          notify: { channels: ['sms'], consent: { givenAt: at(minute).toISOString(), source: 'web', text: 'yes' } },
        };
        const refusals = decisions.filter(({ decision }) => decision === 'refused');
        const known = elsewhere
          ? null
          : {
              id: 'p',
              externalId: 'c',
              name: 'C',
              kind: 'consumer' as const,
              taxCode: null,
              language: 'it' as const,
              ended: false,
              contactPoints: [
                {
                  id: 'x',
                  channel: 'sms' as const,
                  address: '+393331234567',
                  consent: standingConsent(decisions),
                  ended: false,
                  decisions,
                },
              ],
            };
        const decided = decideCustomer(row, known, {
          refusals: () => refusals,
          defaultLanguage: 'it',
          newId: () => 'new',
        });
        const consent = decided.contactPoints[0]?.consent ?? standingConsent(decisions);
        if (
          refusals.some(({ givenAt }) => givenAt >= at(minute)) &&
          !decisions.some(({ decision, givenAt }) => decision === 'granted' && givenAt > at(minute))
        )
          expect(consent).toBe('refused');
        else if (refusals.length === 0) expect(consent).toBe('granted');
      }),
    );
  });
});
