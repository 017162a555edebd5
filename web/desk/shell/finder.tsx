import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, type SpotlightActionGroupData, spotlight } from '@mantine/spotlight';
import {
  IconAddressBook,
  IconBolt,
  IconLogout,
  IconMessages,
  IconSearch,
  IconTopologyStar,
  IconUserShield,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { spokenNumber } from '../cases/spoken-number.ts';
import { useWords } from './language.tsx';
import { useLeave } from './leave.tsx';
import { useMe } from './me.ts';
import { openPlaces } from './places.ts';
import { searchQuery } from './search-query.ts';

export const openFinder = (): void => spotlight.open();

const TYPING_MILLISECONDS = 200;
const OF_EACH_KIND = 6;

/** Finds cases, customers, incidents and parts of the network (the server searches), and places and deeds of the desk. Ctrl-K or ⌘K opens it. */
export function Finder() {
  const { t, word } = useWords();
  const { deeds } = useMe();
  const leave = useLeave();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [wanted] = useDebouncedValue(typed.trim(), TYPING_MILLISECONDS);
  const { data: found, isFetching } = useQuery({
    ...searchQuery(wanted, OF_EACH_KIND),
    enabled: wanted.length >= 2,
    placeholderData: (before) => (wanted.length >= 2 ? before : undefined),
  });
  const letters = typed.trim().toLowerCase();
  const fits = (label: string): boolean => label.toLowerCase().includes(letters);

  const actions: SpotlightActionGroupData[] = [
    {
      group: t('place.cases'),
      actions: (found?.cases ?? []).map((one) => ({
        id: one.id,
        label: `${spokenNumber(one.number)} · ${one.subject}`,
        description: [one.party?.name, word('case-state', one.state), one.excerpt].filter(Boolean).join(' · '),
        leftSection: <IconMessages size={18} aria-hidden />,
        onClick: () => void navigate({ to: '/cases/$id', params: { id: one.id } }),
      })),
    },
    {
      group: t('place.customers'),
      actions: (found?.customers ?? []).map((customer) => ({
        id: customer.id,
        label: customer.name,
        description: [customer.externalId, word('customer-kind', customer.kind)].filter(Boolean).join(' · '),
        leftSection: <IconAddressBook size={18} aria-hidden />,
        onClick: () => void navigate({ to: '/customers/$id', params: { id: customer.id } }),
      })),
    },
    {
      group: t('place.incidents'),
      actions: (found?.incidents ?? []).map((incident) => ({
        id: incident.id,
        label: `${incident.reference} · ${incident.resource}`,
        description: word('incident-state', incident.state),
        leftSection: <IconBolt size={18} aria-hidden />,
        onClick: () => void navigate({ to: '/incidents/$id', params: { id: incident.id } }),
      })),
    },
    {
      group: t('place.resources'),
      actions: (found?.resources ?? []).map((resource) => ({
        id: resource.id,
        label: resource.name,
        description: [word('resource-kind', resource.kind), resource.area].filter(Boolean).join(' · '),
        leftSection: <IconTopologyStar size={18} aria-hidden />,
        onClick: () => void navigate({ to: '/resources', search: { search: resource.name } }),
      })),
    },
    {
      group: t('finder.places'),
      actions: openPlaces(deeds)
        .flatMap((place) => [place, ...(place.below ?? [])])
        .filter((place) => fits(t(place.label)))
        .map((place) => ({
          id: place.to,
          label: t(place.label),
          leftSection: place.icon ? <place.icon size={18} aria-hidden /> : undefined,
          onClick: () => void navigate({ to: place.below?.[0]?.to ?? place.to }),
        })),
    },
    {
      group: t('finder.deeds'),
      actions: [
        {
          id: 'account',
          label: t('place.account'),
          leftSection: <IconUserShield size={18} aria-hidden />,
          onClick: () => void navigate({ to: '/account' }),
        },
        { id: 'sign-out', label: t('sign-out'), leftSection: <IconLogout size={18} aria-hidden />, onClick: leave },
      ].filter(({ label }) => fits(label)),
    },
  ];
  return (
    <Spotlight
      actions={actions.filter((group) => group.actions.length > 0)}
      // The server has searched already, also by stems and slips of the pen that the letters do not show.
      filter={(_, given) => given}
      query={typed}
      onQueryChange={setTyped}
      nothingFound={isFetching ? t('loading') : t('finder.nothing')}
      highlightQuery
      limit={30}
      scrollable
      maxHeight="60vh"
      shortcut={['mod + K']}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: t('finder.placeholder'),
        maxLength: 200,
      }}
      transitionProps={{ duration: 100 }}
    />
  );
}
