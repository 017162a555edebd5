import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { type InvitationMade, type InviteStaff, ROLES, type StaffRole } from '../../../contract/deeds.ts';
import { Moment } from '../shell/business-clock.tsx';
import { CopyText } from '../shell/copy.tsx';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { Window } from '../shell/window.tsx';
import { inviteStaff } from './queries.ts';

/** A one-time link, shown this once. */
export function LinkOnce({ made, onDone }: { made: InvitationMade; onDone: () => void }) {
  const { t } = useWords();
  return (
    <Stack gap="sm" ta="left">
      <Text size="sm">{t(made.mailed ? 'staff.link.mailed' : 'staff.link.not-mailed')}</Text>
      <CopyText label={t('staff.link')} text={made.link} />
      <Text size="xs" c="dimmed" component="div">
        {t('staff.link.expires')} <Moment at={made.expiresAt} size="xs" clock wall />
      </Text>
      <Group justify="flex-end">
        <Button onClick={onDone}>{t('done')}</Button>
      </Group>
    </Stack>
  );
}

/** Invites somebody: name, address, roles; then the link. */
export function InviteForm({ onClose }: { onClose: () => void }) {
  const { t, word } = useWords();
  const [made, setMade] = useState<InvitationMade | null>(null);
  const form = useForm<InviteStaff>({
    initialValues: { email: '', name: '', roles: ['care'] },
    validate: {
      email: (value) => (/^\S+@\S+\.\S+$/.test(value) ? null : t('email.wrong')),
      name: (value) => (value.trim() === '' ? t('required') : null),
      roles: (value) => (value.length === 0 ? t('staff.roles.none') : null),
    },
  });
  const invite = useDeed({
    run: (body: InviteStaff) => inviteStaff(body),
    touches: ['staff'],
    onDone: (answer) => setMade(answer),
  });
  return (
    <Window onClose={onClose} title={t('staff.invite')} size="lg" closeOnClickOutside={made === null}>
      {made ? (
        <LinkOnce made={made} onDone={onClose} />
      ) : (
        <form onSubmit={form.onSubmit((values) => invite.mutate(values))} noValidate>
          <Stack gap="sm">
            <TextInput label={t('name')} maxLength={100} data-autofocus {...form.getInputProps('name')} />
            <TextInput label={t('email')} type="email" maxLength={254} {...form.getInputProps('email')} />
            <Checkbox.Group
              label={t('staff.roles')}
              {...form.getInputProps('roles')}
              onChange={(chosen) => form.setFieldValue('roles', chosen as StaffRole[])}
            >
              <Group gap="md" mt={4}>
                {ROLES.map((role) => (
                  <Checkbox key={role} value={role} label={word('role', role)} />
                ))}
              </Group>
            </Checkbox.Group>
            <Group justify="flex-end">
              <Button type="submit" loading={invite.isPending}>
                {t('staff.invite')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Window>
  );
}
