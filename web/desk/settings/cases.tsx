import { Stack, Switch } from '@mantine/core';
import { useWords } from '../shell/language.tsx';
import { PageTitle } from '../shell/states.tsx';
import { type Figure, Figures } from './figures.tsx';
import { GroupForm } from './group-form.tsx';
import { LadderForm } from './ladder.tsx';

const FIGURES: readonly Figure[] = [
  { field: 'nextWordMinutes', least: 5, most: 10_080, unit: 'min' },
  { field: 'handOverMinutes', least: 1, most: 10_080, unit: 'min' },
  { field: 'askAgainHours', least: 1, most: 720, unit: 'h' },
  { field: 'closeAfterHours', least: 1, most: 720, unit: 'h' },
  { field: 'reopenDays', least: 1, most: 365, unit: 'days' },
  { field: 'formalDays', least: 1, most: 45, unit: 'days' },
  { field: 'linkDays', least: 1, most: 730, unit: 'days' },
  { field: 'undoSeconds', least: 0, most: 600, unit: 's' },
  { field: 'suspectedReports', least: 2, most: 100, unit: '' },
  { field: 'suspectedMinutes', least: 0, most: 1440, unit: 'min' },
  { field: 'automaticPerHour', least: 1, most: 100, unit: '' },
  { field: 'automaticPerDay', least: 1, most: 1000, unit: '' },
];

/** What happens to cases by itself and after how long; who is called when a promise to a customer breaks. */
export function CaseSettings() {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('place.settings.cases')} />
      <Stack gap="md">
        <GroupForm
          name="cases"
          title={t('settings.cases')}
          hint={t('settings.cases.hint')}
          validate={(values) =>
            values.group.closeAfterHours < values.group.askAgainHours
              ? { 'group.closeAfterHours': t('settings.cases.closes-too-early') }
              : {}
          }
        >
          {(form) => (
            <>
              <Switch
                label={t('settings.cases.acknowledge')}
                description={t('settings.cases.acknowledge.help')}
                {...form.getInputProps('group.acknowledge', { type: 'checkbox' })}
              />
              <Figures inputProps={form.getInputProps} family="cases" figures={FIGURES} />
            </>
          )}
        </GroupForm>
        <LadderForm name="careLadder" />
      </Stack>
    </>
  );
}
