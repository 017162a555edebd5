import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Settings } from '../../../contract/settings.ts';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { saveSettings, settingsQuery } from './queries.ts';

/** The brake: whether anybody is told at all, and the pause. Says beforehand what will happen. */
export function TellingSwitch() {
  const { t } = useWords();
  const may = useMay();
  const settings = useQuery(settingsQuery);
  const change = useDeed({
    run: (telling: Settings['telling']) => saveSettings({ telling }),
    touches: ['settings', 'me', 'incidents'],
    done: t('settings.saved'),
  });
  const telling = settings.data?.telling;
  if (!telling) return null;
  const standing = !telling.on ? 'off' : telling.paused ? 'paused' : 'on';
  return (
    <Card style={{ borderWidth: 2 }} data-standing={standing}>
      <Stack gap="sm" maw={720}>
        <Title order={2}>{t(`telling.${standing}`)}</Title>
        <Text size="sm">
          {t(`telling.${standing}.help`, { people: telling.mostPeople, seconds: telling.undoSeconds })}
        </Text>
        <Group gap="xs">
          {may('telling:switch') && (
            <Button
              variant={telling.on ? 'default' : 'filled'}
              loading={change.isPending}
              onClick={() => change.mutate({ ...telling, on: !telling.on })}
            >
              {t(telling.on ? 'telling.switch-off' : 'telling.switch-on')}
            </Button>
          )}
          {telling.on && may('telling:pause') && (
            <Button
              variant={telling.paused ? 'filled' : 'default'}
              loading={change.isPending}
              onClick={() => change.mutate({ ...telling, paused: !telling.paused })}
            >
              {t(telling.paused ? 'telling.resume' : 'telling.pause')}
            </Button>
          )}
        </Group>
      </Stack>
    </Card>
  );
}
