import type { Language } from '../../contract/answer.ts';
import type { CaseState, Topic, WaitingFor } from '../../contract/cases.ts';
import type { AttachmentRecord, MessageRecord } from './case.ts';

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
