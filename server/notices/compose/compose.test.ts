import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ADVICE,
  ANNOUNCEMENT_KINDS,
  type Answer,
  CAUSES,
  type Channel,
  type Language,
  NEXT_STEPS,
} from '../../../contract/answer.ts';
import { UNSUBSCRIBE_URL, withUnsubscribeUrl } from '../../../contract/unsubscribe.ts';
import { CAUSE_WORDS, NEXT_STEP_WORDS } from '../../../contract/words.ts';
import { Failure } from '../../platform/errors.ts';
import { isGsm } from './gsm.ts';
import { compose, type Recipient } from './index.ts';
import { MESSAGES } from './messages.ts';
import { sayTime } from './say-time.ts';

const NOW = new Date('2026-03-10T13:10:00Z'); // 14:10 in Rome

const outage: Answer = {
  kind: 'outage',
  place: 'Verbania',
  reason: { cause: 'power' },
  beganAt: '2026-03-10T13:05:00Z',
  expectedEnd: '2026-03-10T17:30:00Z',
  nextWordBy: '2026-03-10T15:00:00Z',
  nextStep: 'technicians-sent',
  whatYouCanDo: ['follow-status-page'],
  reference: '26000019',
};

const to = (channel: Channel, language: Language, change: Partial<Recipient> = {}): Recipient => ({
  channel,
  language,
  timeZone: 'Europe/Rome',
  operator: { name: 'Lagolink S.r.l.', shortName: 'Lagolink', phone: '0323 555123' },
  statusUrl: 'https://stato.lagolink.it/status',
  now: NOW,
  unsubscribe: true,
  ...change,
});

const refusalOf = (answer: unknown): unknown => {
  try {
    compose(answer as Answer, to('sms', 'it'));
    return 'composed';
  } catch (error) {
    return error instanceof Failure ? `${error.code}: ${String(error.facts?.missing)}` : error;
  }
};

describe('what customers read (change a sentence here only after reading it aloud)', () => {
  const later = { now: new Date('2026-03-10T17:31:00Z') };
  const broken: Answer = {
    ...outage,
    kind: 'expected-end-passed',
    formerExpectedEnd: '2026-03-10T17:30:00Z',
    expectedEnd: '2026-03-10T20:00:00Z',
    nextWordBy: '2026-03-10T19:00:00Z',
    nextStep: 'repairing',
  };
  test.each<[string, Answer, Partial<Recipient>, Language, string]>([
    [
      'an outage with a known end',
      outage,
      {},
      'it',
      'Lagolink - Verbania: linea ferma dalle 14:05 per mancanza di corrente. Torna entro le 18:30 di oggi. Nuovo SMS entro le 16:00. Pratica 26000019.',
    ],
    [
      'an outage of which nothing is known',
      { ...outage, reason: { cause: 'unknown' }, expectedEnd: null, nextStep: 'finding-cause' },
      {},
      'it',
      'Lagolink - Verbania: linea ferma dalle 14:05 per causa non ancora nota. Non sappiamo ancora quando torna. Nuovo SMS entro le 16:00. Pratica 26000019.',
    ],
    [
      'a broken promise, said first',
      { ...broken, whatYouCanDo: [] },
      later,
      'it',
      'Lagolink - Verbania: promesso entro le 18:30, non ci siamo riusciti. Problema iniziato alle 14:05 per mancanza di corrente. Nuovo orario: entro le 21:00 di oggi. Riparazione in corso. Nuovo SMS entro le 20:00. Pratica 26000019. Tel. 0323 555123.',
    ],
    [
      'the end',
      {
        ...outage,
        kind: 'restored',
        endedAt: '2026-03-10T17:12:00Z',
        expectedEnd: null,
        nextWordBy: null,
        nextStep: 'watching',
        whatYouCanDo: ['answer-if-not-working'],
      },
      later,
      'it',
      'Lagolink - Verbania: la linea funziona di nuovo dalle 18:12. Problema iniziato alle 14:05 per mancanza di corrente. Continuiamo a controllare. Pratica 26000019.',
    ],
    [
      'an outage in English',
      outage,
      {},
      'en',
      'Lagolink - Verbania: line down since 14:05, because of a power cut. Back by 18:30 today. Technicians on their way. Next SMS by 16:00. Ref. 26000019.',
    ],
  ])('SMS: %s', (_, answer, change, language, expected) => {
    expect(compose(answer, to('sms', language, change)).body).toBe(expected);
  });

  test('mail: an outage', () => {
    const mail = compose(outage, to('email', 'it'));
    expect(mail.subject).toBe('Verbania: linea ferma, torna entro le 18:30 di oggi');
    expect(mail.body).toBe(`Gentile cliente,

Verbania: la linea è ferma dalle 14:05 di oggi per una mancanza di corrente a un nostro impianto.

La linea torna entro le 18:30 di oggi.

I nostri tecnici stanno andando sul posto. Le scriviamo di nuovo entro le 16:00 di oggi.

Può seguire la situazione qui: https://stato.lagolink.it/status

Numero di pratica: 26000019
Telefono: 0323 555123
Lagolink S.r.l.

-- 
Riceve questo messaggio perché ha chiesto di essere avvisato. Per non riceverne più: ${UNSUBSCRIBE_URL}
`);
  });

  test('mail: a broken promise begins with it, in the subject and in the text', () => {
    const mail = compose(broken, to('email', 'it', later));
    expect(mail.subject).toBe('Verbania: promessa non mantenuta, nuovo orario entro le 21:00 di oggi');
    expect(mail.body.split('\n')[2]).toMatch(
      /^Verbania: avevamo promesso una soluzione entro le 18:30 di oggi, e non ci siamo riusciti\./,
    );
  });
});

