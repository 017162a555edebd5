export { compose, type Recipient } from './compose.ts';
