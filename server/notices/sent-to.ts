import { sql } from 'kysely';
import type { Db } from '../platform/database/database.ts';

/** Whether a notice, by the Message-ID that its id makes, went to an address. */
export async function noticeWentTo(db: Db, mailId: string, address: string): Promise<boolean> {
  const id = /^<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@/.exec(mailId)?.[1];
  if (!id) return false;
  const { rows } = await sql`SELECT 1 FROM notices JOIN contact_points point ON point.id = notices.contact_point_id
    WHERE notices.id = ${id}::uuid AND point.address = ${address} LIMIT 1`.execute(db);
  return rows.length > 0;
}
