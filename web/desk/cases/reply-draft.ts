import type { Case } from '../../../contract/cases.ts';

export interface ReplyDraft {
  /** What happens, and why. */
  reason: string;
  /** What we do next. */
  nextStep: string;
  /** When we speak again; null: by the promise that is open. */
  nextWordBy: string | null;
}

export const EMPTY_REPLY: ReplyDraft = { reason: '', nextStep: '', nextWordBy: null };

export type Missing = 'reason' | 'next-step' | 'next-word';

/** When the next word to the customer is promised: what a reply inherits. Null: nothing is promised, or it is over. */
export function inheritedWord(found: Pick<Case, 'promises'>, now: Date): string | null {
  const open = found.promises
    .filter(({ kind, state, paused }) => kind === 'case-next-word' && state === 'open' && !paused)
    .map(({ dueAt }) => dueAt)
    .filter((dueAt) => new Date(dueAt) > now)
    .sort();
  return open[0] ?? null;
}

/** What a reply lacks. Each says what happens and why, what comes next, and until when: a time of its own or the one that is promised. */
export function missingOf(draft: ReplyDraft, inherited: string | null): Missing[] {
  return [
    ...(draft.reason.trim() === '' ? (['reason'] as const) : []),
    ...(draft.nextStep.trim() === '' ? (['next-step'] as const) : []),
    ...(draft.nextWordBy === null && inherited === null ? (['next-word'] as const) : []),
  ];
}

/** The two parts as one text: first what happens and why, then what comes next. */
export const wordsOfReply = ({ reason, nextStep }: Pick<ReplyDraft, 'reason' | 'nextStep'>): string =>
  [reason.trim(), nextStep.trim()].filter((part) => part !== '').join('\n\n');

/** The number of the newest message that came in from a case's customer; nought: none. */
export const newestHeard = ({ messages }: Pick<Case, 'messages'>): number =>
  Math.max(0, ...messages.filter(({ direction }) => direction === 'in').map(({ number }) => number));
