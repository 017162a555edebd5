import { useWords } from '../shell/language.tsx';
import { PageTitle } from '../shell/states.tsx';
import { type Figure, Figures } from './figures.tsx';
import { GroupForm } from './group-form.tsx';

const figure = (field: string, most: number): Figure => ({ field, least: 1, most, unit: 'days' });
const FIGURES: readonly Figure[] = [
  figure('rawMessages', 3650),
  figure('closedCases', 7300),
  figure('formalCases', 7300),
  figure('notices', 7300),
  figure('events', 7300),
  figure('rawAlarms', 3650),
];

/** How long each kind of thing is kept. */
export function RetentionSettings() {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('place.settings.retention')} />
      <GroupForm name="retention" title={t('settings.retention')} hint={t('settings.retention.hint')}>
        {(form) => <Figures inputProps={form.getInputProps} family="retention" figures={FIGURES} />}
      </GroupForm>
    </>
  );
}
