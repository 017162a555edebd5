import { Button } from '@mantine/core';
import type { Incident, IncidentState } from '../../../contract/incidents.ts';
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

/** One button for each act. Confirming is the only one that is plainly the next step. */
export function IncidentActions({ incident, acts }: { incident: Incident; acts: readonly IncidentAct[] }) {
  const { t } = useWords();
  const act = useDeed({
    run: (deed: IncidentAct) => actOnIncident(incident.id, deed, incident.version),
    touches: ['incidents', 'promises'],
    done: t('incident.acted'),
  });
  return acts.map((deed) => (
    <Button
      key={deed}
      variant={deed === 'confirm' ? 'filled' : 'default'}
      onClick={() => act.mutate(deed)}
      loading={act.isPending && act.variables === deed}
      disabled={act.isPending}
    >
      {t(`incident.${deed}`)}
    </Button>
  ));
}
