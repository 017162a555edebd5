import {
  ActionIcon,
  Badge,
  Button,
  Card,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  Table,
  Text,
  Title,
} from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Team, TeamMember } from '../../../contract/teams.ts';
import { useWords } from '../shell/language.tsx';
import { useMay, useMe } from '../shell/me.ts';
import { MoreMenu } from '../shell/more-menu.tsx';
import { sayUndoable, useDeed } from '../shell/notices.tsx';
import { staffQuery } from '../staff/queries.ts';
import { lastDayOf } from './absence-days.ts';
import { endTeam, removeMember, restoreTeam, setMember } from './queries.ts';

const TOUCHES = ['teams', 'cases'] as const;
const USUAL_CAPACITY = 20;

/** One team: who leads, how much each can hold, who is there now; who is found while nobody belongs to it. */
export function TeamCard({ team, onEdit }: { team: Team; onEdit: () => void }) {
  const { t, word } = useWords();
  const may = useMay()('teams:manage');
  const restore = useDeed({ run: () => restoreTeam(team.id), touches: TOUCHES, done: t('teams.restored') });
  const end = useDeed({
    run: () => endTeam(team.id),
    touches: TOUCHES,
    onDone: () => sayUndoable(t('teams.ended', { name: team.name }), t('undo'), () => restore.mutate(undefined)),
  });
  const present = team.members.filter(({ absentUntil }) => absentUntil === null);
  return (
    <Card padding="sm" component="section" aria-label={team.name}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Group gap="xs">
            <Title order={2} size="h4">
              {team.name}
            </Title>
            <Badge variant="light" color="gray" radius="sm" tt="none">
              {word('team-kind', team.kind)}
            </Badge>
          </Group>
          <Text size="xs" c="dimmed">
            {t('teams.accepts', { minutes: team.acceptMinutes })}
            {team.members.length > 0 &&
              ` · ${t('teams.present', { present: present.length, all: team.members.length })}`}
          </Text>
        </div>
        {may && (
          <MoreMenu
            of={team.name}
            pending={end.isPending}
            items={[
              { label: t('edit'), run: onEdit },
              { label: t('teams.end'), run: () => end.mutate(undefined), destroys: true },
            ]}
          />
        )}
      </Group>
      {team.members.length === 0 ? (
        <Text size="sm" c="dimmed" my="xs">
          {team.fallback.length > 0
            ? t('teams.fallback', { people: team.fallback.map(({ name }) => name).join(', ') })
            : t('teams.nobody')}
        </Text>
      ) : (
        <Table.ScrollContainer minWidth={440} className="stacks">
          <Table verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('teams.member')}</Table.Th>
                <Table.Th>{t('teams.lead')}</Table.Th>
                <Table.Th>{t('teams.capacity')}</Table.Th>
                {may && <Table.Th />}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {team.members.map((member) => (
                <MemberRow key={member.staffId} team={team} member={member} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {may && <AddMember team={team} />}
    </Card>
  );
}

function MemberRow({ team, member }: { team: Team; member: TeamMember }) {
  const { t, language } = useWords();
  const { timeZone } = useMe();
  const day = new Intl.DateTimeFormat(language === 'it' ? 'it-IT' : 'en-GB', { dateStyle: 'medium', timeZone });
  const may = useMay()('teams:manage');
  const [capacity, setCapacity] = useState<number | string>(member.capacity);
  const set = useDeed({
    run: (wish: { lead: boolean; capacity: number }) => setMember(team.id, member.staffId, wish),
    touches: TOUCHES,
  });
  const remove = useDeed({
    run: () => removeMember(team.id, member.staffId),
    touches: TOUCHES,
    onDone: () =>
      sayUndoable(t('teams.member-removed', { name: member.name }), t('undo'), () =>
        set.mutate({ lead: member.lead, capacity: member.capacity }),
      ),
  });
  return (
    <Table.Tr>
      <Table.Td data-label={t('teams.member')}>
        <div>
          <Text size="sm" fw={500}>
            {member.name}
          </Text>
          <Text size="xs" c={member.absentUntil ? 'orange' : 'dimmed'}>
            {member.absentUntil
              ? t('teams.away-until', { day: day.format(lastDayOf(member.absentUntil)) })
              : t('teams.holds', { count: member.openCases, capacity: member.capacity })}
          </Text>
        </div>
      </Table.Td>
      <Table.Td data-label={t('teams.lead')}>
        <Switch
          aria-label={`${t('teams.lead')}: ${member.name}`}
          checked={member.lead}
          disabled={!may || set.isPending}
          onChange={(event) => set.mutate({ lead: event.currentTarget.checked, capacity: member.capacity })}
        />
      </Table.Td>
      <Table.Td data-label={t('teams.capacity')}>
        <NumberInput
          aria-label={`${t('teams.capacity')}: ${member.name}`}
          size="xs"
          w={80}
          min={1}
          max={500}
          allowDecimal={false}
          clampBehavior="blur"
          disabled={!may}
          value={capacity}
          onChange={setCapacity}
          onBlur={() => {
            const wanted = Number(capacity);
            if (wanted < 1) setCapacity(member.capacity);
            else if (wanted !== member.capacity) set.mutate({ lead: member.lead, capacity: Math.min(wanted, 500) });
          }}
        />
      </Table.Td>
      {may && (
        <Table.Td ta="right">
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t('teams.remove-member', { name: member.name })}
            loading={remove.isPending}
            onClick={() => remove.mutate(undefined)}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function AddMember({ team }: { team: Team }) {
  const { t } = useWords();
  const may = useMay();
  const staff = useQuery({ ...staffQuery, enabled: may('staff:see') });
  const [chosen, setChosen] = useState<string | null>(null);
  const add = useDeed({
    run: (staffId: string) =>
      setMember(team.id, staffId, { lead: team.members.length === 0, capacity: USUAL_CAPACITY }),
    touches: TOUCHES,
    onDone: () => setChosen(null),
  });
  const here = new Set(team.members.map(({ staffId }) => staffId));
  const others = (staff.data ?? []).filter(({ id, state }) => state === 'active' && !here.has(id));
  return (
    <Stack gap={4} mt="xs">
      <Group gap="xs" wrap="nowrap">
        <Select
          aria-label={`${t('teams.add-member')}: ${team.name}`}
          placeholder={t(staff.data && others.length === 0 ? 'teams.everybody' : 'teams.add-member')}
          disabled={others.length === 0}
          searchable
          flex={1}
          data={others.map(({ id, name }) => ({ value: id, label: name }))}
          value={chosen}
          onChange={setChosen}
        />
        <Button
          variant="default"
          disabled={chosen === null}
          loading={add.isPending}
          onClick={() => chosen && add.mutate(chosen)}
        >
          {t('teams.put-in')}
        </Button>
      </Group>
    </Stack>
  );
}
