import { sql } from 'kysely';
import type { Tx } from '../platform/database/database.ts';

/** The message about a case that left as the mail of this Message-ID, locked, with the address that it went to. */
export async function lockSentMail(
  tx: Tx,
  mailId: string,
): Promise<{ caseId: string; messageId: string; state: string | null; address: string | null } | null> {
  const { rows } = await sql<{
    caseId: string;
    messageId: string;
    state: string | null;
    address: string | null;
  }>`SELECT said.case_id AS "caseId", said.id AS "messageId", said.state, (SELECT address FROM contact_points WHERE id = said.contact_point_id) AS address
    FROM messages said WHERE said.id = (SELECT message_id FROM mail_keys WHERE mail_id_hash = sha256(convert_to(${mailId}::text, 'UTF8')))
    AND said.direction = 'out' AND said.mail_id = ${mailId} FOR UPDATE OF said`.execute(tx);
  return rows[0] ?? null;
}

/** Keeps that a receipt was heard. False: it was before. A proven one is another than the same words without proof. */
export async function noteReceipt(
  tx: Tx,
  receipt: { messageId: string; type: string; certifiedAt: Date; proven: boolean; at: Date },
): Promise<boolean> {
  const { numAffectedRows } = await sql`INSERT INTO mail_receipts (message_id, type, certified_at, proven, heard_at)
    VALUES (${receipt.messageId}, ${receipt.type}, ${receipt.certifiedAt}, ${receipt.proven}, ${receipt.at}) ON CONFLICT DO NOTHING`.execute(
    tx,
  );
  return Number(numAffectedRows ?? 0) > 0;
}
