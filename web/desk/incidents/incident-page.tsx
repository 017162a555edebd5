import { Alert, Card, Grid, Stack, Text, Title } from '@mantine/core';
import { IconRoute } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { Incident } from '../../../contract/incidents.ts';
import { useWords } from '../shell/language.tsx';
import { useMay, useMe } from '../shell/me.ts';
import { Shown } from '../shell/states.tsx';
import { Announcements } from './announcements.tsx';
import { Counts } from './counts.tsx';
import { IncidentActions } from './incident-actions.tsx';
import { AlarmsOf, AreasOf, ExpectedEnds } from './incident-facts.tsx';
import { IncidentHeader } from './incident-header.tsx';
import { IncidentTimeline } from './incident-timeline.tsx';
import { nextThing } from './next-thing.ts';
import { incidentQuery } from './queries.ts';
import { TellPanel } from './tell-panel.tsx';

/** One incident: what to do next first, then the figures, the telling, and what happened. */
export function IncidentPage() {
  const { id } = useParams({ from: '/shell/incidents/$id' });
  const query = useQuery(incidentQuery(id));
  return <Shown query={query}>{(incident) => <Page key={incident.id} incident={incident} />}</Shown>;
}

function Page({ incident }: { incident: Incident }) {
  const { t } = useWords();
  const may = useMay();
  const { operatorName } = useMe();
  useEffect(() => {
    document.title = `${incident.reference} ${incident.resource.name} · ${operatorName}`;
  }, [incident.reference, incident.resource.name, operatorName]);
  const next = nextThing(incident);
  const decisionFirst = next?.what === 'decide';
  return (
    <Stack gap="md">
      <IncidentHeader incident={incident} actions={<IncidentActions incident={incident} />} />
      {next && (
        <Alert
          className="next-thing"
          data-urgent={next.urgent}
          color={next.urgent ? 'orange' : 'thread'}
          variant="outline"
          icon={<IconRoute />}
          py="xs"
        >
          <Text size="sm" fw={600}>
            {t(`next.${next.what}`)}
          </Text>
          <Text size="sm">{t(`next.${next.what}.help`)}</Text>
        </Alert>
      )}
      <Counts incident={incident} />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack gap="md">
            {decisionFirst && <Announcements incident={incident} />}
            {may('incidents:announce') && !incident.endedAt && <TellPanel incident={incident} />}
            {!decisionFirst && <Announcements incident={incident} />}
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack gap="md">
            <ExpectedEnds incident={incident} />
            <AlarmsOf incident={incident} />
            <AreasOf incident={incident} />
            <Card>
              <Title order={2} mb="sm">
                {t('timeline')}
              </Title>
              <IncidentTimeline entries={incident.timeline} />
            </Card>
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
