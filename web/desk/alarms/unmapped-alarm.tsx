import { Badge, Button, Card, Code, Group, Select, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { NewAlarmRule, UnmappedAlarm } from '../../../contract/alarms.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { sayDone, useDeed } from '../shell/notices.tsx';
import { SeverityBadge } from '../shell/standing.tsx';
import { labelToMap } from './label-to-map.ts';
import { makeRule, resourcesQuery } from './queries.ts';

/** An alarm that names no resource we know: one press makes the rule for it and all of its kind. */
export function Unmapped({ alarm }: { alarm: UnmappedAlarm }) {
  const { t, word } = useWords();
  const may = useMay();
  const named = labelToMap(alarm);
  const [label, setLabel] = useState(named);
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search, 250);
  const found = useQuery({ ...resourcesQuery(asked), enabled: asked.length >= 2 });
  const [chosen, setChosen] = useState<string | null>(null);
  const rule = useDeed({
    run: (body: NewAlarmRule) => makeRule(body),
    touches: ['alarms', 'incidents'],
    onDone: ({ mapped }, body) =>
      sayDone(t(body.act === 'ignore' ? 'alarms.ignored' : 'alarms.mapped', { count: mapped })),
  });
  const value = label ? alarm.labels[label] : undefined;
  const toResource = (ruleLabel: string, pattern: string, resourceId: string) =>
    rule.mutate({ label: ruleLabel, pattern, act: 'resource', resourceId });

  return (
    <Card padding="sm">
      <Stack gap="xs">
        <Group gap="xs">
          <SeverityBadge severity={alarm.severity} />
          <Text size="sm" fw={600}>
            {alarm.summary}
          </Text>
          {alarm.count > 1 && (
            <Badge variant="light" color="gray" radius="sm" tt="none">
              {t('alarms.alike', { count: alarm.count })}
            </Badge>
          )}
          <Text size="xs" c="dimmed" component="div">
            {alarm.source} · <Moment at={alarm.startedAt} size="xs" />
          </Text>
        </Group>
        <Group gap={4}>
          {Object.entries(alarm.labels).map(([name, content]) => (
            <Code key={name}>
              {name}={content}
            </Code>
          ))}
        </Group>
        {may('alarms:map') && (
          <>
            {alarm.suggestions.length > 0 && (
              <Group gap="xs">
                {alarm.suggestions.map((suggestion) => (
                  <Button
                    key={`${suggestion.label}${suggestion.resource.id}`}
                    size="xs"
                    variant="light"
                    disabled={rule.isPending}
                    title={`${suggestion.label}=${suggestion.value}`}
                    onClick={() => toResource(suggestion.label, suggestion.value, suggestion.resource.id)}
                  >
                    {t('alarms.map-to', { name: suggestion.resource.name })}
                  </Button>
                ))}
              </Group>
            )}
            {label !== null && value !== undefined && (
              <Group gap="xs" align="flex-end">
                <Select
                  size="xs"
                  label={t('alarms.by-label')}
                  data={Object.keys(alarm.labels)}
                  value={label}
                  allowDeselect={false}
                  onChange={setLabel}
                  w={150}
                />
                <Select
                  size="xs"
                  label={t('alarms.choose-resource')}
                  placeholder={t('alarms.search-resource')}
                  searchable
                  clearable
                  searchValue={search}
                  onSearchChange={setSearch}
                  filter={({ options }) => options}
                  nothingFoundMessage={asked.length < 2 ? t('alarms.search-more') : t('finder.nothing')}
                  data={(found.data ?? []).map((resource) => ({
                    value: resource.id,
                    label: `${resource.name} (${word('resource-kind', resource.kind)}, ${resource.externalId})`,
                  }))}
                  value={chosen}
                  onChange={setChosen}
                  w={280}
                />
                <Button
                  size="xs"
                  variant="default"
                  disabled={chosen === null || rule.isPending}
                  onClick={() => chosen && toResource(label, value, chosen)}
                >
                  {t('alarms.map')}
                </Button>
                <Button
                  size="xs"
                  variant="subtle"
                  color="gray"
                  disabled={rule.isPending}
                  onClick={() => rule.mutate({ label, pattern: value, act: 'ignore' })}
                >
                  {t('alarms.ignore')}
                </Button>
              </Group>
            )}
          </>
        )}
      </Stack>
    </Card>
  );
}
