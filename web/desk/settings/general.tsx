import { Select, Stack, TextInput } from '@mantine/core';
import { useWords } from '../shell/language.tsx';
import { PageTitle } from '../shell/states.tsx';
import { GroupForm } from './group-form.tsx';

/** Who the operator is, as customers see it. */
export function GeneralSettings() {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('place.settings.general')} />
      <Stack gap="md">
        <GroupForm
          name="operator"
          title={t('settings.operator')}
          hint={t('settings.operator.hint')}
          validate={{
            group: {
              name: (value) => (value.trim() === '' ? t('required') : null),
              shortName: (value) => (value.trim() === '' ? t('required') : null),
              phone: (value) => (/^$|^\+?[\d\s().-]{3,30}$/.test(value.trim()) ? null : t('settings.phone.wrong')),
              country: (value) => (/^[A-Z]{2}$/.test(value) ? null : t('settings.country.wrong')),
            },
          }}
        >
          {(form) => (
            <>
              <TextInput label={t('settings.name')} maxLength={60} {...form.getInputProps('group.name')} />
              <TextInput
                label={t('settings.short-name')}
                description={t('settings.short-name.help')}
                maxLength={20}
                {...form.getInputProps('group.shortName')}
              />
              <TextInput
                label={t('settings.phone')}
                description={t('settings.phone.help')}
                maxLength={30}
                {...form.getInputProps('group.phone')}
              />
              <TextInput
                label={t('settings.country')}
                description={t('settings.country.help')}
                maxLength={2}
                styles={{ wrapper: { width: 120 } }}
                {...form.getInputProps('group.country')}
                onChange={(event) =>
                  form.setFieldValue('group.country', event.currentTarget.value.toUpperCase() as never)
                }
              />
              <Select
                label={t('settings.default-language')}
                description={t('settings.default-language.help')}
                allowDeselect={false}
                data={[
                  { value: 'it', label: 'Italiano' },
                  { value: 'en', label: 'English' },
                ]}
                {...form.getInputProps('group.defaultLanguage')}
              />
            </>
          )}
        </GroupForm>
      </Stack>
    </>
  );
}
