import type { CaseState, MessageKind, WaitingFor } from '../../contract/cases.ts';
import type { Severity } from '../../contract/incidents.ts';
import type { Settings } from '../../contract/settings.ts';
import { conflict } from '../platform/errors.ts';
import type { CaseRecord } from './case.ts';
import type { Verdict } from './read-reply.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** So many reminders about one matter climb a rung, and again as many the next. */
const REMINDERS_A_RUNG = 3;
/** How often the machine itself gives a new time after one broke; then a person must. */
export const MOST_RENEWALS = 3;

export const ENDED: ReadonlySet<CaseState> = new Set(['confirmed', 'unconfirmed', 'cancelled', 'joined']);

/** Which state may follow which. */
export const EDGES: Record<CaseState, readonly CaseState[]> = {
  received: ['acknowledged', 'in work', 'waiting', 'fix reported', 'cancelled', 'joined'],
  acknowledged: ['in work', 'waiting', 'fix reported', 'cancelled', 'joined'],
  'in work': ['waiting', 'fix reported', 'cancelled', 'joined'],
  waiting: ['in work', 'fix reported', 'cancelled', 'joined'],
  'fix reported': ['in work', 'confirmed', 'unconfirmed', 'cancelled', 'joined'],
  confirmed: ['in work'],
  unconfirmed: ['in work', 'confirmed'],
  cancelled: [],
  joined: ['in work'],
};

/**
 * `case-next-word`: the party hears from us by then. `hand-over`: somebody of the team accepts it. `formal-answer`: the legal time to answer a
 * complaint. `call-back`: the party is called. `reading`: somebody reads what the customer answered. `staff-time`: a person sets a time.
 */
export type CasePromiseKind = 'case-next-word' | 'hand-over' | 'formal-answer' | 'call-back' | 'reading' | 'staff-time';
export const TO_PARTY: ReadonlySet<string> = new Set(['case-next-word', 'formal-answer', 'call-back']);

/** What is said to the customer; the words are in server/notices/compose. */
export type SayingKind =
  | 'acknowledgement'
  | 'state'
  | 'reopened'
  | 'denied'
  | 'question'
  | 'question-again'
  | 'fix-question'
  | 'fix-question-again'
  | 'confirmed'
  | 'unconfirmed'
  | 'cancelled'
  | 'promise-broken'
  | 'handed-over'
  | 'formal'
  | 'call-promised';

export type Command =
  | { do: 'hear'; verdict: Verdict; claim: boolean }
  | { do: 'deny' }
  | { do: 'confirm' }
  | { do: 'take'; by: string }
  | { do: 'accept'; by: string; toTeamId: string }
  | {
      do: 'hand-over';
      toTeamId: string;
      waitingFor: Exclude<WaitingFor, 'customer'> | null;
      dueAt: Date;
      tell: boolean;
    }
  | { do: 'refuse' }
  | { do: 'ask' }
  | { do: 'report-fix' }
  | { do: 'time' }
  | { do: 'cancel' }
  | { do: 'join'; intoId: string }
  | { do: 'part' }
  | { do: 'formal' }
  | { do: 'call-back'; dueAt: Date }
  | { do: 'link'; incidentId: string | null }
  | { do: 'break'; kinds: readonly CasePromiseKind[]; renewal: number };

export interface CaseFacts {
  settings: Settings['cases'];
  rungs: number;
  /** How long the rung that is reached next has. */
  rungMinutes: number;
  /** Working time from now. */
  workingAfter(minutes: number): Date;
  /** Whether a next word is promised to the party and still to come, its clock standing or not. */
  hasNextWord: boolean;
  /** The customer said since the fix was reported that it works. */
  saidYes: boolean;
  handOverOpen: boolean;
}

export interface Settling {
  kinds: readonly CasePromiseKind[] | 'all';
  as: 'kept' | 'withdrawn';
  because:
    | 'fix reported'
    | 'confirmed'
    | 'closed'
    | 'cancelled'
    | 'joined to another case'
    | 'accepted'
    | 'refused'
    | 'read';
}

