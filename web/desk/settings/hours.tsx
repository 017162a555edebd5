import { ActionIcon, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { DatePickerInput } from '@mantine/dates';
import '@mantine/dates/styles.css';
import 'dayjs/locale/it';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { Settings } from '../../../contract/settings.ts';
import { useWords } from '../shell/language.tsx';
import { PageTitle } from '../shell/states.tsx';
import { type GroupFields, GroupForm } from './group-form.tsx';
import { HolidayFields } from './holidays.tsx';
import { clockOf, copiedTo, type Opening, openMinutes, wrongInDay } from './openings.ts';

type Hours = Settings['hours'];

const MOST_OPENINGS = 6;
const WORKING_WEEK = [1, 2, 3, 4];
const USUAL: Opening = { from: '08:30', to: '18:00' };

const read = ({ from, to }: Opening): Opening => ({ from: clockOf(from) ?? from, to: clockOf(to) ?? to });

/** What leaves: times as the server reads them, extra days in order. */
const leaving = (typed: Hours): Hours => ({
  ...typed,
  week: typed.week.map((day) => day.map(read)),
  closedDays: [...new Set(typed.closedDays)].sort(),
  openDays: typed.openDays.map((day) => ({ on: day.on, ...read(day) })).sort((a, b) => (a.on < b.on ? -1 : 1)),
});

/** When somebody can be reached, which days nobody can, and the holidays that follow from country and region. */
export function HoursSettings() {
  const { t } = useWords();
  const wrong = (openings: readonly Opening[]): string | null => {
    const what = wrongInDay(openings);
    return what && t(`hours.wrong.${what}`);
  };
  return (
    <>
      <PageTitle title={t('place.settings.hours')} hint={t('hours.hint')} />
      <GroupForm
        name="hours"
        title={t('hours.week')}
        hint={t('hours.week.hint')}
        leaving={leaving}
        validate={{
          group: {
            week: (week: Hours['week']) => week.map(wrong).find((text) => text !== null) ?? null,
            openDays: (days: Hours['openDays']) =>
              days.map((day) => wrong([day])).find((text) => text !== null) ?? null,
          },
        }}
      >
        {(form) => (
          <>
            <Week form={form} wrong={wrong} />
            <HolidayFields form={form} />
            <ExtraDays form={form} wrong={wrong} />
          </>
        )}
      </GroupForm>
    </>
  );
}

interface Part {
  form: GroupFields<'hours'>;
  wrong: (openings: readonly Opening[]) => string | null;
}

function Week({ form, wrong }: Part) {
  const { t, number, language } = useWords();
  const { week } = form.values.group;
  const change = (next: Opening[][]) => form.setFieldValue('group.week', next as never);
  const changeDay = (position: number, day: Opening[]) =>
    change(week.map((other, at) => (at === position ? day : other)));
  const weekday = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' });
  const minutes = openMinutes(week);
  return (
    <Stack gap="xs">
      {week.map((day, position) => {
        // 5 January 2026 is a Monday.
        const name = weekday.format(new Date(Date.UTC(2026, 0, 5 + position)));
        const trouble = wrong(day);
        return (
          <Stack key={name} gap={4} role="group" aria-label={name}>
            <Group gap="xs" align="flex-start" wrap="nowrap">
              <Text size="sm" w={{ base: 78, xs: 92 }} pt={7} style={{ flexShrink: 0 }} tt="capitalize">
                {name}
              </Text>
              <Group gap="xs" flex={1}>
                {day.length === 0 && (
                  <Text size="sm" c="dimmed">
                    {t('hours.closed')}
                  </Text>
                )}
                {day.map((opening, at) => (
                  <OpeningFields
                    // biome-ignore lint/suspicious/noArrayIndexKey: an opening is known by its place; its times are being typed
                    key={at}
                    opening={opening}
                    of={name}
                    onChange={(next) =>
                      changeDay(
                        position,
                        day.map((other, place) => (place === at ? next : other)),
                      )
                    }
                    onRemove={() =>
                      changeDay(
                        position,
                        day.filter((_, place) => place !== at),
                      )
                    }
                  />
                ))}
                <ActionIcon
                  variant="default"
                  size="lg"
                  aria-label={t('hours.add-opening', { day: name })}
                  disabled={day.length >= MOST_OPENINGS}
                  onClick={() => changeDay(position, [...day, day.length === 0 ? USUAL : { from: '', to: '' }])}
                >
                  <IconPlus size={16} aria-hidden />
                </ActionIcon>
              </Group>
            </Group>
            {trouble && (
              <Text size="xs" c="red" role="alert">
                {trouble}
              </Text>
            )}
          </Stack>
        );
      })}
      <Group gap="sm">
        <Button size="xs" variant="default" onClick={() => change(copiedTo(week, 0, WORKING_WEEK))}>
          {t('hours.copy-monday')}
        </Button>
        <Text size="xs" c="dimmed" role="status">
          {minutes === 0 ? t('hours.never-open') : t('hours.total', { hours: number(Math.round(minutes / 6) / 10) })}
        </Text>
      </Group>
    </Stack>
  );
}

function OpeningFields({
  opening,
  of,
  onChange,
  onRemove,
}: {
  opening: Opening;
  of: string;
  onChange: (opening: Opening) => void;
  onRemove: () => void;
}) {
  const { t } = useWords();
  return (
    <Group gap={4} wrap="nowrap">
      {(['from', 'to'] as const).map((end) => (
        <TextInput
          key={end}
          w={{ base: 62, xs: 72 }}
          inputMode="numeric"
          maxLength={5}
          aria-label={`${of}: ${t(`settings.${end}`)}`}
          placeholder={end === 'from' ? '08:30' : '18:00'}
          value={opening[end]}
          error={opening[end] !== '' && clockOf(opening[end]) === null}
          onChange={(event) => onChange({ ...opening, [end]: event.currentTarget.value })}
          onBlur={() => onChange(read(opening))}
        />
      ))}
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`${of}: ${t('hours.remove')}`} onClick={onRemove}>
        <IconTrash size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}

function ExtraDays({ form, wrong }: Part) {
  const { t, language } = useWords();
  const { closedDays, openDays } = form.values.group;
  const changeOpen = (next: Hours['openDays']) => form.setFieldValue('group.openDays', next as never);
  const day = new Intl.DateTimeFormat(language === 'it' ? 'it-IT' : 'en-GB', { dateStyle: 'full', timeZone: 'UTC' });
  return (
    <>
      <DatePickerInput
        type="multiple"
        label={t('hours.closed-days')}
        description={t('hours.closed-days.help')}
        placeholder={t('hours.pick-days')}
        locale={language}
        valueFormat="D MMM YYYY"
        clearable
        value={closedDays}
        onChange={(days) => form.setFieldValue('group.closedDays', days.map(String) as never)}
        popoverProps={{ transitionProps: { duration: 100 } }}
      />
      <DatePickerInput
        label={t('hours.open-days')}
        description={t('hours.open-days.help')}
        placeholder={t('hours.pick-open-day')}
        locale={language}
        value={null}
        onChange={(on) => {
          if (on && !openDays.some((other) => other.on === String(on)))
            changeOpen([...openDays, { on: String(on), ...USUAL }]);
        }}
        popoverProps={{ transitionProps: { duration: 100 } }}
      />
      {openDays.map((open, position) => (
        <Stack key={open.on} gap={4}>
          <Group gap="xs">
            <Text size="sm" miw={200}>
              {day.format(new Date(open.on))}
            </Text>
            <OpeningFields
              opening={open}
              of={day.format(new Date(open.on))}
              onChange={(next) =>
                changeOpen(openDays.map((other, at) => (at === position ? { ...next, on: other.on } : other)))
              }
              onRemove={() => changeOpen(openDays.filter((_, at) => at !== position))}
            />
          </Group>
          {wrong([open]) && (
            <Text size="xs" c="red" role="alert">
              {wrong([open])}
            </Text>
          )}
        </Stack>
      ))}
    </>
  );
}
