import { type Static, Type } from 'typebox';
import { Id } from './answer.ts';

/** What can go with one answer of staff: so many files, so many bytes each and together; the same as a customer can send on the page. */
export const ANSWER_FILES = { files: 5, each: 10_485_760, together: 20_971_520 } as const;

/**
 * POST /api/v1/cases/:id/files (multipart/form-data with one `file`) → 201 DraftFile: it goes with the answer that names it in `fileIds`, and is forgotten after a day. Refused are
 * programs, pages and active contents, and files that are not what they are called: 400 `file-kind`, `file-large`, `file-empty`, `files-many`. DELETE /api/v1/cases/:id/files/:fileId → 204.
 */
export const DraftFile = Type.Object({
  id: Id,
  name: Type.String(),
  /** By content, not by name. */
  type: Type.String(),
  size: Type.Integer({ description: 'Bytes.' }),
});
export type DraftFile = Static<typeof DraftFile>;
