import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { AlarmBrief } from '../../../contract/incidents.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { StackedTable } from '../shell/stacked-table.tsx';
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
                <StackedTable
                  minWidth={620}
                  rows={inOrder(alarms)}
                  columns={[
                    { title: t('alarm.severity'), cell: (alarm) => <SeverityBadge severity={alarm.severity} /> },
                    { title: t('alarm.summary'), cell: (alarm) => alarm.summary },
                    { title: t('alarm.resource'), cell: (alarm) => <WhereItIs resource={alarm.resource} /> },
                    { title: t('incident.since'), cell: (alarm) => <Moment at={alarm.startedAt} /> },
                    { title: t('alarm.source'), cell: (alarm) => alarm.source },
                  ]}
                />
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

function WhereItIs({ resource }: Pick<AlarmBrief, 'resource'>) {
  const { t } = useWords();
  if (!resource)
    return (
      <Text size="sm" c="dimmed">
        {t('alarm.resource.none')}
      </Text>
    );
  return (
    <Group gap={4}>
      {resource.name}
      <Text size="xs" c="dimmed">
        {resource.area}
      </Text>
    </Group>
  );
}
