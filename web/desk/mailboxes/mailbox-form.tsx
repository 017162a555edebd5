import {
  Alert,
  Button,
  Collapse,
  Group,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { MAILBOX_KINDS, type Mailbox } from '../../../contract/intake.ts';
import { routesQuery } from '../settings/queries.ts';
import { CancelOrSave } from '../shell/cancel-or-save.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { Window } from '../shell/window.tsx';
import { teamsQuery } from '../teams/queries.ts';
import { changeOf, draftOf, isElsewhere, type MailboxDraft, withSecurity } from './mailbox-draft.ts';
import { changeMailbox, makeMailbox } from './queries.ts';

/** Connects a mailbox, or changes one. Its password is written, never read back. */
export function MailboxForm({ mailbox, onClose }: { mailbox: Mailbox | null; onClose: () => void }) {
  const { t, word } = useWords();
  const may = useMay();
  const routes = useQuery({ ...routesQuery, enabled: may('routes:manage') });
  const teams = useQuery({ ...teamsQuery, enabled: may('cases:work') });
  const [more, { toggle }] = useDisclosure(mailbox?.config.authservId != null || mailbox?.config.trustedRoots != null);
  // Help stands below: fields of one row are level whatever its length.
  const below = {
    inputWrapperOrder: ['label', 'input', 'description', 'error'] as ('label' | 'input' | 'description' | 'error')[],
  };
  const needed = (value: string) => (value.trim() === '' ? t('required') : null);
  const form = useForm<MailboxDraft>({
    initialValues: draftOf(mailbox),
    validate: {
      name: needed,
      address: (value) => (/^\S+@\S+\.\S+$/.test(value.trim()) ? null : t('mailboxes.address.wrong')),
      host: needed,
      user: needed,
      folder: needed,
      password: (value) => (mailbox?.hasPassword ? null : needed(value)),
    },
  });
  const save = useDeed({
    run: (draft: MailboxDraft) =>
      mailbox ? changeMailbox(mailbox.id, changeOf(draft)) : makeMailbox({ ...changeOf(draft), kind: draft.kind }),
    touches: ['mailboxes'],
    done: t('mailboxes.saved'),
    onDone: onClose,
  });
  const draft = form.values;
  const mailRoutes = (routes.data ?? []).filter(({ kind }) => kind === (draft.kind === 'pec' ? 'pec' : 'smtp'));
  return (
    <Window onClose={onClose} size="lg" title={mailbox ? mailbox.name : t('mailboxes.add')} closeOnClickOutside={false}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack gap="sm">
          {!mailbox && (
            <SegmentedControl
              fullWidth
              aria-label={t('mailboxes.kind')}
              data={MAILBOX_KINDS.map((kind) => ({ value: kind, label: word('mailbox-kind', kind) }))}
              value={draft.kind}
              // Each kind is answered by routes of its own.
              onChange={(kind) => form.setValues({ kind, routeId: null })}
            />
          )}
          <Alert variant="light" color="gray" p="xs">
            {word('mailbox-kind', `${draft.kind}.help`)}
          </Alert>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
            <TextInput
              label={t('name')}
              description={t('mailboxes.name.help')}
              maxLength={60}
              data-autofocus
              {...below}
              {...form.getInputProps('name')}
            />
            <TextInput
              label={t('mailboxes.address')}
              description={t('mailboxes.address.help')}
              type="email"
              maxLength={254}
              {...below}
              {...form.getInputProps('address')}
            />
            <TextInput
              label={t('mailboxes.host')}
              placeholder="imap.example.org"
              maxLength={253}
              {...form.getInputProps('host')}
            />
            <Group gap="xs" wrap="nowrap" align="flex-end">
              <Select
                label={t('routes.tls')}
                flex={1}
                allowDeselect={false}
                data={[
                  { value: 'secure', label: word('tls', 'implicit') },
                  { value: 'starttls', label: word('tls', 'starttls') },
                ]}
                value={draft.secure ? 'secure' : 'starttls'}
                onChange={(value) => form.setValues(withSecurity(draft, value === 'secure'))}
              />
              <NumberInput
                label={t('routes.port')}
                w={96}
                min={1}
                max={65_535}
                allowDecimal={false}
                {...form.getInputProps('port')}
              />
            </Group>
            <TextInput label={t('routes.user')} maxLength={254} autoComplete="off" {...form.getInputProps('user')} />
            <PasswordInput
              label={t('password')}
              description={t(mailbox?.hasPassword ? 'routes.password.kept' : 'routes.password.help')}
              autoComplete="new-password"
              maxLength={500}
              {...below}
              {...form.getInputProps('password')}
            />
            <TextInput
              label={t('mailboxes.folder')}
              description={t('mailboxes.folder.help')}
              maxLength={200}
              {...below}
              {...form.getInputProps('folder')}
            />
            <Select
              label={t('mailboxes.team')}
              description={t('mailboxes.team.help')}
              clearable
              placeholder={t('mailboxes.team.none')}
              data={(teams.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              {...below}
              {...form.getInputProps('teamId')}
            />
          </SimpleGrid>
          {draft.kind !== 'letter' && (
            <Select
              label={t('mailboxes.route')}
              description={t(
                routes.data && mailRoutes.length === 0
                  ? draft.kind === 'pec'
                    ? 'mailboxes.route.missing.pec'
                    : 'mailboxes.route.missing'
                  : 'mailboxes.route.help',
              )}
              clearable
              placeholder={t('mailboxes.route.none')}
              data={mailRoutes.map(({ id, name }) => ({ value: id, label: name }))}
              {...form.getInputProps('routeId')}
            />
          )}
          <Group>
            <Button size="compact-sm" variant="subtle" onClick={toggle} aria-expanded={more}>
              {t('mailboxes.more')}
            </Button>
          </Group>
          <Collapse expanded={more}>
            <Stack gap="sm">
              <TextInput
                label={t('mailboxes.authserv')}
                description={t('mailboxes.authserv.help')}
                placeholder="mx.example.org"
                maxLength={253}
                {...form.getInputProps('authservId')}
              />
              {draft.kind === 'pec' && (
                <Textarea
                  label={t('mailboxes.roots')}
                  description={t('mailboxes.roots.help')}
                  placeholder="-----BEGIN CERTIFICATE-----"
                  autosize
                  minRows={3}
                  maxRows={8}
                  maxLength={500_000}
                  {...form.getInputProps('trustedRoots')}
                />
              )}
              <Switch
                label={t('mailboxes.mark-seen')}
                description={t('mailboxes.mark-seen.help')}
                {...form.getInputProps('markSeen', { type: 'checkbox' })}
              />
            </Stack>
          </Collapse>
          <Switch label={t('mailboxes.enabled')} {...form.getInputProps('enabled', { type: 'checkbox' })} />
          {(!mailbox || isElsewhere(draft, mailbox)) && (
            <Alert variant="light" color="thread" p="xs">
              {t('mailboxes.from-now')}
            </Alert>
          )}
          <CancelOrSave onCancel={onClose} saving={save.isPending} />
        </Stack>
      </form>
    </Window>
  );
}