export interface Decision {
  change: Partial<CaseRecord>;
  events: { kind: string; data?: Record<string, unknown> }[];
  /** What an incoming message is. */
  heardAs?: MessageKind;
  clocks?: 'pause' | 'resume';
  settle?: Settling[];
  promise?: { kind: CasePromiseKind; dueAt: Date; renewal?: number }[];
  say?: SayingKind;
  /** One rung up: its people are called. */
  climb?: boolean;
  handOver?: 'accepted' | 'refused' | 'case ended';
}

const wrongState = (record: CaseRecord, what: string, help: string): Error =>
  conflict('wrong-state', `A case that is ${record.state} can't be ${what}.`, help);

export const mayReopen = (record: Pick<CaseRecord, 'state' | 'endedAt'>, reopenDays: number, now: Date): boolean =>
  (record.state === 'confirmed' || record.state === 'unconfirmed') &&
  record.endedAt !== null &&
  now.getTime() - record.endedAt.getTime() <= reopenDays * DAY;

const WEIGHT: Record<Severity, number> = { critical: 2, major: 3, minor: 5, info: 7 };

/** How soon a case is looked at: vulnerable people and businesses that stop when their line does come first, then what is grave. 0 is first. */
export const urgencyOf = (severity: Severity, party: { vulnerable: boolean; critical: boolean }): number =>
  Math.max(0, WEIGHT[severity] - (party.vulnerable ? 2 : 0) - (party.critical ? 1 : 0));

/** The working minutes that the machine promises after a promise broke, each time longer; null: a person must set a time. */
export const renewalMinutes = (renewal: number, nextWordMinutes: number): number | null =>
  renewal >= MOST_RENEWALS ? null : nextWordMinutes * 2 ** renewal;

const after = (now: Date, milliseconds: number): Date => new Date(now.getTime() + milliseconds);
const nextWord = (facts: CaseFacts): NonNullable<Decision['promise']> => [
  { kind: 'case-next-word', dueAt: facts.workingAfter(facts.settings.nextWordMinutes) },
];
const NOTHING_ASKED = { askedAt: null, askedWhat: null, askedTimes: 0, dueAt: null } as const;

/** What a command makes of a case. Pure; throws `wrong-state` where the case doesn't allow it, `not-said` where the customer's yes is missing. */
export function decide(command: Command, record: CaseRecord, facts: CaseFacts, now: Date): Decision {
  const decision = decideUnchecked(command, record, facts, now);
  const next = decision.change.state;
  if (next !== undefined && next !== record.state && !EDGES[record.state].includes(next))
    throw wrongState(record, `put ${next}`, 'Look at the case again; somebody may have changed it.');
  return decision;
}

