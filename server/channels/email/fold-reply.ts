import EmailReplyParser from 'email-reply-parser';
import EmailParser from 'email-reply-parser/lib/parser/emailparser.js';

export interface FoldedReply {
  text: string;
  quoted: string;
  signature: string;
}

/** No line that introduces a quotation or a signature is longer; the library's patterns get slow with long ones. */
const LONGEST_HEADING = 300;
const MOST_LINES = 3000;
const MOST_BLANK_LINES = 3;
const MOST_INDENTATION = 80;

// The library's own patterns, with a bound where they run over any number of lines: on a text made for it they'd take hours.
// Then what it lacks: the words of mail programs in Italian, the headings of Outlook, and Yahoo's and Yandex's.
const bounded = new EmailParser()
  .getQuoteHeadersRegex()
  .map((pattern) => new RegExp(pattern.source.replace(/\[\\s\\S\]\+\??/g, '[\\s\\S]{1,200}?'), pattern.flags));
new EmailParser().setQuoteHeadersRegex([
  ...bounded,
  /^\s*((?:Il|In data|Lunedì|Martedì|Mercoledì|Giovedì|Venerdì|Sabato|Domenica)\s.{4,200}\n?.{0,100}ha(?:nno)? scritto\s?:)\s*$/im,
  /^\s*(.{3,120}\d{4}.{0,120}<[^<>\s]{3,100}>\s?:)\s*$/m,
  /^\s*(.{3,120}\d{4}.{0,120}\n?.{0,100}(?:ha scritto|wrote|написал(?:а|\(а\))?|пишет|schrieb|a écrit|escribió|escreveu)\s?:)\s*$/m,
]);

const ITALIAN_HEADING = /^\s*(Il|In data)\s.{4,200}(\d{4}|\d{1,2}[:.]\d\d).{0,100}\bha( scritto\s?:)?\s*$/i;

/** First lines of a block of headers that begins the earlier mail, as Outlook and others put it without any other sign. */
const HEADING_FROM = /^[\s*>]{0,20}(From|Da|Von|De|Van|Från|Fra|Od|От|Mittente)\*?\s?:\*?\s.{2,}/i;
const HEADING_REST =
  /^[\s*>]{0,20}(Sent|Date|To|Cc|Subject|Inviato|Data|A|Oggetto|Gesendet|Datum|An|Betreff|Envoyé|Date|À|Objet|Enviado|Para|Asunto|Verzonden|Aan|Onderwerp|Fecha|Assunto|Дата|Отправлено|Кому|Тема)( il)?\*?\s?:\*?(\s|$)/i;
