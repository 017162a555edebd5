import { Alert, Anchor, Group, Stack, Text } from '@mantine/core';
import { IconClockPlay, IconEye, IconPlayerPause, IconPlugConnectedX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { settingsQuery } from '../settings/queries.ts';
import { useBusinessNow } from './business-clock.tsx';
import { useWords } from './language.tsx';
import { useLive } from './live.tsx';
import { useMay, useMe } from './me.ts';
import { exactTime } from './relative-time.ts';

function Banner({ icon, color, children }: { icon: ReactNode; color: string; children: ReactNode }) {
  return (
    <Alert color={color} variant="light" icon={icon} py={8} px="sm" role="status">
      <Group gap="xs" justify="space-between">
        {children}
      </Group>
    </Alert>
  );
}

function FastClock() {
  const { t, language } = useWords();
  const me = useMe();
  const now = useBusinessNow(1);
  return (
    <Banner icon={<IconClockPlay size={18} />} color="gray">
      <Text size="sm">{t('banner.fast', { speed: me.clockSpeed, now: exactTime(now, me.timeZone, language) })}</Text>
    </Banner>
  );
}

/** What everybody must know all the time: nobody is told, everything waits, the clock is not the real one. */
export function Banners() {
  const { t } = useWords();
  const me = useMe();
  const may = useMay();
  const settings = useQuery({ ...settingsQuery, enabled: may('settings:see') && me.telling === undefined });
  const telling = settings.data?.telling;
  const standing = me.telling ?? (telling ? (!telling.on ? 'off' : telling.paused ? 'paused' : 'on') : 'on');
  const live = useLive();
  if (live && standing === 'on' && me.clockSpeed === 1) return null;
  return (
    <Stack gap="xs" mb="md">
      {!live && (
        <Banner icon={<IconPlugConnectedX size={18} />} color="orange">
          <Text size="sm">{t('live.lost.help')}</Text>
        </Banner>
      )}
      {standing === 'off' && (
        <Banner icon={<IconEye size={18} />} color="blue">
          <Text size="sm">{t('banner.observing')}</Text>
          {may('telling:switch') && (
            <Anchor component={Link} to="/settings/telling" size="sm">
              {t('banner.observing.switch')}
            </Anchor>
          )}
        </Banner>
      )}
      {standing === 'paused' && (
        <Banner icon={<IconPlayerPause size={18} />} color="orange">
          <Text size="sm">{t('banner.paused')}</Text>
          {may('telling:pause') && (
            <Anchor component={Link} to="/settings/telling" size="sm">
              {t('banner.paused.end')}
            </Anchor>
          )}
        </Banner>
      )}
      {me.clockSpeed !== 1 && <FastClock />}
    </Stack>
  );
}
