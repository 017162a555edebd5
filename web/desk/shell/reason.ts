import { IMPORT_WORDS } from '../../../contract/import-words.ts';
import { REASONS } from '../../../contract/reasons.ts';
import type { Words } from './language.tsx';

/** A reason in the words of the desk, to stand within a sentence; one that the product did not say itself stays as it came. */
export function reasonWords(label: Words['label'], text: string): string {
  const said = REASONS.read(text);
  if (!said) return text;
  const { why, ...values } = said.values;
  return label('reason', said.code, why === undefined ? values : { ...values, why: reasonWords(label, why) }) ?? text;
}

/** The same as a sentence of its own. */
export function reasonSentence(label: Words['label'], text: string): string {
  if (!REASONS.read(text)) return text;
  const words = reasonWords(label, text);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?…]$/.test(words) ? '' : '.'}`;
}

/** What an import says about a file, in the words of the desk; what the catalogue does not know stays as it came. */
export function importWords(label: Words['label'], text: string): string {
  const said = IMPORT_WORDS.read(text);
  return (said && label('import-says', said.code, said.values)) ?? text;
}
