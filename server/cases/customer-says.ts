import type { MessageKind } from '../../contract/cases.ts';
import { conflict } from '../platform/errors.ts';
import type { CaseRecord } from './case.ts';
import { type CaseFacts, type Command, type Decision, ENDED, mayReopen } from './life.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** So many reminders about one matter climb a rung, and again as many the next. */
const REMINDERS_A_RUNG = 3;

export const wrongState = (record: CaseRecord, what: string, help: string): Error =>
  conflict('wrong-state', `A case that is ${record.state} can't be ${what}.`, help);

export const after = (now: Date, milliseconds: number): Date => new Date(now.getTime() + milliseconds);
export const nextWord = (facts: CaseFacts): NonNullable<Decision['promise']> => [
  { kind: 'case-next-word', dueAt: facts.workingAfter(facts.settings.nextWordMinutes) },
];
export const NOTHING_ASKED = { askedAt: null, askedWhat: null, askedTimes: 0, dueAt: null } as const;

export function requireOpen(record: CaseRecord, what: string): void {
  if (ENDED.has(record.state))
    throw wrongState(record, what, 'It has ended; the customer reopens it by writing again.');
}

export const isFresh = (record: CaseRecord): boolean => record.state === 'received' || record.state === 'acknowledged';
/** A formal complaint keeps its legal time, counted from the day on which it was made. */
export const legalTime = (record: CaseRecord, facts: CaseFacts): NonNullable<Decision['promise']> =>
  record.formalAt ? [{ kind: 'formal-answer', dueAt: after(record.formalAt, facts.settings.formalDays * DAY) }] : [];

export function hear(
  { verdict, claim }: Extract<Command, { do: 'hear' }>,
  record: CaseRecord,
  facts: CaseFacts,
  now: Date,
): Decision {
  // A stranger who knows the number adds words; they answer nothing and move nothing.
  if (claim) return { change: {}, events: [{ kind: 'case.claim-heard' }], heardAs: 'reply' };
  const heard = { lastHeardAt: now };
  if (ENDED.has(record.state)) {
    if (record.state === 'unconfirmed' && verdict.answer === 'yes' && !verdict.more)
      return {
        change: { ...heard, state: 'confirmed' },
        events: [{ kind: 'case.confirmed' }],
        heardAs: 'confirmation',
        say: 'confirmed',
      };
    if (record.state === 'confirmed' && (verdict.thanks || (verdict.answer === 'yes' && !verdict.more)))
      return { change: heard, events: [{ kind: 'case.heard' }], heardAs: 'reply' };
    return reopen(record, facts, now, verdict.answer === 'no' ? 'denial' : 'reminder');
  }
  if (record.state === 'fix reported') {
    if (verdict.answer === 'no') {
      const denied = deny(record, facts);
      return { ...denied, change: { ...denied.change, ...heard }, heardAs: 'denial' };
    }
    if (verdict.answer === 'yes' && !verdict.more) {
      const confirmed = confirm(record, { ...facts, saidYes: true }, now);
      return { ...confirmed, change: { ...confirmed.change, ...heard }, heardAs: 'confirmation' };
    }
    // Not closed by a machine: somebody reads what stands there.
    return {
      change: { ...heard, dueAt: null },
      events: [{ kind: 'case.answer-to-read' }],
      heardAs: verdict.answer === 'yes' ? 'confirmation' : 'reply',
      promise: [{ kind: 'reading', dueAt: facts.workingAfter(facts.settings.handOverMinutes) }],
    };
  }
  if (record.state === 'waiting' && record.waitingFor === 'customer')
    return {
      change: { ...heard, ...NOTHING_ASKED, state: 'in work', waitingFor: null, pausedAt: null },
      events: [{ kind: 'case.answered' }],
      heardAs: 'reply',
      clocks: 'resume',
      ...(facts.hasNextWord ? {} : { promise: nextWord(facts) }),
      say: 'state',
    };
  const isReply = verdict.thanks || (record.lastSaidAt !== null && record.lastSaidAt > record.lastHeardAt);
  if (isReply)
    return {
      change: heard,
      events: [{ kind: 'case.heard' }],
      heardAs: 'reply',
      ...(facts.hasNextWord ? {} : { promise: nextWord(facts) }),
    };
  const reminders = record.reminders + 1;
  return {
    change: { ...heard, reminders, urgency: Math.max(0, record.urgency - 1) },
    events: [{ kind: 'case.reminded', data: { reminders } }],
    heardAs: 'reminder',
    ...(facts.hasNextWord ? {} : { promise: nextWord(facts) }),
    ...(reminders % REMINDERS_A_RUNG === 0 ? { climb: true } : {}),
    say: 'state',
  };
}

