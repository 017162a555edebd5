import { DateTime } from 'luxon';
import type { Language } from '../../../contract/answer.ts';
import { say } from './messages.ts';

/** From where a time is told: the operator's zone, and today's date in it. */
export interface TimeTeller {
  language: Language;
  timeZone: string;
  now: Date;
}

/**
 * An instant in words, as a phrase that a sentence can hold: "entro le 18:30 di oggi", "since 09:05 on Thursday 12 March". `brief` leaves out "today".
 * In the hour that the end of summer time repeats, it says which of the two is meant.
 */
export function sayTime(
  form: 'by' | 'since' | 'at',
  instant: string,
  teller: TimeTeller,
  { brief = false }: { brief?: boolean } = {},
): string {
  const at = DateTime.fromISO(instant, { zone: teller.timeZone, locale: teller.language === 'it' ? 'it-IT' : 'en-GB' });
  const now = DateTime.fromJSDate(teller.now, { zone: teller.timeZone });
  const days = Math.round(at.startOf('day').diff(now.startOf('day'), 'days').days);
  const near = days === 0 ? (brief ? 'none' : 'today') : days === 1 ? 'tomorrow' : days === -1 ? 'yesterday' : 'date';
  return say(teller.language, `time.${form}`, {
    time: at.toFormat(teller.language === 'it' ? 'H:mm' : 'HH:mm'),
    clock: at.hour === 1 ? 'one' : 'more',
    day: near,
    date: at.toFormat(at.year === now.year ? 'cccc d MMMM' : 'cccc d MMMM yyyy'),
    season: at.getPossibleOffsets().length > 1 ? (at.isInDST ? 'summer' : 'winter') : 'clear',
  });
}