describe('no empty answer', () => {
  test.each<[string, unknown]>([
    ['empty-answer: reason', { ...outage, reason: undefined }],
    ['empty-answer: reason', { ...outage, reason: { cause: 'optimisation' } }],
    ['empty-answer: place', { ...outage, place: ' ' }],
    ['empty-answer: reference', { ...outage, reference: '' }],
    ['empty-answer: beganAt', { ...outage, beganAt: 'yesterday' }],
    ['empty-answer: nextStep', { ...outage, nextStep: undefined }],
    ['empty-answer: expectedEnd', { ...outage, expectedEnd: '2026-03-10T13:10:00Z' }],
    ['empty-answer: expectedEnd or nextWordBy', { ...outage, expectedEnd: null, nextWordBy: null }],
    ['empty-answer: expectedEnd or nextWordBy', { ...outage, expectedEnd: null, nextWordBy: '2026-03-10T13:00:00Z' }],
    [
      'empty-answer: expectedEnd or nextWordBy',
      { ...outage, kind: 'expected-end-passed', expectedEnd: null, nextWordBy: null },
    ],
    ['composed', { ...outage, expectedEnd: null }],
    ['composed', { ...outage, nextWordBy: null }],
    ['composed', { ...outage, kind: 'restored', expectedEnd: null, nextWordBy: null }],
    ['composed', { ...outage, kind: 'called-off', expectedEnd: '2026-03-10T13:00:00Z', nextWordBy: null }],
  ])('%s', (expected, answer) => {
    expect(refusalOf(answer)).toBe(expected);
  });

  test('a time for the next word that has passed is not said again', () => {
    expect(compose({ ...outage, nextWordBy: '2026-03-10T13:00:00Z' }, to('sms', 'it')).body).not.toContain('14:00');
  });
});

describe('times in the words of the operator’s zone', () => {
  const say = (instant: string, now: string, language: Language = 'it', form: 'by' | 'since' | 'at' = 'by'): string =>
    sayTime(form, instant, { language, timeZone: 'Europe/Rome', now: new Date(now) });
  test.each([
    ['entro le 18:30 di oggi', '2026-03-10T17:30:00Z', '2026-03-10T13:00:00Z'],
    ['entro le 9:05 di domani', '2026-03-11T08:05:00Z', '2026-03-10T13:00:00Z'],
    ['entro le 18:30 di giovedì 12 marzo', '2026-03-12T17:30:00Z', '2026-03-10T13:00:00Z'],
    ["entro l'1:30 di domani", '2026-03-11T00:30:00Z', '2026-03-10T22:30:00Z'],
    ['entro le 0:00 di domani', '2026-03-10T23:00:00Z', '2026-03-10T13:00:00Z'],
    ['entro le 9:00 di giovedì 7 gennaio 2027', '2027-01-07T08:00:00Z', '2026-12-28T13:00:00Z'],
    // Across the change to summer time (29 March 2026, 02:00 → 03:00) and back (25 October 2026).
    ['entro le 23:30 di oggi', '2026-03-29T21:30:00Z', '2026-03-28T23:30:00Z'],
    ['entro le 0:30 di domani', '2026-03-29T22:30:00Z', '2026-03-29T00:30:00Z'],
    ['entro le 23:30 di domani', '2026-10-25T22:30:00Z', '2026-10-24T21:30:00Z'],
    ['entro le 2:30 di oggi (ora legale)', '2026-10-25T00:30:00Z', '2026-10-24T22:30:00Z'],
    ['entro le 2:30 di oggi (ora solare)', '2026-10-25T01:30:00Z', '2026-10-24T22:30:00Z'],
  ])('%s', (expected, instant, now) => {
    expect(say(instant, now)).toBe(expected);
  });
  test('beginnings, also of yesterday and in English', () => {
    expect(say('2026-03-09T22:10:00Z', '2026-03-10T13:00:00Z', 'it', 'since')).toBe('dalle 23:10 di ieri');
    expect(say('2026-03-10T00:10:00Z', '2026-03-10T13:00:00Z', 'it', 'at')).toBe("all'1:10 di oggi");
    expect(say('2026-03-12T08:05:00Z', '2026-03-10T13:00:00Z', 'en')).toBe('by 09:05 on Thursday 12 March');
  });
});

