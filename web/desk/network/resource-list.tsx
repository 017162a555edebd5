import { Anchor, Card, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { resourcesQuery } from '../alarms/queries.ts';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
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
            <Card padding={0}>
              <Table.ScrollContainer minWidth={420} className="stacks">
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{t('resources.name')}</Table.Th>
                      <Table.Th>{t('resources.kind')}</Table.Th>
                      <Table.Th>{t('incident.area')}</Table.Th>
                      <Table.Th>{t('resources.id')}</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {resources.map((resource) => (
                      <Table.Tr key={resource.id}>
                        <Table.Td fw={500} data-label={t('resources.name')}>
                          {resource.name}
                        </Table.Td>
                        <Table.Td data-label={t('resources.kind')}>{word('resource-kind', resource.kind)}</Table.Td>
                        <Table.Td data-label={t('incident.area')}>{resource.area}</Table.Td>
                        <Table.Td data-label={t('resources.id')}>
                          <Text size="xs" ff="monospace">
                            {resource.externalId}
                          </Text>
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            </Card>
          )
        }
      </Shown>
    </>
  );
}
