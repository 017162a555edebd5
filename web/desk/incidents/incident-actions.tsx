import { Button, Group } from '@mantine/core';
import type { Incident } from '../../../contract/incidents.ts';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { actOnIncident } from './queries.ts';

/** Confirm now, not an outage, close: what the state allows. */
export function IncidentActions({ incident }: { incident: Incident }) {
  const { t } = useWords();
  const may = useMay();
  const act = useDeed({
    run: (deed: 'confirm' | 'dismiss' | 'close') => actOnIncident(incident.id, deed, incident.version),
    touches: ['incidents', 'promises'],
    done: t('incident.acted'),
  });
  if (!may('incidents:work') || incident.state === 'closed' || incident.state === 'dismissed') return null;
  const suspected = incident.state === 'suspected';
  return (
    <Group gap="xs">
      {suspected && (
        <Button onClick={() => act.mutate('confirm')} loading={act.isPending}>
          {t('incident.confirm')}
        </Button>
      )}
      {(suspected || incident.state === 'confirmed') && (
        <Button variant="default" onClick={() => act.mutate('dismiss')} disabled={act.isPending}>
          {t('incident.dismiss')}
        </Button>
      )}
      {incident.state === 'restored' && (
        <Button variant="default" onClick={() => act.mutate('close')} loading={act.isPending}>
          {t('incident.close')}
        </Button>
      )}
    </Group>
  );
}
