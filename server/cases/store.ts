import { type RawBuilder, sql } from 'kysely';
import type { Topic } from '../../contract/cases.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { read, write } from '../platform/database/statements.ts';
import { newId } from '../platform/ids.ts';
import type { CaseKey, CaseRecord } from './case.ts';
import { caseNumbersIn } from './number.ts';

const COLUMN: Record<keyof CaseRecord, string> = {
  id: 'id',
  number: 'number',
  partyId: 'party_id',
  state: 'state',
  waitingFor: 'waiting_for',
  topic: 'topic',
  severity: 'severity',
  urgency: 'urgency',
  language: 'language',
  subject: 'subject',
  channel: 'channel',
  contactPointId: 'contact_point_id',
  serviceId: 'service_id',
  resourceId: 'resource_id',
  incidentId: 'incident_id',
  teamId: 'team_id',
  ownerId: 'owner_id',
  rung: 'rung',
  reminders: 'reminders',
  reopened: 'reopened',
  formalAt: 'formal_at',
  openedAt: 'opened_at',
  acknowledgedAt: 'acknowledged_at',
  fixReportedAt: 'fix_reported_at',
  askedAt: 'asked_at',
  askedWhat: 'asked_what',
  askedTimes: 'asked_times',
  dueAt: 'due_at',
  pausedAt: 'paused_at',
  endedAt: 'ended_at',
  joinedTo: 'joined_to',
  lastHeardAt: 'last_heard_at',
  lastSaidAt: 'last_said_at',
  triage: 'triage',
  messages: 'messages',
  version: 'version',
};
export const CASE = sql.raw(
  Object.entries(COLUMN)
    .map(([name, column]) => `cases.${column} AS "${name}"`)
    .join(', '),
);

const stored = (name: string, value: unknown): unknown => (name === 'triage' ? JSON.stringify(value) : value);

export async function insertCase(tx: Tx, record: CaseRecord): Promise<void> {
  const names = Object.keys(COLUMN) as (keyof CaseRecord)[];
  await write(
    tx,
    sql`INSERT INTO cases (${sql.join(names.map((name) => sql.ref(COLUMN[name])))})
    VALUES (${sql.join(names.map((name) => stored(name, record[name])))})`,
  );
}

/** Changes columns of a case and counts its version up, so that a stale edit is noticed. */
export async function updateCase(tx: Tx, id: string, change: Partial<CaseRecord>): Promise<void> {
  await write(tx, sql`UPDATE cases SET ${changed(change)} WHERE id = ${id}`);
}

/** The assignments of a change, the version's among them. */
export const changed = (change: Partial<CaseRecord>): RawBuilder<unknown> =>
  sql.join([
    ...(Object.keys(change) as (keyof CaseRecord)[]).map(
      (name) => sql`${sql.ref(COLUMN[name])} = ${stored(name, change[name])}`,
    ),
    sql`version = version + 1`,
  ]);

/** One case, locked. */
export async function lockCase(tx: Tx, id: string): Promise<CaseRecord | null> {
  const rows = await read(tx, sql<CaseRecord>`SELECT ${CASE} FROM cases WHERE id = ${id} FOR UPDATE`);
  return rows[0] ?? null;
}

export async function readCases(db: Db, ids: readonly string[]): Promise<CaseRecord[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<CaseRecord>`SELECT ${CASE} FROM cases WHERE id = ANY(${[...ids]}::uuid[])`.execute(db);
  return rows;
}

export const readCase = async (db: Db, id: string): Promise<CaseRecord | null> =>
  (await readCases(db, [id]))[0] ?? null;

// Finding the case that a message belongs to --------------------------------------------------------------------------

const KEYS = [
  'id',
  'number',
  'partyId',
  'state',
  'topic',
  'serviceId',
  'incidentId',
  'contactPointId',
  'channel',
  'openedAt',
  'lastHeardAt',
  'endedAt',
  'joinedTo',
] as const satisfies readonly (keyof CaseKey)[];
const KEY = sql.raw(KEYS.map((name) => `cases.${COLUMN[name]} AS "${name}"`).join(', '));
const MOST_KEYS = 200;

/** The first case whose number stands in a text, however it is written; null: none does. */
export async function findCaseByNumber(db: Db, text: string): Promise<CaseKey | null> {
  const numbers = caseNumbersIn(text);
  if (numbers.length === 0) return null;
  const { rows } = await sql<CaseKey>`SELECT ${KEY} FROM cases WHERE number = ANY(${numbers}::text[])`.execute(db);
  return rows.sort((a, b) => numbers.indexOf(a.number) - numbers.indexOf(b.number))[0] ?? null;
}

