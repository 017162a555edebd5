import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readReply } from './read-reply.ts';

describe('what an answer says', () => {
  test.each([
    ['1', 'yes', false],
    ['1.', 'yes', false],
    ['Sì', 'yes', false],
    ['si grazie mille!', 'yes', false],
    ['Funziona, grazie', 'yes', false],
    ['Buongiorno, ora funziona tutto. Cordiali saluti', 'yes', true],
    ['funziona ma lentamente', 'yes', true],
    ['sì però cade ogni ora', 'yes', true],
    ['Yes, it works. Thank you', 'yes', false],
    ['0', 'no', false],
    ['No', 'no', false],
    ['NO!! ancora ferma', 'no', true],
    ['non funziona', 'no', true],
    ['Funziona? Non funziona niente', 'no', true],
    ['1 ma non funziona il telefono', 'no', true],
    ["it doesn't work", 'no', true],
    ['still not working', 'no', true],
    ['quando venite?', null, true],
    ['10', null, true],
    ['', null, false],
    ['grazie', null, false],
    ['ok', 'yes', true],
    ['ok, tutto a posto grazie', 'yes', false],
    ['va bene', 'yes', true],
    ['Funziona?', 'yes', true],
    ['1?', 'yes', true],
    ['nn va', 'no', true],
    ['Purtroppo no', 'no', false],
    ['No, per niente', 'no', true],
    ['Not yet', 'no', false],
    ['non funzionano i telefoni', 'no', true],
    ['Non ho più problemi, grazie', null, true],
    ['No problem', null, true],
    ['Nessun problema', null, true],
    ['no, adesso funziona', null, true],
    ['Non lo so, provo stasera', null, true],
    ['not at home yet', null, true],
    ['prima non funzionava, ora vedo', null, true],
  ])('%s → %s', (text, answer, more) => {
    expect(readReply(text)).toMatchObject({ answer, more });
  });

  test('the number of the case beside the answer is none of its words', () => {
    expect(readReply('pratica 26 0140 003: 1', '260140003')).toMatchObject({ answer: null });
    expect(readReply('1 26.0140.003', '260140003')).toMatchObject({ answer: 'yes', more: false });
  });

  test('no text that denies anywhere is a yes, and none throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(readReply(`${text} non funziona`).answer).toBe('no');
        readReply(text, '260140003');
      }),
    );
  });
});
