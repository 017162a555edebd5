import { DateTime } from 'luxon';
import type { Language } from '../../contract/answer.ts';
import { spokenNumber } from './number.ts';

/** A case climbed: what the people of the rung read. No word of the customer: mail leaves the house. */
export function climbMail(facts: { number: string; rung: string; link: string; language: Language }): {
  subject: string;
  body: string;
} {
  const number = spokenNumber(facts.number);
  return facts.language === 'it'
    ? {
        subject: `Pratica ${number}: tocca a voi – ${facts.rung}`,
        body: `La pratica ${number} è salita a "${facts.rung}" e ora è vostra: un impegno non è stato mantenuto, oppure la soluzione non ha funzionato.\n\nApritela e dite al cliente fino a quando: ${facts.link}\n`,
      }
    : {
        subject: `Case ${number}: it is yours now – ${facts.rung}`,
        body: `Case ${number} climbed to "${facts.rung}" and is yours now: a promise was not kept, or the fix did not help.\n\nOpen it and tell the customer until when: ${facts.link}\n`,
      };
}

/** Three quarters of a promise's time are over. */
export function dueMail(facts: { number: string; link: string; dueAt: Date; timeZone: string; language: Language }): {
  subject: string;
  body: string;
} {
  const number = spokenNumber(facts.number);
  const time = DateTime.fromJSDate(facts.dueAt, { zone: facts.timeZone }).toFormat('dd/MM HH:mm');
  return facts.language === 'it'
    ? {
        subject: `Pratica ${number}: un impegno scade ${time}`,
        body: `Un impegno della pratica ${number} scade ${time}. Se il tempo non basta, ditelo prima: ${facts.link}\n`,
      }
    : {
        subject: `Case ${number}: a promise is due ${time}`,
        body: `A promise of case ${number} is due ${time}. If that is not enough time, say so before: ${facts.link}\n`,
      };
}
