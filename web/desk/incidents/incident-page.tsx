import { Card, Grid, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { Incident } from '../../../contract/incidents.ts';
import { IncidentCases } from '../cases/incident-cases.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay, useMe } from '../shell/me.ts';
import { Shown } from '../shell/states.tsx';
import { Announcements } from './announcements.tsx';
import { Counts } from './counts.tsx';
import { AlarmsOf, AreasOf, ExpectedEnds } from './incident-facts.tsx';
import { IncidentTimes, IncidentTitle } from './incident-header.tsx';
import { IncidentTimeline } from './incident-timeline.tsx';
import { nextThing } from './next-thing.ts';
import { NextThingCard } from './next-thing-card.tsx';
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
  const decisionFirst = nextThing(incident)?.what === 'decide';
  const writable = may('incidents:announce') && !incident.endedAt && incident.state !== 'restored';
  return (
    <Stack gap="md">
      <IncidentTitle incident={incident} />
      <NextThingCard incident={incident} />
      <IncidentTimes incident={incident} />
      <Counts incident={incident} />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack gap="md">
            {decisionFirst && <Announcements incident={incident} />}
            {writable && <TellPanel incident={incident} />}
            {!decisionFirst && <Announcements incident={incident} />}
            <Card>
              <Title order={2} mb="sm">
                {t('timeline')}
              </Title>
              <IncidentTimeline incident={incident} />
            </Card>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack gap="md">
            <ExpectedEnds incident={incident} />
            {may('cases:see') && <IncidentCases incidentId={incident.id} />}
            <AlarmsOf incident={incident} />
            <AreasOf incident={incident} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}
