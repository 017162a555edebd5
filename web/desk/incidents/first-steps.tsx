import { Anchor, Card, Group, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { IconCircleCheckFilled, IconCircleDashed } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { alarmSourcesQuery, resourcesQuery } from '../alarms/queries.ts';
import { routesQuery } from '../settings/queries.ts';
import { useWords } from '../shell/language.tsx';
import { useMe } from '../shell/me.ts';

/** What a new installation needs before it can tell anybody, ticked by what is there; nothing once all is done. For administrators, whose steps these are. */
export function FirstSteps() {
  const { t } = useWords();
  const me = useMe();
  const sources = useQuery(alarmSourcesQuery);
  const resources = useQuery(resourcesQuery(''));
  const routes = useQuery(routesQuery);
  if (!sources.data || !resources.data || !routes.data) return null;
  const steps = [
    { name: 'monitoring', to: '/settings/alarm-sources', done: sources.data.some((source) => !source.endedAt) },
    { name: 'network', to: '/imports', done: resources.data.length > 0 },
    { name: 'routes', to: '/settings/routes', done: routes.data.some((route) => route.enabled) },
    { name: 'telling', to: '/settings/telling', done: me.telling !== 'off' },
  ] as const;
  if (steps.every(({ done }) => done)) return null;
  return (
    <Card padding="lg">
      <Title order={2}>{t('start.title')}</Title>
      <Text size="sm" c="dimmed" mb="md">
        {t('start.help')}
      </Text>
      <Stack component="ol" gap="sm" m={0} p={0} style={{ listStyle: 'none' }}>
        {steps.map(({ name, to, done }) => (
          <Group component="li" key={name} gap="sm" wrap="nowrap" align="flex-start">
            {done ? (
              <IconCircleCheckFilled
                size={22}
                style={{ flexShrink: 0 }}
                color="var(--mantine-primary-color-filled)"
                aria-hidden
              />
            ) : (
              <IconCircleDashed size={22} style={{ flexShrink: 0 }} color="var(--mantine-color-dimmed)" aria-hidden />
            )}
            <div>
              <Anchor component={Link} to={to} size="sm" fw={600}>
                {t(`start.${name}`)}
              </Anchor>
              {done && <VisuallyHidden> ({t('start.done')})</VisuallyHidden>}
              <Text size="sm" c="dimmed">
                {t(`start.${name}.help`)}
              </Text>
            </div>
          </Group>
        ))}
      </Stack>
    </Card>
  );
}
