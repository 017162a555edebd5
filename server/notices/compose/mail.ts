import type { Language } from '../../../contract/answer.ts';
import { UNSUBSCRIBE_URL } from '../../../contract/unsubscribe.ts';
import { CAUSE_WORDS, NEXT_STEP_WORDS } from '../../../contract/words.ts';
import { say } from './messages.ts';
import type { Recipient } from './recipient.ts';
import type { FullAnswer } from './require-answer.ts';
import { sayTime } from './say-time.ts';
import { escapeHtml, oneLine } from './text.ts';

/** The subject already says it; then the same meaning as plain text and as HTML without anything remote. */
export function composeMail(answer: FullAnswer, to: Recipient): { subject: string; body: string; html: string } {
  const { language } = to;
  const { expectedEnd, formerExpectedEnd, nextWordBy, kind } = answer;
  const values = {
    place: oneLine(answer.place),
    because: CAUSE_WORDS[language][answer.reason.cause].because,
    since: sayTime('since', answer.beganAt, to),
    began: sayTime('at', answer.beganAt, to),
    ended: answer.endedAt ? sayTime('since', answer.endedAt, to) : 'none',
    former: formerExpectedEnd ? sayTime('by', formerExpectedEnd, to) : 'none',
    end: expectedEnd ? 'known' : 'unknown',
    by: expectedEnd ? sayTime('by', expectedEnd, to) : '',
    word: nextWordBy ? sayTime('by', nextWordBy, to) : '',
    phone: oneLine(to.operator.phone) || 'none',
    statusUrl: to.statusUrl,
    reference: oneLine(answer.reference),
  };
  const what = [say(language, `mail.${kind}.what`, values)];
  const words = oneLine(answer.reason.words?.[language] ?? '');
  if (words) what.push(words);

  const until = answer.final ? [] : [say(language, `mail.until.${untilOf(answer)}`, values)];

  const next: string[] = [];
  if (!answer.final || answer.nextStep === 'watching' || answer.nextStep === 'asking-you') {
    next.push(NEXT_STEP_WORDS[language][answer.nextStep].sentence);
  }
  if (nextWordBy) next.push(say(language, 'mail.word.by', values));
  else if (!answer.final) next.push(say(language, 'mail.word.end', values));

  const advice = [...new Set(answer.whatYouCanDo)].map((key) => say(language, `mail.advice.${key}`, values));
  const number = [say(language, 'mail.reference', values)];
  if (values.phone !== 'none') number.push(say(language, 'mail.phone', values));

  const blocks = [what, until, next, advice].filter((block) => block.length > 0);
  const subject = say(language, `subject.${kind}`, values);
  const footer = to.unsubscribe ? `${say(language, 'mail.unsubscribe')} ${UNSUBSCRIBE_URL}` : null;
  const body = [
    say(language, 'mail.greeting'),
    ...blocks.map((block) => block.join(' ')),
    [...number, oneLine(to.operator.name)].join('\n'),
    ...(footer ? [`-- \n${footer}`] : []),
  ].join('\n\n');
  return { subject, body: `${body}\n`, html: mailHtml({ language, subject, what, until, next, advice, number, to }) };
}

function untilOf(answer: FullAnswer): 'line' | 'problem' | 'new' | 'moved' {
  if (answer.kind === 'outage') return 'line';
  if (answer.kind === 'expected-end-moved') return answer.formerExpectedEnd ? 'moved' : 'new';
  return answer.kind === 'expected-end-passed' ? 'new' : 'problem';
}

interface MailParts {
  language: Language;
  subject: string;
  what: string[];
  until: string[];
  next: string[];
  advice: string[];
  number: string[];
  to: Recipient;
}

// Styles stand on the elements (many programs drop a style sheet); the sheet only adds the dark colours for those that keep it.
const TEXT = 'margin:0 0 16px;font-size:16px;line-height:1.5';

function mailHtml({ language, subject, what, until, next, advice, number, to }: MailParts): string {
  const paragraph = (sentences: string[], style = TEXT): string =>
    sentences.length === 0 ? '' : `<p style="${style}">${sentences.map(linked(to.statusUrl)).join(' ')}</p>\n`;
  const [first = '', ...rest] = what;
  const list =
    advice.length === 0
      ? ''
      : `<ul style="margin:0 0 16px;padding:0 0 0 20px;font-size:16px;line-height:1.5">${advice.map((entry) => `<li>${linked(to.statusUrl)(entry)}</li>`).join('')}</ul>\n`;
  const unsubscribe = to.unsubscribe
    ? `<p class="quiet" style="margin:16px 0 0;font-size:13px;line-height:1.5;color:#566266">${escapeHtml(say(language, 'mail.unsubscribe'))} <a href="${UNSUBSCRIBE_URL}" style="color:#0b6e75">${escapeHtml(say(language, 'mail.unsubscribe.link'))}</a></p>\n`
    : '';
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(subject)}</title>
<style>@media (prefers-color-scheme: dark){body,.sheet{background:#101617!important;color:#e6eced!important}.when{border-color:#4fb8bf!important}.quiet{color:#a3b0b3!important}a{color:#6fd0d6!important}}</style>
</head>
<body style="margin:0;padding:0;background:#ffffff;color:#172022;font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif">
<div class="sheet" style="max-width:560px;margin:0 auto;padding:24px 20px">
<p class="quiet" style="margin:0 0 20px;font-size:14px;color:#566266">${escapeHtml(oneLine(to.operator.name))}</p>
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.35;font-weight:600">${escapeHtml(first)}</h1>
${paragraph(rest)}${
  until.length + next.length === 0
    ? ''
    : `<div class="when" style="margin:0 0 16px;padding:4px 0 4px 16px;border-left:3px solid #0b6e75">${paragraph(until, 'margin:0 0 8px;font-size:18px;line-height:1.4;font-weight:600')}${paragraph(next, 'margin:0;font-size:16px;line-height:1.5')}</div>
`
}${list}<p class="quiet" style="margin:0;font-size:14px;line-height:1.6;color:#566266">${number.map(escapeHtml).join('<br>')}</p>
${unsubscribe}</div>
</body>
</html>
`;
}

/** Escaped, with our own status page as the only link. */
const linked =
  (statusUrl: string) =>
  (sentence: string): string => {
    const escaped = escapeHtml(sentence);
    if (!/^https?:\/\//.test(statusUrl) || !sentence.endsWith(statusUrl)) return escaped;
    const address = escapeHtml(statusUrl);
    return `${escaped.slice(0, escaped.length - address.length)}<a href="${address}" style="color:#0b6e75">${address}</a>`;
  };