function decideUnchecked(command: Command, record: CaseRecord, facts: CaseFacts, now: Date): Decision {
  switch (command.do) {
    case 'hear':
      return hear(command, record, facts, now);
    case 'deny':
      return deny(record, facts);
    case 'confirm':
      return confirm(record, facts, now);
    case 'take':
      requireOpen(record, 'taken');
      return {
        change: { ownerId: command.by, ...(isFresh(record) ? { state: 'in work' as const } : {}) },
        events: [{ kind: 'case.taken', data: { owner: command.by } }],
      };
    case 'accept':
      return accept(command, record, facts);
    case 'hand-over':
      return handOver(command, record);
    case 'refuse':
      if (!facts.handOverOpen) throw conflict('no-hand-over', 'Nothing was handed over.', 'It may have been accepted.');
      return {
        change:
          record.state === 'waiting' && record.waitingFor !== 'customer' ? { state: 'in work', waitingFor: null } : {},
        events: [{ kind: 'case.hand-over-refused' }],
        settle: [{ kinds: ['hand-over'], as: 'withdrawn', because: 'refused' }],
        handOver: 'refused',
      };
    case 'ask':
      requireOpen(record, 'asked about');
      if (record.state === 'fix reported')
        throw wrongState(record, 'asked something else about', 'Wait for the answer whether it works, or answer.');
      return {
        change: {
          state: 'waiting',
          waitingFor: 'customer',
          askedAt: now,
          askedWhat: 'question',
          askedTimes: 1,
          dueAt: after(now, facts.settings.askAgainHours * HOUR),
          ...(record.pausedAt ? {} : { pausedAt: now }),
        },
        events: [{ kind: 'case.asked' }],
        clocks: 'pause',
        say: 'question',
      };
    case 'report-fix':
      return reportFix(record, facts, now);
    case 'time':
      return timeOver(record, facts, now);
    case 'cancel':
      requireOpen(record, 'cancelled');
      return {
        change: { state: 'cancelled', ...NOTHING_ASKED, endedAt: now, pausedAt: null, waitingFor: null },
        events: [{ kind: 'case.cancelled' }],
        settle: [{ kinds: 'all', as: 'withdrawn', because: 'cancelled' }],
        handOver: 'case ended',
        say: 'cancelled',
      };
    case 'join':
      requireOpen(record, 'joined to another');
      if (command.intoId === record.id)
        throw conflict('same-case', 'A case is not joined to itself.', 'Choose another.');
      return {
        change: {
          state: 'joined',
          ...NOTHING_ASKED,
          endedAt: now,
          pausedAt: null,
          waitingFor: null,
          joinedTo: command.intoId,
        },
        events: [{ kind: 'case.joined', data: { into: command.intoId } }],
        settle: [{ kinds: 'all', as: 'withdrawn', because: 'joined to another case' }],
        handOver: 'case ended',
      };
    case 'part':
      if (record.state !== 'joined') throw wrongState(record, 'parted', 'Only a joined case is.');
      return {
        change: { state: 'in work', joinedTo: null, endedAt: null },
        events: [{ kind: 'case.parted', data: { from: record.joinedTo } }],
        promise: [...nextWord(facts), ...legalTime(record, facts)],
        say: 'state',
      };
    case 'formal':
      return formal(record, facts, now);
    case 'call-back':
      requireOpen(record, 'called about');
      return {
        change: {},
        events: [{ kind: 'case.call-promised', data: { dueAt: command.dueAt.toISOString() } }],
        promise: [{ kind: 'call-back', dueAt: command.dueAt }],
        say: 'call-promised',
      };
    case 'link':
      requireOpen(record, 'linked to an incident');
      return {
        change: { incidentId: command.incidentId },
        events: [
          command.incidentId
            ? { kind: 'case.linked', data: { incident: command.incidentId } }
            : { kind: 'case.unlinked', data: { incident: record.incidentId } },
        ],
      };
    case 'break':
      return broken(command, record, facts, now);
  }
}

function requireOpen(record: CaseRecord, what: string): void {
  if (ENDED.has(record.state))
    throw wrongState(record, what, 'It has ended; the customer reopens it by writing again.');
}

const isFresh = (record: CaseRecord): boolean => record.state === 'received' || record.state === 'acknowledged';
/** A formal complaint keeps its legal time, counted from the day on which it was made. */
const legalTime = (record: CaseRecord, facts: CaseFacts): NonNullable<Decision['promise']> =>
  record.formalAt ? [{ kind: 'formal-answer', dueAt: after(record.formalAt, facts.settings.formalDays * DAY) }] : [];

