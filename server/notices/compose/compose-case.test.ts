import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Answer, Language } from '../../../contract/answer.ts';
import { TOPICS } from '../../../contract/cases.ts';
import { Failure } from '../../platform/errors.ts';
import { CASE_TEXT_KINDS, type CaseRecipient, type CaseText } from './case-text.ts';
import { composeCase } from './compose-case.ts';
import { isGsm } from './gsm.ts';

const NOW = new Date('2026-03-10T13:10:00Z'); // 14:10 in Rome
const LINK = 'https://aiuto.lagolink.it/c/abcdefghijklmnopqrstuv';
const incident: Answer = {
  kind: 'outage',
  place: 'Verbania',
  reason: { cause: 'power' },
  beganAt: '2026-03-10T13:05:00Z',
  expectedEnd: '2026-03-10T17:30:00Z',
  nextWordBy: null,
  nextStep: 'technicians-sent',
  whatYouCanDo: [],
  reference: '26000019',
};
const text = (change: Partial<CaseText> = {}): CaseText => ({
  kind: 'acknowledgement',
  number: '260418731',
  topic: 'line down',
  by: '2026-03-10T17:30:00Z',
  reopenDays: 30,
  words: 'Domani mattina alle 9 passa il tecnico.',
  former: '2026-03-10T12:00:00Z',
  team: 'Assistenza tecnica',
  legalBy: '2026-04-09T13:10:00Z',
  ...change,
});
const to = (change: Partial<CaseRecipient> = {}): CaseRecipient => ({
  channel: 'sms',
  language: 'it',
  timeZone: 'Europe/Rome',
  operator: { name: 'Lagolink S.r.l.', shortName: 'Lagolink', phone: '0323 555123' },
  now: NOW,
  link: null,
  ...change,
});

describe('what customers read about their case (change a sentence here only after reading it aloud)', () => {
  test.each<[string, Partial<CaseText>, Language, string]>([
    [
      'acknowledgement',
      {},
      'it',
      'Lagolink: abbiamo ricevuto la Sua segnalazione (linea ferma). Una persona la esamina. Le rispondiamo entro le 18:30 di oggi. Pratica 26 0418 731.',
    ],
    [
      'pressed before anybody has read it',
      { kind: 'state', standing: 'unread' },
      'it',
      'Lagolink: abbiamo unito il Suo nuovo messaggio alla pratica: una persona la esamina. Le rispondiamo entro le 18:30 di oggi. Pratica 26 0418 731.',
    ],
    [
      'pressed while the technical side has it',
      { kind: 'state', standing: 'technical' },
      'en',
      'Lagolink: your new message is with the same case: it is with our technicians. We answer by 18:30 today. Tel. 0323 555123. Case 26 0418 731.',
    ],
    [
      'pressed while another company has it',
      { kind: 'state', standing: 'outside' },
      'it',
      "Lagolink: abbiamo unito il Suo nuovo messaggio alla pratica: aspettiamo un'altra azienda. Le rispondiamo entro le 18:30 di oggi. Pratica 26 0418 731.",
    ],
    [
      'acknowledgement behind an incident',
      { incident },
      'it',
      'Lagolink - Verbania: linea ferma dalle 14:05 per mancanza di corrente. Torna entro le 18:30 di oggi. Tel. 0323 555123. Pratica 26 0418 731.',
    ],
    [
      'fix reported',
      { kind: 'fix-question', words: null, by: '2026-03-12T13:10:00Z' },
      'it',
      'Lagolink: il problema (linea ferma) risulta risolto. Per Lei funziona? Risponda 1 = funziona, 0 = no. Senza risposta Glielo chiediamo di nuovo entro le 14:10 di giovedì 12 marzo. Pratica 26 0418 731. Tel. 0323 555123.',
    ],
    [
      'fix reported, in words',
      { kind: 'fix-question', words: 'Alimentatore cambiato', by: '2026-03-12T13:10:00Z' },
      'it',
      'Lagolink: Alimentatore cambiato. Il problema (linea ferma) risulta risolto. Per Lei funziona? Risponda 1 = funziona, 0 = no. Senza risposta Glielo chiediamo di nuovo entro le 14:10 di giovedì 12 marzo. Pratica 26 0418 731. Tel. 0323 555123.',
    ],
    [
      'a promise that broke',
      { kind: 'promise-broken' },
      'it',
      'Lagolink: avevamo promesso una risposta entro le 13:00 di oggi e non ci siamo riusciti. La soluzione richiede più tempo; ora se ne occupa un responsabile. Le rispondiamo entro le 18:30 di oggi. Tel. 0323 555123. Pratica 26 0418 731.',
    ],
    [
      'an answer of a person',
      { kind: 'answer' },
      'en',
      'Lagolink: Domani mattina alle 9 passa il tecnico. We answer by 18:30 today. Tel. 0323 555123. Case 26 0418 731.',
    ],
  ])('SMS: %s', (_, change, language, expected) => {
    const sms = composeCase(text(change), to({ language })).body;
    const sorted = (body: string): string[] => body.split(/(?<=\.) /).sort();
    expect(sorted(sms)).toEqual(sorted(expected));
  });

  test('mail: the subject already says it, the number stands in it, the link is one', () => {
    const mail = composeCase(text(), to({ channel: 'email', link: LINK }));
    expect(mail.subject).toBe('[26 0418 731] Segnalazione ricevuta (linea ferma), risposta entro le 18:30 di oggi');
    expect(mail.body).toBe(`Gentile cliente,

Abbiamo ricevuto la Sua segnalazione (linea ferma). Una persona la esamina.

Le rispondiamo entro le 18:30 di oggi.

Per aggiungere qualcosa risponda a questo messaggio. Può seguire la pratica, scrivere e allegare qui: ${LINK}

Numero di pratica: 26 0418 731
Telefono: 0323 555123
Lagolink S.r.l.
`);
    expect(mail.html).toContain(`<a href="${LINK}"`);
  });

  test('outside working hours it says when work begins', () => {
    const mail = composeCase(text({ opensAt: '2026-03-11T07:30:00Z' }), to({ channel: 'email' }));
    expect(mail.body).toContain('Ora siamo chiusi, riapriamo alle 8:30 di domani.');
  });
});

