/** To whom something was promised: one party, everybody affected by a subject, or the house itself (a duty of staff). */
export type Promisee = { kind: 'party'; id: string } | { kind: 'affected' } | { kind: 'staff' };

/**
 * What was promised.
 * `expected-end`: the line works again by then. `next-word`: those affected hear from us by then. `telling-decision`: somebody decides about an announcement
 * that waits. `staff-time`: a person sets a time, after the machine's own renewals ran out. `formal-answer`: a formal complaint is answered within the time
 * of the law. Of a case: `case-next-word`: its party hears from us by then; `hand-over`: somebody of the team accepts it; `call-back`: the party is called;
 * `reading`: somebody reads what the customer answered.
 */
export type PromiseKind =
  | 'expected-end'
  | 'next-word'
  | 'telling-decision'
  | 'staff-time'
  | 'formal-answer'
  | 'case-next-word'
  | 'hand-over'
  | 'call-back'
  | 'reading';

/** Deadlines of the law: their clocks never stand, whatever is waited for. */
export const LEGAL_KINDS: readonly PromiseKind[] = ['formal-answer'];

export type PromiseState = 'open' | 'kept' | 'broken' | 'superseded' | 'withdrawn';

export interface NewPromise {
  kind: PromiseKind;
  subjectKind: string;
  subjectId: string;
  promisee: Promisee;
  dueAt: Date;
  /** How often in a row the machine renewed it by itself. */
  renewal?: number;
  /** The announcement or message that said it. */
  saidIn?: string;
  ownerId?: string | null;
}

export interface PromiseRecord {
  id: string;
  kind: PromiseKind;
  subjectKind: string;
  subjectId: string;
  promisee: Promisee;
  ownerId: string | null;
  madeAt: Date;
  dueAt: Date;
  warnAt: Date;
  warnedAt: Date | null;
  /** Its clock stands since; what is due then shifts by the pause when it goes on. */
  pausedAt: Date | null;
  state: PromiseState;
  settledAt: Date | null;
  renewal: number;
  saidIn: string | null;
}
