import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import '@mantine/dates/styles.css';
import 'dayjs/locale/it';
import { useState } from 'react';
import { businessNow } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMe } from '../shell/me.ts';
import { readTime } from '../shell/natural-time.ts';
import { exactTime, relativeTime } from '../shell/relative-time.ts';
import { fromPicker, toPicker } from '../shell/zoned.ts';

const STEPS_MINUTES = [30, 60, 120] as const;

/** A time to come, three ways: typed in words ("domani 18:00"), one press ("+1 h"), or picked from a calendar. In the operator's zone. */
export function TimeField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  const { t, language } = useWords();
  const me = useMe();
  const [typed, setTyped] = useState('');
  const now = businessNow(me);
  const understood = typed === '' || readTime(typed, now, me.timeZone) !== null;

  const choose = (instant: Date | null) => {
    if (instant) instant.setSeconds(0, 0);
    onChange(instant ? instant.toISOString() : null);
  };
  return (
    <Stack gap="xs">
      <Group align="flex-end" gap="xs">
        <TextInput
          label={label}
          placeholder={t('time.placeholder')}
          value={typed}
          maxLength={60}
          flex={1}
          miw={180}
          error={!understood}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            const instant = readTime(event.currentTarget.value, businessNow(me), me.timeZone);
            if (instant) choose(instant);
          }}
        />
        <DateTimePicker
          aria-label={t('time.pick')}
          placeholder={t('time.pick')}
          locale={language}
          valueFormat="DD/MM/YYYY HH:mm"
          value={value ? toPicker(new Date(value), me.timeZone) : null}
          minDate={toPicker(now, me.timeZone)}
          clearable
          w={190}
          popoverProps={{ transitionProps: { duration: 100 } }}
          onChange={(picked) => {
            setTyped('');
            choose(picked ? fromPicker(String(picked), me.timeZone) : null);
          }}
        />
        <Group gap={4}>
          {STEPS_MINUTES.map((minutes) => (
            <Button
              key={minutes}
              size="sm"
              px="xs"
              variant="default"
              onClick={() => {
                setTyped('');
                choose(new Date(businessNow(me).getTime() + minutes * 60_000));
              }}
            >
              {minutes < 60 ? `+${minutes} min` : `+${minutes / 60} h`}
            </Button>
          ))}
        </Group>
      </Group>
      <Text size="xs" c={understood ? 'dimmed' : 'red'} role="status">
        {!understood
          ? t('time.not-understood')
          : value
            ? `${exactTime(new Date(value), me.timeZone, language)} (${relativeTime(new Date(value), now, language)})`
            : t('time.none')}
      </Text>
    </Stack>
  );
}
