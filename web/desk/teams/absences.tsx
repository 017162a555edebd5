import { Button, Card, Group, Select, Stack, Table, Text, Title } from '@mantine/core';
import { DatePickerInput } from '@mantine/dates';
import '@mantine/dates/styles.css';
import 'dayjs/locale/it';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Absence, NewAbsence } from '../../../contract/teams.ts';
import { businessNow } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay, useMe } from '../shell/me.ts';
import { sayUndoable, useDeed } from '../shell/notices.tsx';
import { Shown } from '../shell/states.tsx';
import { toPicker } from '../shell/zoned.ts';
import { staffQuery } from '../staff/queries.ts';
import { absenceOf, lastDayOf } from './absence-days.ts';
import { absencesQuery, recordAbsence, withdrawAbsence } from './queries.ts';

const TOUCHES = ['teams', 'cases'] as const;

/** Who is away, by days. While somebody is away nothing new is given to them. */
export function Absences() {
  const { t } = useWords();
  const query = useQuery(absencesQuery);
  return (
    <section aria-label={t('absences')}>
      <Title order={2} mb={4}>
        {t('absences')}
      </Title>
      <Text size="sm" c="dimmed" mb="sm" maw={720}>
        {t('absences.hint')}
      </Text>
      <Stack gap="sm">
        <NewAbsenceRow />
        <Shown query={query}>
          {(absences) =>
            absences.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t('absences.none')}
              </Text>
            ) : (
              <Card padding={0}>
                <Table.ScrollContainer minWidth={440} className="stacks">
                  <Table>
                    <Table.Thead>
                      <Table.Tr>
                        <Table.Th>{t('teams.member')}</Table.Th>
                        <Table.Th>{t('absences.from')}</Table.Th>
                        <Table.Th>{t('absences.to')}</Table.Th>
                        <Table.Th />
                      </Table.Tr>
                    </Table.Thead>
                    <Table.Tbody>
                      {absences.map((absence) => (
                        <AbsenceRow key={absence.id} absence={absence} />
                      ))}
                    </Table.Tbody>
                  </Table>
                </Table.ScrollContainer>
              </Card>
            )
          }
        </Shown>
      </Stack>
    </section>
  );
}

function AbsenceRow({ absence }: { absence: Absence }) {
  const { t, language } = useWords();
  const me = useMe();
  const may = useMay();
  const again = useDeed({ run: recordAbsence, touches: TOUCHES, done: t('absences.recorded') });
  const withdraw = useDeed({
    run: () => withdrawAbsence(absence.id),
    touches: TOUCHES,
    onDone: () =>
      sayUndoable(t('absences.withdrawn'), t('undo'), () =>
        again.mutate({ staffId: absence.staffId, startsAt: absence.startsAt, endsAt: absence.endsAt }),
      ),
  });
  const day = new Intl.DateTimeFormat(language === 'it' ? 'it-IT' : 'en-GB', {
    dateStyle: 'medium',
    timeZone: me.timeZone,
  });
  return (
    <Table.Tr>
      <Table.Td data-label={t('teams.member')} fw={500}>
        {absence.name}
      </Table.Td>
      <Table.Td data-label={t('absences.from')}>{day.format(new Date(absence.startsAt))}</Table.Td>
      <Table.Td data-label={t('absences.to')}>{day.format(lastDayOf(absence.endsAt))}</Table.Td>
      <Table.Td ta="right">
        {(may('teams:manage') || absence.staffId === me.id) && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            loading={withdraw.isPending}
            onClick={() => withdraw.mutate(undefined)}
          >
            {t('absences.withdraw')}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function NewAbsenceRow() {
  const { t, language } = useWords();
  const me = useMe();
  const may = useMay();
  const staff = useQuery({ ...staffQuery, enabled: may('staff:see') && may('teams:manage') });
  const [who, setWho] = useState<string | null>(me.id);
  const [days, setDays] = useState<[string | null, string | null]>([null, null]);
  const record = useDeed({
    run: (absence: NewAbsence) => recordAbsence(absence),
    touches: TOUCHES,
    done: t('absences.recorded'),
    onDone: () => setDays([null, null]),
  });
  const people = (staff.data ?? []).filter(({ state }) => state === 'active');
  const absence = who && absenceOf(who, days[0], days[1], me.timeZone);
  return (
    <Group gap="xs" align="flex-end">
      {people.length > 0 && (
        <Select
          label={t('absences.who')}
          allowDeselect={false}
          searchable
          w={220}
          data={people.map(({ id, name }) => ({ value: id, label: name }))}
          value={who}
          onChange={setWho}
        />
      )}
      <DatePickerInput
        type="range"
        label={t('absences.days')}
        placeholder={t('absences.days.help')}
        locale={language}
        valueFormat="D MMM YYYY"
        allowSingleDateInRange
        clearable
        w={280}
        maw="100%"
        minDate={toPicker(businessNow(me), me.timeZone).slice(0, 10)}
        value={days}
        onChange={([from, to]) => setDays([from && String(from), to && String(to)])}
        popoverProps={{ transitionProps: { duration: 100 } }}
      />
      <Button
        variant="default"
        disabled={!absence}
        loading={record.isPending}
        onClick={() => absence && record.mutate(absence)}
      >
        {t('absences.record')}
      </Button>
    </Group>
  );
}
