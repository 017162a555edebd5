import { mayDo } from '../../contract/deeds.ts';
import type { Found, FoundBy, FoundCase, FoundCustomer } from '../../contract/search.ts';
import { resourceBriefs } from '../network/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { Db } from '../platform/database/database.ts';
import type { Platform } from '../platform/platform.ts';
import { teamsOf } from '../teams/index.ts';
import { readWanted, type Wanted } from './rules.ts';
import {
  type CaseRow,
  type CaseScope,
  casesByNumber,
  casesByWords,
  casesOfParties,
  incidentsByReference,
  partiesByAddress,
  partiesByName,
  partiesByNumber,
  resourceIds,
  teamCasesByWords,
} from './store.ts';

const DAY = 86_400_000;
/** What was said lately is looked through first; older words only while there is room. */
const WINDOWS = [7 * DAY, 62 * DAY, 400 * DAY, 100 * 366 * DAY];

/** Everything that somebody may see and that what they typed could mean; at most `limit` of each kind. `callingCode`: of the operator's country. */
export async function search(
  platform: Platform,
  actor: Actor,
  typed: string,
  { limit, callingCode }: { limit: number; callingCode: string },
): Promise<Found> {
  const { db } = platform.database;
  const wanted = readWanted(typed, callingCode);
  const roles = actor.kind === 'staff' ? actor.roles : [];
  const scope = await caseScope(db, actor);
  // One after the other: the embedded engine has one session, and a search must not take all connections of a server.
  const parties = scope?.teamIds ? [] : await findParties(platform, wanted, limit);
  return {
    cases: scope ? await findCases(platform, wanted, parties, scope, limit) : [],
    customers: mayDo(roles, 'customers:see') ? parties : [],
    incidents:
      mayDo(roles, 'incidents:see') && wanted.number ? await incidentsByReference(db, wanted.number, limit) : [],
    resources: mayDo(roles, 'network:see') ? await resourceBriefs(db, await resourceIds(db, wanted, limit)) : [],
  };
}

/** Of which cases somebody may know; null: of none. Whoever is a partner and nothing else, of those that are with their teams. */
async function caseScope(db: Db, actor: Actor): Promise<CaseScope | null> {
  if (actor.kind !== 'staff' || !mayDo(actor.roles, 'cases:see')) return null;
  const outside = !mayDo(actor.roles, 'cases:work');
  return {
    staffId: actor.id,
    teamIds: outside ? (await teamsOf(db, actor.id)).map(({ id }) => id) : null,
    complaints: mayDo(actor.roles, 'cases:complaints'),
  };
}

async function findParties({ database }: Platform, wanted: Wanted, limit: number): Promise<FoundCustomer[]> {
  const found = new Map<string, FoundCustomer>();
  const add = (more: readonly FoundCustomer[]): void => {
    for (const party of more) if (!found.has(party.id) && found.size < limit) found.set(party.id, party);
  };
  const byName = (names: string, foundBy: FoundBy): Promise<FoundCustomer[]> =>
    database.transaction((tx) => partiesByName(tx, names, foundBy, limit));
  add(await partiesByNumber(database.db, wanted, limit));
  add(await partiesByAddress(database.db, wanted, limit));
  if (wanted.names && found.size < limit) add(await byName(wanted.names, 'name'));
  // Slips are looked for only where nothing is written like that: they cost more, and would drown what was meant.
  if (wanted.similarNames && found.size === 0) add(await byName(wanted.similarNames, 'similar name'));
  return [...found.values()];
}

async function findCases(
  platform: Platform,
  wanted: Wanted,
  parties: readonly FoundCustomer[],
  scope: CaseScope,
  limit: number,
): Promise<FoundCase[]> {
  const { db } = platform.database;
  const found = new Map<string, FoundCase>();
  const add = (rows: readonly (CaseRow & { excerpt?: string })[], by: (row: CaseRow) => FoundBy): void => {
    for (const row of rows)
      if (!found.has(row.id) && found.size < limit) found.set(row.id, present(row, by(row), scope));
  };
  if (wanted.number) add(await casesByNumber(db, wanted.number, scope, limit), () => 'number');
  const byParty = new Map(parties.map(({ id, foundBy }) => [id, foundBy]));
  if (found.size < limit)
    add(await casesOfParties(db, [...byParty.keys()], scope, limit), ({ partyId }) => byParty.get(partyId) ?? 'name');
  const { words } = wanted;
  const { teamIds } = scope;
  if (words && teamIds) {
    if (found.size < limit) add(await teamCasesByWords(db, words, { ...scope, teamIds }, limit), () => 'words');
  } else if (words) {
    const now = platform.clock.business().getTime();
    let until = new Date(now + DAY);
    for (const window of WINDOWS) {
      if (found.size >= limit) break;
      const since = new Date(now - window);
      const between = { since, until };
      add(await platform.database.transaction((tx) => casesByWords(tx, words, between, scope, limit)), () => 'words');
      until = since;
    }
  }
  return [...found.values()];
}

const present = (row: CaseRow & { excerpt?: string }, foundBy: FoundBy, { teamIds }: CaseScope): FoundCase => ({
  id: row.id,
  number: row.number,
  state: row.state,
  topic: row.topic,
  subject: row.subject,
  party: teamIds === null ? { id: row.partyId, name: row.party } : null,
  lastHeardAt: row.lastHeardAt.toISOString(),
  endedAt: row.endedAt?.toISOString() ?? null,
  foundBy,
  excerpt: row.excerpt ?? null,
});
