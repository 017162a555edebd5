import { Card, Code, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { troubledDeliveriesQuery } from './queries.ts';

/** What monitoring sent and nobody could read: shown to a person, never dropped. Nothing where there is none. */
export function TroubledDeliveries() {
  const { t } = useWords();
  const { data } = useQuery(troubledDeliveriesQuery);
  if (!data || data.length === 0) return null;
  return (
    <section>
      <Title order={2} mb={4}>
        {t('deliveries')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm" maw={720}>
        {t('deliveries.hint')}
      </Text>
      <Stack gap="xs">
        {data.map((delivery) => (
          <Card key={delivery.number} padding="sm">
            <Text size="sm" fw={600}>
              {delivery.trouble}
            </Text>
            <Text size="xs" c="dimmed" component="div" mb={4}>
              {delivery.source} · <Moment at={delivery.receivedAt} size="xs" />
            </Text>
            <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {delivery.body}
            </Code>
          </Card>
        ))}
      </Stack>
    </section>
  );
}
