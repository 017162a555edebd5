import { ActionIcon, Avatar, Menu, SegmentedControl, Stack, Text, useMantineColorScheme } from '@mantine/core';
import { IconLogout, IconUserShield } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Language } from '../../../contract/answer.ts';
import type { ChangeMe, Me } from '../../../contract/deeds.ts';
import { useWords } from './language.tsx';
import { useLeave } from './leave.tsx';
import { useMe } from './me.ts';
import { type Density, useDensity } from './preferences.tsx';
import { request } from './request.ts';

/** Who is signed in; language, colours, density; sign out. */
export function AccountMenu() {
  const { t, language, choose, word } = useWords();
  const me = useMe();
  const leave = useLeave();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { density, choose: chooseDensity } = useDensity();
  const queries = useQueryClient();
  const chooseLanguage = (chosen: Language) => {
    choose(chosen);
    // Kept with the account as well: mails to staff are written in it. If that fails, the choice still holds in this browser.
    const body: ChangeMe = { language: chosen };
    void request<Me>('/api/v1/me', { method: 'PATCH', body }).then(
      () => queries.invalidateQueries({ queryKey: ['me'] }),
      () => undefined,
    );
  };
  return (
    <Menu width={260} position="bottom-end" closeOnItemClick={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" size="lg" radius="xl" aria-label={t('account')}>
          <Avatar size={30} name={me.name} color="thread" aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Stack gap={0} px="sm" py="xs">
          <Text fw={600}>{me.name}</Text>
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {me.email}
          </Text>
          <Text size="xs" c="dimmed">
            {me.roles.map((role) => word('role', role)).join(', ')}
          </Text>
        </Stack>
        <Menu.Divider />
        <Stack gap="xs" px="sm" py="xs">
          <SegmentedControl
            size="xs"
            fullWidth
            aria-label={t('language')}
            value={language}
            onChange={(chosen) => chooseLanguage(chosen as Language)}
            data={[
              { value: 'it', label: 'Italiano' },
              { value: 'en', label: 'English' },
            ]}
          />
          <SegmentedControl
            size="xs"
            fullWidth
            aria-label={t('colours')}
            value={colorScheme}
            onChange={(chosen) => setColorScheme(chosen as 'light' | 'dark' | 'auto')}
            data={[
              { value: 'light', label: t('colours.light') },
              { value: 'dark', label: t('colours.dark') },
              { value: 'auto', label: t('colours.auto') },
            ]}
          />
          <SegmentedControl
            size="xs"
            fullWidth
            aria-label={t('density')}
            value={density}
            onChange={(chosen) => chooseDensity(chosen as Density)}
            data={[
              { value: 'comfortable', label: t('density.comfortable') },
              { value: 'compact', label: t('density.compact') },
            ]}
          />
        </Stack>
        <Menu.Divider />
        <Menu.Item
          closeMenuOnClick
          leftSection={<IconUserShield size={16} aria-hidden />}
          renderRoot={(props) => <Link to="/account" {...props} />}
        >
          {t('place.account')}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={leave}>
          {t('sign-out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
