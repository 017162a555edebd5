import type { DecideInbound, InboundBrief } from '../../contract/intake.ts';
import { normaliseAddress } from '../customers/index.ts';
import type { Actor } from '../platform/actor.ts';
import { conflict, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { readSettings } from '../settings/index.ts';
import { blockSender } from './block-senders.ts';
import { briefOf } from './list-inbound.ts';
import { teamOfMailbox } from './mailbox-store.ts';
import { contactChannel, placeMessage, wordsHash } from './place-message.ts';
import type { IntakePorts } from './ports.ts';
import { lockSender } from './sender-store.ts';
import { loadInbound, lockInbound, settleInbound } from './store.ts';
import { readInbound } from './work-off.ts';

/** Of these the effect is done, whoever decides otherwise; what follows from them has its own way back. */
const DONE = ['receipt', 'bounce'];

/**
 * A person decides otherwise about a message: what was set aside becomes part of a case after all, read anew from the original; or it is spam. Throws
 * `not-found`, `in-a-case`, `nothing-to-place`.
 */
export async function decideAgain(
  ports: IntakePorts,
  actor: Actor,
  id: string,
  wish: DecideInbound,
): Promise<InboundBrief> {
  const { platform } = ports;
  const before = await loadInbound(platform.database.db, id);
  if (!before) throw notFound('This message');
  const reading = wish.decision === 'case' ? await readInbound(ports, before) : null;
  return await platform.database.transaction(async (tx) => {
    await lockInbound(tx, id);
    const inbound = await loadInbound(tx, id);
    if (!inbound) throw notFound('This message');
    if (inbound.caseId !== null)
      throw conflict('in-a-case', 'This message is part of a case.', 'Work on the case, or cancel it there.');
    const now = platform.clock.business();
    const { operator } = await readSettings(tx);
    const channel = contactChannel(inbound.channel, inbound.sender);
    const address =
      (channel && normaliseAddress(channel, inbound.sender, operator.country)) ?? inbound.sender.toLowerCase();
    if (reading) {
      if (DONE.includes(inbound.decision ?? ''))
        throw conflict(
          'nothing-to-place',
          'This is a report about a message of ours, not words of a customer.',
          'Look at the original.',
        );
      await lockSender(tx, address);
      const placed = await placeMessage(tx, ports, inbound, reading, {
        mayBeAnswered: wish.acknowledge ?? false,
        teamId: inbound.mailboxId ? await teamOfMailbox(tx, inbound.mailboxId) : null,
      });
      const facts = { ...placed.facts, words: wordsHash(reading), before: inbound.decision };
      await settleInbound(
        tx,
        id,
        { decision: null, caseId: placed.caseId, trouble: inbound.trouble, facts, mailId: reading.mailId },
        now,
      );
    } else {
      const facts = { why: 'decided by staff', before: inbound.decision };
      await settleInbound(tx, id, { decision: 'spam', caseId: null, trouble: null, facts, mailId: null }, now);
      if (wish.blockSender && address !== '') await blockSender(tx, platform, actor, address);
    }
    await recordEvents(tx, platform.clock, actor, [
      {
        kind: 'message.decided-again',
        subjectKind: 'inbound',
        subjectId: id,
        data: { decision: wish.decision, before: inbound.decision },
      },
    ]);
    const brief = await briefOf(tx, id);
    if (!brief) throw notFound('This message');
    return brief;
  });
}
