import { Badge, Button, Card, Group, List, Progress, Stack, Text } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { MassLeft, MassRecord } from '../../../contract/mass.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { massActsQuery, undoMassAct } from './mass-queries.ts';
import { spokenNumber } from './spoken-number.ts';

const SHOWN = 3;

/** The latest acts on the cases of an incident: what waits with its button, what runs, what was done, and what was left and why. */
export function MassRecords({ incidentId }: { incidentId: string }) {
  const { t } = useWords();
  const acts = useQuery(massActsQuery(incidentId));
  const [all, setAll] = useState(false);
  if (!acts.data || acts.data.length === 0) return null;
  return (
    <Stack gap="xs" component="section" aria-label={t('mass.acts')}>
      <Text fw={600}>{t('mass.acts')}</Text>
      {acts.data.slice(0, all ? undefined : SHOWN).map((act) => (
        <MassCard key={act.id} act={act} />
      ))}
      {!all && acts.data.length > SHOWN && (
        <Button size="compact-sm" variant="subtle" style={{ alignSelf: 'flex-start' }} onClick={() => setAll(true)}>
          {t('mass.acts.all')}
        </Button>
      )}
    </Stack>
  );
}

const LOOK = { waiting: 'blue', running: 'blue', done: 'green', undone: 'gray' } as const;

function MassCard({ act }: { act: MassRecord }) {
  const { t, word } = useWords();
  return (
    <Card padding="xs" component="article" aria-label={word('mass-act', act.act)}>
      <Stack gap={6}>
        <Group gap={6} justify="space-between">
          <Group gap={6}>
            <Text size="sm" fw={600}>
              {word('mass-act', act.act)}
            </Text>
            <Text size="xs" c="dimmed">
              {act.by}
            </Text>
            <Moment at={act.madeAt} size="xs" clock />
          </Group>
          <Badge color={LOOK[act.state]} variant="light" radius="sm" tt="none" role="status">
            {act.state === 'running'
              ? t('mass.running', { settled: act.settled, cases: act.cases })
              : word('mass-state', act.state)}
          </Badge>
        </Group>
        {act.words && (
          <Text size="sm" className="message-text quoted" lineClamp={3}>
            {act.words}
          </Text>
        )}
        {act.state === 'waiting' && <Waiting act={act} />}
        {act.state === 'running' && (
          <Progress
            value={act.cases === 0 ? 100 : (100 * act.settled) / act.cases}
            aria-label={t('mass.running', { settled: act.settled, cases: act.cases })}
          />
        )}
        {act.did.length > 0 && (
          <Text size="sm">
            {act.did
              .map(({ did, count }) => t('mass.preview.would', { count, what: word('mass-did', did) }))
              .join(' · ')}
          </Text>
        )}
        <LeftOut left={act.left} />
      </Stack>
    </Card>
  );
}

/** Until its minute is over nothing of it has happened; the minute is one of the clock on the wall. */
function Waiting({ act }: { act: MassRecord }) {
  const { t } = useWords();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const undo = useDeed({ run: () => undoMassAct(act.id), touches: ['cases', 'incidents'], done: t('mass.undone') });
  const seconds = Math.max(0, Math.ceil((new Date(act.undoUntil).getTime() - now) / 1000));
  return (
    <Group gap="xs" justify="space-between">
      <Text size="sm">{t('mass.waiting', { count: act.cases, seconds })}</Text>
      <Button
        size="compact-sm"
        variant="light"
        leftSection={<IconArrowBackUp size={16} aria-hidden />}
        loading={undo.isPending}
        disabled={seconds === 0}
        onClick={() => undo.mutate(undefined)}
      >
        {t('mass.undo')}
      </Button>
    </Group>
  );
}

/** What is left out: the rule, how many, which, and what would change it. */
export function LeftOut({ left }: { left: MassLeft[] }) {
  const { t, label } = useWords();
  if (left.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={600}>
        {t('mass.left', { count: left.reduce((sum, { count }) => sum + count, 0) })}
      </Text>
      <List size="sm">
        {left.map(({ code, because, opens, count, numbers }) => (
          <List.Item key={code + because}>
            {label('mass-left', code) ?? because} {label('mass-left-opens', code) ?? opens}{' '}
            <Text span size="xs" c="dimmed">
              {numbers.map(spokenNumber).join(', ')}
              {count > numbers.length ? ` + ${count - numbers.length}` : ''}
            </Text>
          </List.Item>
        ))}
      </List>
    </div>
  );
}
