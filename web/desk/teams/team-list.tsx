import { Button, NumberInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type NewTeam, TEAM_KINDS, type Team } from '../../../contract/teams.ts';
import { CancelOrSave } from '../shell/cancel-or-save.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { Empty, PageTitle, Shown } from '../shell/states.tsx';
import { Window } from '../shell/window.tsx';
import { Absences } from './absences.tsx';
import { changeTeam, makeTeam, teamsQuery } from './queries.ts';
import { TeamCard } from './team-card.tsx';

/** Who takes what: the teams with their people, who is there now, and who is away until when. */
export function TeamList() {
  const { t } = useWords();
  const may = useMay();
  const query = useQuery(teamsQuery);
  const [editing, setEditing] = useState<Team | 'new' | null>(null);
  const make = may('teams:manage') && <Button onClick={() => setEditing('new')}>{t('teams.add')}</Button>;
  return (
    <Stack gap="lg">
      <div>
        <PageTitle title={t('place.teams')} hint={t('teams.hint')}>
          {make}
        </PageTitle>
        <Shown query={query}>
          {(teams) =>
            teams.length === 0 ? (
              <Empty title={t('teams.none')}>{t('teams.none.help')}</Empty>
            ) : (
              <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="sm">
                {teams.map((team) => (
                  <TeamCard key={team.id} team={team} onEdit={() => setEditing(team)} />
                ))}
              </SimpleGrid>
            )
          }
        </Shown>
      </div>
      <Absences />
      {editing && <TeamForm team={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
    </Stack>
  );
}

const USUAL_ACCEPT_MINUTES = 30;

function TeamForm({ team, onClose }: { team: Team | null; onClose: () => void }) {
  const { t, word } = useWords();
  const form = useForm<Required<NewTeam>>({
    initialValues: {
      name: team?.name ?? '',
      kind: team?.kind ?? 'care',
      acceptMinutes: team?.acceptMinutes ?? USUAL_ACCEPT_MINUTES,
    },
    validate: { name: (value) => (value.trim() === '' ? t('required') : null) },
  });
  const save = useDeed({
    run: ({ kind, ...rest }: Required<NewTeam>) => (team ? changeTeam(team.id, rest) : makeTeam({ kind, ...rest })),
    touches: ['teams', 'cases'],
    done: t('settings.saved'),
    onDone: onClose,
  });
  return (
    <Window onClose={onClose} title={team ? team.name : t('teams.add')}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="sm">
          <TextInput label={t('name')} maxLength={60} data-autofocus {...form.getInputProps('name')} />
          <Select
            label={t('teams.kind')}
            description={t(team ? 'teams.kind.stays' : 'teams.kind.help')}
            allowDeselect={false}
            disabled={team !== null}
            data={TEAM_KINDS.map((kind) => ({ value: kind, label: word('team-kind', kind) }))}
            {...form.getInputProps('kind')}
          />
          <NumberInput
            label={t('teams.accept')}
            description={t('teams.accept.help')}
            min={1}
            max={10_080}
            allowDecimal={false}
            suffix=" min"
            {...form.getInputProps('acceptMinutes')}
          />
          <CancelOrSave onCancel={onClose} saving={save.isPending} />
        </Stack>
      </form>
    </Window>
  );
}