function hear(
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

function deny(record: CaseRecord, facts: CaseFacts): Decision {
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

function confirm(record: CaseRecord, facts: CaseFacts, now: Date): Decision {
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

function accept({ by, toTeamId }: Extract<Command, { do: 'accept' }>, record: CaseRecord, facts: CaseFacts): Decision {
  if (!facts.handOverOpen)
    throw conflict('no-hand-over', 'Nothing is to be accepted.', 'Somebody else may have accepted it already.');
  const moves = isFresh(record) || (record.state === 'waiting' && record.waitingFor !== 'customer');
  return {
    change: { teamId: toTeamId, ownerId: by, ...(moves ? { state: 'in work' as const, waitingFor: null } : {}) },
    events: [{ kind: 'case.accepted', data: { owner: by, team: toTeamId } }],
    settle: [{ kinds: ['hand-over'], as: 'kept', because: 'accepted' }],
    handOver: 'accepted',
  };
}

function handOver(command: Extract<Command, { do: 'hand-over' }>, record: CaseRecord): Decision {
  requireOpen(record, 'handed over');
  const { waitingFor } = command;
  const stays = record.state === 'fix reported' || (record.state === 'waiting' && record.waitingFor === 'customer');
  return {
    change: stays ? {} : waitingFor ? { state: 'waiting', waitingFor } : { state: 'in work', waitingFor: null },
    events: [{ kind: 'case.handed-over', data: { team: command.toTeamId, dueAt: command.dueAt.toISOString() } }],
    promise: [{ kind: 'hand-over', dueAt: command.dueAt }],
    ...(command.tell && !stays ? { say: 'handed-over' as const } : {}),
  };
}

function reportFix(record: CaseRecord, facts: CaseFacts, now: Date): Decision {
  requireOpen(record, 'reported as fixed');
  if (record.state === 'fix reported')
    throw wrongState(record, 'reported as fixed again', 'The customer has been asked already.');
  return {
    change: {
      state: 'fix reported',
      waitingFor: null,
      fixReportedAt: now,
      askedAt: now,
      askedWhat: 'fix works',
      askedTimes: 1,
      dueAt: after(now, facts.settings.askAgainHours * HOUR),
      pausedAt: null,
    },
    events: [{ kind: 'case.fix-reported' }],
    ...(record.pausedAt ? { clocks: 'resume' as const } : {}),
    settle: [
      { kinds: ['case-next-word'], as: 'kept', because: 'fix reported' },
      { kinds: ['hand-over', 'staff-time'], as: 'withdrawn', because: 'fix reported' },
    ],
    handOver: 'case ended',
    say: 'fix-question',
  };
}

function timeOver(record: CaseRecord, facts: CaseFacts, now: Date): Decision {
  const again = { askedTimes: record.askedTimes + 1, dueAt: after(now, facts.settings.closeAfterHours * HOUR) };
  if (record.state === 'fix reported') {
    if (record.askedTimes < 2)
      return { change: again, events: [{ kind: 'case.asked-again' }], say: 'fix-question-again' };
    return {
      change: { ...NOTHING_ASKED, state: 'unconfirmed', endedAt: now },
      events: [{ kind: 'case.unconfirmed' }],
      settle: [
        { kinds: ['formal-answer'], as: 'kept', because: 'closed' },
        { kinds: 'all', as: 'withdrawn', because: 'closed' },
      ],
      handOver: 'case ended',
      say: 'unconfirmed',
    };
  }
  if (record.state === 'waiting' && record.waitingFor === 'customer') {
    if (record.askedTimes < 2) return { change: again, events: [{ kind: 'case.asked-again' }], say: 'question-again' };
    // No answer is no reason to leave the matter lying: somebody decides how it goes on without it.
    return {
      change: { ...NOTHING_ASKED, state: 'in work', waitingFor: null, pausedAt: null },
      events: [{ kind: 'case.not-answered' }],
      clocks: 'resume',
      ...(facts.hasNextWord ? {} : { promise: nextWord(facts) }),
    };
  }
  return { change: { dueAt: null }, events: [] };
}

function formal(record: CaseRecord, facts: CaseFacts, now: Date): Decision {
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

/** Promises about one case broke together: one rung, at most one text, and something new that is promised for each side. */
function broken(
  { kinds, renewal }: Extract<Command, { do: 'break' }>,
  record: CaseRecord,
  facts: CaseFacts,
  now: Date,
): Decision {
  if (ENDED.has(record.state)) return { change: {}, events: [] };
  const promise: NonNullable<Decision['promise']> = [];
  const again = after(now, facts.rungMinutes * 60_000);
  const toParty = kinds.filter((kind) => TO_PARTY.has(kind));
  let say: SayingKind | undefined;
  if (toParty.length > 0) {
    const minutes = renewalMinutes(renewal, facts.settings.nextWordMinutes);
    if (minutes === null) promise.push({ kind: 'staff-time', dueAt: again });
    else {
      const kind = toParty.includes('call-back') ? 'call-back' : 'case-next-word';
      promise.push({ kind, dueAt: facts.workingAfter(minutes), renewal: renewal + 1 });
      say = 'promise-broken';
    }
  }
  for (const kind of ['hand-over', 'reading', 'staff-time'] as const)
    if (kinds.includes(kind) && !promise.some((one) => one.kind === kind)) promise.push({ kind, dueAt: again });
  return { change: {}, events: [], promise, climb: true, ...(say ? { say } : {}) };
}
