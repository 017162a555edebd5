import { REASONS } from '../../contract/reasons.ts';
import type { SendResult } from '../channels/channel.ts';

/** Delays before another attempt, in seconds; the last one repeats. Short at first: most trouble of a network is short. */
const RETRY_SECONDS = [5, 15, 60, 180, 600, 900] as const;
/** A notice is never called stale in less than this time of the machine, however fast the business clock runs in a demonstration. */
const LEAST_STALE_MILLISECONDS = 60_000;

export interface ClaimFacts {
  /** Business clock. */
  now: Date;
  /** Business seconds in a system second. */
  speed: number;
  rewriteAfterMinutes: number;
}

/**
 * What to do with a row at the moment it is claimed. A notice that waited too long is written anew even past its validity: it was the route that was
 * dead, and whether it is still true is decided when it is written.
 */
export function decideClaim(
  row: { kind: string; madeAt: Date; validUntil: Date },
  facts: ClaimFacts,
): 'send' | 'withdraw' | 'rewrite' {
  const patience = Math.max(facts.rewriteAfterMinutes * 60_000, LEAST_STALE_MILLISECONDS * facts.speed);
  if (row.kind === 'notice' && facts.now.getTime() - row.madeAt.getTime() > patience) return 'rewrite';
  return row.validUntil <= facts.now ? 'withdraw' : 'send';
}

export type Fate =
  | { fate: 'sent'; routeMessageIds: string[] }
  | { fate: 'failed'; reason: string }
  | { fate: 'in doubt'; reason: string }
  /** Queued again, from `notBefore` (business clock) on; `tried`: it counts as an attempt. */
  | { fate: 'again'; notBefore: Date; reason: string; tried: boolean };

/** What a result of the channel means for a row that was offered `attempts` times before. */
export function decideFate(
  result: SendResult,
  row: { attempts: number; validUntil: Date },
  facts: { now: Date; speed: number },
): Fate {
  if (result.kind === 'sent') return { fate: 'sent', routeMessageIds: result.routeMessageIds };
  if (result.kind === 'unknown') return { fate: 'in doubt', reason: result.reason };
  if (result.permanent) return { fate: 'failed', reason: result.reason };
  if (result.untried) return { fate: 'again', notBefore: facts.now, reason: result.reason, tried: false };
  const notBefore = new Date(facts.now.getTime() + retryMilliseconds(row.attempts + 1) * facts.speed);
  if (notBefore >= row.validUntil)
    return { fate: 'failed', reason: REASONS.say('no-time-left', { why: result.reason }) };
  return { fate: 'again', notBefore, reason: result.reason, tried: true };
}

/** The delay after attempt number `attempts` (from 1), in milliseconds of the machine. */
export function retryMilliseconds(attempts: number): number {
  return (RETRY_SECONDS[Math.min(Math.max(attempts, 1), RETRY_SECONDS.length) - 1] ?? 900) * 1000;
}

/** When the network should forget a message: the business instant on the clock of the machine. */
export const onSystemClock = (instant: Date, clock: { business: Date; system: Date; speed: number }): Date =>
  new Date(clock.system.getTime() + (instant.getTime() - clock.business.getTime()) / clock.speed);

/** A number (3 to 15 digits, E.164) or a name of at most 11 characters (3GPP TS 23.040, 9.1.2.5; AGCOM 12/23/CIR), which has a letter. */
export const isSender = (sender: string): boolean =>
  /^\+?\d{3,15}$/.test(sender) || (/^[A-Za-z0-9 ._&-]{1,11}$/.test(sender) && /[A-Za-z]/.test(sender));

/** Enough to recognise, too little to use: "+39 … 123", "a…@example.org". */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  if (at > 0) return `${address.slice(0, 1)}…${address.slice(at)}`;
  return `${address.slice(0, 3)} … ${address.slice(-3)}`;
}
