import { sql } from 'kysely';
import type { Channel, Language } from '../../contract/answer.ts';
import type { Db, Tx } from '../platform/database/database.ts';

export interface CodePoint {
  id: string;
  partyId: string;
  channel: Channel;
  address: string;
  verified: boolean;
  language: Language;
}

/** A contact point to which a code could go, with its party's language; null when it has ended or never was. */
export async function codePoint(db: Db, contactPointId: string): Promise<CodePoint | null> {
  const { rows } = await sql<{
    id: string;
    party_id: string;
    channel: Channel;
    address: string;
    verification: string;
    language: Language;
  }>`SELECT point.id, point.party_id, point.channel, point.address, point.verification, party.language
    FROM contact_points point JOIN parties party ON party.id = point.party_id
    WHERE point.id = ${contactPointId}::uuid AND point.ended_at IS NULL`.execute(db);
  const [row] = rows;
  if (!row) return null;
  const { id, channel, address, language } = row;
  return { id, partyId: row.party_id, channel, address, verified: row.verification === 'verified', language };
}

export interface CodeKey {
  contactPointId: string;
  purpose: string;
  subjectId: string | null;
}

export interface NewCode extends CodeKey {
  id: string;
  salt: Buffer;
  hash: Buffer;
  madeAt: Date;
  expiresAt: Date;
}

/** Stores a code and ends those before it for the same: only the newest can be entered. */
export async function replaceCode(tx: Tx, code: NewCode): Promise<void> {
  await sql`UPDATE one_time_codes SET expires_at = ${code.madeAt} WHERE contact_point_id = ${code.contactPointId}::uuid
    AND purpose = ${code.purpose} AND used_at IS NULL AND expires_at > ${code.madeAt}`.execute(tx);
  await sql`INSERT INTO one_time_codes (id, contact_point_id, purpose, subject_id, salt, code_hash, made_at, expires_at)
    VALUES (${code.id}, ${code.contactPointId}, ${code.purpose}, ${code.subjectId}, ${code.salt}, ${code.hash}, ${code.madeAt}, ${code.expiresAt})`.execute(
    tx,
  );
}

/** Takes one try of the code that can be entered, in one atomic statement: of many at once exactly `most` get to compare. */
export async function takeTry(
  tx: Tx,
  key: CodeKey,
  now: Date,
  most: number,
): Promise<{ id: string; salt: Buffer; hash: Buffer; tries: number } | null> {
  const { rows } = await sql<{ id: string; salt: Buffer; code_hash: Buffer; tries: number }>`UPDATE one_time_codes
    SET tries = tries + 1 WHERE contact_point_id = ${key.contactPointId}::uuid AND purpose = ${key.purpose}
      AND subject_id IS NOT DISTINCT FROM ${key.subjectId}::uuid AND used_at IS NULL AND expires_at > ${now} AND tries < ${most}::int
    RETURNING id, salt, code_hash, tries`.execute(tx);
  const [row] = rows;
  return row ? { id: row.id, salt: row.salt, hash: row.code_hash, tries: row.tries } : null;
}

export async function markUsed(tx: Tx, id: string, now: Date): Promise<void> {
  await sql`UPDATE one_time_codes SET used_at = ${now} WHERE id = ${id}::uuid`.execute(tx);
}
