import { Badge, Card, Group, Stack, Table, Text, Title } from '@mantine/core';
import type { Incident } from '../../../contract/incidents.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { SeverityBadge } from '../shell/standing.tsx';
import { Knot, Thread } from '../shell/thread.tsx';

/** The alarms that stand behind the incident. */
export function AlarmsOf({ incident }: { incident: Incident }) {
  const { t } = useWords();
  return (
    <Card id="alarms">
      <Title order={2} mb="sm">
        {t('place.alarms')}
      </Title>
      {incident.alarms.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('incident.alarms.none')}
        </Text>
      )}
      <Stack gap="sm">
        {incident.alarms.map((alarm) => (
          <div key={alarm.id}>
            <Group gap="xs" justify="space-between" wrap="nowrap" align="flex-start">
              <Text size="sm" fw={500} td={alarm.clearedAt ? 'line-through' : undefined}>
                {alarm.summary}
              </Text>
              {alarm.clearedAt ? (
                <Badge color="gray" variant="light" radius="sm" tt="none">
                  {t('alarm.cleared')}
                </Badge>
              ) : (
                <SeverityBadge severity={alarm.severity} />
              )}
            </Group>
            <Text size="xs" c="dimmed" component="div">
              {[alarm.resource?.name, alarm.source].filter(Boolean).join(' · ')} ·{' '}
              <Moment at={alarm.clearedAt ?? alarm.startedAt} size="xs" />
            </Text>
          </div>
        ))}
      </Stack>
    </Card>
  );
}

/** Where the lines are that are concerned. */
export function AreasOf({ incident }: { incident: Incident }) {
  const { t, number } = useWords();
  if (incident.areas.length === 0 && incident.servicesDown + incident.servicesDegraded === 0) return null;
  return (
    <Card id="areas">
      <Title order={2} mb="sm">
        {t('incident.areas')}
      </Title>
      {incident.areas.length === 0 && (
        <Text size="sm" c="dimmed">
          {t(incident.state === 'suspected' ? 'incident.areas.once-confirmed' : 'incident.areas.unknown')}
        </Text>
      )}
      {incident.areas.length > 0 && (
        <Table verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('incident.area')}</Table.Th>
              <Table.Th ta="right">{t('incident.area.services')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {incident.areas.map((area) => (
              <Table.Tr key={area.code}>
                <Table.Td>{area.name}</Table.Td>
                <Table.Td ta="right">{number(area.services)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Card>
  );
}

/** Every expected end that was said: what customers were promised, in order. */
export function ExpectedEnds({ incident }: { incident: Incident }) {
  const { t, word, who } = useWords();
  if (incident.expectedEnds.length === 0) return null;
  return (
    <Card>
      <Title order={2} mb="sm">
        {t('expected-ends')}
      </Title>
      <Thread label={t('expected-ends')}>
        {incident.expectedEnds.map((said) => (
          <Knot key={`${said.saidAt}${said.expectedEnd}`} strong={said.state === 'open'}>
            <Group gap="xs">
              <Moment at={said.expectedEnd} clock alone={said.state !== 'open'} />
              <Text size="sm" fw={500}>
                {word('promise-state', said.state)}
              </Text>
            </Group>
            <Text size="xs" c="dimmed" component="div">
              {t('expected-ends.said')} <Moment at={said.saidAt} size="xs" />
              {said.by && ` · ${who(said.by)}`}
            </Text>
          </Knot>
        ))}
      </Thread>
    </Card>
  );
}
