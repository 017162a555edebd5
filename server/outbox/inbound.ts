import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { ChannelInbound } from '../channels/channel.ts';
import type { Tx } from '../platform/database/database.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import type { StoredInbound } from './outbox.ts';

/** The network delivers again what it had no answer for; within this time the same words of the same sender are such a repeat. */
const REPEAT_MILLISECONDS = 15 * 60_000;
/** How long a long message waits for its missing parts. */
const PARTS_WAIT_MILLISECONDS = 10 * 60_000;

/**
 * Stores what came in, as received. Null when nothing whole is there yet, or when it is a repeat: the same content as the sender's
 * message before it, within fifteen minutes. (STOP, START, STOP are three messages, however fast.)
 */
export async function storeInbound(
  tx: Tx,
  platform: Platform,
  routeId: string,
  message: ChannelInbound,
): Promise<StoredInbound | null> {
  const { part } = message;
  if (!part) return await insert(tx, platform, routeId, message.sender, message.text, message.raw);
  const now = platform.clock.business();
  await sql`INSERT INTO inbound_parts (route_id, sender, reference, total, number, text, raw, received_at)
    VALUES (${routeId}, ${message.sender}, ${part.reference}, ${part.total}, ${part.number}, ${message.text}, ${message.raw}, ${now}) ON CONFLICT DO NOTHING`.execute(
    tx,
  );
  const { rows } = await sql<{ count: number }>`SELECT count(*) AS count FROM inbound_parts
    WHERE route_id = ${routeId} AND sender = ${message.sender} AND reference = ${part.reference} AND total = ${part.total}`.execute(
    tx,
  );
  if ((rows[0]?.count ?? 0) < part.total) return null;
  return await join(tx, platform, { route_id: routeId, sender: message.sender, ...part });
}

interface PartKey {
  route_id: string;
  sender: string;
  reference: number;
  total: number;
}

async function join(tx: Tx, platform: Platform, key: PartKey): Promise<StoredInbound | null> {
  const { rows } = await sql<{ number: number; text: string; raw: Buffer }>`DELETE FROM inbound_parts
    WHERE route_id = ${key.route_id} AND sender = ${key.sender} AND reference = ${key.reference} AND total = ${key.total} RETURNING number, text, raw`.execute(
    tx,
  );
  if (rows.length === 0) return null;
  const parts = rows.sort((a, b) => a.number - b.number);
  const text = Array.from(
    { length: key.total },
    (_, index) => parts.find((part) => part.number === index + 1)?.text ?? ' […] ',
  ).join('');
  return await insert(tx, platform, key.route_id, key.sender, text, Buffer.concat(parts.map((part) => part.raw)));
}

async function insert(
  tx: Tx,
  platform: Platform,
  routeId: string,
  sender: string,
  text: string,
  raw: Buffer,
): Promise<StoredInbound | null> {
  const receivedAt = platform.clock.business();
  const since = new Date(receivedAt.getTime() - REPEAT_MILLISECONDS * platform.clock.speed);
  const content = createHash('sha256').update(`${routeId}\n${sender}\n`).update(raw).digest('base64url');
  const { rows } = await sql<{
    id: string;
    content_hash: string;
    received_at: Date;
  }>`SELECT id, content_hash, received_at FROM inbound_messages
    WHERE channel = 'sms' AND sender = ${sender} ORDER BY received_at DESC, id DESC LIMIT 1`.execute(tx);
  const [before] = rows;
  if (before && before.received_at >= since && before.content_hash.startsWith(`${content}.`)) return null;
  const id = newId();
  const cleaned = text.replaceAll('\0', ''); // PostgreSQL's text has no zero byte; the raw bytes keep it
  const { numAffectedRows } =
    await sql`INSERT INTO inbound_messages (id, channel, route_id, received_at, content_hash, raw, sender, text)
    VALUES (${id}, 'sms', ${routeId}, ${receivedAt}, ${`${content}.${before?.id ?? 'first'}`}, ${raw}, ${sender}, ${cleaned}) ON CONFLICT (channel, content_hash) DO NOTHING`.execute(
      tx,
    );
  if (!numAffectedRows) return null;
  return { id, channel: 'sms', routeId, sender, text: cleaned, receivedAt };
}

/** Long messages whose missing parts did not come in time are taken as they are. */
export async function joinLateParts(platform: Platform): Promise<StoredInbound[]> {
  return await platform.database.transaction(async (tx) => {
    const before = new Date(platform.clock.business().getTime() - PARTS_WAIT_MILLISECONDS * platform.clock.speed);
    const { rows } = await sql<PartKey>`SELECT route_id, sender, reference, total FROM inbound_parts
      GROUP BY route_id, sender, reference, total HAVING max(received_at) < ${before} LIMIT 100`.execute(tx);
    const joined: StoredInbound[] = [];
    for (const key of rows) {
      const message = await join(tx, platform, key);
      if (message) joined.push(message);
    }
    return joined;
  });
}

/** Stored messages that nobody worked on since before `before` (business clock), oldest first: they are offered again. */
export async function waitingInbound(platform: Platform, before: Date): Promise<StoredInbound[]> {
  const { rows } = await sql<{ id: string; route_id: string; sender: string; text: string; received_at: Date }>`
    SELECT id, route_id, sender, text, received_at FROM inbound_messages WHERE worked_at IS NULL AND channel = 'sms' AND route_id IS NOT NULL AND received_at < ${before} ORDER BY received_at LIMIT 100`.execute(
    platform.database.db,
  );
  return rows.map((row) => ({
    id: row.id,
    channel: 'sms',
    routeId: row.route_id,
    sender: row.sender,
    text: row.text,
    receivedAt: row.received_at,
  }));
}

/** Keeps what became of a message ('stop', 'start', 'loop', 'waits for a person'), in the transaction of whoever decided. */
export async function noteInboundDecision(tx: Tx, id: string, decision: string, at: Date): Promise<void> {
  await sql`UPDATE inbound_messages SET decision = ${decision}, worked_at = ${at} WHERE id = ${id}`.execute(tx);
}
