import type { Language } from '../../contract/answer.ts';
import type { CaseState, Topic, WaitingFor } from '../../contract/cases.ts';
import type { Db } from '../platform/database/database.ts';
import { readTimeline } from '../platform/events.ts';
import { promisesOf } from '../promises/index.ts';
import { teamsById } from '../teams/index.ts';
import type { AttachmentRecord, MessageRecord } from './case.ts';
import { attachmentsOf, messagesOf } from './message-store.ts';
import { readCase } from './store.ts';

/** What a customer may see of a case: never a note, never what is only for the house or for partners. */
export interface CustomerView {
  id: string;
  number: string;
  partyId: string;
  contactPointId: string | null;
  state: CaseState;
  waitingFor: WaitingFor | null;
  topic: Topic;
  language: Language;
  subject: string;
  openedAt: Date;
  acknowledgedAt: Date | null;
  lastHeardAt: Date;
  formalAt: Date | null;
  endedAt: Date | null;
  pausedAt: Date | null;
  incidentId: string | null;
  joinedTo: { id: string; number: string } | null;
  /** The question that is open: whether it works, or one of the staff. */
  asked: { what: 'fix works' | 'question'; at: Date; times: number } | null;
  /** The team that works on it, by name. */
  team: string | null;
  /** Oldest first; at most 500. */
  messages: (MessageRecord & { attachments: AttachmentRecord[] })[];
  /** What was promised to the party, oldest first, with what became of it. */
  promises: {
    id: string;
    kind: string;
    madeAt: Date;
    dueAt: Date;
    state: 'open' | 'kept' | 'broken' | 'superseded' | 'withdrawn';
    settledAt: Date | null;
  }[];
  /** The steps of its life, as recorded: kinds of events and their times, oldest first. */
  steps: { kind: string; at: Date; data: Record<string, unknown> }[];
}

const MOST_MESSAGES = 500;
/** What of the timeline a customer is shown: never who climbed where, nor what the house owes itself. */
const STEPS: ReadonlySet<string> = new Set([
  'case.opened',
  'case.acknowledged',
  'case.reminded',
  'case.accepted',
  'case.handed-over',
  'case.asked',
  'case.answered',
  'case.fix-reported',
  'case.denied',
  'case.confirmed',
  'case.unconfirmed',
  'case.reopened',
  'case.cancelled',
  'case.joined',
  'case.formal',
  'case.linked',
  'case.call-promised',
]);

/** What the customer may see of a case; null: there is none. */
export async function customerView(db: Db, caseId: string): Promise<CustomerView | null> {
  const record = await readCase(db, caseId);
  if (!record) return null;
  const messages = (await messagesOf(db, caseId, { limit: MOST_MESSAGES, visibilities: ['customer'] })).filter(
    // What was taken back was never said; what a stranger added isn't the customer's.
    ({ state, claim, direction }) => state !== 'held' && state !== 'withdrawn' && !(claim && direction === 'in'),
  );
  const attachments = await attachmentsOf(
    db,
    messages.map(({ id }) => id),
  );
  const team = record.teamId ? (await teamsById(db, [record.teamId])).get(record.teamId) : undefined;
  const joined = record.joinedTo ? await readCase(db, record.joinedTo) : null;
  return {
    id: record.id,
    number: record.number,
    partyId: record.partyId,
    contactPointId: record.contactPointId,
    state: record.state,
    waitingFor: record.waitingFor,
    topic: record.topic,
    language: record.language,
    subject: record.subject,
    openedAt: record.openedAt,
    acknowledgedAt: record.acknowledgedAt,
    lastHeardAt: record.lastHeardAt,
    formalAt: record.formalAt,
    endedAt: record.endedAt,
    pausedAt: record.pausedAt,
    incidentId: record.incidentId,
    joinedTo: joined ? { id: joined.id, number: joined.number } : null,
    asked:
      record.askedAt && record.askedWhat
        ? { what: record.askedWhat, at: record.askedAt, times: record.askedTimes }
        : null,
    team: team?.name ?? null,
    messages: messages.map((message) => ({
      ...message,
      attachments: attachments.filter(({ messageId }) => messageId === message.id),
    })),
    promises: (await promisesOf(db, [caseId]))
      .filter(({ promisee }) => promisee.kind === 'party')
      .map(({ id, kind, madeAt, dueAt, state, settledAt }) => ({ id, kind, madeAt, dueAt, state, settledAt })),
    steps: (await readTimeline(db, 'case', caseId))
      .filter(({ kind }) => STEPS.has(kind))
      .map(({ kind, at, data }) => ({ kind, at, data })),
  };
}