/** The cases of some parties that have not ended, newest first; at most 200. */
export async function openCasesOf(db: Db, partyIds: readonly string[]): Promise<CaseKey[]> {
  if (partyIds.length === 0) return [];
  const { rows } =
    await sql<CaseKey>`SELECT ${KEY} FROM cases WHERE party_id = ANY(${[...partyIds]}::uuid[]) AND ended_at IS NULL
    ORDER BY opened_at DESC, id DESC LIMIT ${MOST_KEYS}`.execute(db);
  return rows;
}

/**
 * The cases of a party that have not ended, newest first, and those that ended at or after `since`, latest first; at most 200. `vague`: it began with words that make sense
 * only after others; `touched`: topics that its first words spoke for.
 */
export async function casesAround(
  db: Db,
  partyId: string,
  since: Date,
): Promise<{ open: (CaseKey & { vague: boolean; touched: Topic[] })[]; recent: CaseKey[] }> {
  const rows = await read(
    db,
    sql<
      CaseKey & { vague: boolean; touched: Topic[] }
    >`SELECT ${KEY}, coalesce(triage->>'vague' = 'true' AND topic = 'other', false) AS vague, coalesce(triage->'touched', '[]') AS touched FROM cases
    WHERE party_id = ${partyId} AND (ended_at IS NULL OR ended_at >= ${since}) ORDER BY ended_at DESC NULLS FIRST, opened_at DESC, id DESC LIMIT ${MOST_KEYS}`,
  );
  return {
    open: rows.filter(({ endedAt }) => endedAt === null),
    recent: rows.filter(({ endedAt, joinedTo }) => endedAt !== null && joinedTo === null),
  };
}

/** The cases of some parties that ended at or after `since`, latest first; at most 200. */
export async function recentCasesOf(db: Db, partyIds: readonly string[], since: Date): Promise<CaseKey[]> {
  if (partyIds.length === 0) return [];
  const { rows } =
    await sql<CaseKey>`SELECT ${KEY} FROM cases WHERE party_id = ANY(${[...partyIds]}::uuid[]) AND ended_at >= ${since}
    ORDER BY ended_at DESC, id DESC LIMIT ${MOST_KEYS}`.execute(db);
  return rows;
}

/** The case of the first of these mails that is known, in the order given (Message-IDs with their angle brackets). */
export async function caseOfMailIds(db: Db, mailIds: readonly string[]): Promise<CaseKey | null> {
  if (mailIds.length === 0) return null;
  const asked = JSON.stringify(mailIds.slice(0, 100).map((mail_id, place) => ({ mail_id, place })));
  const { rows } =
    await sql<CaseKey>`SELECT ${KEY} FROM jsonb_to_recordset(${asked}::jsonb) AS asked(mail_id text, place int)
    JOIN mail_keys ON mail_keys.mail_id_hash = sha256(convert_to(asked.mail_id, 'UTF8')) JOIN cases ON cases.id = mail_keys.case_id
    ORDER BY asked.place LIMIT 1`.execute(db);
  return rows[0] ?? null;
}

export async function insertMailKey(
  tx: Tx,
  key: { mailId: string; caseId: string; messageId: string; at: Date },
): Promise<void> {
  await write(
    tx,
    sql`INSERT INTO mail_keys (mail_id_hash, case_id, message_id, made_at)
    VALUES (sha256(convert_to(${key.mailId}::text, 'UTF8')), ${key.caseId}, ${key.messageId}, ${key.at}) ON CONFLICT DO NOTHING`,
  );
}

// Links ---------------------------------------------------------------------------------------------------------------

/** A link to the page of a case, as it is kept. */
export interface CaseLink {
  caseId: string;
  partyId: string;
  contactPointId: string | null;
  madeAt: Date;
  expiresAt: Date;
  revokedAt: Date | null;
}

export async function insertLink(tx: Tx, tokenHash: string, link: Omit<CaseLink, 'revokedAt'>): Promise<void> {
  await write(
    tx,
    sql`INSERT INTO case_links (token_hash, case_id, party_id, contact_point_id, made_at, expires_at)
    VALUES (${tokenHash}, ${link.caseId}, ${link.partyId}, ${link.contactPointId}, ${link.madeAt}, ${link.expiresAt})`,
  );
}

