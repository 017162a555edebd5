import { Anchor, Badge, Card, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { Empty, PageTitle, Shown } from '../shell/states.tsx';
import { customersQuery } from './queries.ts';

const FEWEST_LETTERS = 2;
/** What was searched last, so that the way back from a customer finds it again. In memory only: names do not belong into addresses and histories. */
let lastSearch = '';

/** Finds customers by name, number or address. */
export function CustomerList() {
  const { t, word } = useWords();
  const may = useMay();
  const [typed, setTyped] = useState(lastSearch);
  const [asked] = useDebouncedValue(typed.trim(), 250);
  const enough = asked.length >= FEWEST_LETTERS;
  const query = useQuery({ ...customersQuery(asked), enabled: enough, placeholderData: keepPreviousData });
  return (
    <>
      <PageTitle title={t('place.customers')} hint={t('customers.hint')} />
      <TextInput
        label={t('customers.search')}
        description={t('customers.search.help')}
        leftSection={<IconSearch size={16} aria-hidden />}
        autoComplete="off"
        maxLength={200}
        maw={420}
        mb="md"
        value={typed}
        onChange={(event) => {
          lastSearch = event.currentTarget.value;
          setTyped(lastSearch);
        }}
      />
      {!enough ? (
        <Text size="sm" c="dimmed">
          {t('customers.begin')}
        </Text>
      ) : (
        <Shown query={query}>
          {(customers) =>
            customers.length === 0 ? (
              <Empty
                title={t('customers.none')}
                action={
                  may('imports:run') && (
                    <Anchor component={Link} to="/imports" size="sm">
                      {t('place.imports')}
                    </Anchor>
                  )
                }
              >
                {t('customers.none.help')}
              </Empty>
            ) : (
              <Card padding={0}>
                <Stack gap={0}>
                  {customers.map((customer) => (
                    <Group key={customer.id} className="list-row" justify="space-between" gap="xs">
                      <div>
                        <Anchor component={Link} to={`/customers/${customer.id}`} fw={600} size="sm" c="inherit">
                          {customer.name}
                        </Anchor>
                        <Text size="xs" c="dimmed">
                          {[word('customer-kind', customer.kind), customer.externalId].filter(Boolean).join(' · ')}
                        </Text>
                      </div>
                      {customer.endedAt && (
                        <Badge color="gray" variant="light" radius="sm" tt="none">
                          {t('customers.ended')}
                        </Badge>
                      )}
                    </Group>
                  ))}
                </Stack>
              </Card>
            )
          }
        </Shown>
      )}
    </>
  );
}
