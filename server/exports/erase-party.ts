import type { Erased, EraseParty } from '../../contract/exports.ts';
import type { Actor } from '../platform/actor.ts';
import { conflict, invalid, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import {
  casesToErase,
  eraseCases,
  eraseIdentity,
  eraseWordsElsewhere,
  lockParty,
  markErased,
  sameParties,
} from './erase-store.ts';

const DAY = 86_400_000;

/**
 * Ends what is kept about a party (GDPR, article 17): names, addresses and words go, for good; numbers, times, promises and events stay. Formal complaints and
 * certified mail stay whole, with who wrote them, until their time is over; retention then does the rest. A later import does not bring anything back.
 * Throws `not-found`, `already-erased`, `party-in-use`, `not-confirmed`.
 */
export async function eraseParty(
  platform: Platform,
  actor: Actor,
  partyId: string,
  { confirm }: EraseParty,
): Promise<Erased> {
  return await platform.database.transaction(async (tx) => {
    const party = await lockParty(tx, partyId);
    if (!party) throw notFound('This party');
    if (party.erasedAt) throw conflict('already-erased', 'This party was erased before.');
    if (confirm !== party.id && confirm !== party.externalId)
      throw invalid('not-confirmed', 'What was typed is not the number of this party.', 'Type its number exactly.');
    if (party.openServices > 0 || party.openCases > 0)
      throw conflict(
        'party-in-use',
        `There are ${party.openServices} lines in use and ${party.openCases} open cases.`,
        'End them first: the contract and the answer that is owed are grounds to keep the data (GDPR, article 17(3)).',
      );
    const now = platform.clock.business();
    const { retention } = await readSettings(tx);
    const { free, kept } = await casesToErase(tx, partyId, new Date(now.getTime() - retention.formalCases * DAY));
    const own = await eraseCases(tx, free, now);
    const elsewhere = await eraseWordsElsewhere(tx, partyId, kept);
    const same = await sameParties(tx, partyId);
    let contactPoints = 0;
    if (kept.length === 0) for (const id of same) contactPoints += await eraseIdentity(tx, platform.vault, id, now);
    await markErased(tx, same, now);
    const erased: Erased = {
      messages: own.messages + elsewhere.messages,
      attachments: own.attachments + elsewhere.attachments,
      contactPoints,
      cases: free.length,
      keptByLaw: kept.length,
    };
    await recordEvents(tx, platform.clock, actor, [
      { kind: 'party.erased', subjectKind: 'party', subjectId: partyId, data: { ...erased } },
    ]);
    return erased;
  });
}
