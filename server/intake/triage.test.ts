import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placesIn } from '../network/index.ts';
import { DEFAULT_LEXICON } from './default-lexicon.ts';
import { foldWords, triage } from './triage.ts';

const look = (text: string, more = {}) =>
  triage(text, {
    lexicon: DEFAULT_LEXICON,
    declared: [],
    fallback: 'it',
    vulnerable: false,
    critical: false,
    place: null,
    ...more,
  });

describe('a first look', () => {
  test.each([
    ['Buongiorno, da ieri sera internet non funziona, il modem è rosso', 'it', 'line down', 'major'],
    ['Da lunedì la linea è muta', 'it', 'line down', 'major'],
    ['La linea è molto lenta la sera', 'it', 'line slow', 'minor'],
    ['Ho ricevuto una fattura con un addebito doppio', 'it', 'bill', 'minor'],
    ['Vorrei dare disdetta del contratto', 'it', 'ending', 'minor'],
    ['Il tecnico non si è presentato all’appuntamento di oggi', 'it', 'visit', 'minor'],
    ['Il tecnico mi ha chiesto soldi in contanti', 'it', 'conduct', 'major'],
    ['Il tecnico mi ha chiesto 200 euro in contanti ed è stato maleducato', 'it', 'conduct', 'major'],
    ['A che punto è la portabilità del mio numero?', 'it', 'migration', 'minor'],
    ['Hello, there is no internet since yesterday', 'en', 'line down', 'major'],
    ['My invoice has a wrong charge, please refund', 'en', 'bill', 'minor'],
    ['Urgente: mio padre ha il telesoccorso e il telefono è muto', 'it', 'line down', 'critical'],
    ['Non ho internet da ieri', 'it', 'line down', 'major'],
    ['è tutto bloccato, niente telefono', 'it', 'line down', 'major'],
    ['nn va internet', 'it', 'line down', 'major'],
    ['Voglio disdire', 'it', 'ending', 'minor'],
    ['Ho pagato due volte', 'it', 'bill', 'minor'],
    ['Please cancel my subscription', 'en', 'ending', 'minor'],
    ['Non capisco, abito sul lago', 'it', 'other', 'minor'],
    ['È ridicolo, mi sono trasferito', 'it', 'other', 'minor'],
    ['xyz', 'it', 'other', 'minor'],
  ])('%s', (text, language, topic, severity) => {
    expect(look(text)).toMatchObject({ language, topic, severity });
  });

  test('names every topic that is spoken of, and which are level', () => {
    expect(look('Il router: aspetto il tecnico').spokenOf).toEqual([
      { topic: 'visit', weight: 2 },
      { topic: 'equipment', weight: 2 }, // a stem of both languages, counted once
    ]);
    expect(look('xyz').spokenOf).toEqual([]);
  });

  test('says why, by stems only, never with the words of the customer', () => {
    const { reasons } = look('Internet non funziona, sono Mario Rossi di via Roma 1');
    expect(reasons.filter(({ for: what }) => what === 'topic').length).toBeGreaterThan(0);
    expect(JSON.stringify(reasons)).not.toMatch(/mario|rossi|roma/i);
  });

  test('vulnerable customers and businesses that stop are looked at first', () => {
    const plain = look('La linea non funziona').urgency;
    expect(look('La linea non funziona', { vulnerable: true }).urgency).toBeLessThan(plain);
    expect(look('La linea non funziona', { critical: true }).urgency).toBeLessThan(plain);
  });

  test('without words of a language, what the message declares, then what is known', () => {
    expect(look('12345', { declared: ['en-gb'] }).language).toBe('en');
    expect(look('12345', { declared: ['de'], fallback: 'en' }).language).toBe('en');
  });

  test('any text has a result, the same each time; a stem never matches in the middle of a word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(look(text)).toEqual(look(text));
        expect(look(text).urgency).toBeGreaterThanOrEqual(0);
      }),
    );
    const lexicon = [{ language: 'it', stem: 'rid', topic: 'bill', severity: null, weight: 3 }] as const;
    expect(look('il mio arido orto', { lexicon }).topic).toBe('other');
    expect(look('il RID bancario', { lexicon }).topic).toBe('bill');
    expect(foldWords('Perché  È così!')).toBe('perche e cosi');
  });
});

describe('places in words', () => {
  test('municipalities after words that lead to places, in two words, with accents; common words are none', () => {
    expect(placesIn('Guasto a Verbania e anche a Domodossola').map(({ name }) => name)).toEqual([
      'Verbania',
      'Domodossola',
    ]);
    expect(placesIn('abito in zona Sesto San Giovanni').map(({ name }) => name)).toEqual(['Sesto San Giovanni']);
    expect(placesIn('No internet in Agliè').map(({ name }) => name)).toEqual(['Agliè']);
    expect(placesIn('Il Re ha detto che Ora il Sale costa')).toEqual([]);
    expect(placesIn('a verbania')).toEqual([]);
  });
});
