import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db, Tx } from './database/database.ts';

/** So large is one value in the database: each statement stays short, whatever the size of what it belongs to. */
const CHUNK_BYTES = 256 * 1024;

export interface StoredBlob {
  /** SHA-256 of the content: the same bytes are kept once. */
  id: Buffer;
  /** Bytes. */
  size: number;
}

/** Keeps bytes under their own digest, in chunks. Keeping the same bytes again changes nothing. */
export async function storeBlob(tx: Tx, bytes: Buffer, at: Date): Promise<StoredBlob> {
  const id = createHash('sha256').update(bytes).digest();
  const { numAffectedRows } =
    await sql`INSERT INTO blobs (id, size, made_at) VALUES (${id}, ${bytes.length}, ${at}) ON CONFLICT (id) DO NOTHING`.execute(
      tx,
    );
  if (numAffectedRows) {
    for (let number = 0; number * CHUNK_BYTES < bytes.length; number++) {
      const chunk = bytes.subarray(number * CHUNK_BYTES, (number + 1) * CHUNK_BYTES);
      await sql`INSERT INTO blob_chunks (blob_id, number, bytes) VALUES (${id}, ${number}, ${chunk})`.execute(tx);
    }
  }
  return { id, size: bytes.length };
}

/** The bytes of a blob, a chunk at a time; nothing when there is no such blob. */
export async function* readBlob(db: Db, id: Buffer): AsyncGenerator<Buffer> {
  for (let number = 0; ; number++) {
    const { rows } = await sql<{
      bytes: Buffer;
    }>`SELECT bytes FROM blob_chunks WHERE blob_id = ${id} AND number = ${number}`.execute(db);
    const [row] = rows;
    if (!row) return;
    yield row.bytes;
  }
}

/** A blob as one piece: for what is interpreted as a whole. */
export async function wholeBlob(db: Db, id: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of readBlob(db, id)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
