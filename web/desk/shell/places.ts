import {
  IconAddressBook,
  IconBell,
  IconBolt,
  IconClockCheck,
  IconDatabaseImport,
  IconHelpHexagon,
  IconMailOff,
  IconMessages,
  type IconProps,
  IconSettings,
  IconTopologyStar,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Deed } from '../../../contract/deeds.ts';
import type { MessageKey } from './language.tsx';

export interface Place {
  to: string;
  label: MessageKey;
  icon?: ComponentType<IconProps>;
  /** Who may not do this deed does not see the place. */
  deed: Deed;
  /** Keys, pressed one after the other: `g i`. */
  keys?: string;
  below?: readonly Place[];
}

/** Where one can go. The order is the order of work: what happens, what was promised, what needs a person, then set-up. */
export const PLACES: readonly Place[] = [
  { to: '/incidents', label: 'place.incidents', icon: IconBolt, deed: 'incidents:see', keys: 'g i' },
  { to: '/cases', label: 'place.cases', icon: IconMessages, deed: 'cases:see', keys: 'g e' },
  { to: '/promises', label: 'place.promises', icon: IconClockCheck, deed: 'promises:see', keys: 'g p' },
  { to: '/alarms', label: 'place.alarms', icon: IconBell, deed: 'alarms:see', keys: 'g a' },
  { to: '/in-doubt', label: 'place.in-doubt', icon: IconHelpHexagon, deed: 'notices:see', keys: 'g d' },
  { to: '/set-aside', label: 'place.set-aside', icon: IconMailOff, deed: 'cases:work', keys: 'g o' },
  { to: '/customers', label: 'place.customers', icon: IconAddressBook, deed: 'customers:see', keys: 'g c' },
  { to: '/resources', label: 'place.resources', icon: IconTopologyStar, deed: 'network:see', keys: 'g r' },
  { to: '/imports', label: 'place.imports', icon: IconDatabaseImport, deed: 'imports:run', keys: 'g m' },
  {
    to: '/settings',
    label: 'place.settings',
    icon: IconSettings,
    deed: 'settings:see',
    keys: 'g s',
    below: [
      { to: '/settings/general', label: 'place.settings.general', deed: 'settings:see' },
      { to: '/settings/telling', label: 'place.settings.telling', deed: 'settings:see' },
      { to: '/settings/quiet-hours', label: 'place.settings.quiet-hours', deed: 'settings:see' },
      { to: '/settings/incidents', label: 'place.settings.incidents', deed: 'settings:see' },
      { to: '/settings/hours', label: 'place.settings.hours', deed: 'settings:see' },
      { to: '/settings/cases', label: 'place.settings.cases', deed: 'settings:see' },
      { to: '/settings/mailboxes', label: 'place.settings.mailboxes', deed: 'settings:see' },
      { to: '/settings/lexicon', label: 'place.settings.lexicon', deed: 'settings:see' },
      { to: '/settings/retention', label: 'place.settings.retention', deed: 'settings:see' },
      { to: '/settings/routes', label: 'place.settings.routes', deed: 'routes:manage' },
      { to: '/settings/alarm-sources', label: 'place.settings.alarm-sources', deed: 'alarm-sources:manage' },
    ],
  },
  { to: '/teams', label: 'place.teams', icon: IconUsersGroup, deed: 'cases:work', keys: 'g u' },
  { to: '/staff', label: 'place.staff', icon: IconUsers, deed: 'staff:see', keys: 'g t' },
];

/** The places that these deeds open, those below included. */
export function openPlaces(deeds: readonly Deed[], places: readonly Place[] = PLACES): Place[] {
  return places
    .filter((place) => deeds.includes(place.deed))
    .map((place) => (place.below ? { ...place, below: openPlaces(deeds, place.below) } : place));
}

/** The deed that an address asks for, by the nearest place above it; null where everybody may go. */
export function deedOf(pathname: string, places: readonly Place[] = PLACES): Deed | null {
  const place = places.find(({ to }) => pathname === to || pathname.startsWith(`${to}/`));
  if (!place) return null;
  return deedOf(pathname, place.below ?? []) ?? place.deed;
}
