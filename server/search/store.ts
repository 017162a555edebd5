import { sql } from 'kysely';
import type { CaseState, Topic } from '../../contract/cases.ts';
import type { FoundBy, FoundCustomer, FoundIncident } from '../../contract/search.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import type { Wanted } from './rules.ts';

// What is found is read from the tables of every capability in one statement each: a search has no state, and nothing here writes.

/** Of which cases somebody may know: all, or those that are with some teams; complaints about behaviour only where the roles allow it. */
export interface CaseScope {
  staffId: string;
  /** Null: whatever team they are with. */
  teamIds: readonly string[] | null;
  /** Else complaints about behaviour are hidden, but from who owns them; from partners always. */
  complaints: boolean;
}

export interface CaseRow {
  id: string;
  number: string;
  state: CaseState;
  topic: Topic;
  subject: string;
  partyId: string;
  party: string;
  lastHeardAt: Date;
  endedAt: Date | null;
}

const CASE = sql`cases.id, cases.number, cases.state, cases.topic, cases.subject, cases.party_id AS "partyId", party.name AS party,
  cases.last_heard_at AS "lastHeardAt", cases.ended_at AS "endedAt"`;

// Open cases only: what is with a partner's team is theirs to see while it is there.
const withTeams = (
  teamIds: readonly string[],
) => sql`cases.ended_at IS NULL AND (cases.team_id = ANY(${[...teamIds]}::uuid[]) OR cases.id IN (
  SELECT case_id FROM hand_overs WHERE ended_at IS NULL AND to_team_id = ANY(${[...teamIds]}::uuid[])))`;

const within = ({ staffId, teamIds, complaints }: CaseScope) =>
  teamIds === null
    ? sql`(${complaints} OR cases.topic <> 'conduct' OR cases.owner_id = ${staffId})`
    : sql`cases.topic <> 'conduct' AND ${withTeams(teamIds)}`;

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** Cases whose number begins so; the exact one first. */
export async function casesByNumber(db: Db, number: string, scope: CaseScope, limit: number): Promise<CaseRow[]> {
  const { rows } = await sql<CaseRow>`SELECT ${CASE} FROM cases JOIN parties party ON party.id = cases.party_id
    WHERE cases.number LIKE ${`${number}%`} AND ${within(scope)}
    ORDER BY cases.number = ${number} DESC, cases.last_heard_at DESC LIMIT ${limit}`.execute(db);
  return rows;
}

/** The cases of some parties, open ones first, then the newest. */
export async function casesOfParties(
  db: Db,
  partyIds: readonly string[],
  scope: CaseScope,
  limit: number,
): Promise<CaseRow[]> {
  if (partyIds.length === 0) return [];
  const { rows } = await sql<CaseRow>`SELECT ${CASE} FROM cases JOIN parties party ON party.id = cases.party_id
    WHERE cases.party_id = ANY(${[...partyIds]}::uuid[]) AND ${within(scope)}
    ORDER BY cases.ended_at IS NOT NULL, cases.last_heard_at DESC LIMIT ${limit}`.execute(db);
  return rows;
}

const wordsMatch = (words: string) =>
  sql`message_words(language, subject, body) @@ (websearch_to_tsquery('pg_catalog.italian', ${words}) || websearch_to_tsquery('pg_catalog.english', ${words}))`;

/** Within this transaction: nothing but the index of words. Many spellings look to the planner as if everybody had one of them; a walk would then take minutes. */
async function byIndexOfWordsOnly(tx: Tx, only: boolean): Promise<void> {
  const others = only ? 'off' : 'on';
  await sql`SELECT set_config('enable_seqscan', ${others}, true), set_config('enable_indexscan', ${others}, true)`.execute(
    tx,
  );
}

interface SaidRow {
  case_id: string;
  excerpt: string;
}

/**
 * Cases in which words were said between two instants, the newest first. Only the index of words is used, of the months that are asked for: a walk
 * through the messages would read the words of each of them anew.
 */
export async function casesByWords(
  tx: Tx,
  words: string,
  { since, until }: { since: Date; until: Date },
  scope: CaseScope,
  limit: number,
): Promise<(CaseRow & { excerpt: string })[]> {
  await byIndexOfWordsOnly(tx, true);
  const { rows } = await sql<SaidRow>`SELECT case_id, left(body, 160) AS excerpt FROM messages
    WHERE ${wordsMatch(words)} AND said_at >= ${since} AND said_at < ${until} ORDER BY said_at DESC LIMIT 200`.execute(
    tx,
  );
  await byIndexOfWordsOnly(tx, false);
  return await casesSaid(tx, rows, scope, limit);
}

/** The same for partners: of the few cases that are with them, what is meant for them. */
export async function teamCasesByWords(
  db: Db,
  words: string,
  scope: CaseScope & { teamIds: readonly string[] },
  limit: number,
): Promise<(CaseRow & { excerpt: string })[]> {
  const own = await sql<{ id: string }>`SELECT cases.id FROM cases WHERE ${within(scope)} LIMIT 2000`.execute(db);
  if (own.rows.length === 0) return [];
  const { rows } = await sql<SaidRow>`SELECT case_id, left(body, 160) AS excerpt FROM messages
    WHERE case_id = ANY(${own.rows.map(({ id }) => id)}::uuid[]) AND visibility <> 'operator' AND ${wordsMatch(words)}
    ORDER BY said_at DESC LIMIT 200`.execute(db);
  return await casesSaid(db, rows, scope, limit);
}

