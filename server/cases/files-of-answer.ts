import { ANSWER_FILES } from '../../contract/files.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { invalid, notFound } from '../platform/errors.ts';
import type { NewAttachment } from './case.ts';
import { takeDraftFiles } from './draft-store.ts';

export const staffOf = (actor: Actor): string => {
  if (actor.kind !== 'staff') throw notFound('This case');
  return actor.id;
};
export const tooLarge = (): Error =>
  invalid(
    'file-large',
    `A file may have ${ANSWER_FILES.each / 1_048_576} MB, all of an answer ${ANSWER_FILES.together / 1_048_576} MB.`,
    'Make it smaller, or send it in parts.',
  );

/** The files that go with an answer, taken out of the drafts of whoever writes it. Throws `file-gone`, `file-large`. */
export async function filesOfAnswer(
  tx: Tx,
  actor: Actor,
  caseId: string,
  ids: readonly string[],
): Promise<NewAttachment[]> {
  if (ids.length === 0) return [];
  const files = await takeDraftFiles(tx, { caseId, staffId: staffOf(actor) }, ids);
  if (files.length < new Set(ids).size)
    throw invalid('file-gone', 'A file is no longer there.', 'Attach it again: files wait a day for their answer.');
  if (files.reduce((sum, { size }) => sum + size, 0) > ANSWER_FILES.together) throw tooLarge();
  return files;
}
