import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconRoute } from '@tabler/icons-react';
import type { Incident } from '../../../contract/incidents.ts';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { Decisions } from './announcements.tsx';
import { type IncidentAct, IncidentActions, possibleActs } from './incident-actions.tsx';
import { type NextThing, nextThing } from './next-thing.ts';

/** What needs words for customers: the button leads to where they are written. */
const TO_WRITE: ReadonlySet<NextThing> = new Set(['promise-late', 'say-when', 'promise-at-risk']);

/** Where the word that it works again stands. */
function wordOfEnd({ announcements }: Pick<Incident, 'announcements'>): 'told' | 'leaving' | 'untold' {
  const states = announcements.filter(({ kind }) => kind === 'restored').map(({ state }) => state);
  if (states.includes('told')) return 'told';
  return states.includes('telling') || states.includes('undoable') ? 'leaving' : 'untold';
}

/** What to do next, with the buttons for it, and what else is possible: the first thing below the title. */
export function NextThingCard({ incident }: { incident: Incident }) {
  const { t } = useWords();
  const may = useMay();
  const next = nextThing(incident);
  if (!next) return null;
  const [waiting, another] = incident.announcements.filter((announcement) => announcement.state === 'waiting');
  const acts: IncidentAct[] = may('incidents:work') ? possibleActs(incident.state) : [];
  const others = acts.filter((act) => act !== 'confirm');
  return (
    <Alert
      className="next-thing"
      data-urgent={next.urgent}
      color={next.urgent ? 'orange' : 'thread'}
      variant="outline"
      icon={<IconRoute />}
      py="sm"
    >
      <Stack gap="xs">
        <div>
          <Text fw={600}>{t(`next.${next.what}`)}</Text>
          <Text size="sm">
            {next.what === 'restored' && `${t(`next.restored.${wordOfEnd(incident)}`)} `}
            {t(`next.${next.what}.help`)}
          </Text>
        </div>
        <Group gap="xs">
          {next.what === 'decide' && waiting && !another && <Decisions announcement={waiting} />}
          {TO_WRITE.has(next.what) && may('incidents:announce') && (
            <Button component="a" href="#tell">
              {t('next.tell')}
            </Button>
          )}
          <IncidentActions incident={incident} acts={acts} />
        </Group>
        {others.length > 0 && (
          <div>
            {others.map((act) => (
              <Text key={act} size="xs" c="dimmed">
                {t(`incident.${act}`)}: {t(`incident.${act}.help`)}
              </Text>
            ))}
          </div>
        )}
      </Stack>
    </Alert>
  );
}
