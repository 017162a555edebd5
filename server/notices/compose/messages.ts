import { IntlMessageFormat } from 'intl-messageformat';
import type { Language } from '../../../contract/answer.ts';
import { caseEnglish } from './case-messages.en.ts';
import { caseItalian } from './case-messages.it.ts';
import { english } from './messages.en.ts';
import { italian, type MessageKey as NoticeKey } from './messages.it.ts';

type MessageKey = NoticeKey | keyof typeof caseItalian;

export const MESSAGES: Record<Language, Record<MessageKey, string>> = {
  it: { ...italian, ...caseItalian },
  en: { ...english, ...caseEnglish },
};

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
