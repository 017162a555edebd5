import { sql } from 'kysely';
import type { InboundBrief, InboundList, InboundPage } from '../../contract/intake.ts';
import type { Db } from '../platform/database/database.ts';

const PAGE = 50;
const LONGEST = 300;

interface Row {
  id: string;
  channel: InboundBrief['channel'];
  received_at: Date;
  sender: string;
  text: string;
  decision: string | null;
  why: string | null;
  case_id: string | null;
  mailbox: string | null;
  trouble: string | null;
}

const present = (row: Row): InboundBrief => ({
  id: row.id,
  channel: row.channel,
  receivedAt: row.received_at.toISOString(),
  sender: row.sender,
  text: row.text.slice(0, LONGEST),
  decision: row.decision,
  why: row.why,
  caseId: row.case_id,
  mailbox: row.mailbox,
  trouble: row.trouble,
});

const SELECTED = sql`inbound.id, inbound.channel, inbound.received_at, inbound.sender, inbound.text, inbound.decision, inbound.facts->>'why' AS why, inbound.case_id, mailbox.name AS mailbox, inbound.trouble
  FROM inbound_messages inbound LEFT JOIN mailboxes mailbox ON mailbox.id = inbound.mailbox_id`;

/** One list of what came in, the newest first; `before` is the `next` of the page before. A word of consent is listed under its beginning ("stop: unknown number"). */
export async function listInbound(db: Db, list: InboundList, before: string | null): Promise<InboundPage> {
  const [at = '9999-01-01T00:00:00Z', id = 'ffffffff-ffff-ffff-ffff-ffffffffffff'] = before?.split('_') ?? [];
  const which =
    list === 'waiting'
      ? sql`inbound.worked_at IS NULL`
      : list === 'unreadable'
        ? sql`inbound.trouble IS NOT NULL`
        : list === 'stop' || list === 'start'
          ? sql`inbound.case_id IS NULL AND (inbound.decision = ${list} OR (inbound.decision > ${`${list}:`} AND inbound.decision < ${`${list};`}))`
          : sql`inbound.case_id IS NULL AND inbound.decision = ${list}`;
  const { rows } =
    await sql<Row>`SELECT ${SELECTED} WHERE ${which} AND (inbound.received_at, inbound.id) < (${at}::timestamptz, ${id}::uuid)
    ORDER BY inbound.received_at DESC, inbound.id DESC LIMIT ${PAGE + 1}`.execute(db);
  const items = rows.slice(0, PAGE).map(present);
  const last = items.at(-1);
  return { items, next: rows.length > PAGE && last ? `${last.receivedAt}_${last.id}` : null };
}

export async function briefOf(db: Db, id: string): Promise<InboundBrief | null> {
  const { rows } = await sql<Row>`SELECT ${SELECTED} WHERE inbound.id = ${id}::uuid`.execute(db);
  return rows[0] ? present(rows[0]) : null;
}
