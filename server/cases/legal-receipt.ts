import { endDoubt } from '../outbox/index.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import type { CasePorts } from './ports.ts';
import { lockSentMail, noteReceipt } from './receipt-store.ts';
import { noteMessageOutcomes } from './settle-due.ts';
import { insertMailKey } from './store.ts';

/** What certified mail (RFC 6109) says about a mail of ours. */
export interface CertifiedFate {
  /** The Message-ID that we gave it, with angle brackets. */
  mailId: string;
  /** As the standard names it: `avvenuta-consegna`. */
  type: string;
  fate: 'accepted' | 'delivered' | 'failed' | 'under way';
  /** Under which Message-ID the recipient got it; null: it doesn't say. */
  identifier: string | null;
  /** In lower case; null: all of them. */
  recipient: string | null;
  certifiedAt: Date;
  /** Whether its signature leads to a trusted certificate. */
  proven: boolean;
  /** A delivery that counts by law. */
  legalDelivery: boolean;
  /** Why it failed. */
  reason: string | null;
  inboundId: string;
}

/**
 * Notes what certified mail says about a mail about a case, in the caller's transaction: on its timeline, on the message, and under which name an answer will
 * refer to it. One that is not proven is a claim: it stands on the timeline, and moves nothing. The same receipt again changes nothing. Null: it is about no mail of ours to that recipient.
 */
export async function noteCertifiedFate(
  tx: Tx,
  { platform }: Pick<CasePorts, 'platform'>,
  fate: CertifiedFate,
): Promise<{ caseId: string; messageId: string; isNews: boolean } | null> {
  const sent = await lockSentMail(tx, fate.mailId);
  if (!sent || (fate.recipient !== null && fate.recipient !== sent.address)) return null;
  const { caseId, messageId } = sent;
  const at = platform.clock.business();
  const { type, certifiedAt, proven } = fate;
  if (!(await noteReceipt(tx, { messageId, type, certifiedAt, proven, at })))
    return { caseId, messageId, isNews: false };
  if (fate.identifier) await insertMailKey(tx, { mailId: fate.identifier, caseId, messageId, at });
  await recordEvents(tx, platform.clock, { kind: 'channel', name: 'pec' }, [
    {
      kind: fate.fate === 'failed' ? 'case.legal-delivery-failed' : 'case.legal-receipt',
      subjectKind: 'case',
      subjectId: caseId,
      data: {
        type,
        message: messageId,
        certifiedAt: certifiedAt.toISOString(),
        proven,
        legalDelivery: fate.legalDelivery,
        inbound: fate.inboundId,
      },
    },
  ]);
  if (!proven) return { caseId, messageId, isNews: true };
  // Whoever knows it has got it: no person need decide whether it left.
  await endDoubt(tx, messageId);
  if (fate.fate === 'delivered' || fate.fate === 'failed')
    await noteMessageOutcomes(tx, { platform }, [{ id: messageId, outcome: fate.fate, reason: fate.reason, at }]);
  else if (sent.state === 'in doubt')
    await noteMessageOutcomes(tx, { platform }, [{ id: messageId, outcome: 'sent', reason: null, at }]);
  return { caseId, messageId, isNews: true };
}
