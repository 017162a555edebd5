import { AppShell, Burger, Group, NavLink, ScrollArea, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { Link, Outlet, useLocation, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { AccountMenu } from './account-menu.tsx';
import { Banners } from './banners.tsx';
import { Denied } from './denied.tsx';
import { Finder, openFinder } from './finder.tsx';
import { KeyHelp, useKeys } from './keys.tsx';
import { useWords } from './language.tsx';
import { Leavable } from './leave.tsx';
import { LiveFeed } from './live.tsx';
import { useMe } from './me.ts';
import { deedOf, openPlaces } from './places.ts';
import { useDensity } from './preferences.tsx';

const PAGES_AFTER_MILLISECONDS = 1_500;

function Mark() {
  return (
    <svg width="24" height="24" viewBox="0 0 32 32" fill="none" aria-hidden="true">
      <path
        d="M4 23c6 0 6-14 12-14s6 14 12 14"
        stroke="var(--mantine-primary-color-filled)"
        strokeWidth="3"
        strokeLinecap="round"
        transform="matrix(1 0 0 -1 0 32)"
      />
    </svg>
  );
}

function Navigation({ onGone }: { onGone: () => void }) {
  const { t } = useWords();
  const { deeds } = useMe();
  const { pathname } = useLocation();
  return (
    <nav aria-label={t('navigation')}>
      {openPlaces(deeds).map((place) => {
        const here = pathname === place.to || pathname.startsWith(`${place.to}/`);
        return (
          <NavLink
            key={place.to}
            label={t(place.label)}
            leftSection={place.icon && <place.icon size={18} stroke={1.75} aria-hidden />}
            active={here}
            aria-current={pathname === place.to ? 'page' : undefined}
            {...(place.keys ? { 'aria-keyshortcuts': place.keys } : {})}
            {...(place.below ? { opened: here, childrenOffset: 28 } : {})}
            renderRoot={(props) => <Link to={place.below?.[0]?.to ?? place.to} {...props} onClick={onGone} />}
          >
            {place.below?.map((below) => (
              <NavLink
                key={below.to}
                label={t(below.label)}
                active={pathname === below.to}
                aria-current={pathname === below.to ? 'page' : undefined}
                renderRoot={(props) => <Link to={below.to} {...props} onClick={onGone} />}
              />
            ))}
          </NavLink>
        );
      })}
    </nav>
  );
}

function Frame() {
  const { t, adopt } = useWords();
  const me = useMe();
  const { density } = useDensity();
  const [opened, { toggle, close }] = useDisclosure(false);
  const { pathname } = useLocation();
  const router = useRouter();
  useKeys();
  const here = openPlaces(me.deeds)
    .flatMap((place) => [place, ...(place.below ?? [])])
    .findLast((place) => pathname.startsWith(place.to));
  useEffect(() => {
    document.title = `${here ? t(here.label) : 'Filodiretto'} · ${me.operatorName}`;
  }, [here, t, me.operatorName]);
  useEffect(() => adopt(me.language), [adopt, me.language]);
  useEffect(() => {
    // The other pages are fetched while nothing is to do: they open at once, and without a connection too.
    const fetchAll = () => {
      if (!navigator.onLine) return;
      for (const route of Object.values(router.routesById)) void router.loadRouteChunk(route)?.catch(() => undefined);
    };
    const timer = setTimeout(fetchAll, PAGES_AFTER_MILLISECONDS);
    window.addEventListener('online', fetchAll);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('online', fetchAll);
    };
  }, [router]);
  const needed = deedOf(pathname);
  const denied = needed !== null && !me.deeds.includes(needed);

  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: density === 'compact' ? 208 : 232, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'sm', sm: 'lg' }}
      transitionDuration={120}
    >
      <a className="skip-link" href="#work">
        {t('skip')}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" style={{ minWidth: 0 }}>
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t('navigation')} />
            <Mark />
            <Text fw={600} truncate>
              {me.operatorName}
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <UnstyledButton
              onClick={openFinder}
              aria-label={t('finder.open')}
              aria-keyshortcuts="Control+K /"
              className="finder-button"
            >
              <IconSearch size={16} aria-hidden />
              <Text size="sm" c="dimmed" visibleFrom="sm">
                {t('finder.open')}
              </Text>
              <Text size="xs" c="dimmed" visibleFrom="sm" component="kbd">
                Ctrl K
              </Text>
            </UnstyledButton>
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <ScrollArea>
          <Navigation onGone={close} />
        </ScrollArea>
      </AppShell.Navbar>
      <AppShell.Main id="work">
        <Banners />
        {denied ? <Denied /> : <Outlet />}
      </AppShell.Main>
      <Finder />
      <KeyHelp />
    </AppShell>
  );
}

/** Everything around the work of somebody who is signed in: navigation, banners, finder, keys, the live feed. */
export function Shell() {
  return (
    <Leavable>
      <LiveFeed>
        <Frame />
      </LiveFeed>
    </Leavable>
  );
}
