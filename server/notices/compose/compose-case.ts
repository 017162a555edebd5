import type { ComposedText, Language } from '../../../contract/answer.ts';
import { CAUSE_WORDS } from '../../../contract/words.ts';
import { type CaseRecipient, type CaseText, requireCaseText } from './case-text.ts';
import { smsSize, toGsm } from './gsm.ts';
import { say } from './messages.ts';
import { sayTime } from './say-time.ts';
import { escapeHtml, oneLine } from './text.ts';

/** A text about a case, written for one channel. On the page there is neither subject nor mark-up. */
export type CaseComposed = Omit<ComposedText, 'channel'> & { channel: CaseRecipient['channel'] };

interface Said {
  /** What happens and why. */
  what: string;
  /** Until when, what we do next, when we speak again. */
  until: string[];
  opens: string | null;
  subject: string;
}

/** "26 0418 731": in groups it is read out without mistakes. */
const grouped = (number: string): string => `${number.slice(0, 2)} ${number.slice(2, -3)} ${number.slice(-3)}`;
const capital = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);

/**
 * The text of a case for one customer; pure. SMS in GSM 03.38 and one part where its words allow it, two where they don't (words of a person may cost
 * more). Throws `empty-answer` (`facts.missing`) for what says too little.
 */
export function composeCase(text: CaseText, to: CaseRecipient): CaseComposed {
  requireCaseText(text, to.now);
  const said = sayIt(text, to);
  if (to.channel === 'sms') return sms(text, to, said);
  const attached =
    text.files && to.channel !== 'web' ? [say(to.language, 'case.files.mail', { count: String(text.files) })] : [];
  const paragraphs = [[capital(said.what)], attached, [...said.until, ...(said.opens ? [said.opens] : [])]].filter(
    (lines) => lines.length > 0,
  );
  const base = { channel: to.channel, language: to.language, parts: 1, coding: null };
  if (to.channel === 'web')
    return { ...base, subject: null, html: null, body: paragraphs.map((lines) => lines.join(' ')).join('\n\n') };
  return { ...base, ...mail(text, to, said, paragraphs) };
}

function sayIt(text: CaseText, to: CaseRecipient): Said {
  const { language } = to;
  const brief = to.channel === 'sms' ? { brief: false } : {};
  const time = (form: 'by' | 'at' | 'since', instant: string | null | undefined): string =>
    instant ? sayTime(form, instant, to, brief) : '';
  const given = (text.words ?? '').trim();
  // The question follows in the same line.
  const words = text.kind === 'fix-question' && /[^.!?]$/.test(given) ? `${given}.` : given;
  const values = {
    topic: say(language, `case.topic.${text.topic}`),
    by: time('by', text.by),
    former: time('by', text.former),
    legal: time('by', text.legalBy),
    opens: time('at', text.opensAt),
    called: text.call ? 'yes' : 'no',
    team: oneLine(text.team ?? ''),
    standing: text.standing ?? 'working',
    words: words === '' ? 'none' : to.channel === 'sms' ? oneLine(words) : words,
    days: String(text.reopenDays),
    place: '',
    end: 'unknown',
  };
  const opens = text.opensAt ? say(language, 'case.opens', values) : null;
  if (text.incident && (text.kind === 'incident' || text.kind === 'acknowledgement' || text.kind === 'state'))
    return { ...incident(text, to, values), opens: null };
  const until: string[] = [];
  switch (text.kind) {
    case 'question':
      until.push(say(language, 'case.until.you', values));
      break;
    case 'question-again':
      until.push(say(language, 'case.until.you-again', values));
      break;
    case 'fix-question':
      until.push(say(language, 'case.until.fix', values));
      break;
    case 'fix-question-again':
      until.push(say(language, 'case.until.fix-again', values));
      break;
    case 'confirmed':
    case 'unconfirmed':
      until.push(say(language, 'case.until.reopen', values));
      break;
    case 'cancelled':
    case 'call-promised':
      break;
    default:
      if (text.by) until.push(say(language, text.call ? 'case.until.call' : 'case.until.word', values));
  }
  const kind = text.kind === 'incident' ? 'state' : text.kind;
  return {
    what: say(language, `case.${kind}.what`, values),
    until,
    opens,
    subject: say(language, `case.${kind}.subject`, values),
  };
}

