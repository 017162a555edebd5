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

/** Keeps many pieces as `storeBlob` does, those of one chunk together; in the order given. */
export async function storeBlobs(tx: Tx, pieces: readonly Buffer[], at: Date): Promise<StoredBlob[]> {
  const stored = pieces.map((bytes) => ({
    id: createHash('sha256').update(bytes).digest(),
    size: bytes.length,
    bytes,
  }));
  const small = [
    ...new Map(
      stored.filter(({ size }) => size > 0 && size <= CHUNK_BYTES).map((blob) => [blob.id.toString('hex'), blob]),
    ).values(),
  ];
  if (small.length > 0)
    await sql`WITH new AS (INSERT INTO blobs (id, size, made_at) SELECT given.id, given.size, ${at}
        FROM unnest(${small.map(({ id }) => id)}::bytea[], ${small.map(({ size }) => size)}::bigint[]) AS given(id, size) ON CONFLICT (id) DO NOTHING RETURNING id)
      INSERT INTO blob_chunks (blob_id, number, bytes) SELECT new.id, 0, given.bytes
        FROM unnest(${small.map(({ id }) => id)}::bytea[], ${small.map(({ bytes }) => bytes)}::bytea[]) AS given(id, bytes) JOIN new USING (id)`.execute(
      tx,
    );
  for (const { size, bytes } of stored) if (size === 0 || size > CHUNK_BYTES) await storeBlob(tx, bytes, at);
  return stored.map(({ id, size }) => ({ id, size }));
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

/** Of several blobs those that are one chunk: for many small things at once. */
export async function smallBlobs(db: Db, ids: readonly Buffer[]): Promise<Map<string, Buffer>> {
  const { rows } = await sql<{
    id: Buffer;
    bytes: Buffer;
  }>`SELECT blobs.id, bytes FROM blobs JOIN blob_chunks ON blob_chunks.blob_id = blobs.id
    WHERE blobs.id = ANY(${[...ids]}::bytea[]) AND blobs.size <= ${CHUNK_BYTES}`.execute(db);
  return new Map(rows.map(({ id, bytes }) => [id.toString('hex'), bytes]));
}
