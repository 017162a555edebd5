import { IntlMessageFormat } from 'intl-messageformat';
import { DateTime } from 'luxon';
import type { Language } from '../../contract/answer.ts';
import type { PageFrame } from '../../contract/customer-page.ts';
import { english } from './words.en.ts';
import { italian, type MessageKey } from './words.it.ts';

export type { MessageKey } from './words.it.ts';

export const WORDS: Record<Language, Record<MessageKey, string>> = { it: italian, en: english };

const parsed = new Map<string, IntlMessageFormat>();

/** One message with its values filled in; not escaped. */
export function say(language: Language, key: MessageKey, values: Record<string, string | number> = {}): string {
  const name = `${language}:${key}`;
  let message = parsed.get(name);
  if (!message) {
    message = new IntlMessageFormat(WORDS[language][key], language, undefined, { ignoreTag: true });
    parsed.set(name, message);
  }
  return String(message.format(values));
}

type Times = Pick<PageFrame, 'language' | 'timeZone' | 'now'>;

const local = (instant: string, { language, timeZone }: Times): DateTime =>
  DateTime.fromISO(instant, { zone: timeZone, locale: language === 'it' ? 'it-IT' : 'en-GB' });

const isThisYear = (at: DateTime, frame: Times): boolean => at.year === local(frame.now, frame).year;

/** "entro le 18:30 di martedì 10 marzo": a phrase that a sentence can hold. */
export function sayBy(instant: string, frame: Times): string {
  const at = local(instant, frame);
  return say(frame.language, 'time.by', {
    time: at.toFormat(frame.language === 'it' ? 'H:mm' : 'HH:mm'),
    clock: at.hour === 1 ? 'one' : 'more',
    date: at.toFormat(isThisYear(at, frame) ? 'cccc d MMMM' : 'cccc d MMMM yyyy'),
    season: at.getPossibleOffsets().length > 1 ? (at.isInDST ? 'summer' : 'winter') : 'clear',
  });
}

/** "10 marzo, 18:30". */
export function shortTime(instant: string, frame: Times): string {
  const at = local(instant, frame);
  return at.toFormat(
    `${isThisYear(at, frame) ? 'd MMMM' : 'd MMMM yyyy'}, ${frame.language === 'it' ? 'H:mm' : 'HH:mm'}`,
  );
}

/** "10 marzo 2026". */
export const sayDay = (instant: string, frame: Times): string => local(instant, frame).toFormat('d MMMM yyyy');

/** A day as a form's date field has it. */
export const dayOf = (instant: string, frame: Times): string => local(instant, frame).toFormat('yyyy-MM-dd');
