import type { Advice, Cause, Language, NextStep } from '../../../contract/answer.ts';
import type { Announce, Incident } from '../../../contract/incidents.ts';

/** What a person is writing before it is told; times as ISO instants. */
export interface Draft {
  cause: Cause;
  words: Record<Language, string>;
  /** Whether an end can be named; if not, the time of the next word is promised instead. */
  endKnown: boolean;
  expectedEnd: string | null;
  nextWordBy: string | null;
  nextStep: NextStep;
  whatYouCanDo: Advice[];
}

/** Begins with what was last said about the incident, so that only what is new has to be typed. */
export function draftFrom(
  incident: Pick<Incident, 'cause' | 'causeWords' | 'expectedEnd' | 'announcements'>,
  now: Date,
): Draft {
  const last = incident.announcements.toSorted((one, other) => other.number - one.number)[0]?.answer;
  // An end that has passed is no promise any more: the field starts empty and asks for a new one.
  const end = incident.expectedEnd && new Date(incident.expectedEnd) > now ? incident.expectedEnd : null;
  const word = last?.nextWordBy && new Date(last.nextWordBy) > now ? last.nextWordBy : null;
  return {
    cause: incident.cause,
    words: { it: incident.causeWords.it ?? '', en: incident.causeWords.en ?? '' },
    endKnown: end !== null || word === null,
    expectedEnd: end,
    nextWordBy: word,
    nextStep: last?.nextStep ?? 'finding-cause',
    whatYouCanDo: last?.whatYouCanDo ?? ['follow-status-page'],
  };
}

/** What is sent; null while the time is missing (a text without a time would be refused). */
export function announceOf(draft: Draft, version: number): Announce | null {
  const time = draft.endKnown ? draft.expectedEnd : draft.nextWordBy;
  if (time === null) return null;
  const it = draft.words.it.trim();
  const en = draft.words.en.trim();
  return {
    version,
    cause: draft.cause,
    ...(it || en ? { causeWords: { ...(it ? { it } : {}), ...(en ? { en } : {}) } } : {}),
    expectedEnd: draft.endKnown ? time : null,
    ...(draft.endKnown ? {} : { nextWordBy: time }),
    nextStep: draft.nextStep,
    whatYouCanDo: draft.whatYouCanDo,
  };
}
