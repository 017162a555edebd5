import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Language } from '../../contract/answer.ts';
import type { Actor } from '../platform/actor.ts';
import { storeBlob } from '../platform/blobs.ts';
import type { Tx } from '../platform/database/database.ts';
import { conflict } from '../platform/errors.ts';
import { newId } from '../platform/ids.ts';
import { type GivenWords, readGiven, writeGiven } from './given.ts';
import type { Inbound, ReadAttachment } from './intake.ts';
import type { IntakePorts } from './ports.ts';
import { insertInbound, loadInbound } from './store.ts';
import { workOff } from './work-off.ts';

/** What somebody wrote into the form. */
export interface FormWords {
  /** The same for the same form: pressed twice, it is one message. At most 200 characters. */
  key: string;
  name: string | null;
  /** Where they want to be answered, as they wrote it: mail address or number. It proves nothing. */
  address: string | null;
  subject: string | null;
  text: string;
  language: Language;
  attachments: readonly ReadAttachment[];
}

export interface Received {
  inboundId: string;
  /** Null: it made no case, see `decision`. */
  caseId: string | null;
  /** Of a case that was opened by it; null where it joined one: whoever wrote may not be whose it is. */
  number: string | null;
  partyId: string | null;
  /** Kept beside a case, since nothing proves that the customer said it. */
  claim: boolean;
  decision: string | null;
  /** It had come before: nothing was done again. */
  repeated: boolean;
}

/** Words from the public form: kept, worked off at once in the caller's transaction, so that the page can say the number. */
export const receiveForm = async (tx: Tx, ports: IntakePorts, form: FormWords): Promise<Received> =>
  await receive(tx, ports, 'web', form.key, await words(tx, ports, form, form.address), {});

/** What staff or a program hands in. */
export interface HandedIn extends Omit<FormWords, 'key' | 'address'> {
  key: string;
  from: { partyId: string } | { address: string | null };
  /** How it was said. */
  channel: 'api' | 'phone';
  /** Whether the product may acknowledge it by itself. */
  acknowledge: boolean;
}

/** Words that staff or a program hands in, worked off at once. The same key again gives the same; with other words it is refused: `key-used`. */
export async function receiveMessage(tx: Tx, ports: IntakePorts, actor: Actor, given: HandedIn): Promise<Received> {
  const isKnown = 'partyId' in given.from;
  return await receive(
    tx,
    ports,
    'api',
    given.key,
    await words(tx, ports, given, 'address' in given.from ? given.from.address : null),
    {
      actor,
      channel: given.channel,
      mayBeAnswered: given.acknowledge,
      ...('partyId' in given.from
        ? { given: { partyId: given.from.partyId, contactPointId: await anyContactPoint(tx, given.from.partyId) } }
        : {}),
      ...(isKnown ? {} : {}),
    },
  );
}

async function words(
  tx: Tx,
  ports: IntakePorts,
  given: Pick<FormWords, 'name' | 'subject' | 'text' | 'language' | 'attachments'>,
  sender: string | null,
): Promise<GivenWords> {
  const attachments: GivenWords['attachments'] = [];
  for (const { content, ...attachment } of given.attachments) {
    const blob = content ? await storeBlob(tx, content, ports.platform.clock.business()) : null;
    attachments.push({ ...attachment, blob: blob?.id.toString('hex') ?? null });
  }
  return {
    sender,
    name: given.name,
    subject: given.subject,
    text: given.text,
    languages: [given.language],
    attachments,
  };
}

async function receive(
  tx: Tx,
  ports: IntakePorts,
  channel: 'web' | 'api',
  key: string,
  given: GivenWords,
  placing: Parameters<typeof workOff>[4],
): Promise<Received> {
  const raw = writeGiven(given);
  const contentHash = createHash('sha256').update(key).digest('base64url');
  const inbound: Inbound = {
    id: newId(),
    channel,
    routeId: null,
    mailboxId: null,
    receivedAt: ports.platform.clock.business(),
    sender: given.sender ?? '',
    text: given.text,
    quiet: false,
    raw,
    rawBlob: null,
    facts: {},
  };
  if (!(await insertInbound(tx, { ...inbound, contentHash }))) return await before(tx, channel, contentHash, raw);
  const placed = await workOff(tx, ports, inbound, await readGiven(tx, raw), placing);
  const settled = await loadInbound(tx, inbound.id);
  return {
    inboundId: inbound.id,
    caseId: placed?.caseId ?? null,
    number: placed?.number ?? null,
    partyId: placed?.partyId ?? null,
    claim: placed?.claim ?? false,
    decision: settled?.decision ?? null,
    repeated: false,
  };
}

/** What became of the same message before. */
async function before(tx: Tx, channel: string, contentHash: string, raw: Buffer): Promise<Received> {
  const { rows } = await sql<{
    id: string;
    raw: Buffer;
    case_id: string | null;
    decision: string | null;
    facts: { claim?: boolean };
  }>`
    SELECT id, raw, case_id, decision, facts FROM inbound_messages WHERE channel = ${channel} AND content_hash = ${contentHash}`.execute(
    tx,
  );
  const [row] = rows;
  if (!row) throw new Error('a message that was kept before is gone');
  if (!row.raw.equals(raw))
    throw conflict(
      'key-used',
      'Another message came under this key.',
      'Give each message a key of its own; repeat the same one only to repeat it.',
    );
  return {
    inboundId: row.id,
    caseId: row.case_id,
    number: null,
    partyId: null,
    claim: row.facts.claim ?? false,
    decision: row.decision,
    repeated: true,
  };
}

/** Where a party is answered that staff names: a verified address, mail before SMS. */
async function anyContactPoint(tx: Tx, partyId: string): Promise<string | null> {
  const { rows } = await sql<{
    id: string;
  }>`SELECT id FROM contact_points WHERE party_id = ${partyId} AND ended_at IS NULL AND unreachable_since IS NULL
    ORDER BY verification = 'verified' DESC, channel = 'email' DESC, channel, id LIMIT 1`.execute(tx);
  return rows[0]?.id ?? null;
}
