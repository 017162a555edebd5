import { Anchor, Badge, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { CaseBrief } from '../../../contract/cases.ts';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { Shown } from '../shell/states.tsx';
import { CaseStateBadge, Who } from './case-marks.tsx';
import { MassAct } from './mass-act.tsx';
import { MassRecords } from './mass-records.tsx';
import { casesOfIncidentQuery } from './queries.ts';
import { spokenNumber } from './spoken-number.ts';
import { tallyOf } from './tally.ts';

const SHOWN = 8;
const TALLIED = ['open', 'asked', 'no', 'yes', 'unanswered'] as const;

/** The cases behind an incident: how many wait, were asked, said yes or no; and one act for all that are open. */
export function IncidentCases({ incidentId }: { incidentId: string }) {
  const { t, number } = useWords();
  const may = useMay();
  const open = useQuery(casesOfIncidentQuery(incidentId, 'all'));
  const denied = useQuery(casesOfIncidentQuery(incidentId, 'denied'));
  const ended = useQuery(casesOfIncidentQuery(incidentId, 'ended'));
  return (
    <Card component="section" aria-label={t('incident-cases')}>
      <Title order={2} mb="sm">
        {t('incident-cases')}
      </Title>
      <Shown query={open}>
        {({ cases, next }) => {
          const over = ended.data?.cases ?? [];
          if (cases.length === 0 && over.length === 0)
            return (
              <Stack gap="sm">
                <Text size="sm" c="dimmed">
                  {t('incident-cases.none')}
                </Text>
                {may('cases:mass') && <MassRecords incidentId={incidentId} />}
                {may('cases:mass') && <MassAct incidentId={incidentId} hasOpen={false} />}
              </Stack>
            );
          const tally = { ...tallyOf([...cases, ...over]), no: denied.data?.cases.length ?? 0 };
          return (
            <Stack gap="sm">
              <Group gap="xs">
                {TALLIED.map((what) => (
                  <Badge key={what} color="gray" variant="outline" radius="sm" tt="none">
                    {t(`incident-cases.${what}`, {
                      count: `${number(tally[what])}${what === 'open' && next ? '+' : ''}`,
                    })}
                  </Badge>
                ))}
              </Group>
              <CaseRows cases={[...cases, ...over]} />
              {may('cases:mass') && <MassRecords incidentId={incidentId} />}
              {may('cases:mass') && <MassAct incidentId={incidentId} hasOpen={cases.length > 0} />}
            </Stack>
          );
        }}
      </Shown>
    </Card>
  );
}

function CaseRows({ cases }: { cases: CaseBrief[] }) {
  const { t } = useWords();
  return (
    <Stack gap={6} component="ul" className="attachments">
      {cases.slice(0, SHOWN).map((found) => (
        <li key={found.id}>
          <Group gap={6}>
            <Anchor component={Link} to={`/cases/${found.id}`} size="sm">
              {spokenNumber(found.number)}
            </Anchor>
            <Who party={found.party} />
            <CaseStateBadge state={found.state} waitingFor={found.waitingFor} />
          </Group>
        </li>
      ))}
      {cases.length > SHOWN && (
        <li>
          <Anchor size="sm" renderRoot={(props) => <Link to="/cases" search={{ view: 'incident' }} {...props} />}>
            {t('incident-cases.all')}
          </Anchor>
        </li>
      )}
    </Stack>
  );
}
