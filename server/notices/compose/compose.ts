import type { Answer, Channel, ComposedText, Language } from '../../../contract/answer.ts';
import { composeMail } from './mail.ts';
import { requireAnswer } from './require-answer.ts';
import { composeSms } from './sms.ts';

/** To whom an answer is said. The text is the same for all who share these. */
export interface Recipient {
  channel: Channel;
  language: Language;
  /** The operator's zone (IANA name). */
  timeZone: string;
  /** `shortName` begins each SMS; `phone` may be empty. */
  operator: { name: string; shortName: string; phone: string };
  /** The public status page. */
  statusUrl: string;
  /** On the business clock: what "today" is, and what has already passed. */
  now: Date;
  /** SMS: the first one of an outage says how to stop, where that costs no further part. Mail: a line with `UNSUBSCRIBE_URL`. */
  unsubscribe: boolean;
}

/** The text of an answer for a channel and a language; pure. Throws `empty-answer` (`facts.missing`) for an answer that says too little. */
export function compose(answer: Answer, to: Recipient): ComposedText {
  const full = requireAnswer(answer, to.now);
  if (to.channel === 'sms') {
    const { body, parts, coding } = composeSms(full, to);
    return { channel: 'sms', language: to.language, subject: null, body, html: null, parts, coding };
  }
  return { channel: to.channel, language: to.language, ...composeMail(full, to), parts: 1, coding: null };
}
