import type { Language } from '../../contract/answer.ts';
import type { Actor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import type { Added, CaseKey, IncomingMessage, Opened, Opening } from './case.ts';
import type { CasePorts } from './ports.ts';
import type { CustomerView } from './view.ts';

/** A link to the page of a case, as it is kept. */
export interface CaseLink {
  caseId: string;
  partyId: string;
  contactPointId: string | null;
  madeAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
}

const soon = (): never => {
  throw new Error('this part of cases is being built');
};

export const openCase = (_tx: Tx, _ports: CasePorts, _actor: Actor, _opening: Opening): Promise<Opened> => soon();
/** A further message about a case: what it is (reminder, reply, confirmation, denial) the rules say. */
export const addMessage = (
  _tx: Tx,
  _ports: CasePorts,
  _actor: Actor,
  _caseId: string,
  _message: IncomingMessage,
): Promise<Added> => soon();
export const findCaseByNumber = (_db: Db, _text: string): Promise<CaseKey | null> => soon();
export const openCasesOf = (_db: Db, _partyIds: readonly string[]): Promise<CaseKey[]> => soon();
/** Cases that ended not longer ago than `since`. */
export const recentCasesOf = (_db: Db, _partyIds: readonly string[], _since: Date): Promise<CaseKey[]> => soon();
export const caseOfMailIds = (_db: Db, _mailIds: readonly string[]): Promise<CaseKey | null> => soon();
export const caseOfLink = (_db: Db, _tokenHash: string): Promise<CaseLink | null> => soon();
/** Makes a link to the page of a case; returns the token (128 bits), which is nowhere else. */
export const caseLink = (
  _tx: Tx,
  _ports: CasePorts,
  _caseId: string,
  _partyId: string,
  _contactPointId: string | null,
): Promise<string> => soon();
export const proposeJoin = (
  _tx: Tx,
  _ports: CasePorts,
  _actor: Actor,
  _proposal: { caseId: string; intoCaseId: string; reasons: Record<string, unknown> },
): Promise<void> => soon();
export const customerView = (_db: Db, _caseId: string): Promise<CustomerView | null> => soon();
/** The answer "it works", from the page. Words beside it are read by a person before the case ends. */
export const confirmFix = (
  _tx: Tx,
  _ports: CasePorts,
  _actor: Actor,
  _caseId: string,
  _words: string,
): Promise<Added> => soon();
/** The answer "it does not work", from the page. */
export const denyFix = (_tx: Tx, _ports: CasePorts, _actor: Actor, _caseId: string, _words: string): Promise<Added> =>
  soon();
export const makeFormal = (
  _tx: Tx,
  _ports: CasePorts,
  _actor: Actor,
  _caseId: string,
  _words: string,
): Promise<Added> => soon();
/** `phone`: E.164; null: the verified number that we have. */
export const askForCall = (
  _tx: Tx,
  _ports: CasePorts,
  _actor: Actor,
  _caseId: string,
  _wish: { phone: string | null; words: string },
): Promise<Added> => soon();
export const cancelCase = (
  _tx: Tx,
  _ports: CasePorts,
  _actor: Actor,
  _caseId: string,
  _words: string,
): Promise<Added> => soon();
/** Where and in which language the customer wants to be answered; the contact point must be one of the party's. */
export const chooseChannel = (
  _tx: Tx,
  _ports: CasePorts,
  _actor: Actor,
  _caseId: string,
  _choice: { contactPointId: string | null; language: Language },
): Promise<void> => soon();
