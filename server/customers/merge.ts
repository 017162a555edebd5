import type { Actor } from '../platform/actor.ts';
import type { Clock } from '../platform/clock.ts';
import type { Tx } from '../platform/database/database.ts';
import { conflict, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import {
  keepMerge,
  keepUndone,
  lockBoth,
  lockMerge,
  type Merge,
  type Moved,
  moveBack,
  moveOver,
} from './merge-store.ts';

/** What else belongs to a party and goes over with it (its cases): joined in flow.ts. What `over` returns is kept, and given to `back`. */
export interface MergePorts {
  over(tx: Tx, from: string, into: string, sameAddress: readonly { from: string; into: string }[]): Promise<unknown>;
  back(tx: Tx, to: string, moved: unknown): Promise<void>;
}

/**
 * Two parties that a person found to be one: what the first has goes over to the second, which stays. Verified stays verified, claimed stays claimed; services
 * never move, since a customer of the operator's own records is never merged into another. Throws `not-found`, `same-party`, `imported-customer`, `merged-before`.
 */
export async function mergeParties(
  tx: Tx,
  clock: Clock,
  ports: MergePorts,
  actor: Actor,
  { from, into }: { from: string; into: string },
): Promise<Merge> {
  if (from === into) throw conflict('same-party', 'These are the same customer already.', 'Choose two.');
  const parties = await lockBoth(tx, from, into);
  const [first, second] = [from, into].map((id) => parties.find((party) => party.id === id));
  if (!first || !second) throw notFound('This customer');
  if (first.external_id !== null)
    throw conflict(
      'imported-customer',
      'This customer is in your own records, which would bring it back.',
      'Merge the other way round, or correct your records.',
    );
  if (first.merged || second.merged)
    throw conflict(
      'merged-before',
      'One of them was merged into another customer already.',
      'Take that one, or undo that first.',
    );
  const now = clock.business();
  const { doubled, ...gone } = await moveOver(tx, from, into, now);
  const moved: Moved = { ...gone, cases: await ports.over(tx, from, into, doubled) };
  const id = newId();
  await keepMerge(tx, { id, from, into, now, actor, moved });
  await recordEvents(tx, clock, actor, [
    { kind: 'customer.merged', subjectKind: 'party', subjectId: into, data: { merge: id, from } },
  ]);
  return { id, fromPartyId: from, intoPartyId: into, mergedAt: now, undoneAt: null };
}

/** Takes two parties apart again: exactly what went over goes back. Throws `not-found`, `undone-before`, `merged-before`. */
export async function unmergeParties(
  tx: Tx,
  clock: Clock,
  ports: MergePorts,
  actor: Actor,
  mergeId: string,
): Promise<Merge> {
  const merge = await lockMerge(tx, mergeId);
  if (!merge) throw notFound('This merge');
  if (merge.undoneAt) throw conflict('undone-before', 'This was undone already.', 'Nothing is left to do.');
  const { fromPartyId: from, intoPartyId: into, moved } = merge;
  const parties = await lockBoth(tx, from, into);
  if (parties.find(({ id }) => id === into)?.merged)
    throw conflict('merged-before', 'The customer was merged into another one since.', 'Undo that first.');
  const now = clock.business();
  await moveBack(tx, from, moved);
  await ports.back(tx, from, moved.cases);
  await keepUndone(tx, merge, now);
  await recordEvents(tx, clock, actor, [
    { kind: 'customer.unmerged', subjectKind: 'party', subjectId: into, data: { merge: merge.id, from } },
  ]);
  return { id: merge.id, fromPartyId: from, intoPartyId: into, mergedAt: merge.mergedAt, undoneAt: now };
}