/** A link by the hash of its token, whether or not it still holds. */
export async function caseOfLink(db: Db, tokenHash: string): Promise<CaseLink | null> {
  const { rows } =
    await sql<CaseLink>`SELECT case_id AS "caseId", party_id AS "partyId", contact_point_id AS "contactPointId", made_at AS "madeAt",
    expires_at AS "expiresAt", revoked_at AS "revokedAt" FROM case_links WHERE token_hash = ${tokenHash}`.execute(db);
  return rows[0] ?? null;
}

// Hand-overs and proposals --------------------------------------------------------------------------------------------

export interface HandOverRecord {
  id: string;
  caseId: string;
  fromTeamId: string | null;
  toTeamId: string;
  note: string;
  madeAt: Date;
  actor: Record<string, string>;
  dueAt: Date;
  acceptedAt: Date | null;
  acceptedBy: string | null;
  endedAt: Date | null;
  endedHow: 'accepted' | 'refused' | 'overtaken' | 'case ended' | null;
}
const HAND_OVER = sql`id, case_id AS "caseId", from_team_id AS "fromTeamId", to_team_id AS "toTeamId", note, made_at AS "madeAt", actor, due_at AS "dueAt",
  accepted_at AS "acceptedAt", accepted_by AS "acceptedBy", ended_at AS "endedAt", ended_how AS "endedHow"`;

export async function openHandOver(db: Db, caseId: string): Promise<HandOverRecord | null> {
  const rows = await read(
    db,
    sql<HandOverRecord>`SELECT ${HAND_OVER} FROM hand_overs WHERE case_id = ${caseId} AND ended_at IS NULL`,
  );
  return rows[0] ?? null;
}

export async function handOversOf(db: Db, caseId: string): Promise<HandOverRecord[]> {
  const { rows } =
    await sql<HandOverRecord>`SELECT ${HAND_OVER} FROM hand_overs WHERE case_id = ${caseId} ORDER BY made_at, id LIMIT 200`.execute(
      db,
    );
  return rows;
}

/** A new one; the one before, if it was open, is overtaken. */
export async function insertHandOver(
  tx: Tx,
  made: {
    caseId: string;
    fromTeamId: string | null;
    toTeamId: string;
    note: string;
    at: Date;
    actor: object;
    dueAt: Date;
  },
): Promise<string> {
  const id = newId();
  await endHandOver(tx, made.caseId, 'overtaken', made.at, null);
  await sql`INSERT INTO hand_overs (id, case_id, from_team_id, to_team_id, note, made_at, actor, due_at)
    VALUES (${id}, ${made.caseId}, ${made.fromTeamId}, ${made.toTeamId}, ${made.note}, ${made.at}, ${JSON.stringify(made.actor)}::jsonb, ${made.dueAt})`.execute(
    tx,
  );
  return id;
}

export async function endHandOver(
  tx: Tx,
  caseId: string,
  how: NonNullable<HandOverRecord['endedHow']>,
  at: Date,
  by: string | null,
): Promise<void> {
  const accepted = how === 'accepted' ? at : null;
  await sql`UPDATE hand_overs SET ended_at = ${at}, ended_how = ${how}, accepted_at = ${accepted}, accepted_by = ${by}
    WHERE case_id = ${caseId} AND ended_at IS NULL`.execute(tx);
}

export interface ProposalRecord {
  id: string;
  caseId: string;
  intoCaseId: string;
  reasons: Record<string, unknown>;
  madeAt: Date;
}
export async function insertProposal(tx: Tx, proposal: Omit<ProposalRecord, 'id'>): Promise<boolean> {
  const { numAffectedRows } = await sql`INSERT INTO join_proposals (id, case_id, into_case_id, reasons, made_at)
    VALUES (${newId()}, ${proposal.caseId}, ${proposal.intoCaseId}, ${JSON.stringify(proposal.reasons)}::jsonb, ${proposal.madeAt}) ON CONFLICT DO NOTHING`.execute(
    tx,
  );
  return (numAffectedRows ?? 0n) > 0n;
}

export async function openProposals(db: Db, caseId: string): Promise<ProposalRecord[]> {
  const { rows } =
    await sql<ProposalRecord>`SELECT id, case_id AS "caseId", into_case_id AS "intoCaseId", reasons, made_at AS "madeAt" FROM join_proposals
    WHERE (case_id = ${caseId} OR into_case_id = ${caseId}) AND decided_at IS NULL ORDER BY made_at LIMIT 50`.execute(
      db,
    );
  return rows;
}