function reopen(record: CaseRecord, facts: CaseFacts, now: Date, heardAs: MessageKind): Decision {
  if (!mayReopen(record, facts.settings.reopenDays, now))
    throw conflict('case-ended', 'This case has ended and can no longer be taken up again.', 'Open a new one.');
  return {
    change: {
      ...NOTHING_ASKED,
      state: 'in work',
      endedAt: null,
      pausedAt: null,
      reopened: record.reopened + 1,
      urgency: Math.max(0, record.urgency - 1),
      lastHeardAt: now,
    },
    events: [{ kind: 'case.reopened', data: { times: record.reopened + 1 } }],
    heardAs,
    promise: nextWord(facts),
    climb: true,
    say: 'reopened',
  };
}

export function deny(record: CaseRecord, facts: CaseFacts): Decision {
  if (record.state !== 'fix reported')
    throw wrongState(record, 'denied', 'There is no fix that could have failed; write what is wrong.');
  return {
    change: { ...NOTHING_ASKED, state: 'in work', urgency: Math.max(0, record.urgency - 1) },
    events: [{ kind: 'case.denied' }],
    settle: [{ kinds: ['reading'], as: 'kept', because: 'read' }],
    promise: nextWord(facts),
    climb: true,
    say: 'denied',
  };
}

export function confirm(record: CaseRecord, facts: CaseFacts, now: Date): Decision {
  if (record.state !== 'fix reported') throw wrongState(record, 'confirmed', 'First a fix is reported.');
  if (!facts.saidYes)
    throw conflict(
      'not-said',
      'The customer has not said that it works; only they end a case.',
      'Wait for their answer, or write down what they said on the phone.',
    );
  return {
    change: { ...NOTHING_ASKED, state: 'confirmed', endedAt: now, pausedAt: null },
    events: [{ kind: 'case.confirmed' }],
    settle: [
      { kinds: ['reading'], as: 'kept', because: 'read' },
      { kinds: ['case-next-word', 'formal-answer'], as: 'kept', because: 'confirmed' },
      { kinds: 'all', as: 'withdrawn', because: 'confirmed' },
    ],
    handOver: 'case ended',
    say: 'confirmed',
  };
}

export function formal(record: CaseRecord, facts: CaseFacts, now: Date): Decision {
  if (record.state === 'cancelled' || record.state === 'joined')
    throw wrongState(record, 'made a formal complaint', 'Write it as a new matter.');
  const again = ENDED.has(record.state) ? reopen(record, facts, now, 'complaint') : null;
  if (record.formalAt) {
    if (again) return { ...again, promise: [...(again.promise ?? []), ...legalTime(record, facts)] };
    return { change: { lastHeardAt: now }, events: [{ kind: 'case.heard' }], heardAs: 'complaint', say: 'state' };
  }
  const legal = { kind: 'formal-answer' as const, dueAt: after(now, facts.settings.formalDays * DAY) };
  return {
    change: {
      ...again?.change,
      formalAt: now,
      lastHeardAt: now,
      urgency: Math.max(0, record.urgency - 1),
    },
    events: [...(again?.events ?? []), { kind: 'case.formal', data: { dueAt: legal.dueAt.toISOString() } }],
    heardAs: 'complaint',
    promise: [
      ...(again?.promise ?? (facts.hasNextWord || record.state === 'fix reported' ? [] : nextWord(facts))),
      legal,
    ],
    ...(again ? { climb: true } : {}),
    say: 'formal',
  };
}
