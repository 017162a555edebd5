import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { askedSince } from '../cases/index.ts';
import type { ChannelInbound } from '../channels/channel.ts';
import { normaliseAddress, partiesAt } from '../customers/index.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import { insertInbound } from './store.ts';

/**
 * The network delivers again what it had no answer for; within this time the same words of the same sender are such a repeat, unless they were asked something in
 * between: a second "0" to a second question is another answer.
 */
const REPEAT_MILLISECONDS = 15 * 60_000;
/** How long a long message waits for its missing parts. */
const PARTS_WAIT_MILLISECONDS = 10 * 60_000;

/**
 * Keeps a short message, as received; it is worked off in the next round. Null when nothing whole is there yet, or when it is a repeat: the same content as
 * the sender's message before it, within fifteen minutes. (STOP, START, STOP are three messages, however fast.) Else its id. A repeat is kept with that
 * decision, so that a person can make a case of it.
 */
export async function keepSms(
  tx: Tx,
  platform: Platform,
  routeId: string,
  message: ChannelInbound,
): Promise<string | null> {
  const { part } = message;
  if (!part) return await keep(tx, platform, routeId, message.sender, message.text, message.raw);
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

async function join(tx: Tx, platform: Platform, key: PartKey): Promise<string | null> {
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
  return await keep(tx, platform, key.route_id, key.sender, text, Buffer.concat(parts.map((part) => part.raw)));
}

async function keep(
  tx: Tx,
  platform: Platform,
  routeId: string,
  sender: string,
  text: string,
  raw: Buffer,
): Promise<string | null> {
  const receivedAt = platform.clock.business();
  const since = new Date(receivedAt.getTime() - REPEAT_MILLISECONDS * platform.clock.speed);
  const content = createHash('sha256').update(`${routeId}\n${sender}\n`).update(raw).digest('base64url');
  const { rows } = await sql<{ id: string; content_hash: string; since: Date | null }>`SELECT id, content_hash,
      (SELECT max(received_at) FROM inbound_messages WHERE channel = 'sms' AND sender = ${sender} AND decision IS DISTINCT FROM 'repeat') AS since
    FROM inbound_messages WHERE channel = 'sms' AND sender = ${sender} ORDER BY received_at DESC, id DESC LIMIT 1`.execute(
    tx,
  );
  const [before] = rows;
  const isRepeat =
    before?.since != null &&
    before.since >= since &&
    before.content_hash.startsWith(`${content}.`) &&
    !(await wasAsked(tx, sender, before.since));
  const id = newId();
  const isNew = await insertInbound(tx, {
    id,
    channel: 'sms',
    routeId,
    mailboxId: null,
    receivedAt,
    sender,
    text,
    quiet: false,
    raw,
    rawBlob: null,
    facts: isRepeat ? { why: 'the same words came before' } : {},
    contentHash: `${content}.${before?.id ?? 'first'}`,
    ...(isRepeat ? { decision: 'repeat' } : {}),
  });
  if (!isNew || isRepeat) return null;
  // Wakes the worker: it is answered at once.
  await recordEvents(tx, platform.clock, { kind: 'channel', name: 'sms' }, [
    { kind: 'message.received', subjectKind: 'inbound', subjectId: id, data: { channel: 'sms' } },
  ]);
  return id;
}

/** Whether whoever has this number was asked or answered something by us since then, beyond what is said by itself. */
async function wasAsked(tx: Tx, sender: string, since: Date): Promise<boolean> {
  const { operator } = await readSettings(tx);
  const address = normaliseAddress('sms', sender, operator.country);
  const parties = address ? await partiesAt(tx, 'sms', address) : [];
  return await askedSince(
    tx,
    parties.map(({ partyId }) => partyId),
    since,
  );
}

/** Long messages whose missing parts did not come in time are taken as they are. Returns how many. */
export async function joinLateParts(platform: Platform): Promise<number> {
  return await platform.database.transaction(async (tx) => {
    const before = new Date(platform.clock.business().getTime() - PARTS_WAIT_MILLISECONDS * platform.clock.speed);
    const { rows } = await sql<PartKey>`SELECT route_id, sender, reference, total FROM inbound_parts
      GROUP BY route_id, sender, reference, total HAVING max(received_at) < ${before} LIMIT 100`.execute(tx);
    let joined = 0;
    for (const key of rows) if ((await join(tx, platform, key)) !== null) joined++;
    return joined;
  });
}
