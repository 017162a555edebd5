import { sql } from 'kysely';
import type { Language } from '../../contract/answer.ts';
import type { Db } from '../platform/database/database.ts';

// A document is read from the tables of every capability that knows something of the case; nothing here writes.

/** For whom a file is: what the customer may see, or everything that the house holds. */
export type Audience = 'customer' | 'house';

export interface CaseFacts {
  id: string;
  number: string;
  state: string;
  topic: string;
  subject: string;
  language: Language;
  partyId: string;
  party: string;
  externalId: string | null;
  address: string | null;
  service: string | null;
  team: string | null;
  ownerId: string | null;
  openedAt: Date;
  acknowledgedAt: Date | null;
  formalAt: Date | null;
  endedAt: Date | null;
  reminders: number;
  reopened: number;
}

export interface FiledMessage {
  id: string;
  number: number;
  direction: 'in' | 'out' | 'note';
  visibility: string;
  kind: string;
  channel: string;
  claim: boolean;
  saidAt: Date;
  author: string | null;
  automatic: boolean;
  subject: string | null;
  body: string;
  quoted: string | null;
  state: string | null;
  stateReason: string | null;
  settledAt: Date | null;
  inboundId: string | null;
}

export interface FiledAttachment {
  messageNumber: number;
  number: number;
  name: string;
  type: string;
  size: number;
  blobId: Buffer | null;
  problem: string | null;
}

export interface FiledPromise {
  kind: string;
  promisee: string;
  madeAt: Date;
  dueAt: Date;
  state: string;
  settledAt: Date | null;
}

export interface FiledOriginal {
  id: string;
  channel: string;
  receivedAt: Date;
  messageNumber: number | null;
  rawBlob: Buffer | null;
  size: number;
}

export interface CaseFile {
  facts: CaseFacts;
  messages: FiledMessage[];
  attachments: FiledAttachment[];
  promises: FiledPromise[];
  originals: FiledOriginal[];
  events: { at: Date; kind: string }[];
}

