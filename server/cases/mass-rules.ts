import type { MassAct, MassDeed } from '../../contract/mass.ts';
import type { Settings } from '../../contract/settings.ts';
import type { CaseRecord } from './case.ts';
import { ENDED } from './life.ts';

const HOUR = 3_600_000;
/** Whoever was asked a second time has had a day to answer before an act on many ends their case. */
const TIME_TO_ANSWER = 24 * HOUR;

/** What an act needs to know about one case. */
export interface MassCase {
  record: CaseRecord;
  /** Of the open promise of a next word, its clock standing or not. */
  nextWordAt: Date | null;
  /** A formal complaint waits for its answer. */
  complaintOpen: boolean;
}

/** What is the same for all cases of an act. */
export interface MassAround {
  incidentId: string;
  now: Date;
  settings: Settings['cases'];
  /** The time that the act itself gives. */
  given: Date | null;
  /** The time that the incident's answer promises. */
  byIncident: Date | null;
  /** It is handed to partners. */
  toPartner: boolean;
}

export const MASS_REASONS = {
  ended: ['The case has ended.', 'The customer takes it up again by writing.'],
  'no-promise': ['Nothing is promised to the customer now, and the act gives no time.', 'Give a time (nextWordBy).'],
  'asked-already': [
    'The customer has been asked already whether it works.',
    'They answer, or are asked again by themselves in time.',
  ],
  'not-for-partners': ['Complaints about behaviour stay in the house.', 'Choose another team.'],
  'linked-here': ['It is linked to this incident already.', 'Nothing is left to do.'],
  'linked-elsewhere': ['It is linked to another incident.', 'Unlink it there first.'],
  'not-linked': ['It is no longer linked to this incident.', 'Nothing is left to do.'],
  'asked-once': [
    'No case ends without the customer’s yes, or two questions without an answer: this one was asked once.',
    'They answer, or are asked again by themselves in time; then it can be closed.',
  ],
  'time-to-answer': [
    'No case ends without the customer’s yes: they were asked again less than a day ago.',
    'They answer, or a day passes.',
  ],
  'answer-unread': [
    'No case ends without the customer’s yes: they answered in words that nobody has read yet.',
    'Read the answer, and note whether it works.',
  ],
  'said-no': [
    'No case ends without the customer’s yes: after the fix they said that it does not work.',
    'Find out what is wrong there, and report the fix in the case.',
  ],
  'complaint-open': ['A formal complaint waits for its answer.', 'Answer the complaint in the case.'],
  'not-allowed': [
    'Whoever ordered the act may no longer act on it.',
    'Somebody who may act on many cases orders it again.',
  ],
} as const satisfies Record<string, readonly [because: string, opens: string]>;
export type MassReason = keyof typeof MASS_REASONS;

export type MassVerdict = { did: MassDeed } | { left: MassReason };

/** What an act makes of a case as it is now: the preview asks this for all of them, and so does the doing. */
export function judge(act: MassAct['act'], one: MassCase, around: MassAround): MassVerdict {
  const { record } = one;
  if (ENDED.has(record.state)) return { left: 'ended' };
  if (act === 'link') {
    if (record.incidentId === around.incidentId) return { left: 'linked-here' };
    return record.incidentId ? { left: 'linked-elsewhere' } : { did: 'linked' };
  }
  if (record.incidentId !== around.incidentId) return { left: 'not-linked' };
  switch (act) {
    case 'unlink':
      return { did: 'unlinked' };
    case 'hand-over':
      return around.toPartner && record.topic === 'conduct' ? { left: 'not-for-partners' } : { did: 'handed-over' };
    case 'fix':
      return record.state === 'fix reported' ? { left: 'asked-already' } : { did: 'asked' };
    case 'answer':
      return hasTime(one, around) ? { did: 'answered' } : { left: 'no-promise' };
    case 'close':
      return judgeClose(one, around);
  }
}

function hasTime({ record, nextWordAt }: MassCase, { now, given, byIncident }: MassAround): boolean {
  const promised = record.pausedAt ? null : nextWordAt;
  const moves = record.state === 'fix reported' ? record.dueAt : null;
  return [given, promised, byIncident, moves].some((at) => at !== null && at > now);
}

/** No case is solved without the customer's yes. */
function judgeClose({ record, complaintOpen }: MassCase, { now, settings }: MassAround): MassVerdict {
  if (record.state !== 'fix reported') return record.fixReportedAt ? { left: 'said-no' } : { did: 'asked' };
  if (record.dueAt === null) return { left: 'answer-unread' };
  if (record.askedTimes < 2) return { left: 'asked-once' };
  const askedAgainAt = record.dueAt.getTime() - settings.closeAfterHours * HOUR;
  if (now.getTime() - askedAgainAt < TIME_TO_ANSWER) return { left: 'time-to-answer' };
  return complaintOpen ? { left: 'complaint-open' } : { did: 'ended' };
}
