import { Anchor, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { resourcesQuery } from '../alarms/queries.ts';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { StackedTable } from '../shell/stacked-table.tsx';
import { Empty, PageTitle, Shown } from '../shell/states.tsx';

/** The parts of the network, found by name or by the operator's own id. */
export function ResourceList() {
  const { t, word } = useWords();
  const may = useMay();
  const navigate = useNavigate();
  const { search = '' } = useSearch({ from: '/shell/resources' });
  const [typed, setTyped] = useState(search);
  const [asked] = useDebouncedValue(typed.trim(), 250);
  const query = useQuery({ ...resourcesQuery(asked), placeholderData: keepPreviousData });
  useEffect(() => {
    void navigate({ to: '/resources', search: asked ? { search: asked } : {}, replace: true });
  }, [asked, navigate]);
  return (
    <>
      <PageTitle title={t('place.resources')} hint={t('resources.hint')} />
      <TextInput
        aria-label={t('resources.search')}
        placeholder={t('resources.search')}
        leftSection={<IconSearch size={16} aria-hidden />}
        maxLength={200}
        maw={420}
        mb="md"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Shown query={query}>
        {(resources) =>
          resources.length === 0 ? (
            <Empty
              title={t('resources.none')}
              action={
                may('imports:run') && (
                  <Anchor component={Link} to="/imports" size="sm">
                    {t('incidents.none.import')}
                  </Anchor>
                )
              }
            >
              {t('resources.none.help')}
            </Empty>
          ) : (
            <StackedTable
              minWidth={420}
              rows={resources}
              columns={[
                { title: t('resources.name'), cell: (resource) => resource.name, strong: true },
                { title: t('resources.kind'), cell: (resource) => word('resource-kind', resource.kind) },
                { title: t('incident.area'), cell: (resource) => resource.area },
                {
                  title: t('resources.id'),
                  cell: (resource) => (
                    <Text size="xs" ff="monospace">
                      {resource.externalId}
                    </Text>
                  ),
                },
              ]}
            />
          )
        }
      </Shown>
    </>
  );
}
