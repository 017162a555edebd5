export { passOnOfAbsent } from './absent-owner.ts';
export { afterCasePromisesBroke, warnOfCasePromise } from './after-break.ts';
export type {
  Added,
  AttachmentRecord,
  CaseKey,
  CaseRecord,
  IncomingMessage,
  MessageRecord,
  NewAttachment,
  Opened,
  Opening,
  Triage,
} from './case.ts';
export { forgetDraftFiles } from './draft-store.ts';
export { countCases } from './figures-store.ts';
export { addMessage, askForCall, cancelCase, chooseChannel, confirmFix, denyFix, makeFormal } from './hear.ts';
export { noteCertifiedFate } from './legal-receipt.ts';
export { runMassActs } from './mass-run.ts';
export { askedSince, attachmentsOf, casesOfMessages } from './message-store.ts';
export { type MovedCases, moveCases, moveCasesBack } from './move-cases.ts';
export { spokenNumber } from './number.ts';
export { openCase } from './open-case.ts';
export type { CasePorts, JudgedFile, SuspectedBy } from './ports.ts';
export { proposeJoin } from './propose-join.ts';
export { caseRoutes } from './routes.ts';
export { caseLink } from './say.ts';
export { caseMailWentTo } from './sent-to.ts';
export { incidentRestored, incidentTold, noteMessageOutcomes, settleDueCases } from './settle-due.ts';
export {
  type CaseLink,
  caseOfLink,
  caseOfMailIds,
  casesAround,
  findCaseByNumber,
  openCasesOf,
  readCases,
  recentCasesOf,
} from './store.ts';
export { type CustomerView, customerView } from './view.ts';
