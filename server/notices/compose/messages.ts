import { IntlMessageFormat } from 'intl-messageformat';
import type { Language } from '../../../contract/answer.ts';
import { english } from './messages.en.ts';
import { italian, type MessageKey, type Messages } from './messages.it.ts';

export const MESSAGES: Record<Language, Messages> = { it: italian, en: english };

const parsed = new Map<string, IntlMessageFormat>();

/** One message of the catalogue with its values filled in; values are put in as they are, never parsed. */
export function say(language: Language, key: MessageKey, values: Record<string, string> = {}): string {
  const name = `${language}:${key}`;
  let message = parsed.get(name);
  if (!message) {
    message = new IntlMessageFormat(MESSAGES[language][key], language, undefined, { ignoreTag: true });
    parsed.set(name, message);
  }
  return String(message.format(values));
}
