import { sql } from 'kysely';
import type { Db } from '../platform/database/database.ts';

/** Everything that is kept about a party beside its cases, as rows: who they are, what they agreed to, what they have, what they were told. */
export async function readPartyRecord(db: Db, partyId: string): Promise<Record<string, unknown> | null> {
  const rows = async (query: ReturnType<typeof sql<Record<string, unknown>>>): Promise<Record<string, unknown>[]> =>
    (await query.execute(db)).rows;
  const [party] =
    await rows(sql`SELECT id, external_id AS "externalId", name, kind, tax_code AS "taxCode", language, vulnerable, critical,
    made_at AS "madeAt", ended_at AS "endedAt", erased_at AS "erasedAt" FROM parties WHERE id = ${partyId}::uuid`);
  if (!party) return null;
  return {
    party,
    contactPoints:
      await rows(sql`SELECT id, channel, address, verification, verified_at AS "verifiedAt", verified_how AS "verifiedHow", consent,
      unreachable_since AS "unreachableSince", unreachable_reason AS "unreachableReason", ended_at AS "endedAt"
      FROM contact_points WHERE party_id = ${partyId}::uuid ORDER BY id`),
    consents:
      await rows(sql`SELECT point.channel, point.address, consent.decision, consent.given_at AS "givenAt", consent.recorded_at AS "recordedAt",
      consent.source, consent.text_shown AS "textShown"
      FROM consents consent JOIN contact_points point ON point.id = consent.contact_point_id WHERE point.party_id = ${partyId}::uuid ORDER BY consent.given_at`),
    services:
      await rows(sql`SELECT external_id AS "externalId", product, address, state, activated_on AS "activatedOn", ultrabroadband,
      monthly_fee_cents AS "monthlyFeeCents" FROM services WHERE party_id = ${partyId}::uuid ORDER BY external_id`),
    delegations:
      await rows(sql`SELECT delegation.scopes, delegation.starts_at AS "startsAt", delegation.ends_at AS "endsAt", delegation.evidence,
      delegation.revoked_at AS "revokedAt", CASE WHEN delegation.party_id = ${partyId}::uuid THEN 'given' ELSE 'received' END AS direction
      FROM delegations delegation WHERE delegation.party_id = ${partyId}::uuid OR delegation.delegate_id = ${partyId}::uuid ORDER BY delegation.starts_at`),
    notices:
      await rows(sql`SELECT notice.made_at AS "madeAt", notice.channel, notice.state, notice.sent_at AS "sentAt", notice.settled_at AS "settledAt",
      text.subject, text.body FROM notices notice LEFT JOIN outgoing_texts text ON text.id = notice.text_id
      WHERE notice.party_id = ${partyId}::uuid ORDER BY notice.made_at LIMIT 10000`),
    saidElsewhere: await rows(sql`SELECT message.said_at AS "saidAt", message.channel, message.subject, message.body
      FROM messages message JOIN cases ON cases.id = message.case_id
      WHERE message.party_id = ${partyId}::uuid AND cases.party_id <> ${partyId}::uuid ORDER BY message.said_at LIMIT 10000`),
    events: await rows(
      sql`SELECT at, kind FROM events WHERE subject_kind = 'party' AND subject_id = ${partyId} ORDER BY at LIMIT 10000`,
    ),
  };
}

/** Its cases, oldest first; complaints about behaviour too: they are its own words. */
export async function caseIdsOf(db: Db, partyId: string): Promise<string[]> {
  const { rows } = await sql<{
    id: string;
  }>`SELECT id FROM cases WHERE party_id = ${partyId}::uuid ORDER BY opened_at, id LIMIT 1000`.execute(db);
  return rows.map(({ id }) => id);
}
