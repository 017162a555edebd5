import type { Customer } from '../../../contract/customers.ts';

export interface MergePlan {
  /** Whose things go over; the other stays. */
  from: Customer;
  into: Customer;
  /** Addresses that go over. */
  moves: string[];
  /** Addresses that both have: one of each stays. */
  shared: string[];
}

/**
 * How two customers become one. A customer of the operator's own records stays, since an import would bring it back; null when both are. Of two that are
 * not, the one that was looked at goes over to the one that was chosen.
 */
export function planMerge(looked: Customer, chosen: Customer): MergePlan | null {
  if (looked.externalId !== null && chosen.externalId !== null) return null;
  const [from, into] = looked.externalId === null ? [looked, chosen] : [chosen, looked];
  const standing = (customer: Customer) => customer.contactPoints.filter(({ endedAt }) => endedAt === null);
  const has = new Set(standing(into).map(({ channel, address }) => `${channel} ${address}`));
  const points = standing(from);
  return {
    from,
    into,
    moves: points.filter(({ channel, address }) => !has.has(`${channel} ${address}`)).map(({ address }) => address),
    shared: points.filter(({ channel, address }) => has.has(`${channel} ${address}`)).map(({ address }) => address),
  };
}
