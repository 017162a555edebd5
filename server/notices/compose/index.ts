export { compose } from './compose.ts';
export type { Recipient } from './recipient.ts';
