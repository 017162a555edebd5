export { compose, type Recipient } from './compose.ts';
export { isGsm, type SmsSize, smsSize, toGsm } from './gsm.ts';
export { UNSUBSCRIBE_URL, withUnsubscribeUrl } from './mail.ts';
