import type { Channel } from '../../contract/answer.ts';
import type { Actor } from '../platform/actor.ts';
import type { Clock } from '../platform/clock.ts';
import type { Tx } from '../platform/database/database.ts';
import { notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import {
  type Claim,
  claimContactPoint,
  insertClaimedParty,
  type Proof,
  setUnreachable,
  setVerified,
} from './contact-point-store.ts';

/** Somebody who wrote and whom nobody knows: a party from the first contact on, whose contact point is what they say it is. */
export async function claimParty(
  tx: Tx,
  clock: Clock,
  actor: Actor,
  claim: Claim,
): Promise<{ partyId: string; contactPointId: string | null }> {
  const partyId = newId();
  await insertClaimedParty(tx, partyId, claim, clock.business());
  const contactPointId = claim.contactPoint ? await claimContactPoint(tx, partyId, claim.contactPoint) : null;
  await recordEvents(tx, clock, actor, [
    { kind: 'customer.claimed', subjectKind: 'party', subjectId: partyId, data: { contactPoint: contactPointId } },
  ]);
  return { partyId, contactPointId };
}

/** A claimed contact point becomes a verified one. Throws `not-found`. */
export async function verifyContactPoint(
  tx: Tx,
  clock: Clock,
  actor: Actor,
  contactPointId: string,
  how: Proof,
): Promise<void> {
  if (!(await setVerified(tx, contactPointId, how, clock.business()))) throw notFound('This contact point');
  await recordEvents(tx, clock, actor, [
    { kind: 'contact-point.verified', subjectKind: 'contact-point', subjectId: contactPointId, data: { how } },
  ]);
}

/** Nothing arrives at an address: whoever has it is not written to there until it works again. Returns how many contact points that are. */
export async function markUnreachable(
  tx: Tx,
  clock: Clock,
  at: { channel: Channel; address: string; reason: string },
): Promise<number> {
  const ids = await setUnreachable(tx, at, clock.business());
  await recordEvents(
    tx,
    clock,
    { kind: 'channel', name: at.channel },
    ids.map((id) => ({ kind: 'contact-point.unreachable', subjectKind: 'contact-point', subjectId: id })),
  );
  return ids.length;
}
