import { Button, Card, Group, Menu, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Route, SmppConfig } from '../../../contract/settings.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMe } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { reasonSentence } from '../shell/reason.ts';
import { UpDownBadge } from '../shell/standing.tsx';
import { Empty, PageTitle, Shown } from '../shell/states.tsx';
import { endRoute, routesQuery, testRoute } from './queries.ts';
import { RouteForm } from './route-form.tsx';

/** The ways out: an SMSC for SMS, a mail server for mail, a provider for certified mail; whether they work, and a test message. */
export function RouteSettings() {
  const { t } = useWords();
  const query = useQuery(routesQuery);
  const [editing, setEditing] = useState<Route | 'new' | null>(null);
  return (
    <>
      <PageTitle title={t('place.settings.routes')} hint={t('routes.hint')}>
        <Button onClick={() => setEditing('new')}>{t('routes.add')}</Button>
      </PageTitle>
      <Shown query={query}>
        {(routes) =>
          routes.length === 0 ? (
            <Empty title={t('routes.none')}>{t('routes.none.help')}</Empty>
          ) : (
            <Stack gap="xs">
              {routes.map((route) => (
                <OneRoute key={route.id} route={route} onEdit={() => setEditing(route)} />
              ))}
            </Stack>
          )
        }
      </Shown>
      {editing && <RouteForm route={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
    </>
  );
}

function OneRoute({ route, onEdit }: { route: Route; onEdit: () => void }) {
  const { t, word, label, number } = useWords();
  const me = useMe();
  const [to, setTo] = useState(route.kind === 'smpp' ? '' : me.email);
  const test = useDeed({ run: () => testRoute(route.id, to), touches: ['routes'], done: t('routes.tested') });
  const end = useDeed({ run: () => endRoute(route.id), touches: ['routes'], done: t('routes.ended') });
  const [asking, setAsking] = useState(false);
  const config = route.config;
  return (
    <Card padding="sm">
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={4}>
          <Group gap="xs">
            <Text fw={600}>{route.name}</Text>
            {route.enabled ? <UpDownBadge state={route.state} /> : <Text size="sm">{t('routes.disabled')}</Text>}
            {route.stateSince && route.enabled && <Moment at={route.stateSince} size="xs" />}
          </Group>
          <Text size="sm" c="dimmed">
            {word('route-kind', route.kind)} · {config.host}:{config.port} ·{' '}
            {route.kind === 'smpp' ? (config as SmppConfig).sender : 'from' in config ? config.from : ''}
          </Text>
          {route.state === 'down' && route.stateReason && (
            <Text size="sm">{reasonSentence(label, route.stateReason)}</Text>
          )}
          {route.queued > 0 && (
            <Text size="sm">{t('routes.queued', { count: route.queued, shown: number(route.queued) })}</Text>
          )}
        </Stack>
        <Group gap="xs" align="flex-end">
          <TextInput
            size="xs"
            w={190}
            label={t('routes.test.to')}
            type={route.kind === 'smpp' ? 'tel' : 'email'}
            placeholder={route.kind === 'smpp' ? '+39 347 1234567' : 'me@example.org'}
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
          <Button
            size="xs"
            variant="default"
            loading={test.isPending}
            disabled={to.length < 3}
            onClick={() => test.mutate(undefined)}
          >
            {t('routes.test')}
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button size="xs" variant="default" px={8} aria-label={`${t('more')}: ${route.name}`}>
                <IconDots size={16} aria-hidden />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={onEdit}>{t('edit')}</Menu.Item>
              <Menu.Item color="red" disabled={route.queued > 0} onClick={() => setAsking(true)}>
                {t('routes.end')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Group>
      </Group>
      {/* Its password cannot be read back to make it again: this deed asks first. */}
      <Modal opened={asking} onClose={() => setAsking(false)} title={t('routes.end.ask', { name: route.name })}>
        <Text size="sm" mb="md">
          {t('routes.end.help')}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={() => setAsking(false)}>
            {t('cancel')}
          </Button>
          <Button color="red" loading={end.isPending} onClick={() => end.mutate(undefined)}>
            {t('routes.end')}
          </Button>
        </Group>
      </Modal>
    </Card>
  );
}
