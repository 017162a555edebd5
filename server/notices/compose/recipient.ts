import type { Channel, Language } from '../../../contract/answer.ts';

/** To whom an answer is said. The text is the same for all who share these. */
export interface Recipient {
  channel: Channel;
  language: Language;
  /** The operator's zone (IANA name). */
  timeZone: string;
  /** `shortName` begins each SMS; `phone` may be empty. */
  operator: { name: string; shortName: string; phone: string };
  /** The public status page. */
  statusUrl: string;
  /** On the business clock: what "today" is, and what has already passed. */
  now: Date;
  /** SMS: the first one of an outage says how to stop, where that costs no further part. Mail: a line with `UNSUBSCRIBE_URL`. */
  unsubscribe: boolean;
}
