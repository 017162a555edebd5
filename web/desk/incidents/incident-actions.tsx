import { Button, Modal, Text } from '@mantine/core';
import { useState } from 'react';
import type { Incident, IncidentState } from '../../../contract/incidents.ts';
import { DeedForm } from '../shell/deed-form.tsx';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { actOnIncident } from './queries.ts';

export type IncidentAct = 'confirm' | 'restore' | 'dismiss' | 'close';

const POSSIBLE: Partial<Record<IncidentState, IncidentAct[]>> = {
  suspected: ['confirm', 'dismiss'],
  confirmed: ['restore', 'dismiss'],
  restoring: ['restore', 'dismiss'],
  restored: ['close'],
};

/** What a person may do with an incident in a state, the most usual first; the server decides by the same rule. */
export const possibleActs = (state: IncidentState): IncidentAct[] => POSSIBLE[state] ?? [];

/** One button for each act. Confirming is the only one that is plainly the next step; that there was nothing at all is asked once more, since nothing takes it back. */
export function IncidentActions({ incident, acts }: { incident: Incident; acts: readonly IncidentAct[] }) {
  const { t } = useWords();
  const [asking, setAsking] = useState(false);
  const act = useDeed({
    run: (deed: IncidentAct) => actOnIncident(incident.id, deed, incident.version),
    touches: ['incidents', 'promises'],
    done: t('incident.acted'),
    onDone: () => setAsking(false),
  });
  return (
    <>
      {acts.map((deed) => (
        <Button
          key={deed}
          variant={deed === 'confirm' ? 'filled' : 'default'}
          onClick={() => (deed === 'dismiss' ? setAsking(true) : act.mutate(deed))}
          loading={act.isPending && act.variables === deed}
          disabled={act.isPending}
        >
          {t(`incident.${deed}`)}
        </Button>
      ))}
      <Modal opened={asking} onClose={() => setAsking(false)} title={t('incident.dismiss')}>
        <DeedForm
          label={t('incident.dismiss.do')}
          pending={act.isPending}
          color="red"
          onDo={() => act.mutate('dismiss')}
          onCancel={() => setAsking(false)}
        >
          <Text size="sm">{t('incident.dismiss.help')}</Text>
          {incident.notices.sent + incident.notices.delivered > 0 && (
            <Text size="sm">
              {t('incident.dismiss.told', { count: incident.notices.sent + incident.notices.delivered })}
            </Text>
          )}
        </DeedForm>
      </Modal>
    </>
  );
}
