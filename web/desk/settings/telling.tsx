import { Group, NumberInput, Radio, Stack, Switch } from '@mantine/core';
import { useWords } from '../shell/language.tsx';
import { PageTitle } from '../shell/states.tsx';
import { GroupForm } from './group-form.tsx';
import { TellingSwitch } from './telling-switch.tsx';

/** When customers are told, how many without asking a person, and what becomes of notices in doubt. */
export function TellingSettings() {
  const { t, word, language } = useWords();
  const separators =
    language === 'it'
      ? { thousandSeparator: '.', decimalSeparator: ',' }
      : { thousandSeparator: ',', decimalSeparator: '.' };
  return (
    <>
      <PageTitle title={t('place.settings.telling')} />
      <Stack gap="md">
        <TellingSwitch />
        <GroupForm
          name="telling"
          title={t('settings.telling')}
          hint={t('settings.telling.hint')}
          // The switch above may have been pressed since this form was opened: saving limits never moves it.
          leaving={(typed, saved) => ({ ...typed, on: saved.on, paused: saved.paused })}
        >
          {(form) => (
            <>
              <NumberInput
                label={t('settings.most-people')}
                description={t('settings.most-people.help')}
                min={0}
                max={100_000_000}
                {...separators}
                allowDecimal={false}
                {...form.getInputProps('group.mostPeople')}
              />
              <NumberInput
                label={t('settings.most-cost')}
                description={t('settings.most-cost.help')}
                min={0}
                max={1_000_000}
                decimalScale={2}
                fixedDecimalScale
                {...separators}
                suffix=" €"
                value={form.values.group.mostCents / 100}
                onChange={(value) => form.setFieldValue('group.mostCents', Math.round(Number(value) * 100) as never)}
              />
              <NumberInput
                label={t('settings.decision-minutes')}
                description={t('settings.decision-minutes.help')}
                min={1}
                max={1440}
                suffix=" min"
                {...form.getInputProps('group.decisionMinutes')}
              />
              <NumberInput
                label={t('settings.undo-seconds')}
                description={t('settings.undo-seconds.help')}
                min={0}
                max={600}
                suffix=" s"
                {...form.getInputProps('group.undoSeconds')}
              />
              <NumberInput
                label={t('settings.valid-minutes')}
                description={t('settings.valid-minutes.help')}
                min={5}
                max={2880}
                suffix=" min"
                {...form.getInputProps('group.validMinutes')}
              />
              <NumberInput
                label={t('settings.rewrite-minutes')}
                description={t('settings.rewrite-minutes.help')}
                min={1}
                max={1440}
                suffix=" min"
                {...form.getInputProps('group.rewriteAfterMinutes')}
              />
              <Switch
                label={t('settings.tell-degraded')}
                description={t('settings.tell-degraded.help')}
                {...form.getInputProps('group.tellDegraded', { type: 'checkbox' })}
              />
            </>
          )}
        </GroupForm>
        <GroupForm name="inDoubt" title={t('settings.in-doubt')} hint={t('settings.in-doubt.hint')}>
          {(form) => (
            <>
              <NumberInput
                label={t('settings.in-doubt.hours')}
                min={1}
                max={168}
                suffix=" h"
                {...form.getInputProps('group.hours')}
              />
              <Radio.Group label={t('settings.in-doubt.afterwards')} {...form.getInputProps('group.afterwards')}>
                <Group gap="md" mt={4}>
                  {(['sent', 'again'] as const).map((value) => (
                    <Radio key={value} value={value} label={word('afterwards', value)} />
                  ))}
                </Group>
              </Radio.Group>
            </>
          )}
        </GroupForm>
      </Stack>
    </>
  );
}
