import { CAUSE_WORDS, NEXT_STEP_WORDS } from '../../../contract/words.ts';
import { isGsm, type SmsSize, smsSize, toGsm } from './gsm.ts';
import { say } from './messages.ts';
import type { Recipient } from './recipient.ts';
import type { FullAnswer } from './require-answer.ts';
import { sayTime } from './say-time.ts';
import { oneLine } from './text.ts';

/** A customer pays attention to two parts; three are the end even with words of staff in it. */
const MOST_PARTS = 3;
const PARTS_WITHOUT_WORDS = 2;
/** How long a place may be, longest first: it gives way before a third part is paid for. */
const PLACE_LENGTHS = [60, 40, 28, 20] as const;

interface Sentence {
  text: string;
  /** 0 is always said; else the smaller goes in first where there is room. */
  rank: number;
}

/**
 * The SMS of an answer: what and why, until when, what is next and when we speak again, the number; then what still fits without a further part.
 * GSM 03.38 wherever a faithful substitute exists; words of staff are shortened only when they would cost more than three parts.
 */
export function composeSms(answer: FullAnswer, to: Recipient): { body: string } & SmsSize {
  const words = oneLine(answer.reason.words?.[to.language] ?? '');
  const most = words ? MOST_PARTS : PARTS_WITHOUT_WORDS;
  let place = '';
  let full = '';
  for (const length of PLACE_LENGTHS) {
    place = shortened(oneLine(answer.place), length);
    full = fill(sentences(answer, to, place, words));
    if (smsSize(full).parts <= most) return { body: full, ...smsSize(full) };
  }

  const [plainPlace, plainWords] = isGsm(full) ? [place, words] : [encodable(place), encodable(words)];
  const without = fill(sentences(answer, to, plainPlace, ''), { extras: false });
  if (plainWords === '') return { body: without, ...smsSize(without) };
  for (let length = plainWords.length; length > 3; length -= Math.max(1, Math.floor(length / 20))) {
    const body = fill(sentences(answer, to, plainPlace, shortened(plainWords, length)), { extras: false });
    if (smsSize(body).parts <= MOST_PARTS) return { body, ...smsSize(body) };
  }
  return { body: without, ...smsSize(without) };
}

function sentences(answer: FullAnswer, to: Recipient, place: string, words: string): Sentence[] {
  const { language } = to;
  const { kind, expectedEnd, formerExpectedEnd, nextWordBy } = answer;
  const brief = { brief: true };
  const former = formerExpectedEnd ? sayTime('by', formerExpectedEnd, to, brief) : 'none';
  const times = {
    operator: oneLine(to.operator.shortName),
    place,
    because: CAUSE_WORDS[language][answer.reason.cause].briefly,
    since: sayTime('since', answer.beganAt, to, brief),
    began: sayTime('at', answer.beganAt, to, brief),
    ended: answer.endedAt ? sayTime('since', answer.endedAt, to, brief) : 'none',
    former,
    end: expectedEnd ? 'known' : 'unknown',
    by: expectedEnd ? sayTime('by', expectedEnd, to) : '',
  };
  const result: Sentence[] = [{ text: say(language, `sms.${kind}.what`, times), rank: 0 }];
  if (words) result.push({ text: asSentence(words), rank: 0 });
  if (!answer.final) {
    const until =
      kind === 'outage'
        ? 'line'
        : kind === 'expected-end-moved' && former !== 'none'
          ? 'moved'
          : kind === 'expected-end-passed' || kind === 'expected-end-moved'
            ? 'new'
            : 'problem';
    result.push({ text: say(language, `sms.until.${until}`, times), rank: 0 });
  }
  if (!answer.final || answer.nextStep === 'watching' || answer.nextStep === 'asking-you') {
    result.push({ text: NEXT_STEP_WORDS[language][answer.nextStep].briefly, rank: 1 });
  }
  if (nextWordBy) {
    result.push({ text: say(language, 'sms.word.by', { word: sayTime('by', nextWordBy, to, brief) }), rank: 0 });
  } else if (!answer.final) {
    result.push({ text: say(language, 'sms.word.end'), rank: 3 });
  }
  const phone = oneLine(to.operator.phone);
  for (const advice of new Set(answer.whatYouCanDo)) {
    const text = say(language, `sms.advice.${advice}`, { statusUrl: to.statusUrl, phone: phone || 'none' });
    result.push({ text, rank: 4 });
  }
  result.push({ text: say(language, 'sms.reference', { reference: oneLine(answer.reference) }), rank: 0 });
  if (phone && !answer.whatYouCanDo.includes('answer-if-not-working')) {
    result.push({ text: say(language, 'sms.phone', { phone }), rank: 5 });
  }
  if (to.unsubscribe && (kind === 'outage' || kind === 'outage-degraded')) {
    result.push({ text: say(language, 'sms.stop'), rank: 2 });
  }
  return result.map(({ text, rank }) => ({ text: toGsm(text), rank }));
}

/** What must be said, and then, by rank, whatever costs no further part. */
function fill(all: readonly Sentence[], { extras = true }: { extras?: boolean } = {}): string {
  const join = (kept: ReadonlySet<Sentence>): string =>
    all
      .filter((sentence) => kept.has(sentence))
      .map(({ text }) => text)
      .join(' ');
  const kept = new Set(all.filter(({ rank }) => rank === 0));
  if (!extras) return join(kept);
  const { parts } = smsSize(join(kept));
  for (const sentence of all.filter(({ rank }) => rank > 0).sort((a, b) => a.rank - b.rank)) {
    const longer = new Set([...kept, sentence]);
    if (smsSize(join(longer)).parts === parts) kept.add(sentence);
  }
  return join(kept);
}

const asSentence = (words: string): string => (/[.!?…]$/.test(words) ? words : `${words}.`);

/** At most `length` characters, cut after a word where there is one. */
function shortened(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  const cut = characters.slice(0, Math.max(1, length - 3)).join('');
  const words = cut.replace(/[\s,;:.]+\S*$/u, '');
  return `${words.length > cut.length / 2 ? words : cut}...`;
}

/** Without what GSM 03.38 can't say: only where the text would otherwise cost more than three parts. */
const encodable = (text: string): string =>
  [...toGsm(text)]
    .map((character) => (isGsm(character) ? character : '?'))
    .join('')
    .replaceAll(/\?{2,}/g, '?');