const DASHED =
  /^[\s>]{0,20}-{2,12} ?(original message|messaggio originale|messaggio inoltrato|forwarded message|ursprüngliche nachricht|message d'origine|mensaje original|original appointment|inizio messaggio inoltrato)[ :]?-{0,12}\s*$/i;

const FORWARDED = /inoltrat|forward|weitergeleitet|transféré|reenviado|doorgestuurd/i;

const RULE = /^\s*[-=+_]{3,4}\n/;

const SIGNED =
  /^\s*(-- ?|__+|inviato (da|dal)( mio)? .{2,60}|scarica outlook per .{2,60}|ottieni outlook per .{2,60}|sent from .{2,60}|get outlook for .{2,60})\s*$/i;

/**
 * Parts a mail's text into the new words of the writer, the earlier mail that it repeats, and the signature. Where in doubt the
 * words stay in `text`; when nothing would be left of it, all of it stays. Time and memory are bounded for any text.
 */
export function foldReply(given: string): FoldedReply {
  const lines = given.replace(/\r\n?/g, '\n').split('\n');
  const kept: string[] = [];
  const long: string[] = [];
  let blank = 0;
  for (const line of lines.slice(0, MOST_LINES)) {
    const trimmed = line
      .replace(/\u00a0/g, ' ')
      .replace(/[\uE000\uE001]/g, '')
      .trimEnd();
    blank = trimmed === '' ? blank + 1 : 0;
    if (blank > MOST_BLANK_LINES) continue;
    if (trimmed.length > LONGEST_HEADING)
      kept.push((trimmed.startsWith('>') ? '> ' : '') + placeholder(long.push(trimmed.replace(/^>\s?/, '')) - 1));
    else kept.push(trimmed.replace(/^\s+/, (space) => space.slice(0, MOST_INDENTATION)));
  }
  const restore = (text: string): string =>
    text.replace(/\uE000(\d+)\uE001/g, (_all, index) => long[Number(index)] ?? '').trim();
  const rest = lines.slice(MOST_LINES).join('\n');
  const cut = kept.findIndex((_line, index) => beginsEarlierMail(kept, index));
  const head = cut < 0 ? kept : kept.slice(0, cut);
  const tail = cut < 0 ? '' : kept.slice(cut).join('\n');
  const words: string[] = [];
  const quoted: string[] = [];
  const signature: string[] = [];
  const parts = new EmailReplyParser().read(head.join('\n')).getFragments();
  // A text with several rules in it is divided by them; one would begin a signature.
  const divided = parts.filter((part) => part.isSignature() && RULE.test(part.toString())).length > 1;
  for (const part of parts) {
    const content = part.toString();
    if (part.isQuoted()) {
      const [before, heading] = splitHeading(words.pop() ?? '');
      words.push(before);
      quoted.push(heading ? `${heading}\n${content}` : content);
    } else if (part.isSignature() && !(divided && RULE.test(content))) {
      const [mark, earlier] = splitAt(content, (line) => ITALIAN_HEADING.test(line));
      signature.push(mark);
      if (earlier) quoted.push(earlier);
    } else if (!part.isHidden() || part.isSignature()) words.push(quoted.length > 0 ? `\n${content}` : content);
  }
  const [own, signed] = splitSignature(words.join('\n').trimEnd());
  const text = own.replace(/(\n\s*[-_=*]{3,})+\s*$/, '');
  signature.unshift(signed);
  if (tail) quoted.push(tail);
  const whole = rest && quoted.length === 0 ? `${text}\n${rest}` : text;
  if (rest && quoted.length > 0) quoted.push(rest);
  const folded = {
    text: restore(whole),
    quoted: restore(quoted.filter(Boolean).join('\n')),
    signature: restore(signature.filter(Boolean).join('\n')),
  };
  // A mail that is nothing but a signature, or one passed on without a word, has to be read as it is.
  const passedOn = cut >= 0 && FORWARDED.test(kept[cut] ?? '');
  return folded.text === '' && (passedOn || (cut < 0 && folded.quoted === ''))
    ? { text: restore(kept.join('\n') + (rest && `\n${rest}`)), quoted: '', signature: '' }
    : folded;
}

const placeholder = (index: number): string => `\uE000${index}\uE001`;

function beginsEarlierMail(lines: readonly string[], index: number): boolean {
  const line = lines[index] ?? '';
  if (line.length > LONGEST_HEADING) return false;
  if (DASHED.test(line)) return true;
  if (!HEADING_FROM.test(line) && !HEADING_REST.test(line)) return false;
  const block = lines.slice(index, index + 6).filter((next) => next.length <= LONGEST_HEADING);
  const senders = block.filter((next) => HEADING_FROM.test(next)).length;
  return senders > 0 && senders + block.filter((next) => HEADING_REST.test(next)).length >= 3;
}

/** In two at the first line that passes. */
function splitAt(text: string, passes: (line: string, index: number, lines: string[]) => boolean): [string, string] {
  const lines = text.split('\n');
  const at = lines.findIndex(passes);
  return at < 0 ? [text, ''] : [lines.slice(0, at).join('\n'), lines.slice(at).join('\n')];
}

/** The mark of a signature, when what follows it is short enough to be one. */
const splitSignature = (text: string): [string, string] =>
  splitAt(
    text,
    (line, index, lines) => index > 0 && line.length <= 80 && SIGNED.test(line) && lines.length - index <= 12,
  );

/** What introduces the quotation that follows: the last lines, up to the colon, if a year or a time stands in them. */
function splitHeading(text: string): [string, string] {
  const trimmed = text.trimEnd();
  if (!/[:：]$/.test(trimmed)) return [text, ''];
  const lines = trimmed.split('\n');
  for (let count = 1; count <= Math.min(4, lines.length); count++) {
    const heading = lines.slice(-count).join('\n');
    if (heading.length > LONGEST_HEADING || /\n\s*\n/.test(heading)) break;
    const begins = count === lines.length || /^\s*$/.test(lines[lines.length - count - 1] ?? '');
    if (begins && /\b(19|20)\d\d\b|\d{1,2}[:.]\d\d/.test(heading)) return [lines.slice(0, -count).join('\n'), heading];
  }
  return [text, ''];
}
