import { Alert, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Case } from '../../../contract/cases.ts';
import { DeedForm, WordsField } from '../shell/deed-form.tsx';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { handOver, reportFix, TOUCHED, teamsQuery } from './queries.ts';

export { TOUCHED };

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
    <DeedForm label={t('write.fix.send')} pending={fix.isPending} onDo={() => fix.mutate(undefined)}>
      <WordsField
        id="write-fix"
        label={t('write.fix.words')}
        description={t('write.fix.help')}
        minRows={2}
        value={words}
        onChange={setWords}
      />
    </DeedForm>
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
    <DeedForm
      label={t('write.hand-over.send')}
      pending={hand.isPending}
      ready={teamId !== null && note.trim() !== ''}
      hint={team && t('write.hand-over.accept-by', { minutes: team.acceptMinutes })}
      onDo={() => teamId && hand.mutate(teamId)}
    >
      <TeamSelect value={teamId} onChange={setTeamId} />
      <WordsField
        id="write-hand-over"
        label={t('write.hand-over.note')}
        description={t('write.hand-over.note.help')}
        minRows={2}
        value={note}
        onChange={setNote}
      />
    </DeedForm>
  );
}
