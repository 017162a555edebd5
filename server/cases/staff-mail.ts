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

/** Cases whose owner is not there: what whoever has them now reads. Nobody is named: mail leaves the house. */
export function passedOnMail(facts: {
  cases: readonly { number: string; link: string }[];
  because: 'away' | 'left';
  language: Language;
}): { subject: string; body: string } {
  const { cases, because, language } = facts;
  const list = cases.map(({ number, link }) => `${spokenNumber(number)}: ${link}`).join('\n');
  const [only] = cases;
  const one = cases.length === 1 && only ? spokenNumber(only.number) : null;
  if (language === 'it')
    return {
      subject: one ? `Pratica ${one}: ora è vostra` : `${cases.length} pratiche: ora sono vostre`,
      body: `Chi le seguiva ${because === 'away' ? 'è assente' : 'non lavora più qui'}. Gli impegni presi con i clienti restano e ora sono vostri:\n\n${list}\n`,
    };
  return {
    subject: one ? `Case ${one}: it is yours now` : `${cases.length} cases: they are yours now`,
    body: `Whoever looked after them ${because === 'away' ? 'is away' : 'no longer works here'}. What customers were promised stands and is yours now:\n\n${list}\n`,
  };
}