describe('no empty answer', () => {
  const missing = (change: Partial<CaseText>): unknown => {
    try {
      composeCase(text(change), to());
      return 'composed';
    } catch (error) {
      return error instanceof Failure ? `${error.code}: ${String(error.facts?.missing)}` : error;
    }
  };
  test.each<[string, Partial<CaseText>]>([
    ['empty-answer: number', { number: '' }],
    ['empty-answer: by', { by: null }],
    ['empty-answer: by', { by: '2026-03-10T13:10:00Z' }],
    ['empty-answer: by', { incident: { ...incident, expectedEnd: null }, by: null }],
    ['empty-answer: words', { kind: 'answer', words: ' ' }],
    ['empty-answer: words', { kind: 'question', words: null }],
    ['empty-answer: by', { kind: 'question', by: null }],
    ['empty-answer: by', { kind: 'fix-question', by: null }],
    ['empty-answer: former', { kind: 'promise-broken', former: null }],
    ['empty-answer: by', { kind: 'promise-broken', by: null }],
    ['empty-answer: team', { kind: 'handed-over', team: null }],
    ['empty-answer: legalBy', { kind: 'formal', legalBy: null }],
    ['empty-answer: incident', { kind: 'incident' }],
    ['composed', { incident, by: null }],
    ['composed', { kind: 'confirmed', by: null }],
  ])('%s', (expected, change) => {
    expect(missing(change)).toBe(expected);
  });
});

const FORBIDDEN =
  /ottimizzazion|disserviz|presa in carico|a breve|il prima possibile|ci scusiamo|as soon as possible|shortly|we apologi[sz]e|inconvenience/i;

describe('every kind, topic, language and channel', () => {
  const texts = fc.record({
    kind: fc.constantFrom(...CASE_TEXT_KINDS),
    topic: fc.constantFrom(...TOPICS),
    incident: fc.constantFrom(null, incident, { ...incident, expectedEnd: null }),
    opensAt: fc.constantFrom(null, '2026-03-11T07:30:00Z'),
    call: fc.boolean(),
  });
  const recipients = fc.record({
    channel: fc.constantFrom('sms' as const, 'email' as const, 'pec' as const, 'web' as const),
    language: fc.constantFrom<Language>('it', 'en'),
    link: fc.constantFrom(null, LINK),
  });

  test('has a time or ends, the number, no forbidden word; SMS in GSM 03.38 and two parts at most', () => {
    fc.assert(
      fc.property(texts, recipients, (change, recipient) => {
        const answered = text({
          ...change,
          incident: change.incident ?? (change.kind === 'incident' ? incident : null),
        });
        const composed = composeCase(answered, to(recipient));
        for (const part of [composed.body, composed.subject ?? '', composed.html ?? '']) {
          expect(part).not.toMatch(/undefined|\bnull\b|\{|\bnone\b/i);
          expect(part).not.toMatch(FORBIDDEN);
        }
        if (!['confirmed', 'unconfirmed', 'cancelled'].includes(answered.kind))
          expect(composed.body).toMatch(/\d{1,2}:\d\d/);
        if (composed.channel === 'web') return;
        expect(composed.body).toContain('26 0418 731');
        if (composed.channel !== 'sms') {
          expect(composed.subject).toContain('26 0418 731');
          if (recipient.link) expect(composed.body).toContain(LINK);
          return;
        }
        expect(isGsm(composed.body)).toBe(true);
        expect(composed.parts).toBeLessThanOrEqual(2);
      }),
      { numRuns: 1500 },
    );
  });

  test('whatever a person writes becomes no mark-up and no second header', () => {
    const hostile = fc.oneof(
      fc.string({ maxLength: 300, unit: 'grapheme' }),
      fc.constantFrom('<img src=x onerror=alert(1)>', 'riga\r\nBcc: altri@example.org', "{by} '{x}'", '"><script>'),
    );
    fc.assert(
      fc.property(hostile, hostile, (words, team) => {
        const mail = composeCase(text({ kind: 'answer', words: `x ${words}`, team }), to({ channel: 'email' }));
        expect(mail.subject).not.toMatch(/[\r\n]/);
        for (const tag of (mail.html ?? '').match(/<[a-z!/][^>]*>/gi) ?? [])
          expect(tag).toMatch(/^<(!doctype html|\/?(html|head|meta|title|body|div|p|a|br)\b[^<>]*)>$/);
        composeCase(text({ kind: 'answer', words: `x ${words}` }), to());
      }),
      { numRuns: 500 },
    );
  });
});