/** The incident's answer is the answer. */
function incident(text: CaseText, to: CaseRecipient, values: Record<string, string>): Omit<Said, 'opens'> {
  const { language } = to;
  const answer = text.incident;
  if (!answer) throw new Error('an incident without an answer was let through');
  const isSms = to.channel === 'sms';
  const known = answer.expectedEnd !== null && Date.parse(answer.expectedEnd) > to.now.getTime();
  const times = {
    operator: oneLine(to.operator.shortName),
    place: oneLine(answer.place),
    because: CAUSE_WORDS[language][answer.reason.cause][isSms ? 'briefly' : 'because'],
    since: sayTime('since', answer.beganAt, to, { brief: isSms }),
    began: sayTime('at', answer.beganAt, to, { brief: isSms }),
    ended: 'none',
    former: 'none',
    end: known ? 'known' : 'unknown',
    by: known && answer.expectedEnd ? sayTime('by', answer.expectedEnd, to) : '',
    word: values.by ?? '',
  };
  const kind = answer.kind === 'outage-degraded' ? 'outage-degraded' : 'outage';
  const what = say(language, isSms ? `sms.${kind}.what` : `mail.${kind}.what`, times);
  const staff = oneLine(answer.reason.words?.[language] ?? '');
  const line = kind === 'outage' ? 'line' : 'problem';
  const until = [say(language, isSms ? `sms.until.${line}` : `mail.until.${line}`, times)];
  if (!isSms) until.push(say(language, 'case.incident.linked', values));
  if (text.by && !known) until.push(say(language, 'case.until.word', values));
  return {
    what: [what, ...(staff && !isSms ? [staff] : [])].join(' '),
    until,
    subject: say(language, 'case.incident.subject', { ...values, ...times, by: known ? times.by : (values.by ?? '') }),
  };
}

/** What has to be said, the number and the link; the rest where it costs no further part. */
function sms(text: CaseText, to: CaseRecipient, said: Said): CaseComposed {
  const { language } = to;
  const operator = oneLine(to.operator.shortName);
  const begins = said.what.startsWith(operator) ? said.what : `${operator}: ${said.what}`;
  const number = say(language, 'case.number', { number: grouped(text.number) });
  const files = text.files ? [say(language, 'case.files.page', { count: String(text.files) })] : [];
  const must = [begins, ...files, ...said.until, number];
  let body = toGsm(must.join(' '));
  const phone = oneLine(to.operator.phone);
  const link = to.link ? say(language, 'case.link', { link: to.link }) : null;
  // The link is worth a second part, but not a third, unless something can be had there only; the rest is worth none.
  if (link) {
    const longer = toGsm([...must, link].join(' '));
    if (text.files || smsSize(longer).parts <= Math.max(2, smsSize(body).parts)) body = longer;
  }
  for (const extra of [said.opens, phone ? say(language, 'case.phone', { phone }) : null]) {
    if (!extra) continue;
    // Before the link, which ends the text so that phones find it.
    const longer = toGsm(body.includes(number) ? body.replace(number, `${extra} ${number}`) : `${body} ${extra}`);
    if (smsSize(longer).parts === smsSize(body).parts) body = longer;
  }
  const { parts, coding } = smsSize(body);
  return { channel: 'sms', language, subject: null, body, html: null, parts, coding };
}

function mail(
  text: CaseText,
  to: CaseRecipient,
  said: Said,
  paragraphs: string[][],
): { subject: string; body: string; html: string } {
  const { language } = to;
  const asks = text.kind === 'fix-question' || text.kind === 'fix-question-again';
  const help = [say(language, 'case.mail.write')];
  const linked = to.link ? say(language, asks ? 'case.mail.fix' : 'case.mail.link', { link: to.link }) : null;
  const phone = oneLine(to.operator.phone);
  const number = [
    say(language, 'case.mail.number', { number: grouped(text.number) }),
    ...(phone ? [say(language, 'mail.phone', { phone })] : []),
    oneLine(to.operator.name),
  ];
  const subject = oneLine(`[${grouped(text.number)}] ${capital(said.subject)}`);
  const greeting = say(language, 'mail.greeting');
  const body = [
    greeting,
    ...paragraphs.map((lines) => lines.join(' ')),
    [...help, ...(linked ? [linked] : [])].join(' '),
    number.join('\n'),
  ].join('\n\n');
  return {
    subject,
    body: `${body}\n`,
    html: html(language, subject, to.link, [[greeting], ...paragraphs, [...help, ...(linked ? [linked] : [])]], number),
  };
}

// Styles stand on the elements: many programs drop a style sheet.
const TEXT = 'margin:0 0 16px;font-size:16px;line-height:1.5;white-space:pre-line';

function html(
  language: Language,
  subject: string,
  link: string | null,
  paragraphs: readonly string[][],
  number: readonly string[],
): string {
  const linked = (sentence: string): string => {
    const escaped = escapeHtml(sentence);
    if (!link || !sentence.endsWith(link)) return escaped;
    const address = escapeHtml(link);
    return `${escaped.slice(0, escaped.length - address.length)}<a href="${address}" style="color:#0b6e75">${address}</a>`;
  };
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(subject)}</title>
</head>
<body style="margin:0;padding:0;font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif">
<div style="max-width:560px;margin:0 auto;padding:24px 20px">
${paragraphs.map((sentences) => `<p style="${TEXT}">${sentences.map(linked).join(' ')}</p>`).join('\n')}
<p style="margin:0;font-size:14px;line-height:1.6">${number.map(escapeHtml).join('<br>')}</p>
</div>
</body>
</html>
`;
}
