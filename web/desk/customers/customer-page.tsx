import { Anchor, Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { Customer } from '../../../contract/customers.ts';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { Shown } from '../shell/states.tsx';
import { ContactPointCard } from './contact-point-card.tsx';
import { CustomerCases } from './customer-cases.tsx';
import { Delegations } from './delegations.tsx';
import { ExportAndErase } from './export-and-erase.tsx';
import { Merges } from './merges.tsx';
import { customerQuery } from './queries.ts';

/** One customer: where they may be told, with every yes and no; what they have. */
export function CustomerPage() {
  const { t } = useWords();
  const { id } = useParams({ from: '/shell/customers/$id' });
  const query = useQuery(customerQuery(id));
  return (
    <Stack gap="md">
      <Anchor component={Link} to="/customers" size="sm">
        <Group gap={4}>
          <IconArrowLeft size={14} aria-hidden />
          {t('place.customers')}
        </Group>
      </Anchor>
      <Shown query={query}>{(customer) => <Page customer={customer} />}</Shown>
    </Stack>
  );
}

function Page({ customer }: { customer: Customer }) {
  const { t, word } = useWords();
  const may = useMay();
  return (
    <>
      <div>
        <Title order={1}>{customer.name}</Title>
        <Text size="sm" c="dimmed">
          {[
            word('customer-kind', customer.kind),
            customer.externalId,
            customer.taxCode && `${t('customer.tax-code')} ${customer.taxCode}`,
            `${t('customer.language')} ${customer.language.toUpperCase()}`,
            customer.endedAt && t('customers.ended'),
          ]
            .filter(Boolean)
            .join(' · ')}
        </Text>
        <Text size="xs" c="dimmed">
          {t('customers.recorded')}
        </Text>
      </div>
      <section>
        <Title order={2}>{t('customer.contacts')}</Title>
        <Text size="sm" c="dimmed" mb="sm">
          {t(customer.contactPoints.length === 0 ? 'customer.contacts.none' : 'customer.contacts.hint')}
        </Text>
        <Stack gap="xs">
          {customer.contactPoints.map((point) => (
            <ContactPointCard key={point.id} point={point} />
          ))}
        </Stack>
      </section>
      <Services services={customer.services} />
      {may('cases:see') && <CustomerCases id={customer.id} />}
      <Delegations id={customer.id} />
      {may('parties:merge') && <Merges customer={customer} />}
      {may('parties:erase') && <ExportAndErase customer={customer} />}
    </>
  );
}

function Services({ services }: { services: Customer['services'] }) {
  const { t, word, money } = useWords();
  return (
    <Card padding={0}>
      <Title order={2} p="sm">
        {t('customer.services')}
      </Title>
      {services.length === 0 ? (
        <Text size="sm" c="dimmed" px="sm" pb="sm">
          {t('customer.services.none')}
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={520} className="stacks">
          <Table>
            <Table.Tbody>
              {services.map((service) => (
                <Table.Tr key={service.id}>
                  <Table.Td data-label={t('case.service')}>
                    <div>
                      <Text size="sm" fw={500}>
                        {service.product}
                      </Text>
                      <Text size="xs" c="dimmed">
                        {service.externalId}
                      </Text>
                    </div>
                  </Table.Td>
                  <Table.Td data-label={t('customer.service.address')}>{service.address}</Table.Td>
                  <Table.Td data-label={t('customer.service.state')}>{word('service-state', service.state)}</Table.Td>
                  <Table.Td data-label={t('customer.service.resource')}>
                    <div>
                      {service.resource?.name}
                      <Text size="xs" c="dimmed">
                        {service.resource && word('resource-kind', service.resource.kind)}
                      </Text>
                    </div>
                  </Table.Td>
                  <Table.Td data-label={t('customer.service.fee')} ta="right">
                    {service.monthlyFeeCents !== null && money(service.monthlyFeeCents)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Card>
  );
}
