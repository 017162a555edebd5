export type {
  Added,
  AttachmentRecord,
  CaseKey,
  IncomingMessage,
  MessageRecord,
  NewAttachment,
  Opened,
  Opening,
  Triage,
} from './case.ts';
export { caseNumbersIn, isCaseNumber, spokenNumber } from './number.ts';
export type { CasePorts, SuspectedBy } from './ports.ts';
export {
  addMessage,
  askForCall,
  type CaseLink,
  cancelCase,
  caseLink,
  caseOfLink,
  caseOfMailIds,
  chooseChannel,
  confirmFix,
  customerView,
  denyFix,
  findCaseByNumber,
  makeFormal,
  openCase,
  openCasesOf,
  proposeJoin,
  recentCasesOf,
} from './signatures.ts';
export type { CustomerView } from './view.ts';