/** The id of a case by its number. */
export async function caseIdByNumber(db: Db, number: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM cases WHERE number = ${number}`.execute(db);
  return rows[0]?.id ?? null;
}

/** The events that a customer reads about too; what is not here tells of the house's own work, or of other people. */
const FOR_CUSTOMERS = [
  ...['opened', 'acknowledged', 'heard', 'reminded', 'answered', 'said', 'asked', 'asked-again', 'call-promised'],
  ...['waiting', 'resumed', 'handed-over', 'accepted', 'linked', 'unlinked', 'joined', 'formal', 'channel-chosen'],
  ...['fix-reported', 'confirmed', 'denied', 'unconfirmed', 'reopened', 'cancelled'],
  ...['message-failed', 'mail-returned', 'legal-receipt', 'legal-delivery-failed'],
]
  .map((step) => `case.${step}`)
  .concat(
    ['made', 'kept', 'broken', 'superseded', 'withdrawn', 'paused', 'resumed', 'reopened'].map(
      (step) => `promise.${step}`,
    ),
  );

/** Everything about a case that the audience may have; null when there is no such case. */
export async function readCaseFile(db: Db, caseId: string, audience: Audience): Promise<CaseFile | null> {
  const facts =
    await sql<CaseFacts>`SELECT cases.id, cases.number, cases.state, cases.topic, cases.subject, cases.language,
      cases.party_id AS "partyId", party.name AS party, party.external_id AS "externalId", point.address,
      service.product || coalesce(', ' || service.address, '') AS service, team.name AS team, cases.owner_id AS "ownerId", cases.opened_at AS "openedAt",
      cases.acknowledged_at AS "acknowledgedAt", cases.formal_at AS "formalAt", cases.ended_at AS "endedAt", cases.reminders, cases.reopened
    FROM cases JOIN parties party ON party.id = cases.party_id LEFT JOIN contact_points point ON point.id = cases.contact_point_id
    LEFT JOIN services service ON service.id = cases.service_id LEFT JOIN teams team ON team.id = cases.team_id
    WHERE cases.id = ${caseId}::uuid`.execute(db);
  const [found] = facts.rows;
  if (!found) return null;
  const all = audience === 'house';
  const mine = sql`message.case_id = ${caseId}::uuid AND (${all} OR (message.visibility = 'customer' AND NOT message.claim AND message.direction <> 'note'
    AND coalesce(message.state NOT IN ('held', 'withdrawn'), true)))`;
  const messages =
    await sql<FiledMessage>`SELECT message.id, message.number, message.direction, message.visibility, message.kind, message.channel,
      message.claim, message.said_at AS "saidAt", coalesce(staff.name, party.name) AS author, message.actor->>'kind' IN ('rule', 'channel') AS automatic,
      message.subject, message.body, message.quoted, message.state, message.state_reason AS "stateReason", message.settled_at AS "settledAt",
      message.inbound_id AS "inboundId"
    FROM messages message LEFT JOIN staff ON message.actor->>'kind' = 'staff' AND staff.id = message.actor->>'id'
    LEFT JOIN parties party ON party.id = message.party_id
    WHERE ${mine} ORDER BY message.number`.execute(db);
  const attachments =
    await sql<FiledAttachment>`SELECT message.number AS "messageNumber", attachment.number, attachment.name, attachment.type, attachment.size,
      attachment.blob_id AS "blobId", attachment.problem
    FROM attachments attachment JOIN messages message ON message.id = attachment.message_id
    WHERE attachment.case_id = ${caseId}::uuid AND ${mine} ORDER BY message.number, attachment.number`.execute(db);
  const promises =
    await sql<FiledPromise>`SELECT kind, promisee_kind AS promisee, made_at AS "madeAt", due_at AS "dueAt", state, settled_at AS "settledAt"
    FROM promises WHERE subject_kind = 'case' AND subject_id = ${caseId}::uuid AND (${all} OR promisee_kind = 'party') ORDER BY made_at, id`.execute(
      db,
    );
  const originals =
    await sql<FiledOriginal>`SELECT inbound.id, inbound.channel, inbound.received_at AS "receivedAt", message.number AS "messageNumber",
      inbound.raw_blob AS "rawBlob", coalesce(length(inbound.raw), (SELECT size FROM blobs WHERE blobs.id = inbound.raw_blob), 0) AS size
    FROM inbound_messages inbound LEFT JOIN messages message ON message.inbound_id = inbound.id AND message.case_id = ${caseId}::uuid
    WHERE (inbound.raw IS NOT NULL OR inbound.raw_blob IS NOT NULL)
      AND (inbound.case_id = ${caseId}::uuid OR inbound.id IN (SELECT inbound_id FROM messages WHERE case_id = ${caseId}::uuid AND inbound_id IS NOT NULL))
      AND (${all} OR (message.id IS NOT NULL AND ${mine})) ORDER BY inbound.received_at, inbound.id`.execute(db);
  const events = await sql<{
    at: Date;
    kind: string;
  }>`SELECT at, kind FROM events WHERE subject_kind = 'case' AND subject_id = ${caseId}
    AND kind <> 'case.read' AND (${all} OR (kind = ANY(${FOR_CUSTOMERS}::text[]) AND coalesce(data->>'promisee', 'party') = 'party')) ORDER BY at, number LIMIT 5000`.execute(
    db,
  );
  return {
    facts: found,
    messages: messages.rows,
    attachments: attachments.rows,
    promises: promises.rows,
    originals: originals.rows,
    events: events.rows,
  };
}

/** The bytes of an original that is kept as one value. */
export async function readOriginal(db: Db, inboundId: string): Promise<Buffer> {
  const { rows } = await sql<{
    raw: Buffer | null;
  }>`SELECT raw FROM inbound_messages WHERE id = ${inboundId}::uuid`.execute(db);
  return rows[0]?.raw ?? Buffer.alloc(0);
}
