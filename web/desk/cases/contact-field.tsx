import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ContactPoint } from '../../../contract/customers.ts';
import { customerQuery } from '../customers/queries.ts';
import { useWords } from '../shell/language.tsx';

const PAGE_ONLY = 'page';

/** The one at which a customer is best answered: verified and not known to be out of reach; null: none is. */
export const bestContact = (points: readonly ContactPoint[]): ContactPoint | null =>
  points.find(
    ({ verification, unreachableSince, endedAt }) =>
      verification === 'verified' && unreachableSince === null && endedAt === null,
  ) ?? null;

/** Where a customer is answered. `undefined`: not chosen, the best one; null: on their page only. */
export function ContactField({
  partyId,
  value,
  onChange,
}: {
  partyId: string;
  value: string | null | undefined;
  onChange: (id: string | null) => void;
}) {
  const { t, word } = useWords();
  const { data } = useQuery(customerQuery(partyId));
  if (!data) return null;
  const standing = data.contactPoints.filter(({ endedAt }) => endedAt === null);
  const shown = value === undefined ? (bestContact(standing)?.id ?? PAGE_ONLY) : (value ?? PAGE_ONLY);
  return (
    <Select
      label={t('case.contact')}
      allowDeselect={false}
      value={shown}
      onChange={(chosen) => onChange(chosen === PAGE_ONLY ? null : chosen)}
      data={[
        ...standing.map(({ id, channel, address, verification }) => ({
          value: id,
          label: `${word('case-channel', channel)} ${address} (${word('verification', verification)})`,
        })),
        { value: PAGE_ONLY, label: t('case.contact.page') },
      ]}
    />
  );
}