/** Never said to customers (design of the voice), in any case. */
const FORBIDDEN =
  /ottimizzazion|disserviz|presa in carico|a breve|il prima possibile|ci scusiamo|as soon as possible|shortly|we apologi[sz]e|inconvenience/i;
const ITALIAN = /\b(linea|entro|oggi|domani|dalle|pratica|nuovo|per|guasto|causa|tecnici|corrente|avviso)\b/i;

const soon = fc.integer({ min: 1, max: 60 * 24 * 20 }).map((minutes) => new Date(NOW.getTime() + minutes * 60_000));
const before = fc.integer({ min: 0, max: 60 * 24 * 5 }).map((minutes) => new Date(NOW.getTime() - minutes * 60_000));
const iso = (date: fc.Arbitrary<Date>) => date.map((value) => value.toISOString());
const place = fc.oneof(
  fc.constantFrom('Verbania', 'Ghiffa', 'Valtournenche (Vallée d’Aoste)', 'San Maurizio d’Opaglio', 'Forlì – Cesena'),
  fc.constantFrom('È', 'Škofja Loka', '“Città alta”, Bergamo', 'Sankt Ulrich in Gröden', 'L’Aquila…'),
  fc
    .array(fc.constantFrom('Verbania', 'Stresa', 'Baveno', 'Cannobio'), { minLength: 1, maxLength: 10 })
    .map((all) => all.join(', ')),
);
const answers = (words: fc.Arbitrary<Answer['reason']['words']>): fc.Arbitrary<Answer> =>
  fc
    .record({
      kind: fc.constantFrom(...ANNOUNCEMENT_KINDS),
      place,
      reason: fc.record({ cause: fc.constantFrom(...CAUSES), words }),
      beganAt: iso(before),
      expectedEnd: fc.option(iso(soon)),
      nextWordBy: fc.option(iso(soon)),
      formerExpectedEnd: fc.option(iso(before)),
      endedAt: fc.option(iso(before)),
      nextStep: fc.constantFrom(...NEXT_STEPS),
      whatYouCanDo: fc.uniqueArray(fc.constantFrom(...ADVICE), { maxLength: 5 }),
      reference: fc.constantFrom('26000019', '26041873'),
    })
    .filter(({ expectedEnd, nextWordBy }) => expectedEnd !== null || nextWordBy !== null);
const operators = fc.constantFrom(
  { name: 'Lagolink S.r.l.', shortName: 'Lagolink', phone: '0323 555123' },
  { name: 'Fibra & Più <Nord>', shortName: 'Fibra & Più del Nord', phone: '' },
);

