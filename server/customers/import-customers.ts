import type { Channel, Language } from '../../contract/answer.ts';
import type { Actor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { newId } from '../platform/ids.ts';
import type { Vault } from '../platform/secrets.ts';
import { recallRefusals } from './erased-refusals.ts';
import {
  erasedCustomers,
  erasedParties,
  loadCustomers,
  loadRefusals,
  loadServices,
  putContactPoints,
  putParties,
  putServices,
} from './import-store.ts';
import {
  type CustomerDecision,
  decideCustomer,
  decideService,
  type ImportedCustomer,
  type ImportedService,
} from './rules.ts';
import { insertConsents, lockConsents } from './store.ts';

/** What some imported rows would do, one decision a row, in their order. Nothing is written. */
export async function compareCustomers(
  db: Db,
  rows: readonly ImportedCustomer[],
  defaultLanguage: Language,
): Promise<CustomerDecision[]> {
  const known = await loadCustomers(
    db,
    rows.map(({ externalId }) => externalId),
  );
  const addresses = rows.flatMap((row) => Object.values(row.addresses).filter((address) => address !== null));
  const refusals = await loadRefusals(db, addresses);
  const facts = {
    refusals: (channel: string, address: string) => refusals.get(`${channel} ${address}`) ?? [],
    defaultLanguage,
    newId,
  };
  const erased = await erasedCustomers(
    db,
    rows.map(({ externalId }) => externalId),
  );
  return rows.map((row): CustomerDecision => {
    const party = known.get(row.externalId) ?? null;
    if (party && erased.has(row.externalId))
      return { fate: 'unchanged', party, partyDiffers: false, contactPoints: [], consents: [] };
    return decideCustomer(row, party, facts);
  });
}

const addressesOfRow = ({ addresses }: ImportedCustomer): { channel: Channel; address: string }[] =>
  (['sms', 'email', 'pec'] as const).flatMap((channel) => {
    const address = addresses[channel];
    return address ? [{ channel, address }] : [];
  });

/** Writes what differs of some imported rows. */
export async function applyCustomers(
  tx: Tx,
  rows: readonly ImportedCustomer[],
  facts: { defaultLanguage: Language; at: Date; recordedAt: Date; actor: Actor; vault: Vault },
): Promise<CustomerDecision[]> {
  await lockConsents(tx, 'shared');
  const erased = await erasedCustomers(
    tx,
    rows.map(({ externalId }) => externalId),
  );
  const living = rows.filter(({ externalId }) => !erased.has(externalId));
  await recallRefusals(tx, facts.vault, living.flatMap(addressesOfRow));
  const decisions = await compareCustomers(tx, rows, facts.defaultLanguage);
  const parties = decisions.filter(({ partyDiffers }) => partyDiffers).map(({ party }) => party);
  if (parties.length > 0) await putParties(tx, parties);
  const points = decisions.flatMap(({ party, contactPoints }) =>
    contactPoints.map((point) => ({ ...point, partyId: party.id })),
  );
  if (points.length > 0) await putContactPoints(tx, points, facts.at);
  const consents = decisions.flatMap((decision) =>
    decision.consents.map((consent) => ({ ...consent, decision: 'granted' as const })),
  );
  await insertConsents(tx, consents, facts.recordedAt, facts.actor);
  return decisions;
}

/** The ended lines of somebody who was erased come without their place. A line in use is a new contract, and needs it. */
async function withoutErasedPlaces(db: Db, rows: readonly ImportedService[]): Promise<ImportedService[]> {
  const erased = await erasedParties(
    db,
    rows.map(({ partyId }) => partyId),
  );
  return rows.map((row) => (row.state === 'ended' && erased.has(row.partyId) ? { ...row, address: null } : row));
}

export type Fate = 'added' | 'changed' | 'unchanged';

/** What some imported rows would do, in their order. Nothing is written. */
export async function compareServices(db: Db, rows: readonly ImportedService[]): Promise<Fate[]> {
  const known = await loadServices(
    db,
    rows.map(({ externalId }) => externalId),
  );
  const wanted = await withoutErasedPlaces(db, rows);
  return wanted.map((row) => decideService(row, known.get(row.externalId) ?? null, newId()).fate);
}

/** Writes what differs of some imported rows. */
export async function applyServices(tx: Tx, rows: readonly ImportedService[]): Promise<Fate[]> {
  const known = await loadServices(
    tx,
    rows.map(({ externalId }) => externalId),
  );
  const wanted = await withoutErasedPlaces(tx, rows);
  const decisions = wanted.map((row) => decideService(row, known.get(row.externalId) ?? null, newId()));
  const differing = decisions.filter(({ fate }) => fate !== 'unchanged').map(({ wanted }) => wanted);
  if (differing.length > 0) await putServices(tx, differing);
  return decisions.map(({ fate }) => fate);
}
