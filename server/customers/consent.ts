import type { Channel } from '../../contract/answer.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { invalid, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { recallRefusals, refusalForms } from './erased-refusals.ts';
import { type Consent, mayRestore, standingConsent, stopSource } from './rules.ts';
import {
  type ContactPointRow,
  insertConsents,
  liftRefusal,
  loadDecisions,
  lockConsents,
  lockContactPoint,
  lockContactPointsAt,
  refuseAddress,
  setConsent,
} from './store.ts';

/** Runs in the caller's transaction where there is one: the embedded engine has a single session. */
const within = async <T>(platform: Platform, tx: Tx | undefined, work: (tx: Tx) => Promise<T>): Promise<T> =>
  tx ? await work(tx) : await platform.database.transaction(work);

const recorded = (contactPointId: string, decision: string, how: string) => ({
  kind: 'consent.recorded',
  subjectKind: 'contact-point',
  subjectId: contactPointId,
  data: { decision, how },
});

/**
 * Records a yes or no that a customer gave to a person. The decision that was given last stands, whatever is recorded last.
 * Throws `not-found`, and `consent-in-future` when `givenAt` has not come yet.
 */
export async function recordConsent(
  platform: Platform,
  actor: Actor,
  given: { contactPointId: string; decision: 'granted' | 'refused'; givenAt: Date; source: string; textShown: string },
  tx?: Tx,
): Promise<{ consent: Consent }> {
  const { clock } = platform;
  if (given.givenAt > clock.business())
    throw invalid('consent-in-future', 'The consent is dated in the future.', 'Enter when it was given.');
  return await within(platform, tx, async (own) => {
    await lockConsents(own, 'alone');
    const point = await lockContactPoint(own, given.contactPointId);
    if (!point) throw notFound('This contact point');
    await recallRefusals(own, platform.vault, [point]);
    await insertConsents(own, [{ ...given, text: given.textShown }], clock.system(), actor);
    const decisions = (await loadDecisions(own, [point.id])).get(point.id) ?? [];
    const consent = standingConsent(decisions);
    await setConsent(own, [point.id], consent);
    await recordEvents(own, clock, actor, [recorded(point.id, given.decision, 'by staff')]);
    return { consent };
  });
}

/** What somebody asks by a message or a press, for exactly one address. `source` and `text` say how and in which words. */
export interface AddressWish {
  channel: Channel;
  address: string;
  source: string;
  text: string;
}

export interface AddressOutcome {
  /** How many contact points have this address, or were restored. */
  contactPoints: number;
  partyIds: string[];
}

/** Notes one decision, that came by a message or a press, for some contact points of one address. */
async function decide(
  tx: Tx,
  platform: Platform,
  wish: AddressWish,
  points: readonly ContactPointRow[],
  decision: 'granted' | 'refused',
  source: string,
): Promise<AddressOutcome> {
  const { clock } = platform;
  const ids = points.map(({ id }) => id);
  const [first] = points;
  if (!first) return { contactPoints: 0, partyIds: [] };
  const actor: Actor = { kind: 'party', id: first.party_id, through: wish.channel };
  const given = { decision, givenAt: clock.business(), source, text: wish.text };
  await insertConsents(
    tx,
    ids.map((contactPointId) => ({ contactPointId, ...given })),
    clock.system(),
    actor,
  );
  await setConsent(tx, ids, decision);
  await recordEvents(
    tx,
    clock,
    actor,
    ids.map((id) => recorded(id, decision, source)),
  );
  return { contactPoints: ids.length, partyIds: [...new Set(points.map((point) => point.party_id))] };
}

/** What was decided for an address that nobody has: the channel itself is the actor. */
const recordForNobody = (
  tx: Tx,
  platform: Platform,
  wish: AddressWish,
  refusalId: string,
  decision: string,
  how: string,
): Promise<void> =>
  recordEvents(tx, platform.clock, { kind: 'channel', name: wish.channel }, [
    { kind: 'consent.recorded', subjectKind: 'address-refusal', subjectId: refusalId, data: { decision, how } },
  ]);

/**
 * STOP: every contact point with this address on this channel is refused, of whichever party, and nothing else. Where nobody has it the refusal stands for whoever gets it later
 * by an import. It works for whoever can send from the address, forged or not: the worst is a silence that one word ends. Needs the stored form of the
 * address (`normaliseAddress`).
 */
export async function stopAddress(platform: Platform, wish: AddressWish, tx?: Tx): Promise<AddressOutcome> {
  return await within(platform, tx, async (own) => {
    await lockConsents(own, 'alone');
    const source = `${stopSource(wish.channel)} (${wish.source})`;
    const points = await lockContactPointsAt(own, wish.channel, wish.address);
    if (points.length > 0) return await decide(own, platform, wish, points, 'refused', source);
    const { channel, address, text } = wish;
    const refusal = { channel, address, text, source, refusedAt: platform.clock.business() };
    await recordForNobody(own, platform, wish, await refuseAddress(own, refusal), 'refused', source);
    return { contactPoints: 0, partyIds: [] };
  });
}

/**
 * START: restores what a STOP from the same channel ended, where a yes stood before it, and ends the refusal of an address that nobody had. It enrols nobody: a sender
 * can be forged. Returns how many contact points are granted again.
 */
export async function startAddress(platform: Platform, wish: AddressWish, tx?: Tx): Promise<AddressOutcome> {
  return await within(platform, tx, async (own) => {
    await lockConsents(own, 'alone');
    const source = `start by ${wish.channel} (${wish.source})`;
    const points = await lockContactPointsAt(own, wish.channel, wish.address);
    const decisions = await loadDecisions(
      own,
      points.map(({ id }) => id),
    );
    const lifted = await liftRefusal(
      own,
      wish.channel,
      refusalForms(platform.vault, wish.channel, wish.address),
      platform.clock.business(),
    );
    if (lifted) await recordForNobody(own, platform, wish, lifted, 'granted', source);
    const restored = points.filter(({ id }) => mayRestore(decisions.get(id) ?? [], wish.channel));
    return await decide(own, platform, wish, restored, 'granted', source);
  });
}
