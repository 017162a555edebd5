import { Anchor, Card, SimpleGrid, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Incident } from '../../../contract/incidents.ts';
import { useWords } from '../shell/language.tsx';

function Count({ label, value, href, to }: { label: string; value: number; href?: string; to?: string }) {
  const { number } = useWords();
  const figure = (
    <Text size="lg" fw={600} span>
      {number(value)}
    </Text>
  );
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      {to && value > 0 ? (
        <Anchor component={Link} to={to}>
          {figure}
        </Anchor>
      ) : href && value > 0 ? (
        <Anchor href={href}>{figure}</Anchor>
      ) : (
        figure
      )}
    </div>
  );
}

/** The live figures: who is concerned, and where the notices stand. Each opens what it counts, where there is a list of it. */
export function Counts({ incident }: { incident: Incident }) {
  const { t } = useWords();
  const { notices } = incident;
  // The lines work again: what is counted is who was concerned.
  const was = incident.restoredAt !== null || incident.endedAt !== null;
  return (
    <Card padding="sm" aria-live="off">
      <SimpleGrid cols={{ base: 3, sm: 5, lg: 10 }} spacing="sm" verticalSpacing="xs">
        <Count label={t(was ? 'count.was-down' : 'count.down')} value={incident.servicesDown} href="#areas" />
        <Count
          label={t(was ? 'count.was-degraded' : 'count.degraded')}
          value={incident.servicesDegraded}
          href="#areas"
        />
        <Count label={t('count.people')} value={incident.partiesDown} href="#areas" />
        <Count label={t('notices.held')} value={notices.held} href="#announcements" />
        <Count label={t('notices.queued')} value={notices.queued} href="#announcements" />
        <Count label={t('notices.sent')} value={notices.sent} href="#announcements" />
        <Count label={t('notices.delivered')} value={notices.delivered} href="#announcements" />
        <Count label={t('notices.failed')} value={notices.failed} href="#announcements" />
        <Count label={t('notices.withdrawn')} value={notices.withdrawn} href="#announcements" />
        <Count label={t('notices.inDoubt')} value={notices.inDoubt} to="/in-doubt" />
      </SimpleGrid>
    </Card>
  );
}
