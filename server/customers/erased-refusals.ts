import { sql } from 'kysely';
import type { Channel } from '../../contract/answer.ts';
import type { Tx } from '../platform/database/database.ts';
import { newId } from '../platform/ids.ts';
import type { Vault } from '../platform/secrets.ts';

// Who said STOP and was erased has still said it. What stays is a fingerprint of the address, made with the installation's key: it says whether a given address
// is the one, and nothing about which it was. When the address becomes known again, by an import or a new customer, the refusal stands for it again.

const fingerprint = (vault: Vault, channel: Channel, address: string): string =>
  `erased:${vault.fingerprint(`refusal ${channel} ${address}`)}`;

/** The forms under which a standing refusal of an address may be kept. */
export const refusalForms = (vault: Vault, channel: Channel, address: string): string[] => [
  address,
  fingerprint(vault, channel, address),
];

/** Keeps the refusals that stand for the addresses of a party that is about to be erased, without the addresses and the words. */
export async function keepRefusals(tx: Tx, vault: Vault, partyId: string): Promise<void> {
  const { rows } = await sql<{ channel: Channel; address: string; refused_at: Date; source: string }>`
    WITH points AS (SELECT id, channel, address, consent FROM contact_points WHERE party_id = ${partyId}::uuid AND address NOT LIKE 'erased:%'),
    standing AS (
      SELECT points.channel, points.address, consents.given_at AS refused_at, consents.source
      FROM points JOIN consents ON consents.contact_point_id = points.id AND consents.decision = 'refused' WHERE points.consent = 'refused'
      UNION ALL SELECT refusal.channel, refusal.address, refusal.refused_at, refusal.source
      FROM points JOIN address_refusals refusal USING (channel, address) WHERE refusal.lifted_at IS NULL)
    SELECT DISTINCT ON (channel, address) channel, address, refused_at, source FROM standing ORDER BY channel, address, refused_at DESC`.execute(
    tx,
  );
  const kept = rows.map(({ channel, address, refused_at, source }) => ({
    id: newId(),
    channel,
    address: fingerprint(vault, channel, address),
    refused_at,
    source,
  }));
  await sql`INSERT INTO address_refusals (id, channel, address, refused_at, source, text)
    SELECT id, channel, address, refused_at, source, '' FROM jsonb_to_recordset(${JSON.stringify(kept)}::jsonb)
      AS row(id uuid, channel text, address text, refused_at timestamptz, source text)
    ON CONFLICT (channel, address) WHERE lifted_at IS NULL
      DO UPDATE SET refused_at = greatest(address_refusals.refused_at, excluded.refused_at)`.execute(tx);
  // Where somebody else has the same address, their refusal stays as it is.
  await sql`DELETE FROM address_refusals refusal USING contact_points point
    WHERE point.party_id = ${partyId}::uuid AND refusal.channel = point.channel AND refusal.address = point.address
      AND NOT EXISTS (SELECT 1 FROM contact_points other JOIN parties ON parties.id = other.party_id AND parties.erased_at IS NULL
        WHERE other.channel = point.channel AND other.address = point.address AND other.party_id <> point.party_id)`.execute(
    tx,
  );
}

/** Makes refusals of erased people stand again for addresses that are known once more. */
export async function recallRefusals(
  tx: Tx,
  vault: Vault,
  addresses: readonly { channel: Channel; address: string }[],
): Promise<void> {
  if (addresses.length === 0) return;
  const wanted = addresses.map(({ channel, address }) => ({
    channel,
    address,
    kept: fingerprint(vault, channel, address),
  }));
  await sql`UPDATE address_refusals SET address = wanted.address
    FROM (SELECT DISTINCT channel, address, kept FROM jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
      AS row(channel text, address text, kept text)) AS wanted
    WHERE address_refusals.channel = wanted.channel AND address_refusals.address = wanted.kept AND lifted_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM address_refusals same WHERE same.channel = wanted.channel AND same.address = wanted.address AND same.lifted_at IS NULL)`.execute(
    tx,
  );
}