/** Decides what is open between two cases, whichever is the newer one. Returns whether anything was. */
export async function decideProposals(
  tx: Tx,
  one: string,
  other: string,
  decision: 'joined' | 'apart',
  at: Date,
  actor: object,
): Promise<boolean> {
  const { numAffectedRows } =
    await sql`UPDATE join_proposals SET decided_at = ${at}, decided_by = ${JSON.stringify(actor)}::jsonb, decision = ${decision}
    WHERE decided_at IS NULL AND ((case_id = ${one} AND into_case_id = ${other}) OR (case_id = ${other} AND into_case_id = ${one}))`.execute(
      tx,
    );
  return (numAffectedRows ?? 0n) > 0n;
}

// What waits for the worker -------------------------------------------------------------------------------------------

/** A case that moves by itself now, locked; others skip it. */
export async function takeDueCase(tx: Tx, now: Date, skipped: readonly string[]): Promise<CaseRecord | null> {
  const { rows } =
    await sql<CaseRecord>`SELECT ${CASE} FROM cases WHERE due_at <= ${now} AND NOT id = ANY(${[...skipped]}::uuid[])
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`.execute(tx);
  return rows[0] ?? null;
}

/** Open cases of one of some owners, locked, the most urgent first; others skip them. */
export async function takeCasesOfOwners(tx: Tx, ownerIds: readonly string[], limit: number): Promise<CaseRecord[]> {
  const { rows } = await sql<CaseRecord>`SELECT ${CASE} FROM cases WHERE ended_at IS NULL
    AND owner_id = (SELECT owner_id FROM cases WHERE owner_id = ANY(${[...ownerIds]}::text[]) AND ended_at IS NULL LIMIT 1)
    ORDER BY urgency, last_heard_at, id LIMIT ${limit} FOR UPDATE SKIP LOCKED`.execute(tx);
  return rows;
}

export type IncidentNews = 'told' | 'restored';

/** Marks the open cases of an incident: its news is told to each by the worker. What is over wins over what was told before. */
export async function markNews(tx: Tx, incidentId: string, news: IncidentNews): Promise<void> {
  await sql`UPDATE cases SET incident_news = ${news} WHERE incident_id = ${incidentId} AND ended_at IS NULL AND state <> 'fix reported'`.execute(
    tx,
  );
}

export async function takeCaseWithNews(
  tx: Tx,
  skipped: readonly string[],
): Promise<(CaseRecord & { incidentNews: IncidentNews }) | null> {
  const { rows } = await sql<
    CaseRecord & { incidentNews: IncidentNews }
  >`SELECT ${CASE}, incident_news AS "incidentNews" FROM cases
    WHERE incident_news IS NOT NULL AND NOT id = ANY(${[...skipped]}::uuid[]) LIMIT 1 FOR UPDATE SKIP LOCKED`.execute(
    tx,
  );
  return rows[0] ?? null;
}

export async function clearNews(tx: Tx, id: string): Promise<void> {
  await sql`UPDATE cases SET incident_news = NULL WHERE id = ${id}`.execute(tx);
}

export interface Report {
  caseId: string;
  partyId: string;
  resourceId: string;
  at: Date;
}
/** Open cases about lines since an instant that no incident explains, each with its resource; at most 500. */
export async function reportsSince(tx: Tx, since: Date): Promise<Report[]> {
  const { rows } =
    await sql<Report>`SELECT id AS "caseId", party_id AS "partyId", resource_id AS "resourceId", opened_at AS at FROM cases
    WHERE ended_at IS NULL AND resource_id IS NOT NULL AND incident_id IS NULL AND opened_at >= ${since} AND topic IN ('line down', 'line slow')
    ORDER BY opened_at DESC LIMIT 500`.execute(tx);
  return rows;
}

/** Cases in which the customer said no since an instant, after a fix was reported; each with its resource; at most 500. */
export async function denialsSince(tx: Tx, since: Date): Promise<Report[]> {
  const { rows } =
    await sql<Report>`SELECT DISTINCT cases.id AS "caseId", cases.party_id AS "partyId", cases.resource_id AS "resourceId", cases.last_heard_at AS at FROM cases
    WHERE cases.ended_at IS NULL AND cases.resource_id IS NOT NULL AND cases.fix_reported_at >= ${since} AND cases.state <> 'fix reported'
      AND EXISTS (SELECT 1 FROM messages WHERE messages.case_id = cases.id AND messages.kind = 'denial' AND NOT messages.claim AND messages.said_at >= cases.fix_reported_at)
    LIMIT 500`.execute(tx);
  return rows;
}
