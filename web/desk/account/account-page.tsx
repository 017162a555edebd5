import { Badge, Button, Card, Group, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { StaffSession } from '../../../contract/deeds.ts';
import { SHORTEST_PASSWORD } from '../access/password.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMe } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { Problem } from '../shell/request.ts';
import { PageTitle, Shown } from '../shell/states.tsx';
import { browserName } from './browser-name.ts';
import { changePassword, endSession, sessionsQuery } from './queries.ts';
import { SecondFactorCard } from './second-factor-card.tsx';

/** The own account: password, second factor, and where one is signed in. */
export function AccountPage() {
  const { t } = useWords();
  const { operatorName } = useMe();
  useEffect(() => {
    document.title = `${t('place.account')} · ${operatorName}`;
  }, [t, operatorName]);
  return (
    <>
      <PageTitle title={t('place.account')} hint={t('account.hint')} />
      <Stack gap="md" maw={720}>
        <PasswordCard />
        <SecondFactorCard />
        <Sessions />
      </Stack>
    </>
  );
}

function PasswordCard() {
  const { t } = useWords();
  const me = useMe();
  const form = useForm({
    initialValues: { currentPassword: '', newPassword: '', again: '' },
    validate: {
      currentPassword: (value) => (value === '' ? t('required') : null),
      newPassword: (value) =>
        value.length < SHORTEST_PASSWORD ? t('password.short', { least: SHORTEST_PASSWORD }) : null,
      again: (value, values) => (value !== values.newPassword ? t('password.differs') : null),
    },
  });
  const change = useDeed({
    run: ({ currentPassword, newPassword }: typeof form.values) => changePassword({ currentPassword, newPassword }),
    touches: ['sessions'],
    done: t('account.password.changed'),
    onDone: () => form.reset(),
    onProblem: (error) => {
      if (!(error instanceof Problem) || error.code !== 'refused') return false;
      form.setFieldError('currentPassword', t('account.password.wrong'));
      return true;
    },
  });
  return (
    <Card>
      <form onSubmit={form.onSubmit((values) => change.mutate(values))}>
        <Stack gap="sm" maw={420}>
          <div>
            <Title order={2}>{t('account.password')}</Title>
            <Text size="sm" c="dimmed">
              {t('account.password.hint')}
            </Text>
          </div>
          <input type="hidden" name="username" autoComplete="username" value={me.email} />
          <PasswordInput
            label={t('account.password.current')}
            autoComplete="current-password"
            maxLength={128}
            {...form.getInputProps('currentPassword')}
          />
          <PasswordInput
            label={t('password.new')}
            description={t('password.help', { least: SHORTEST_PASSWORD })}
            autoComplete="new-password"
            maxLength={128}
            {...form.getInputProps('newPassword')}
          />
          <PasswordInput
            label={t('password.again')}
            autoComplete="new-password"
            maxLength={128}
            {...form.getInputProps('again')}
          />
          <Group>
            <Button type="submit" loading={change.isPending}>
              {t('account.password.change')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function Sessions() {
  const { t } = useWords();
  const query = useQuery(sessionsQuery);
  return (
    <Card>
      <Title order={2}>{t('account.sessions')}</Title>
      <Text size="sm" c="dimmed" mb="sm">
        {t('account.sessions.hint')}
      </Text>
      <Shown query={query}>
        {(sessions) => (
          <Stack gap="sm">
            {sessions.map((session) => (
              <OneSession key={session.id} session={session} />
            ))}
          </Stack>
        )}
      </Shown>
    </Card>
  );
}

function OneSession({ session }: { session: StaffSession }) {
  const { t } = useWords();
  const end = useDeed({
    run: () => endSession(session.id),
    touches: ['sessions'],
    done: t('account.sessions.ended'),
  });
  return (
    <Group justify="space-between" gap="sm" wrap="nowrap">
      <div style={{ minWidth: 0 }}>
        <Group gap="xs">
          <Text size="sm" fw={500} title={session.browser ?? undefined}>
            {browserName(session.browser) ?? t('account.sessions.unknown')}
          </Text>
          {session.current && (
            <Badge variant="light" radius="sm" tt="none">
              {t('account.sessions.current')}
            </Badge>
          )}
        </Group>
        <Text size="xs" c="dimmed" component="div">
          {t('account.sessions.started')} <Moment at={session.startedAt} size="xs" wall /> ·{' '}
          {t('account.sessions.seen')} <Moment at={session.lastSeenAt} size="xs" wall />
        </Text>
      </div>
      {!session.current && (
        <Button
          size="xs"
          variant="default"
          style={{ flexShrink: 0 }}
          loading={end.isPending}
          onClick={() => end.mutate(undefined)}
        >
          {t('account.sessions.end')}
        </Button>
      )}
    </Group>
  );
}
