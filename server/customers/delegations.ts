import { DELEGATION_SCOPES, type DelegationScope } from '../../contract/customer-page.ts';
import type { Actor } from '../platform/actor.ts';
import type { Clock } from '../platform/clock.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { invalid, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import { endDelegation, insertDelegation, type NewDelegation, scopesOf } from './delegation-store.ts';

/** Longer than any mandate that somebody still remembers having given. */
const LONGEST_DAYS = 2 * 366;
const DAY = 86_400_000;

/** Lets somebody act for a customer, in the caller's transaction. Throws `scopes`, `own-delegate`, `delegation-dates`. */
export async function appointDelegate(tx: Tx, clock: Clock, actor: Actor, wish: NewDelegation): Promise<string> {
  const scopes = DELEGATION_SCOPES.filter((scope) => wish.scopes.includes(scope));
  const now = clock.business();
  if (scopes.length === 0)
    throw invalid('scopes', 'A delegate needs at least one thing that they may do.', 'Choose one.');
  if (wish.partyId === wish.delegateId)
    throw invalid('own-delegate', 'Nobody is their own delegate.', 'Name somebody else.');
  const end = wish.endsAt?.getTime() ?? Number.POSITIVE_INFINITY;
  if (end <= Math.max(now.getTime(), wish.startsAt.getTime()))
    throw invalid('delegation-dates', 'The delegation would end before it begins.', 'Choose a later end.');
  if (wish.endsAt && end > now.getTime() + LONGEST_DAYS * DAY)
    throw invalid('delegation-dates', 'A delegation lasts at most two years.', 'Choose an earlier end.');
  const id = newId();
  await insertDelegation(tx, { ...wish, id, scopes, now, actor });
  await recordEvents(tx, clock, actor, [
    {
      kind: 'delegate.appointed',
      subjectKind: 'party',
      subjectId: wish.partyId,
      data: { delegation: id, delegate: wish.delegateId, scopes, endsAt: wish.endsAt?.toISOString() ?? null },
    },
  ]);
  return id;
}

/** Ends a delegation at once, in the caller's transaction; revoking again changes nothing. Throws `not-found` when it is not one of this party's. */
export async function revokeDelegation(
  tx: Tx,
  clock: Clock,
  actor: Actor,
  wish: { partyId: string; delegationId: string },
): Promise<void> {
  const before = await endDelegation(tx, wish, clock.business());
  if (before === null) throw notFound('This delegation');
  if (before === 'revoked') return;
  await recordEvents(tx, clock, actor, [
    {
      kind: 'delegate.revoked',
      subjectKind: 'party',
      subjectId: wish.partyId,
      data: { delegation: wish.delegationId },
    },
  ]);
}

/** Whether somebody may act for a party within a scope at an instant. The party itself always may. */
export const mayAct = async (
  db: Db,
  delegateId: string,
  partyId: string,
  scope: DelegationScope,
  at: Date,
): Promise<boolean> => delegateId === partyId || (await scopesOf(db, delegateId, partyId, at)).has(scope);
