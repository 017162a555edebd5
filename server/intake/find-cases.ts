import {
  type CaseKey,
  caseOfLink,
  caseOfMailIds,
  findCaseByNumber,
  openCasesOf,
  readCases,
  recentCasesOf,
} from '../cases/index.ts';
import type { Tx } from '../platform/database/database.ts';
import { hashToken } from '../platform/secrets.ts';
import type { Reading } from './intake.ts';
import type { CaseAt } from './thread.ts';

const MOST_JOINS = 10;

/** Of a case that was joined to another: the one in which the matter goes on. */
async function standing(tx: Tx, key: CaseKey | null): Promise<CaseAt | null> {
  let found: CaseAt | null = key;
  let next = key?.joinedTo ?? null;
  for (let step = 0; next !== null && step < MOST_JOINS; step++) {
    const [record] = await readCases(tx, [next]);
    found = record ?? null;
    next = record?.joinedTo ?? null;
  }
  return found;
}

/** By link, by the mails that it answers, by number: the case that a message names. */
export async function namedCases(
  tx: Tx,
  text: string,
  reading: Reading,
): Promise<[CaseAt | null, CaseAt | null, CaseAt | null]> {
  const byNumber = await findCaseByNumber(tx, text);
  const byReply = reading.answersTo.length > 0 ? await caseOfMailIds(tx, reading.answersTo.slice(0, 100)) : null;
  const token = /\/c\/([A-Za-z0-9_-]{20,60})(?![A-Za-z0-9_-])/.exec(text)?.[1];
  const link = token ? await caseOfLink(tx, hashToken(token)) : null;
  // A link says which case; the case itself is found among those that its party has.
  const byLink = link
    ? ([...(await openCasesOf(tx, [link.partyId])), ...(await recentCasesOf(tx, [link.partyId], new Date(0)))].find(
        ({ id }) => id === link.caseId,
      ) ?? null)
    : null;
  return [await standing(tx, byLink), await standing(tx, byReply), await standing(tx, byNumber)];
}