async function casesSaid(
  db: Db,
  said: readonly SaidRow[],
  scope: CaseScope,
  limit: number,
): Promise<(CaseRow & { excerpt: string })[]> {
  const excerpts = new Map<string, string>();
  for (const row of said) if (!excerpts.has(row.case_id)) excerpts.set(row.case_id, row.excerpt);
  if (excerpts.size === 0) return [];
  const order = [...excerpts.keys()];
  const { rows } = await sql<CaseRow>`SELECT ${CASE} FROM cases JOIN parties party ON party.id = cases.party_id
    WHERE cases.id = ANY(${order}::uuid[]) AND ${within(scope)} ORDER BY array_position(${order}::uuid[], cases.id) LIMIT ${limit}`.execute(
    db,
  );
  return rows.map((row) => ({ ...row, excerpt: excerpts.get(row.id) ?? '' }));
}

interface PartyRow {
  id: string;
  externalId: string | null;
  name: string;
  kind: 'consumer' | 'business';
  endedAt: Date | null;
}

const PARTY = sql`party.id, party.external_id AS "externalId", party.name, party.kind, party.ended_at AS "endedAt"`;

const asFound = (row: PartyRow, foundBy: FoundBy): FoundCustomer => ({
  ...row,
  endedAt: row.endedAt?.toISOString() ?? null,
  foundBy,
});

/** Parties by the operator's number for them, one of their services, or their tax code. */
export async function partiesByNumber(db: Db, { text }: Wanted, limit: number): Promise<FoundCustomer[]> {
  const { rows } = await sql<PartyRow>`SELECT ${PARTY} FROM parties party WHERE party.id IN (
      SELECT id FROM parties WHERE external_id = ${text}
      UNION SELECT party_id FROM services WHERE external_id = ${text}
      UNION SELECT id FROM parties WHERE tax_code = ${text.toUpperCase()})
    ORDER BY party.ended_at IS NOT NULL, party.name COLLATE "C" LIMIT ${limit}`.execute(db);
  return rows.map((row) => asFound(row, 'number'));
}

/** Parties one of whose addresses begins so, or whose telephone number ends so. */
export async function partiesByAddress(db: Db, wanted: Wanted, limit: number): Promise<FoundCustomer[]> {
  if (wanted.beginnings.length === 0 && wanted.lastDigits === null) return [];
  const [beginning = null] = wanted.beginnings.map((text) => `${escapeLike(text)}%`);
  const last = wanted.lastDigits === null ? null : `${[...wanted.lastDigits].reverse().join('')}%`;
  const { rows } = await sql<PartyRow>`SELECT ${PARTY} FROM parties party WHERE party.id IN (
      (SELECT party_id FROM contact_points WHERE address LIKE ${beginning} AND ended_at IS NULL LIMIT 200)
      UNION (SELECT party_id FROM contact_points WHERE channel = 'sms' AND reverse(address) LIKE ${last} AND ended_at IS NULL LIMIT 200))
    ORDER BY party.ended_at IS NOT NULL, party.name COLLATE "C", party.id LIMIT ${limit}`.execute(db);
  return rows.map((row) => asFound(row, 'address'));
}

/** Parties by the words of their names. At most 500 are looked at, so that a name that everybody has costs no more than another. */
export async function partiesByName(tx: Tx, names: string, foundBy: FoundBy, limit: number): Promise<FoundCustomer[]> {
  await byIndexOfWordsOnly(tx, true);
  const { rows } = await sql<PartyRow>`SELECT ${PARTY} FROM (
      SELECT * FROM parties WHERE name_words(name) @@ ${names}::tsquery AND erased_at IS NULL LIMIT 500) party
    ORDER BY party.ended_at IS NOT NULL, length(party.name), party.name COLLATE "C", party.id LIMIT ${limit}`.execute(
    tx,
  );
  return rows.map((row) => asFound(row, foundBy));
}

/** Incidents by their reference. */
export async function incidentsByReference(db: Db, number: string, limit: number): Promise<FoundIncident[]> {
  const { rows } = await sql<Omit<FoundIncident, 'beganAt'> & { beganAt: Date }>`
    SELECT incident.id, incident.reference, incident.state, resource.name AS resource, incident.began_at AS "beganAt"
    FROM incidents incident JOIN resources resource ON resource.id = incident.resource_id
    WHERE incident.reference = ${number} ORDER BY incident.began_at DESC LIMIT ${limit}`.execute(db);
  return rows.map((row) => ({ ...row, beganAt: row.beganAt.toISOString() }));
}

/** Resources by the operator's id for them, or the words of their names. */
export async function resourceIds(db: Db, wanted: Wanted, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`SELECT id FROM resources WHERE ended_at IS NULL
      AND (external_id = ${wanted.text} OR (${wanted.names !== null} AND name_words(name) @@ ${wanted.names ?? ''}::tsquery))
    ORDER BY external_id = ${wanted.text} DESC, length(name), name COLLATE "C" LIMIT ${limit}`.execute(db);
  return rows.map(({ id }) => id);
}
