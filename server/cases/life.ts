import type { CaseState, MessageKind, WaitingFor } from '../../contract/cases.ts';
import type { Severity } from '../../contract/incidents.ts';
import type { Settings } from '../../contract/settings.ts';
import type { CaseRecord } from './case.ts';
import type { Verdict } from './read-reply.ts';

const DAY = 86_400_000;
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
