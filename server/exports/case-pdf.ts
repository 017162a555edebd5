import type { Readable } from 'node:stream';
import { DateTime } from 'luxon';
import PDFDocument from 'pdfkit';
import type { Language } from '../../contract/answer.ts';
import type { CaseFile, FiledMessage } from './case-store.ts';
import { FONTS, isPrintable, printable } from './printable.ts';
import { heightOf, type Type, typeset } from './typeset.ts';
import { WORDS } from './words.ts';

export interface DocumentFacts {
  language: Language;
  operator: string;
  timeZone: string;
  madeAt: Date;
}

const INK = '#1a2226';
const GREY = '#5a666c';
const TEAL = '#0b6b6b';
const MARGIN = 56;

/** A case as a document on paper: facts, chronology, messages with their receipts, promises, attachments. A4; ends its stream by itself. */
export function casePdf(file: CaseFile, facts: DocumentFacts): Readable {
  const words = WORDS[facts.language];
  const paper = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    bufferPages: true,
    font: FONTS.plain,
    info: {
      Title: `${words.title} ${file.facts.number}`,
      Author: facts.operator,
      CreationDate: facts.madeAt,
    },
    lang: facts.language,
  });
  const width = paper.page.width - 2 * MARGIN;
  const time = (instant: Date | null): string =>
    instant
      ? DateTime.fromJSDate(instant, { zone: facts.timeZone })
          .setLocale(facts.language === 'it' ? 'it-IT' : 'en-GB')
          .toFormat('d LLL yyyy, HH:mm')
      : '';

  const line = (text: string, size = 9.5, colour = INK, face: Type['face'] = 'plain'): void =>
    typeset(paper, text, MARGIN, width, { face, size, colour });
  const section = (title: string): void => {
    if (paper.y > paper.page.height - MARGIN - 90) paper.addPage();
    paper.moveDown(1.2);
    line(title, 13, TEAL, 'strong');
    paper.moveDown(0.4);
  };
  /** A time, and what belongs to it beside it: the text decides how high the row is. */
  const row = (name: string, value: string, strong = false): void => {
    const [left, right] = [122, width - 130];
    const [named, valued]: [Type, Type] = [
      { face: 'plain', size: 8.5, colour: GREY },
      { face: strong ? 'strong' : 'plain', size: 9, colour: INK },
    ];
    const nameHeight = heightOf(paper, name, left, named);
    const valueHeight = heightOf(paper, value, right, valued);
    const bottom = paper.page.height - MARGIN;
    if (paper.y + Math.max(nameHeight, Math.min(valueHeight, 60)) > bottom) paper.addPage();
    const top = paper.y;
    typeset(paper, name, MARGIN, left, named);
    paper.y = top;
    typeset(paper, value, MARGIN + 130, right, valued);
    // A long value has gone on to another page: there the name's height means nothing.
    if (top + valueHeight <= bottom) paper.y = Math.max(paper.y, top + nameHeight);
    paper.moveDown(0.25);
    paper.x = MARGIN;
  };

  line(facts.operator, 10, GREY);
  line(`${words.title} ${file.facts.number}`, 20, INK, 'strong');
  line(`${words.made} ${time(facts.madeAt)}. ${words.zone} ${facts.timeZone}.`, 8.5, GREY);

  section(words.facts);
  const known: [string, string | null][] = [
    [words.number, file.facts.number],
    [words.subject, file.facts.subject],
    [words.customer, [file.facts.party, file.facts.externalId].filter(Boolean).join(' · ')],
    [words.address, file.facts.address],
    [words.service, file.facts.service],
    [words.topic, words.topics[file.facts.topic] ?? file.facts.topic],
    [words.state, words.states[file.facts.state] ?? file.facts.state],
    [words.team, file.facts.team],
    [words.opened, time(file.facts.openedAt)],
    [words.acknowledged, time(file.facts.acknowledgedAt)],
    [words.formal, time(file.facts.formalAt)],
    [words.ended, time(file.facts.endedAt)],
  ];
  for (const [name, value] of known) if (value) row(name, value);

  section(words.chronology);
  if (file.events.length === 0) line(words.none);
  for (const event of file.events)
    row(time(event.at), words.events[event.kind] ?? event.kind, event.kind === 'promise.broken');

  section(words.promises);
  if (file.promises.length === 0) line(words.none);
  for (const promise of file.promises) {
    const outcome = words.promiseStates[promise.state] ?? promise.state;
    row(
      `${words.due} ${time(promise.dueAt)}`,
      `${words.promiseKinds[promise.kind] ?? promise.kind}: ${outcome}${promise.settledAt ? ` (${time(promise.settledAt)})` : ''}. ${words.madeAt} ${time(promise.madeAt)}.`,
      promise.state === 'broken',
    );
  }

  section(words.messages);
  if (file.messages.length === 0) line(words.none);
  for (const message of file.messages) {
    if (paper.y > paper.page.height - MARGIN - 70) paper.addPage();
    const [top, page] = [paper.y, paper.bufferedPageRange().count];
    line(
      `${message.number}. ${words.from[message.direction]}, ${words.channels[message.channel] ?? message.channel}, ${time(message.saidAt)}`,
      10,
      INK,
      'strong',
    );
    line(underMessage(message, facts.language, time), 8.5, GREY);
    if (message.subject) line(message.subject, 9.5, INK);
    paper.moveDown(0.2);
    line(message.body, 9.5);
    if (!isPrintable(message.body)) line(words.notPrintable, 8, GREY);
    if (paper.bufferedPageRange().count === page)
      paper
        .moveTo(MARGIN - 10, top)
        .lineTo(MARGIN - 10, paper.y)
        .lineWidth(1)
        .strokeColor(message.direction === 'in' ? TEAL : GREY)
        .stroke();
    paper.moveDown(0.9);
  }

  section(words.attachments);
  if (file.attachments.length === 0) line(words.none);
  for (const attachment of file.attachments) {
    const kept = attachment.blobId
      ? `${words.kept}: ${attachment.size}; ${words.fingerprint} ${attachment.blobId.toString('hex')}`
      : `${words.notKept}${attachment.problem ? `: ${attachment.problem}` : ''}`;
    row(`${attachment.messageNumber}.${attachment.number}`, `${attachment.name} (${attachment.type}); ${kept}`);
  }

  const { start, count } = paper.bufferedPageRange();
  for (let index = 0; index < count; index++) {
    paper.switchToPage(start + index);
    // Below the margin: without this the text would begin a page of its own.
    paper.page.margins.bottom = 0;
    paper
      .font(FONTS.plain)
      .fontSize(8)
      .fillColor(GREY)
      .text(
        printable(`${facts.operator} · ${file.facts.number} · ${words.page(index + 1, count)}`),
        MARGIN,
        paper.page.height - 36,
        { width, align: 'center', lineBreak: false },
      );
  }
  paper.end();
  return paper as unknown as Readable;
}

/** Who said it, and what became of it. */
function underMessage(message: FiledMessage, language: Language, time: (instant: Date | null) => string): string {
  const words = WORDS[language];
  const author = message.claim
    ? words.unknownSender
    : (message.author ?? (message.automatic ? words.automatic : words.operator));
  const fate = message.state
    ? `${words.receipt[message.state] ?? message.state}${message.settledAt ? ` ${time(message.settledAt)}` : ''}`
    : null;
  return [author, fate].filter(Boolean).join(' · ');
}
