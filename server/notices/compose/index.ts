export type { CaseRecipient, CaseText, CaseTextKind } from './case-text.ts';
export { compose } from './compose.ts';
export { type CaseComposed, composeCase } from './compose-case.ts';
export type { Recipient } from './recipient.ts';
