import { Checkbox, Group, TextInput } from '@mantine/core';
import { ANNOUNCEMENT_KINDS } from '../../../contract/answer.ts';
import { useWords } from '../shell/language.tsx';
import { PageTitle } from '../shell/states.tsx';
import { GroupForm } from './group-form.tsx';

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d$/;

/** When customers are left in peace, and what may pass all the same. */
export function QuietHoursSettings() {
  const { t, word } = useWords();
  const clock = (value: string) => (CLOCK.test(value) ? null : t('settings.clock.wrong'));
  return (
    <>
      <PageTitle title={t('place.settings.quiet-hours')} />
      <GroupForm
        name="quietHours"
        title={t('settings.quiet-hours')}
        hint={t('settings.quiet-hours.hint')}
        validate={{ group: { from: clock, to: clock } }}
      >
        {(form) => (
          <>
            <Group>
              <TextInput type="time" label={t('settings.from')} {...form.getInputProps('group.from')} />
              <TextInput type="time" label={t('settings.to')} {...form.getInputProps('group.to')} />
            </Group>
            <Checkbox.Group label={t('settings.quiet-channels')} {...form.getInputProps('group.channels')}>
              <Group gap="md" mt={4}>
                {(['sms', 'email'] as const).map((channel) => (
                  <Checkbox key={channel} value={channel} label={word('channel', channel)} />
                ))}
              </Group>
            </Checkbox.Group>
            <Checkbox.Group
              label={t('settings.pass')}
              description={t('settings.pass.help')}
              {...form.getInputProps('group.pass')}
            >
              <Group gap="md" mt={4}>
                {ANNOUNCEMENT_KINDS.map((kind) => (
                  <Checkbox key={kind} value={kind} label={word('announcement-kind', kind)} />
                ))}
              </Group>
            </Checkbox.Group>
          </>
        )}
      </GroupForm>
    </>
  );
}
