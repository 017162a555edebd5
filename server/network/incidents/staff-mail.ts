import { DateTime } from 'luxon';
import type { PromiseKind } from '../../promises/index.ts';

type Language = 'it' | 'en';

/** Of the promises that an incident can make. */
const WHAT: Record<Language, Partial<Record<PromiseKind, string>>> = {
  it: {
    'expected-end': 'la fine prevista detta ai clienti',
    'next-word': "l'aggiornamento promesso ai clienti",
    'telling-decision': 'la decisione su un avviso che attende',
    'staff-time': 'un orario da dire ai clienti',
    'formal-answer': 'la risposta a un reclamo formale',
  },
  en: {
    'expected-end': 'the expected end that customers were told',
    'next-word': 'the update that customers were promised',
    'telling-decision': 'the decision about an announcement that waits',
    'staff-time': 'a time to tell customers',
    'formal-answer': 'the answer to a formal complaint',
  },
};

/** A promise broke and the incident climbed: what the people of the rung read. */
export function ladderMail(facts: {
  reference: string;
  resource: string;
  link: string;
  rung: string;
  broken: readonly PromiseKind[];
  language: Language;
}): { subject: string; body: string } {
  const what = [...new Set(facts.broken)].map((kind) => WHAT[facts.language][kind]).join(', ');
  return facts.language === 'it'
    ? {
        subject: `Guasto ${facts.reference} (${facts.resource}): tocca a voi – ${facts.rung}`,
        body: `Non è stata mantenuta: ${what}.\nIl guasto ${facts.reference} (${facts.resource}) è salito a "${facts.rung}" e ora è vostro.\n\nApritelo e dite ai clienti fino a quando: ${facts.link}\n`,
      }
    : {
        subject: `Incident ${facts.reference} (${facts.resource}): it is yours now – ${facts.rung}`,
        body: `Not kept: ${what}.\nIncident ${facts.reference} (${facts.resource}) climbed to "${facts.rung}" and is yours now.\n\nOpen it and tell customers until when: ${facts.link}\n`,
      };
}

/** Three quarters of the time are over. */
export function warningMail(facts: {
  reference: string;
  resource: string;
  link: string;
  promise: PromiseKind;
  dueAt: Date;
  timeZone: string;
  language: Language;
}): { subject: string; body: string } {
  const time = DateTime.fromJSDate(facts.dueAt, { zone: facts.timeZone }).toFormat('HH:mm');
  return facts.language === 'it'
    ? {
        subject: `Guasto ${facts.reference} (${facts.resource}): scade alle ${time}`,
        body: `Alle ${time} scade: ${WHAT.it[facts.promise]}.\nSe il tempo non basta, ditelo prima: ${facts.link}\n`,
      }
    : {
        subject: `Incident ${facts.reference} (${facts.resource}): due at ${time}`,
        body: `Due at ${time}: ${WHAT.en[facts.promise]}.\nIf that is not enough time, say so before: ${facts.link}\n`,
      };
}
