import { Anchor, Badge, Card, Group, SegmentedControl, Stack, Table, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { IncidentBrief } from '../../../contract/incidents.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useListKeys } from '../shell/list-keys.ts';
import { useMay } from '../shell/me.ts';
import { IncidentStateBadge, PromiseBadge } from '../shell/standing.tsx';
import { Empty, PageTitle, Shown } from '../shell/states.tsx';
import { FirstSteps } from './first-steps.tsx';
import { incidentsQuery } from './queries.ts';

/** What is open, and what has ended. */
export function IncidentList() {
  const { t } = useWords();
  const navigate = useNavigate();
  const { show } = useSearch({ from: '/shell/incidents' });
  const state = show ?? 'open';
  const query = useQuery(incidentsQuery(state));
  return (
    <>
      <PageTitle title={t('place.incidents')}>
        <SegmentedControl
          aria-label={t('incidents.show')}
          value={state}
          onChange={(chosen) =>
            void navigate({ to: '/incidents', search: chosen === 'ended' ? { show: 'ended' } : {}, replace: true })
          }
          data={[
            { value: 'open', label: t('incidents.open') },
            { value: 'ended', label: t('incidents.ended') },
          ]}
        />
      </PageTitle>
      <Shown query={query}>
        {(incidents) =>
          incidents.length === 0 ? (
            state === 'open' ? (
              <NothingOpen />
            ) : (
              <Empty title={t('incidents.ended.none')} />
            )
          ) : (
            <Incidents incidents={incidents} />
          )
        }
      </Shown>
    </>
  );
}

function NothingOpen() {
  const { t } = useWords();
  const may = useMay();
  return (
    <Stack gap="md">
      <Empty
        title={t('incidents.none')}
        action={
          may('alarms:see') && (
            <Anchor component={Link} to="/alarms" size="sm">
              {t('incidents.none.alarms')}
            </Anchor>
          )
        }
      >
        {t('incidents.none.help')}
      </Empty>
      {may('settings:change') && <FirstSteps />}
    </Stack>
  );
}

function Incidents({ incidents }: { incidents: IncidentBrief[] }) {
  const navigate = useNavigate();
  const wide = useMediaQuery('(min-width: 62em)', true);
  const open = (id: string) => void navigate({ to: '/incidents/$id', params: { id } });
  const current = useListKeys(incidents.length, (position) => {
    const incident = incidents[position];
    if (incident) open(incident.id);
  });
  return wide ? (
    <WideList incidents={incidents} current={current} onOpen={open} />
  ) : (
    <Stack gap="xs">
      {incidents.map((incident) => (
        <NarrowRow key={incident.id} incident={incident} />
      ))}
    </Stack>
  );
}

function WaitingMark({ incident }: { incident: IncidentBrief }) {
  const { t } = useWords();
  if (!incident.waiting) return null;
  return (
    <Badge color="orange" variant="outline" radius="sm" tt="none" style={{ minWidth: 'max-content' }}>
      {t('incidents.waiting')}
    </Badge>
  );
}

function WideList({
  incidents,
  current,
  onOpen,
}: {
  incidents: IncidentBrief[];
  current: number;
  onOpen: (id: string) => void;
}) {
  const { t, number, word } = useWords();
  return (
    <Card padding={0}>
      <Table.ScrollContainer minWidth={1000}>
        <Table aria-keyshortcuts="[ ]">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('incident.state')}</Table.Th>
              <Table.Th>{t('incident.where')}</Table.Th>
              <Table.Th>{t('incident.cause')}</Table.Th>
              <Table.Th>{t('incident.since')}</Table.Th>
              <Table.Th>{t('incident.expected-end')}</Table.Th>
              <Table.Th ta="right">{t('count.down')}</Table.Th>
              <Table.Th ta="right">{t('count.degraded')}</Table.Th>
              <Table.Th ta="right">{t('count.people')}</Table.Th>
              <Table.Th ta="right">{t('count.told')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {incidents.map((incident, position) => (
              <Table.Tr
                key={incident.id}
                className="row-link"
                data-current={position === current}
                onClick={() => onOpen(incident.id)}
              >
                <Table.Td>
                  <IncidentStateBadge state={incident.state} />
                </Table.Td>
                <Table.Td maw={320}>
                  <Anchor
                    component={Link}
                    to={`/incidents/${incident.id}`}
                    fw={600}
                    size="sm"
                    c="inherit"
                    onClick={(event) => event.stopPropagation()}
                  >
                    {incident.resource.name}
                  </Anchor>
                  <Group gap={6}>
                    <Text size="xs" c="dimmed">
                      {[incident.reference, incident.resource.area].filter(Boolean).join(' · ')}
                    </Text>
                    <WaitingMark incident={incident} />
                  </Group>
                </Table.Td>
                <Table.Td>{word('cause', incident.cause)}</Table.Td>
                <Table.Td>
                  <Moment at={incident.beganAt} />
                </Table.Td>
                <Table.Td>
                  <Stack gap={2} align="flex-start">
                    <PromiseBadge standing={incident.promise} />
                    {incident.expectedEnd && !incident.endedAt && <Moment at={incident.expectedEnd} size="xs" clock />}
                  </Stack>
                </Table.Td>
                <Table.Td ta="right">{number(incident.servicesDown)}</Table.Td>
                <Table.Td ta="right">{number(incident.servicesDegraded)}</Table.Td>
                <Table.Td ta="right">{number(incident.partiesDown)}</Table.Td>
                <Table.Td ta="right">{number(incident.told)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function NarrowRow({ incident }: { incident: IncidentBrief }) {
  const { t, number, word } = useWords();
  return (
    <Card component={Link} to={`/incidents/${incident.id}`} padding="sm">
      <Stack gap={6}>
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Text fw={600} truncate>
            {incident.resource.name}
          </Text>
          <IncidentStateBadge state={incident.state} />
        </Group>
        <Text size="xs" c="dimmed">
          {[incident.reference, incident.resource.area, word('cause', incident.cause)].filter(Boolean).join(' · ')}
        </Text>
        <Group gap={6}>
          <PromiseBadge standing={incident.promise} />
          {incident.expectedEnd && !incident.endedAt && <Moment at={incident.expectedEnd} size="xs" />}
          <WaitingMark incident={incident} />
        </Group>
        <Text size="xs">
          {t('incidents.counts', {
            down: number(incident.servicesDown),
            degraded: number(incident.servicesDegraded),
            told: number(incident.told),
          })}
        </Text>
      </Stack>
    </Card>
  );
}
