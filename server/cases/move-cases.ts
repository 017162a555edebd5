import { sql } from 'kysely';
import type { Tx } from '../platform/database/database.ts';

/** What of cases went from one party to another: exactly this goes back. */
export interface MovedCases {
  cases: string[];
  /** Cases that are answered elsewhere now, since both parties had the same address. */
  answeredAt: { case: string; was: string }[];
  messages: string[];
  links: string[];
}

/** The cases of a party become another's, with what was said, promised and sent in them. `sameAddress`: contact points of the first, and those of the second that stand for them. */
export async function moveCases(
  tx: Tx,
  fromPartyId: string,
  intoPartyId: string,
  sameAddress: readonly { from: string; into: string }[],
): Promise<MovedCases> {
  const cases = await sql<{
    id: string;
  }>`UPDATE cases SET party_id = ${intoPartyId}, version = version + 1 WHERE party_id = ${fromPartyId} RETURNING id`.execute(
    tx,
  );
  const answeredAt: MovedCases['answeredAt'] = [];
  for (const { from, into } of sameAddress) {
    const { rows } = await sql<{
      id: string;
    }>`UPDATE cases SET contact_point_id = ${into} WHERE contact_point_id = ${from} RETURNING id`.execute(tx);
    answeredAt.push(...rows.map(({ id }) => ({ case: id, was: from })));
  }
  const messages = await sql<{
    id: string;
  }>`UPDATE messages SET party_id = ${intoPartyId} WHERE party_id = ${fromPartyId} RETURNING id`.execute(tx);
  const links = await sql<{
    token_hash: string;
  }>`UPDATE case_links SET party_id = ${intoPartyId} WHERE party_id = ${fromPartyId} RETURNING token_hash`.execute(tx);
  await sql`UPDATE promises SET promisee_id = ${intoPartyId}
    WHERE promisee_kind = 'party' AND promisee_id = ${fromPartyId} AND subject_kind = 'case' AND subject_id = ANY(${cases.rows.map(({ id }) => id)}::uuid[])`.execute(
    tx,
  );
  return {
    cases: cases.rows.map(({ id }) => id),
    answeredAt,
    messages: messages.rows.map(({ id }) => id),
    links: links.rows.map((row) => row.token_hash),
  };
}

/** What went over goes back. What came afterwards stays where it is. */
export async function moveCasesBack(tx: Tx, toPartyId: string, moved: MovedCases): Promise<void> {
  await sql`UPDATE cases SET party_id = ${toPartyId}, version = version + 1 WHERE id = ANY(${moved.cases}::uuid[])`.execute(
    tx,
  );
  for (const { case: id, was } of moved.answeredAt)
    await sql`UPDATE cases SET contact_point_id = ${was} WHERE id = ${id}`.execute(tx);
  await sql`UPDATE messages SET party_id = ${toPartyId} WHERE id = ANY(${moved.messages}::uuid[])`.execute(tx);
  await sql`UPDATE case_links SET party_id = ${toPartyId} WHERE token_hash = ANY(${moved.links}::text[])`.execute(tx);
  // Also those that were made since: they are about these cases.
  await sql`UPDATE promises SET promisee_id = ${toPartyId} WHERE promisee_kind = 'party' AND subject_kind = 'case' AND subject_id = ANY(${moved.cases}::uuid[])`.execute(
    tx,
  );
}
