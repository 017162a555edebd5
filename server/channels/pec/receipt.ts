import { REASONS } from '../../../contract/reasons.ts';
import type { ChannelReceipt } from '../channel.ts';
import type { PecItem, PecNotice } from './pec.ts';

/** What a receipt says about a mail that we sent. */
export interface PecReceipt {
  /** The Message-ID that we gave it, with angle brackets. */
  messageId: string;
  /**
   * The provider's name for it, in angle brackets: the Message-ID of the envelope that its recipient sees. An answer refers to this one,
   * so that it belongs to the sent mail beside its own Message-ID.
   */
  identifier: string | null;
  /** The one that it is about, in lower case; null: all of them. */
  recipient: string | null;
  kind: 'accepted' | 'refused' | 'taken over' | 'delivered' | 'not delivered' | 'late notice' | 'virus';
  /** The certified instant. */
  at: Date;
  /** A delivery that counts by law: into a certified mailbox, said by a provider whose signature was proven. */
  legalDelivery: boolean;
  /** Whether the signature leads to a trusted certificate. */
  proven: boolean;
  /** Why it was refused or not delivered, in the provider's words; null: it says nothing. */
  reason: string | null;
}

/**
 * What a notice says about a sent mail. Null when the item is none, or when anything about it is wrong (unsigned, altered,
 * contradicting): such a one changes nothing by itself and is read by a person.
 */
export function pecReceipt(item: PecItem): PecReceipt | null {
  if (item.kind !== 'notice' || item.problems.length > 0 || item.type === null) return null;
  const { certification, signature, type } = item;
  const messageId = certification?.messageId ?? item.reference;
  if (!certification || !messageId || (signature.state !== 'valid' && signature.state !== 'untrusted')) return null;
  const proven = signature.state === 'valid';
  const recipient = recipientOf(item);
  const kind = kindOf(item);
  const certified = certification.recipients.some((each) => each.address === recipient && each.type === 'certificato');
  return {
    messageId,
    identifier: certification.identifier ? `<${certification.identifier.replace(/^<|>$/g, '')}>` : null,
    recipient,
    kind,
    at: certification.at,
    legalDelivery: type === 'avvenuta-consegna' && proven && certified,
    proven,
    reason: kind === 'accepted' || kind === 'delivered' || kind === 'taken over' ? null : reasonOf(item),
  };
}

/**
 * The same for the outbox: null for what settles nothing (accepted, taken over, late notice). With the Message-ID that `send` gave.
 */
export function channelReceipt({ messageId, recipient, kind, reason }: PecReceipt): ChannelReceipt | null {
  if (kind === 'accepted' || kind === 'taken over' || kind === 'late notice') return null;
  const delivered = kind === 'delivered';
  return {
    routeMessageIds: [messageId],
    to: recipient,
    state: delivered ? 'delivered' : 'failed',
    reason: delivered ? null : (reason ?? REASONS.say('pec-not-delivered')),
  };
}

function kindOf({ type, securityProblem }: PecNotice): PecReceipt['kind'] {
  switch (type) {
    case 'accettazione':
      return 'accepted';
    case 'non-accettazione':
      return securityProblem ? 'virus' : 'refused';
    case 'presa-in-carico':
      return 'taken over';
    case 'avvenuta-consegna':
      return 'delivered';
    case 'preavviso-errore-consegna':
      return 'late notice';
    case 'rilevazione-virus':
      return 'virus';
    default:
      return securityProblem ? 'virus' : 'not delivered';
  }
}

function recipientOf({ certification }: PecNotice): string | null {
  if (!certification) return null;
  if (certification.deliveredTo) return certification.deliveredTo;
  const about =
    certification.takenOverFor.length > 0
      ? certification.takenOverFor
      : certification.recipients.map((each) => each.address);
  return about.length === 1 ? (about[0] ?? null) : null;
}

const KNOWN: Record<string, 'pec-no-mailbox' | 'pec-no-domain' | 'pec-content'> = {
  'no-dest': 'pec-no-mailbox',
  'no-dominio': 'pec-no-domain',
  virus: 'pec-content',
};

function reasonOf({ certification }: PecNotice): string | null {
  const known = KNOWN[certification?.error ?? ''];
  // Providers repeat the address in it, which has no place in a reason.
  const answer = (certification?.errorDetail ?? '').replace(/[^\s<>"']+@[^\s<>"']+/g, '…').slice(0, 500);
  if (!known) return answer || null;
  return answer ? REASONS.say(`${known}-answer`, { answer }) : REASONS.say(known);
}
