import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Db } from '../platform/database/database.ts';

/** Whether a mail about a case, by its Message-ID, went to an address: whoever reports about another one reports nothing of ours. */
export async function caseMailWentTo(db: Db, mailId: string, address: string): Promise<boolean> {
  const hash = createHash('sha256').update(mailId).digest();
  const { rows } =
    await sql`SELECT 1 FROM mail_keys keys JOIN messages said ON said.id = keys.message_id AND said.direction = 'out'
    JOIN contact_points point ON point.id = said.contact_point_id WHERE keys.mail_id_hash = ${hash} AND point.address = ${address} LIMIT 1`.execute(
      db,
    );
  return rows.length > 0;
}
