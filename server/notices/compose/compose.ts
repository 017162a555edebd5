import type { Answer, ComposedText } from '../../../contract/answer.ts';
import { composeMail } from './mail.ts';
import type { Recipient } from './recipient.ts';
import { requireAnswer } from './require-answer.ts';
import { composeSms } from './sms.ts';

/** The text of an answer for a channel and a language; pure. Throws `empty-answer` (`facts.missing`) for an answer that says too little. */
export function compose(answer: Answer, to: Recipient): ComposedText {
  const full = requireAnswer(answer, to.now);
  if (to.channel === 'sms') {
    const { body, parts, coding } = composeSms(full, to);
    return { channel: 'sms', language: to.language, subject: null, body, html: null, parts, coding };
  }
  return { channel: to.channel, language: to.language, ...composeMail(full, to), parts: 1, coding: null };
}
