import type { Decision, Inbound, Reading } from './intake.ts';

/** What becomes of a message that came in, before anybody asks whose it is. */
export type InboundDecision =
  /** Obeyed for exactly the address that it came from. */
  | { kind: 'consent'; word: 'start' | 'stop' }
  /** A report on mail that came back. */
  | { kind: 'bounce'; returned: ReturnedMail[] }
  /** Certified mail about what we sent: legal facts of that message. */
  | { kind: 'receipt' }
  /** Kept with its reason; no case comes of it until a person wants one. */
  | { kind: 'set aside'; decision: Decision; why: string }
  /** Words of somebody. `mayBeAnswered`: whether the product may answer by itself. `look`: why a person has to look at the original. */
  | { kind: 'words'; mayBeAnswered: boolean; look: string | null };

export interface ReturnedMail {
  address: string;
  /** At once unreachable, or only after several. `none`: it says that the mail arrived. */
  weight: 'hard' | 'soft' | 'none';
  reason: string;
}

export interface InboundFacts {
  /** The consent word that the whole message is, if it is one. */
  consentWord: 'start' | 'stop' | null;
  /** It comes from an address that this product itself writes from or reads. */
  isOwnAddress: boolean;
  /** An earlier message that this one repeats, through another mailbox or sent again. */
  repeats: string | null;
  /** How many messages this sender wrote within the last hour: two machines that answer each other write many. */
  heardWithinHour: number;
  /** Addresses and domains from which staff wants nothing. */
  blocked: readonly string[];
}

/** More from one sender within an hour is a machine: kept, shown to a person, not made cases of. */
export const MOST_IN_AN_HOUR = 60;

/**
 * Decides about one message. Nothing is spam by guess: only by the upstream server's flag, or by a rule that staff made. What a machine wrote is
 * never answered (RFC 3834 section 2); so are short and alphanumeric senders, who can't read an answer.
 */
export function decideInbound(
  inbound: Pick<Inbound, 'channel' | 'quiet' | 'sender'>,
  reading: Reading,
  facts: InboundFacts,
): InboundDecision {
  const aside = (decision: Decision, why: string): InboundDecision => ({ kind: 'set aside', decision, why });
  if (facts.repeats) return aside('repeat', 'the same mail came before');
  if (reading.receipt) return { kind: 'receipt' };
  if (reading.returned.length > 0) return { kind: 'bounce', returned: reading.returned.map(weigh) };
  if (facts.isOwnAddress) return aside('own mail', 'it comes from an address of our own');
  if (facts.consentWord && (inbound.channel === 'sms' || inbound.channel === 'email') && !reading.automatic)
    return { kind: 'consent', word: facts.consentWord };
  if (inbound.quiet) return aside('older than the connection', 'the mailbox was connected after it came');
  if (reading.unreadable !== null) return { kind: 'words', mayBeAnswered: false, look: reading.unreadable };
  if (inbound.channel === 'letter') return { kind: 'words', mayBeAnswered: false, look: null };
  if (reading.spamFlag) return aside('spam', 'the mail server that is trusted for it says so');
  if (isBlocked(reading.sender ?? inbound.sender, facts.blocked))
    return aside('spam', 'its sender is blocked by staff');
  if (reading.automatic && reading.automatic !== 'mailing list') return aside('automatic', reading.automatic);
  if (facts.heardWithinHour >= MOST_IN_AN_HOUR)
    return aside('loop', `more than ${MOST_IN_AN_HOUR} messages in an hour`);
  const isAnswerable = inbound.channel !== 'sms' || isFullNumber(inbound.sender);
  return { kind: 'words', mayBeAnswered: isAnswerable && reading.automatic === null, look: null };
}

/** Whether a sender of a short message can be answered: a number with its prefix, not a service number, not a name. */
export const isFullNumber = (sender: string): boolean => /^\+?\d{8,15}$/.test(sender);

function isBlocked(sender: string, blocked: readonly string[]): boolean {
  const address = sender.trim().toLowerCase();
  const domain = address.slice(address.lastIndexOf('@') + 1);
  return blocked.some((entry) => entry === address || (entry.startsWith('@') && entry.slice(1) === domain));
}

/** RFC 3463: 5.x.x is for good, 4.x.x for now; without a status the action says it (RFC 3464 section 2.3.3). */
function weigh(returned: Reading['returned'][number]): ReturnedMail {
  const reason = [returned.status, returned.diagnostic].filter(Boolean).join(' ').slice(0, 300) || returned.action;
  const address = returned.address;
  if (returned.action === 'delivered' || returned.action === 'relayed' || returned.action === 'expanded')
    return { address, weight: 'none', reason };
  const isForGood = returned.status === null ? returned.action === 'failed' : returned.status.startsWith('5');
  return { address, weight: isForGood ? 'hard' : 'soft', reason };
}

/** So many mails that came back for now, within so long, make an address unreachable. */
export const SOFT_BOUNCES = { times: 3, withinMilliseconds: 48 * 3_600_000 };

export interface SoftBounces {
  times: number;
  since: Date | null;
}

/** One more mail that came back for now. Those of more than two days ago don't count any more. */
export function afterSoftBounce(before: SoftBounces, at: Date): SoftBounces & { unreachable: boolean } {
  const counts = before.since !== null && at.getTime() - before.since.getTime() <= SOFT_BOUNCES.withinMilliseconds;
  const times = counts ? before.times + 1 : 1;
  return { times, since: counts ? before.since : at, unreachable: times >= SOFT_BOUNCES.times };
}
