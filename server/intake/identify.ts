import type { InboundChannel, Reading } from './intake.ts';

/** Somebody who has the address that a message came from. */
export interface Candidate {
  partyId: string;
  contactPointId: string;
  verified: boolean;
}

/**
 * How far a message proves who wrote it. `proven`: certified mail, or DMARC passed (RFC 7489 section 3.1 aligns From with what was signed). `plausible`: SMS and mail
 * that nothing speaks against: it may ask, add, and answer the open question. `none`: anybody may have written it.
 */
export type Proof = 'proven' | 'plausible' | 'none';

export function proofOf(channel: InboundChannel, reading: Pick<Reading, 'authentication' | 'certified'>): Proof {
  if (reading.certified) return 'proven';
  if (channel === 'web' || channel === 'letter') return 'none';
  if (channel === 'sms' || channel === 'api') return 'plausible';
  if (reading.authentication.dmarc === 'pass') return 'proven';
  return reading.authentication.dmarc === 'fail' ? 'none' : 'plausible';
}

export type Identity =
  /** `claim`: nothing proves that it was them. */
  | { kind: 'known'; candidate: Candidate; claim: boolean }
  /** Several have this address and none is the obvious one: kept as a new party's claim, and staff is asked. */
  | { kind: 'several'; candidates: readonly Candidate[] }
  | { kind: 'unknown' };

/**
 * Who wrote, by the address alone. Of several who have it: whoever has an open matter, else the only verified one, else the only one. An unverified match never
 * merges two parties. `withOpenCase`: the parties among them that have an open case about this matter.
 */
export function identify(candidates: readonly Candidate[], proof: Proof, withOpenCase: ReadonlySet<string>): Identity {
  if (candidates.length === 0) return { kind: 'unknown' };
  const open = candidates.filter(({ partyId }) => withOpenCase.has(partyId));
  const verified = candidates.filter((candidate) => candidate.verified);
  const [only] = [open, verified, candidates].find((some) => some.length === 1) ?? [];
  // A claimed party with an open case must not hide that several verified ones have the address as well: it is still theirs, and stays apart.
  if (!only) return { kind: 'several', candidates };
  return { kind: 'known', candidate: only, claim: proof === 'none' };
}