describe('every combination of kind, cause, next step, advice and language', () => {
  const noWords = fc.constant(undefined);
  test('Italian and English SMS travel in GSM 03.38, in two parts at most, with reference and time', () => {
    fc.assert(
      fc.property(answers(noWords), fc.constantFrom<Language>('it', 'en'), operators, (answer, language, operator) => {
        const sms = compose(answer, to('sms', language, { operator }));
        expect(sms.coding).toBe('gsm');
        expect(isGsm(sms.body)).toBe(true);
        expect(sms.parts).toBeLessThanOrEqual(
          answer.place.length > 40 || answer.kind === 'expected-end-passed' ? 3 : 2,
        );
        expect(sms.body).toContain(answer.reference);
        expect(sms.body).toMatch(/\d{1,2}:\d\d/);
        expect(sms.body).not.toMatch(FORBIDDEN);
        expect(sms.body).not.toMatch(/undefined|\bnull\b|\{|\}| {2}|\.\.(?!\.)\s/);
        if (language === 'en') expect(sms.body).not.toMatch(ITALIAN);
      }),
      { numRuns: 1500 },
    );
  });

  test('the usual outage costs one part', () => {
    for (const cause of CAUSES) {
      for (const language of ['it', 'en'] as const) {
        for (const expectedEnd of [outage.expectedEnd, null]) {
          const sms = compose({ ...outage, reason: { cause }, expectedEnd }, to('sms', language));
          expect(`${sms.parts}: ${sms.body}`).toMatch(/^1: /);
        }
      }
    }
  });

  test('mails say the same, with a subject, and without a forbidden word', () => {
    fc.assert(
      fc.property(answers(noWords), fc.constantFrom<Language>('it', 'en'), operators, (answer, language, operator) => {
        const mail = compose(answer, to('email', language, { operator }));
        for (const text of [mail.subject ?? '', mail.body, mail.html ?? '']) {
          expect(text).not.toBe('');
          expect(text).not.toMatch(FORBIDDEN);
          expect(text).not.toMatch(/undefined|\bnull\b/);
        }
        expect(mail.subject).not.toMatch(/[\r\n]/);
        expect(mail.body).toContain(answer.reference);
        const { because } = CAUSE_WORDS[language][answer.reason.cause];
        if (answer.kind !== 'called-off') expect(mail.body).toContain(because);
        if (language === 'en') expect(mail.body).not.toMatch(ITALIAN);
        expect((mail.html ?? '').length).toBeLessThan(6000);
        expect(mail.html).not.toMatch(/<img|<script|<link|src=|url\(/);
      }),
      { numRuns: 800 },
    );
  });

  test('the words of staff follow the reason in their own language only', () => {
    const answer: Answer = {
      ...outage,
      reason: { cause: 'cable', words: { it: 'Una ruspa ha tagliato il cavo in via Roma' } },
    };
    expect(compose(answer, to('sms', 'it')).body).toContain('Una ruspa ha tagliato il cavo in via Roma.');
    expect(compose(answer, to('email', 'it')).body).toContain('Una ruspa ha tagliato il cavo in via Roma');
    expect(compose(answer, to('email', 'it')).html).toContain('Una ruspa ha tagliato il cavo in via Roma');
    expect(compose(answer, to('email', 'en')).body).not.toContain('ruspa');
  });

  test('whatever staff writes costs three parts at most, and becomes no mark-up', () => {
    const hostile = fc.oneof(
      fc.string({ maxLength: 300, unit: 'grapheme' }),
      fc.constantFrom(
        '<img src=x onerror=alert(1)>',
        '"><script>alert(1)</script>',
        '€'.repeat(300),
        'Привет '.repeat(40),
      ),
      fc.constant("riga uno\r\nBcc: altri@example.org & 'apici' {place}"),
    );
    fc.assert(
      fc.property(
        answers(hostile.map((text) => ({ it: text.slice(0, 300), en: text.slice(0, 300) }))),
        hostile,
        (base, where) => {
          const answer = { ...base, place: where.slice(0, 120).trim() || 'Stresa' };
          const sms = compose(answer, to('sms', 'it'));
          expect(sms.parts).toBeLessThanOrEqual(3);
          expect(sms.body).toContain(answer.reference);
          const mail = compose(answer, to('email', 'it'));
          expect(mail.subject).not.toMatch(/[\r\n]/);
          const tags = (mail.html ?? '').match(/<[a-z!/][^>]*>/gi) ?? [];
          for (const tag of tags) {
            expect(tag).toMatch(/^<(!doctype html|\/?(html|head|meta|title|style|body|div|p|h1|ul|li|a|br)\b[^<>]*)>$/);
          }
          expect(mail.html).not.toMatch(/<[^>]*\son\w+=/i);
        },
      ),
      { numRuns: 800 },
    );
  });
});

describe('the catalogue', () => {
  test('both languages have the same messages and cover every cause, step and advice', () => {
    expect(Object.keys(MESSAGES.en).sort()).toEqual(Object.keys(MESSAGES.it).sort());
    for (const language of ['it', 'en'] as const) {
      expect(Object.keys(CAUSE_WORDS[language]).sort()).toEqual([...CAUSES].sort());
      expect(Object.keys(NEXT_STEP_WORDS[language]).sort()).toEqual([...NEXT_STEPS].sort());
      for (const words of [...Object.values(CAUSE_WORDS[language]), ...Object.values(NEXT_STEP_WORDS[language])]) {
        expect(isGsm(words.briefly)).toBe(true);
        expect(JSON.stringify(words)).not.toMatch(FORBIDDEN);
      }
    }
  });

  test('the link that ends the mails is put in for each receiver', () => {
    const mail = compose(outage, to('email', 'it'));
    const url = 'https://stato.lagolink.it/u/abc$&';
    expect(withUnsubscribeUrl(mail.body, url)).toContain(url);
    expect(withUnsubscribeUrl(mail.html ?? '', url)).not.toContain(UNSUBSCRIBE_URL);
    const without = compose(outage, to('email', 'it', { unsubscribe: false }));
    expect(`${without.body}${without.html}`).not.toContain(UNSUBSCRIBE_URL);
  });
});
