import { sql } from 'kysely';
import type { DraftFile } from '../../contract/files.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { newId } from '../platform/ids.ts';
import type { NewAttachment } from './case.ts';

const AT_ONCE = 500;
const KEPT_MILLISECONDS = 86_400_000;

/** Whose draft files: those of one person in one case. */
export interface Drafting {
  caseId: string;
  staffId: string;
}

export async function insertDraftFile(
  tx: Tx,
  { caseId, staffId }: Drafting,
  file: { name: string; type: string; declaredType: string; size: number; blobId: Buffer },
  at: Date,
): Promise<DraftFile> {
  const id = newId();
  await sql`INSERT INTO draft_files (id, case_id, staff_id, name, type, declared_type, size, blob_id, made_at)
    VALUES (${id}, ${caseId}, ${staffId}, ${file.name}, ${file.type}, ${file.declaredType}, ${file.size}, ${file.blobId}, ${at})`.execute(
    tx,
  );
  return { id, name: file.name, type: file.type, size: file.size };
}

export async function countDraftFiles(db: Db, { caseId, staffId }: Drafting): Promise<number> {
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM draft_files
    WHERE case_id = ${caseId} AND staff_id = ${staffId}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Takes draft files out, to be attached: in the order of their ids as given; those that are not there are missing. */
export async function takeDraftFiles(
  tx: Tx,
  { caseId, staffId }: Drafting,
  ids: readonly string[],
): Promise<NewAttachment[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<
    Omit<NewAttachment, 'inline' | 'contentId' | 'problem'> & { id: string }
  >`DELETE FROM draft_files WHERE id = ANY(${[...ids]}::uuid[]) AND case_id = ${caseId} AND staff_id = ${staffId}
    RETURNING id, name, type, declared_type AS "declaredType", size, blob_id AS "blobId"`.execute(tx);
  return rows
    .sort((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id))
    .map(({ id: _, ...file }) => ({ ...file, inline: false, contentId: null, problem: null }));
}

/** False: there is none. */
export async function deleteDraftFile(tx: Tx, drafting: Drafting, id: string): Promise<boolean> {
  const [taken] = await takeDraftFiles(tx, drafting, [id]);
  if (taken?.blobId) await removeLonely(tx, [taken.blobId]);
  return taken !== undefined;
}

/** Files that were attached to no answer within a day, with what they hold. */
export async function forgetDraftFiles(db: Db, now: Date): Promise<void> {
  const { rows } = await sql<{ blobId: Buffer }>`DELETE FROM draft_files WHERE id IN (
    SELECT id FROM draft_files WHERE made_at < ${new Date(now.getTime() - KEPT_MILLISECONDS)} LIMIT ${AT_ONCE}) RETURNING blob_id AS "blobId"`.execute(
    db,
  );
  await removeLonely(
    db,
    rows.map(({ blobId }) => blobId),
  );
}

async function removeLonely(db: Db, blobIds: readonly Buffer[]): Promise<void> {
  if (blobIds.length === 0) return;
  await sql`DELETE FROM blobs WHERE id = ANY(${[...blobIds]}::bytea[])
    AND NOT EXISTS (SELECT 1 FROM attachments WHERE attachments.blob_id = blobs.id)
    AND NOT EXISTS (SELECT 1 FROM draft_files WHERE draft_files.blob_id = blobs.id)
    AND NOT EXISTS (SELECT 1 FROM inbound_messages WHERE inbound_messages.raw_blob = blobs.id)`.execute(db);
}
