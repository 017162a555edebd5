import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldReply } from './fold-reply.ts';
import { readMail } from './read-mail.ts';

const samples = join(import.meta.dirname, 'samples');
const lorem = (text: string): boolean => text.startsWith('Fusce bibendum') && text.endsWith('aliquet nec nec nibh.');

describe('a reply', () => {
  test.each([
    ['Gmail', 'Il giorno lun 23 nov 2026 alle ore 09:12 Lagonet <aiuto@lagonet.example> ha scritto:'],
    [
      'Gmail, wrapped',
      'Il giorno lun 23 nov 2026 alle ore 09:12 Lagonet Assistenza\n<aiuto@lagonet.example> ha scritto:',
    ],
    ['Apple Mail', 'Il giorno 23 nov 2026, alle ore 09:12, Lagonet <aiuto@lagonet.example> ha scritto:'],
    ['Thunderbird', 'Il 23/11/2026 09:12, Lagonet ha scritto:'],
    ['Libero', 'Il 23 novembre 2026 alle 9.12 Lagonet <aiuto@lagonet.example> ha scritto:'],
    ['K-9', 'In data 23 novembre 2026 09:12:01 Lagonet <aiuto@lagonet.example> ha scritto:'],
    ['with a weekday', 'Lunedì 23 Novembre 2026 09:12, Lagonet <aiuto@lagonet.example> ha scritto:'],
    [
      'Outlook',
      'Da: Lagonet <aiuto@lagonet.example>\nInviato: lunedì 23 novembre 2026 09:12\nA: Anna Bianchi <a@example.it>\nOggetto: Guasto',
    ],
    [
      'Outlook, bold',
      '*Da:* Lagonet <aiuto@lagonet.example>\n*Inviato:* lunedì 23 novembre 2026 09:12\n*A:* Anna\n*Oggetto:* Guasto',
    ],
    [
      'Alice',
      '----Messaggio originale----\nDa: aiuto@lagonet.example\nData: 23-nov-2026 9.12\nA: <a@example.it>\nOgg: Guasto',
    ],
    ['English', 'On Mon, 23 Nov 2026 at 09:12, Lagonet <aiuto@lagonet.example> wrote:'],
    ['German', 'Am Mo., 23. Nov. 2026 um 09:12 Uhr schrieb Lagonet <aiuto@lagonet.example>:'],
    ['French', 'Le lun. 23 nov. 2026 à 09:12, Lagonet <aiuto@lagonet.example> a écrit :'],
    ['Spanish', 'El lun, 23 nov 2026 a las 9:12, Lagonet (<aiuto@lagonet.example>) escribió:'],
  ])('written in %s is parted from what it repeats', (_program, heading) => {
    const quotation = /ha scritto|wrote|schrieb|écrit|escribió/.test(heading)
      ? '> Funziona?\n> Lagonet'
      : '\nFunziona?\nLagonet';
    const folded = foldReply(`No, ancora niente.\nIl router lampeggia.\n\n${heading}\n${quotation}\n`);
    expect(folded.text).toBe('No, ancora niente.\nIl router lampeggia.');
    expect(folded.quoted).toContain('Funziona?');
    expect(folded.quoted.replace(/\s+/g, ' ')).toContain(heading.replace(/\s+/g, ' '));
    expect(folded.signature).toBe('');
  });

  test.each([
    ['Inviato da iPhone'],
    ['Inviato dal mio telefono'],
    ['Scarica Outlook per Android<https://aka.ms/x>'],
    ['-- \nAnna Bianchi\nVia Roma 1, Lecco'],
    ['Sent from my iPhone'],
  ])('has its signature apart: %s', (signature) => {
    const folded = foldReply(
      `Grazie, ora va.\n\n${signature}\n\nIl 23/11/2026 09:12, Lagonet ha scritto:\n> Funziona?`,
    );
    expect(folded).toMatchObject({ text: 'Grazie, ora va.', signature: signature.replace('-- \n', '--\n') });
    expect(folded.quoted).toContain('Funziona?');
  });

  test('between the lines of a quotation keeps its words', () => {
    const folded = foldReply(
      'Il 23/11/2026 09:12, Lagonet ha scritto:\n> Il router è acceso?\n\nSì.\n\n> La spia è verde?\n\nNo, rossa.\n',
    );
    expect(folded.text).toBe('Sì.\n\nNo, rossa.');
  });

  test.each([
    ['Da ieri: niente internet. Il tecnico ha scritto: torna domani.'],
    ['Il vostro operatore mi ha scritto ieri che era risolto.\nNon è vero.'],
    ['Orari:\n- Da: 9\n- A: 12\nVa bene così?'],
    ['Tre punti:\n----\nuno\n----\ndue\n----\ntre'],
    ['> solo una citazione senza parole sopra'.replace('> ', '')],
  ])('of words that only look like headings stays whole: %s', (text) => {
    expect(foldReply(text)).toEqual({ text, quoted: '', signature: '' });
  });

  test('that only passes a mail on is read as that mail, with words above it as those words', () => {
    const passedOn =
      '---------- Messaggio inoltrato ---------\nDa: Lagonet <aiuto@lagonet.example>\nDate: lun 23 nov 2026\nSubject: Fattura\n\nVedi sotto.';
    expect(foldReply(`\n\n${passedOn}`)).toEqual({ text: passedOn, quoted: '', signature: '' });
    expect(foldReply(`Non è la mia.\n\n${passedOn}`)).toEqual({
      text: 'Non è la mia.',
      quoted: passedOn,
      signature: '',
    });
  });

  test('a paragraph on one long line stays as it is', () => {
    const paragraph = 'Buongiorno, scrivo perché '.repeat(60).trim();
    const folded = foldReply(`${paragraph}\n\nIl 23/11/2026 09:12, Lagonet ha scritto:\n> ${paragraph}`);
    expect(folded.text).toBe(paragraph);
    expect(folded.quoted).toContain(`> ${paragraph}`);
  });

  test('samples in many languages come out with the words of the writer only', () => {
    const folder = join(samples, 'replies');
    const short: Record<string, string> = {
      'email_2_1.txt': 'Outlook with a reply',
      'email_custom_quote_header.txt': 'Thank you!',
      'email_thread.txt': 'This is new email reply in thread from bellow.',
      'email_tricky_18_inline_reply.txt':
        'I think option A is great.\nOption B has some drawbacks.\nOption C is not suitable for our use case.',
    };
    const wrong = readdirSync(folder).filter((name) => {
      const { text } = foldReply(readFileSync(join(folder, name), 'utf8'));
      return name in short ? text.replace(/\n+/g, '\n') !== short[name] : !lorem(text);
    });
    // In the first a program broke the quoted lines without marking them; in the second rules stand in the text.
    expect(wrong).toEqual(['email_7.txt', 'email_tricky_7_multiple_dashes.txt']);
    expect(foldReply(readFileSync(join(folder, 'email_tricky_7_multiple_dashes.txt'), 'utf8')).text).toContain(
      'just separators in my content',
    );
  });

  test('mails of many programs come out with the words of the writer only', async () => {
    const folder = join(samples, 'talon');
    for (const name of readdirSync(folder)) {
      const content = readFileSync(join(folder, name));
      const isPage = name.endsWith('.html.txt');
      const mail = await readMail(
        isPage ? Buffer.concat([Buffer.from('From: a@example.com\nContent-Type: text/html\n\n'), content]) : content,
      );
      const words = mail.text.replace(/\s+/g, ' ');
      if (name === 'reply-quotations-share-block.eml') expect(words).toMatch(/^Hi Katharine\. .{300,360}$/);
      else expect(words, name).toBe(isPage ? 'Hi. I am fine. Thanks, Alex' : 'Hello');
      expect(mail.quoted.length, name).toBeGreaterThan(2);
    }
  });

  test('nothing of any text is lost, and none takes long', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '> quoted',
        '',
        '-- ',
        'Op schreef',
        'Dnia',
        'On a b wrote:',
        'Da: x <a@b>',
        'A: y',
        'Oggetto: z',
        '____',
        'Inviato da x',
        'Il 1/1/2026 x ha scritto:',
      ),
      fc.string({ maxLength: 60 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const { text, quoted, signature } = foldReply(lines.join('\n'));
        const letters = (from: string): number => from.replace(/[^a-zA-Z]/g, '').length;
        expect(letters(text) + letters(quoted) + letters(signature)).toBe(letters(lines.join('\n')));
      }),
      { numRuns: 300 },
    );
    for (const hostile of [
      'Op schreef\n',
      'Dnia pisze\n',
      'abc. skrev x\n',
      '\n',
      ' ',
      'On a ',
      '>',
      '0000from<>',
      'Da: <',
      '在写道\n',
      '- ',
      'Il 2026 ',
    ])
      expect(foldReply(hostile.repeat(Math.ceil(500_000 / hostile.length)))).toBeDefined();
  });
});
