import { type Answer, CAUSES, NEXT_STEPS } from '../../../contract/answer.ts';
import { Failure } from '../../platform/errors.ts';

/** An answer of which it is certain that it says something, with its times as they may be said now. */
export interface FullAnswer extends Answer {
  /** Whether it tells an end: then no further time is owed. */
  final: boolean;
}

const refuse = (missing: string, detail: string, help: string): Failure =>
  new Failure({ code: 'empty-answer', kind: 'invalid', detail, help, facts: { missing } });

const instantOf = (value: string | null | undefined): number | null => {
  if (value === null || value === undefined) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
};

/**
 * No empty answer: refuses (`empty-answer`, `facts.missing` names the part) what has no reason, no place, no reference, no beginning, no next step,
 * an expected end that already passed, or neither an expected end nor a time for the next word that is still to come. `restored` and `called-off`
 * owe no further time. A time for the next word that passed meanwhile is not said again.
 */
export function requireAnswer(answer: Answer, now: Date): FullAnswer {
  if (!answer.reason || !(CAUSES as readonly string[]).includes(answer.reason.cause)) {
    throw refuse('reason', 'The answer has no reason.', 'Give a cause; "unknown" is one, when it is so.');
  }
  if (!answer.place?.trim()) throw refuse('place', 'The answer has no place.', 'Say where, in words for customers.');
  if (!answer.reference?.trim()) {
    throw refuse('reference', 'The answer has no reference.', 'Give the number that can be read out.');
  }
  if (instantOf(answer.beganAt) === null) {
    throw refuse('beganAt', 'The answer does not say since when.', 'Give the instant at which it began.');
  }
  if (!(NEXT_STEPS as readonly string[]).includes(answer.nextStep)) {
    throw refuse('nextStep', 'The answer does not say what happens next.', 'Give a next step.');
  }
  const final = answer.kind === 'restored' || answer.kind === 'called-off';
  const word = instantOf(answer.nextWordBy);
  const nextWordBy = word !== null && word > now.getTime() ? answer.nextWordBy : null;
  if (final) return { ...answer, expectedEnd: null, nextWordBy, final };

  const end = instantOf(answer.expectedEnd);
  if (end !== null && end <= now.getTime()) {
    throw refuse(
      'expectedEnd',
      'The expected end of the answer has already passed.',
      'Give a new one, or none with a time for the next word.',
    );
  }
  if (end === null && nextWordBy === null) {
    throw refuse(
      'expectedEnd or nextWordBy',
      'The answer has neither an expected end nor a time for the next word that is still to come.',
      'Say until when, or when you speak again.',
    );
  }
  return { ...answer, expectedEnd: end === null ? null : answer.expectedEnd, nextWordBy, final };
}
