import { Alert, Button, Group, Select, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Case } from '../../../contract/cases.ts';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { handOver, reportFix, teamsQuery } from './queries.ts';

/** What shows something of a case. */
export const TOUCHED = ['cases', 'promises'] as const;

/** "It is repaired": the customer is asked whether it is so. */
export function FixForm({ case: found }: { case: Case }) {
  const { t } = useWords();
  const [words, setWords] = useState('');
  const fix = useDeed({
    run: () => reportFix(found.id, words),
    touches: TOUCHED,
    done: t('write.fix.done'),
    onDone: () => setWords(''),
  });
  if (found.state === 'fix reported') return <Alert variant="light">{t('write.fix.already')}</Alert>;
  return (
    <Stack gap="sm">
      <Textarea
        id="write-fix"
        label={t('write.fix.words')}
        description={t('write.fix.help')}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={10_000}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Button style={{ alignSelf: 'flex-end' }} onClick={() => fix.mutate(undefined)} loading={fix.isPending}>
        {t('write.fix.send')}
      </Button>
    </Stack>
  );
}

/** The teams to which a case can be handed. */
export function TeamSelect({ value, onChange }: { value: string | null; onChange: (id: string | null) => void }) {
  const { t, word } = useWords();
  const teams = useQuery(teamsQuery);
  return (
    <Select
      label={t('write.hand-over.team')}
      placeholder={t('write.hand-over.team.choose')}
      searchable
      value={value}
      onChange={onChange}
      data={(teams.data ?? []).map(({ id, name, kind }) => ({
        value: id,
        label: `${name} · ${word('team-kind', kind)}`,
      }))}
    />
  );
}

/** To whom, and what they need to know. Somebody of the team accepts it, or it climbs by itself. */
export function HandOverForm({ case: found }: { case: Case }) {
  const { t } = useWords();
  const [teamId, setTeamId] = useState<string | null>(null);
  const [note, setNote] = useState('');
  const teams = useQuery(teamsQuery);
  const team = teams.data?.find(({ id }) => id === teamId);
  const hand = useDeed({
    run: (to: string) => handOver(found.id, { teamId: to, note }),
    touches: TOUCHED,
    done: t('write.hand-over.done'),
    onDone: () => {
      setNote('');
      setTeamId(null);
    },
  });
  return (
    <Stack gap="sm">
      <TeamSelect value={teamId} onChange={setTeamId} />
      <Textarea
        id="write-hand-over"
        label={t('write.hand-over.note')}
        description={t('write.hand-over.note.help')}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={10_000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" flex={1} miw={200}>
          {team && t('write.hand-over.accept-by', { minutes: team.acceptMinutes })}
        </Text>
        <Button
          onClick={() => teamId && hand.mutate(teamId)}
          loading={hand.isPending}
          disabled={teamId === null || note.trim() === ''}
        >
          {t('write.hand-over.send')}
        </Button>
      </Group>
    </Stack>
  );
}
