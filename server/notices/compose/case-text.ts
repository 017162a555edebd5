import type { Answer, Language } from '../../../contract/answer.ts';
import type { Topic } from '../../../contract/cases.ts';
import { Failure } from '../../platform/errors.ts';

/** What a text to one customer about one case is. */
export const CASE_TEXT_KINDS = [
  'acknowledgement',
  'incident',
  'state',
  'reopened',
  'denied',
  'answer',
  'question',
  'question-again',
  'fix-question',
  'fix-question-again',
  'confirmed',
  'unconfirmed',
  'cancelled',
  'promise-broken',
  'handed-over',
  'formal',
  'call-promised',
  'time-promised',
] as const;
export type CaseTextKind = (typeof CASE_TEXT_KINDS)[number];

/** The meaning of a text about a case. Instants in RFC 3339. */
export interface CaseText {
  kind: CaseTextKind;
  number: string;
  topic: Topic;
  /** Of a person: the answer itself, the question, what was done. Plain text. */
  words?: string | null;
  /** What is known of the incident behind it. */
  incident?: Answer | null;
  /** When we speak again at the latest; of a question: when it is asked again, or what happens then without an answer. */
  by: string | null;
  /** What is promised is a call. */
  call?: boolean;
  /** The time that was promised before and not kept. */
  former?: string | null;
  /** Outside working hours: when work begins again. */
  opensAt?: string | null;
  team?: string | null;
  /** With whom it is: read by nobody yet, with the technical side, with another company; default: it is worked on. */
  standing?: 'unread' | 'technical' | 'outside' | null;
  /** By when the law wants a formal complaint answered. */
  legalBy?: string | null;
  reopenDays: number;
  /** So many go with it: by mail in it, else on the page. */
  files?: number;
}

export interface CaseRecipient {
  channel: 'sms' | 'email' | 'pec' | 'web';
  language: Language;
  timeZone: string;
  operator: { name: string; shortName: string; phone: string };
  now: Date;
  /** To the page of the case; null: none is given. */
  link: string | null;
}

const FINAL: ReadonlySet<CaseTextKind> = new Set(['confirmed', 'unconfirmed', 'cancelled']);
const NEEDS_WORDS: ReadonlySet<CaseTextKind> = new Set(['answer', 'question', 'question-again']);

const refuse = (missing: string, detail: string, help: string): Failure =>
  new Failure({ code: 'empty-answer', kind: 'invalid', detail, help, facts: { missing } });

const isToCome = (instant: string | null | undefined, now: Date): boolean =>
  instant !== null && instant !== undefined && Date.parse(instant) > now.getTime();

/**
 * No empty answer: refuses (`empty-answer`, `facts.missing` names the part) a text without its number, a reason, or a time to come. Only texts that end a
 * case owe no time; a known incident may give its expected end instead.
 */
export function requireCaseText(text: CaseText, now: Date): void {
  if (!/^\d{9,12}$/.test(text.number)) throw refuse('number', 'The text has no case number.', 'Give it.');
  if (NEEDS_WORDS.has(text.kind) && !text.words?.trim())
    throw refuse(
      'words',
      'There is nothing in the answer.',
      'Say what happens and why; "we do not know yet" is an answer.',
    );
  if (text.kind === 'incident' && !text.incident)
    throw refuse('incident', 'The incident behind it says nothing yet.', 'Answer by the case itself.');
  if (text.kind === 'promise-broken' && !text.former)
    throw refuse('former', 'The text does not say which promise broke.', 'Give the time that was promised.');
  if (text.kind === 'handed-over' && !text.team)
    throw refuse('team', 'The text does not say who has it now.', 'Give the name of the team.');
  if (text.kind === 'formal' && !isToCome(text.legalBy, now))
    throw refuse('legalBy', 'The text does not say by when the complaint is answered.', 'Give the time of the law.');
  if (FINAL.has(text.kind) || text.kind === 'formal') return;
  const byIncident = text.incident && isToCome(text.incident.expectedEnd, now);
  if (!isToCome(text.by, now) && !byIncident)
    throw refuse(
      'by',
      'The answer has no time to come: neither an expected end nor the time of the next word.',
      'Say until when, or when you will write again.',
    );
}
