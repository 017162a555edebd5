import { Spotlight, type SpotlightActionGroupData, spotlight } from '@mantine/spotlight';
import { IconBolt, IconLogout, IconSearch, IconUserShield } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { incidentsQuery } from '../incidents/queries.ts';
import { useWords } from './language.tsx';
import { useLeave } from './leave.tsx';
import { useMay, useMe } from './me.ts';
import { openPlaces } from './places.ts';

export const openFinder = (): void => spotlight.open();

/** Finds places and incidents (by reference, resource, place) with a few letters. Ctrl-K or ⌘K opens it. */
export function Finder() {
  const { t, word } = useWords();
  const { deeds } = useMe();
  const may = useMay();
  const leave = useLeave();
  const navigate = useNavigate();
  const open = useQuery({ ...incidentsQuery('open'), enabled: may('incidents:see') });

  const actions: SpotlightActionGroupData[] = [
    {
      group: t('place.incidents'),
      actions: (open.data ?? []).map((incident) => ({
        id: incident.id,
        label: `${incident.reference} · ${incident.resource.name}`,
        description: [incident.resource.area, word('incident-state', incident.state)].filter(Boolean).join(' · '),
        leftSection: <IconBolt size={18} aria-hidden />,
        onClick: () => void navigate({ to: '/incidents/$id', params: { id: incident.id } }),
      })),
    },
    {
      group: t('finder.places'),
      actions: openPlaces(deeds)
        .flatMap((place) => [place, ...(place.below ?? [])])
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
      ],
    },
  ];
  return (
    <Spotlight
      actions={actions}
      nothingFound={t('finder.nothing')}
      highlightQuery
      limit={12}
      shortcut={['mod + K']}
      searchProps={{ leftSection: <IconSearch size={18} aria-hidden />, placeholder: t('finder.placeholder') }}
      transitionProps={{ duration: 100 }}
    />
  );
}
