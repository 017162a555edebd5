import { Anchor, Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AlarmBrief } from '../../../contract/incidents.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { SeverityBadge } from '../shell/standing.tsx';
import { Empty, PageTitle, Shown } from '../shell/states.tsx';
import { AlarmRules } from './alarm-rules.tsx';
import { alarmSourcesQuery, standingAlarmsQuery, unmappedAlarmsQuery } from './queries.ts';
import { TroubledDeliveries } from './troubled-deliveries.tsx';
import { Unmapped } from './unmapped-alarm.tsx';

const SEVERITIES = ['critical', 'major', 'minor', 'info'];

/** Worst first, then newest; an alarm that is heard again stays where it is, so that nothing moves under the pointer. */
const inOrder = (alarms: readonly AlarmBrief[]): AlarmBrief[] =>
  alarms.toSorted(
    (one, other) =>
      SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
      other.startedAt.localeCompare(one.startedAt) ||
      one.id.localeCompare(other.id),
  );

/** Alarms that found no resource first (they need a person), then those that stand. */
export function AlarmList() {
  const { t } = useWords();
  const may = useMay();
  const unmapped = useQuery(unmappedAlarmsQuery);
  const standing = useQuery(standingAlarmsQuery);
  const sources = useQuery(alarmSourcesQuery);
  return (
    <>
      <PageTitle title={t('place.alarms')} />
      <Stack gap="lg">
        {(unmapped.data?.length ?? 0) > 0 && (
          <section>
            <Title order={2} mb={4}>
              {t('alarms.unmapped')}
            </Title>
            <Text size="sm" c="dimmed" mb="sm">
              {t('alarms.unmapped.help')}
            </Text>
            <Stack gap="xs">
              {unmapped.data?.map((alarm) => (
                <Unmapped key={alarm.id} alarm={alarm} />
              ))}
            </Stack>
          </section>
        )}
        <section>
          <Title order={2} mb="sm">
            {t('alarms.standing')}
          </Title>
          <Shown query={standing}>
            {(alarms) =>
              alarms.length === 0 ? (
                <Empty
                  title={t('alarms.none')}
                  action={
                    may('alarm-sources:manage') &&
                    sources.data?.length === 0 && (
                      <Anchor component={Link} to="/settings/alarm-sources" size="sm">
                        {t('incidents.none.connect')}
                      </Anchor>
                    )
                  }
                >
                  {t('alarms.none.help')}
                </Empty>
              ) : (
                <Card padding={0}>
                  <Table.ScrollContainer minWidth={620} className="stacks">
                    <Table>
                      <Table.Thead>
                        <Table.Tr>
                          <Table.Th>{t('alarm.severity')}</Table.Th>
                          <Table.Th>{t('alarm.summary')}</Table.Th>
                          <Table.Th>{t('alarm.resource')}</Table.Th>
                          <Table.Th>{t('incident.since')}</Table.Th>
                          <Table.Th>{t('alarm.source')}</Table.Th>
                        </Table.Tr>
                      </Table.Thead>
                      <Table.Tbody>
                        {inOrder(alarms).map((alarm) => (
                          <Table.Tr key={alarm.id}>
                            <Table.Td data-label={t('alarm.severity')}>
                              <SeverityBadge severity={alarm.severity} />
                            </Table.Td>
                            <Table.Td data-label={t('alarm.summary')}>{alarm.summary}</Table.Td>
                            <Table.Td data-label={t('alarm.resource')}>
                              {alarm.resource ? (
                                <Group gap={4}>
                                  {alarm.resource.name}
                                  <Text size="xs" c="dimmed">
                                    {alarm.resource.area}
                                  </Text>
                                </Group>
                              ) : (
                                <Text size="sm" c="dimmed">
                                  {t('alarm.resource.none')}
                                </Text>
                              )}
                            </Table.Td>
                            <Table.Td data-label={t('incident.since')}>
                              <Moment at={alarm.startedAt} />
                            </Table.Td>
                            <Table.Td data-label={t('alarm.source')}>{alarm.source}</Table.Td>
                          </Table.Tr>
                        ))}
                      </Table.Tbody>
                    </Table>
                  </Table.ScrollContainer>
                </Card>
              )
            }
          </Shown>
        </section>
        <TroubledDeliveries />
        <AlarmRules />
      </Stack>
    </>
  );
}
