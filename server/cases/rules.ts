import { conflict } from '../platform/errors.ts';
import type { CaseRecord } from './case.ts';
import {
  after,
  confirm,
  deny,
  formal,
  hear,
  isFresh,
  legalTime,
  NOTHING_ASKED,
  nextWord,
  requireOpen,
  wrongState,
} from './customer-says.ts';
import {
  type CaseFacts,
  type Command,
  type Decision,
  EDGES,
  ENDED,
  renewalMinutes,
  type SayingKind,
  TO_PARTY,
} from './life.ts';

const HOUR = 3_600_000;

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
