import { describe, expect, it } from 'vitest';
import type { ContactPoint, Customer } from '../../../contract/customers.ts';
import { planMerge } from './merge-plan.ts';

const point = (address: string, more: Partial<ContactPoint> = {}): ContactPoint => ({
  id: address,
  channel: 'email',
  address,
  verification: 'claimed',
  consent: 'none',
  unreachableSince: null,
  endedAt: null,
  consents: [],
  ...more,
});
const customer = (name: string, externalId: string | null, contactPoints: ContactPoint[]): Customer => ({
  id: name,
  externalId,
  name,
  kind: 'consumer',
  endedAt: null,
  taxCode: null,
  language: 'it',
  contactPoints,
  services: [],
});

const STRANGER = customer('anna@', null, [point('anna@example.org'), point('both@example.org')]);
const IMPORTED = customer('Anna', 'C-1', [
  point('both@example.org'),
  point('old@example.org', { endedAt: '2026-01-01T00:00:00Z' }),
]);

describe('how two customers become one', () => {
  it('given one of the operator’s own records, that one stays, whichever was looked at', () => {
    expect(planMerge(STRANGER, IMPORTED)).toMatchObject({ from: STRANGER, into: IMPORTED });
    expect(planMerge(IMPORTED, STRANGER)).toMatchObject({ from: STRANGER, into: IMPORTED });
  });

  it('given addresses that both have, those stay once and the others go over', () => {
    expect(planMerge(STRANGER, IMPORTED)).toMatchObject({ moves: ['anna@example.org'], shared: ['both@example.org'] });
  });

  it('given two strangers, the one that was looked at goes over', () => {
    const other = customer('other', null, []);
    expect(planMerge(STRANGER, other)).toMatchObject({ from: STRANGER, into: other });
  });

  it('given two of the operator’s own records, there is no way', () => {
    expect(planMerge(IMPORTED, customer('Bruno', 'C-2', []))).toBeNull();
  });
});
