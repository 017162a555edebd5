import { Button, Card, Group, NumberInput, Pill, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useWords } from '../shell/language.tsx';
import { Shown } from '../shell/states.tsx';
import type { GroupFields } from './group-form.tsx';
import { holidaysQuery, settingsQuery } from './queries.ts';

const MOST_PATRONS = 10;
const two = (value: number): string => String(value).padStart(2, '0');

/** Country, region and patron's days, with the days of the coming year that follow from them. */
export function HolidayFields({ form }: { form: GroupFields<'hours'> }) {
  const { t, language } = useWords();
  const settings = useQuery(settingsQuery);
  const { country, region, patronDays } = form.values.group.holidays;
  const chosen = country || settings.data?.operator.country || 'IT';
  const query = useQuery(holidaysQuery(chosen, region, language));
  const locale = language === 'it' ? 'it-IT' : 'en-GB';
  const date = new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return (
    <>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Select
          label={t('hours.country')}
          description={t('hours.country.help')}
          searchable
          clearable
          placeholder={t('hours.country.own', { country: settings.data?.operator.country ?? '' })}
          data={(query.data?.countries ?? []).map(({ code, name }) => ({ value: code, label: name }))}
          value={country || null}
          onChange={(value) =>
            form.setFieldValue('group.holidays', {
              ...form.values.group.holidays,
              country: value ?? '',
              region: '',
            } as never)
          }
        />
        <Select
          label={t('hours.region')}
          description={t('hours.region.help')}
          searchable
          clearable
          placeholder={t('hours.region.none')}
          disabled={(query.data?.regions ?? []).length === 0}
          data={(query.data?.regions ?? []).map(({ code, name }) => ({ value: code, label: name }))}
          value={region || null}
          onChange={(value) => form.setFieldValue('group.holidays.region', (value ?? '') as never)}
        />
      </SimpleGrid>
      <PatronDays
        days={patronDays}
        onChange={(days) => form.setFieldValue('group.holidays.patronDays', days as never)}
      />
      <Card padding="sm">
        <Text size="sm" fw={600}>
          {t('hours.coming')}
        </Text>
        <Text size="xs" c="dimmed" mb="xs">
          {t('hours.coming.help')}
        </Text>
        <Shown query={query}>
          {({ days }) =>
            days.length === 0 ? (
              <Text size="sm">{t('hours.coming.none')}</Text>
            ) : (
              <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl" verticalSpacing={2}>
                {days.map(({ on, name }) => (
                  <Group key={on} gap="xs" justify="space-between" wrap="nowrap" data-holiday={on}>
                    <Text size="sm">{name}</Text>
                    <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
                      {date.format(new Date(on))}
                    </Text>
                  </Group>
                ))}
              </SimpleGrid>
            )
          }
        </Shown>
      </Card>
    </>
  );
}

/** Days of the year that a town keeps: shown and added as day and month. */
function PatronDays({ days, onChange }: { days: readonly string[]; onChange: (days: string[]) => void }) {
  const { t, language } = useWords();
  const [day, setDay] = useState<number | string>('');
  const [month, setMonth] = useState<string | null>(null);
  const locale = language === 'it' ? 'it-IT' : 'en-GB';
  const monthName = new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' });
  const spoken = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', timeZone: 'UTC' });
  const wanted = month === null || Number(day) < 1 ? null : `${two(Number(month))}-${two(Number(day))}`;
  // A leap year: the 29th of February is a day, the 30th rolls over and is none.
  const exists = wanted !== null && new Date(`2024-${wanted}T00:00:00Z`).getUTCDate() === Number(day);
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        {t('hours.patron')}
      </Text>
      <Text size="xs" c="dimmed">
        {t('hours.patron.help')}
      </Text>
      <Group gap="xs">
        {days.map((each) => (
          <Pill
            key={each}
            withRemoveButton
            size="md"
            removeButtonProps={{ 'aria-label': t('hours.patron.remove', { day: each }) }}
            onRemove={() => onChange(days.filter((other) => other !== each))}
          >
            {spoken.format(new Date(`2024-${each}T00:00:00Z`))}
          </Pill>
        ))}
        <NumberInput
          aria-label={t('hours.patron.day')}
          placeholder={t('hours.patron.day')}
          w={96}
          min={1}
          max={31}
          allowDecimal={false}
          value={day}
          onChange={setDay}
        />
        <Select
          aria-label={t('hours.patron.month')}
          placeholder={t('hours.patron.month')}
          w={140}
          data={Array.from({ length: 12 }, (_, index) => ({
            value: String(index + 1),
            label: monthName.format(new Date(Date.UTC(2024, index, 1))),
          }))}
          value={month}
          onChange={setMonth}
        />
        <Button
          variant="default"
          disabled={!exists || days.length >= MOST_PATRONS || (wanted !== null && days.includes(wanted))}
          onClick={() => {
            if (wanted) onChange([...days, wanted].sort());
            setDay('');
            setMonth(null);
          }}
        >
          {t('hours.patron.add')}
        </Button>
      </Group>
    </Stack>
  );
}
