import { Group, NumberInput, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useWords } from '../shell/language.tsx';
import { PageTitle } from '../shell/states.tsx';
import { GroupForm } from './group-form.tsx';
import { LadderForm } from './ladder.tsx';

const SEVERITIES = ['critical', 'major', 'minor', 'info'] as const;

/** How alarms become incidents and how long each state lasts; the ladder that broken promises climb. */
export function IncidentSettings() {
  const { t, word } = useWords();
  return (
    <>
      <PageTitle title={t('place.settings.incidents')} />
      <Stack gap="md">
        <GroupForm name="incidents" title={t('settings.incidents')} hint={t('settings.incidents.hint')}>
          {(form) => (
            <>
              {(['confirmAfterMinutes', 'restoredAfterMinutes'] as const).map((field) => (
                <div key={field}>
                  <Text size="sm" fw={600}>
                    {t(`settings.${field}`)}
                  </Text>
                  <Text size="xs" c="dimmed" mb={4}>
                    {t(`settings.${field}.help`)}
                  </Text>
                  <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="xs">
                    {SEVERITIES.map((severity) => (
                      <NumberInput
                        key={severity}
                        label={word('severity', severity)}
                        size="xs"
                        min={0}
                        max={1440}
                        suffix=" min"
                        {...form.getInputProps(`group.${field}.${severity}`)}
                      />
                    ))}
                  </SimpleGrid>
                </div>
              ))}
              <NumberInput
                label={t('settings.close-minutes')}
                description={t('settings.close-minutes.help')}
                min={0}
                max={10_080}
                suffix=" min"
                {...form.getInputProps('group.closeAfterMinutes')}
              />
              <NumberInput
                label={t('settings.first-word')}
                description={t('settings.first-word.help')}
                min={5}
                max={1440}
                suffix=" min"
                {...form.getInputProps('group.firstWordMinutes')}
              />
              <div>
                <Text size="sm" fw={600}>
                  {t('settings.renewals')}
                </Text>
                <Text size="xs" c="dimmed" mb={4}>
                  {t('settings.renewals.help')}
                </Text>
                <Group gap="xs">
                  {[0, 1, 2].map((position) => (
                    <NumberInput
                      key={position}
                      aria-label={`${t('settings.renewals')} ${position + 1}`}
                      size="xs"
                      w={110}
                      min={5}
                      max={10_080}
                      suffix=" min"
                      {...form.getInputProps(`group.renewalMinutes.${position}`)}
                    />
                  ))}
                </Group>
              </div>
              <Select
                label={t('settings.least-severity')}
                description={t('settings.least-severity.help')}
                allowDeselect={false}
                data={SEVERITIES.map((value) => ({ value, label: word('severity', value) }))}
                {...form.getInputProps('group.leastSeverity')}
              />
            </>
          )}
        </GroupForm>
        <LadderForm name="ladder" />
      </Stack>
    </>
  );
}
