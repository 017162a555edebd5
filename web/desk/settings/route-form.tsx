import { NumberInput, PasswordInput, Select, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Route } from '../../../contract/settings.ts';
import { CancelOrSave } from '../shell/cancel-or-save.tsx';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { Window } from '../shell/window.tsx';
import { saveRoute } from './queries.ts';
import { draftOf, PRESETS, type Preset, type RouteDraft, routeOf, withPreset } from './route-presets.ts';

/** Which part of the form holds what a kind of route needs. */
const partOf = (kind: RouteDraft['kind']): 'smpp' | 'smtp' => (kind === 'smpp' ? 'smpp' : 'smtp');

/** A route, new or existing. A password is written, never read back. */
export function RouteForm({ route, onClose }: { route: Route | null; onClose: () => void }) {
  const { t, word } = useWords();
  const required = (value: string, values: RouteDraft, part: 'smpp' | 'smtp') =>
    partOf(values.kind) === part && value.trim() === '' ? t('required') : null;
  const form = useForm<RouteDraft>({
    initialValues: draftOf(route),
    validate: {
      name: (value) => (value.trim() === '' ? t('required') : null),
      smpp: {
        host: (value, values) => required(value, values, 'smpp'),
        sender: (value, values) =>
          values.kind !== 'smpp' || /^(\+?\d{3,15}|[\w .&-]{1,11})$/.test(value) ? null : t('routes.sender.wrong'),
      },
      smtp: {
        host: (value, values) => required(value, values, 'smtp'),
        from: (value, values) => (values.kind === 'smpp' || /\S+@\S+/.test(value) ? null : t('email.wrong')),
      },
    },
  });
  const save = useDeed({
    run: (draft: RouteDraft) => saveRoute(route?.id ?? null, routeOf(draft)),
    touches: ['routes'],
    done: t('routes.saved'),
    onDone: onClose,
  });
  const presets = (Object.keys(PRESETS) as Preset[]).filter((preset) => !route || PRESETS[preset].kind === route.kind);
  const { kind } = form.values;
  const part = partOf(kind);
  return (
    <Window onClose={onClose} size="lg" title={route ? route.name : t('routes.add')}>
      <form onSubmit={form.onSubmit((draft) => save.mutate(draft))} noValidate>
        <Stack gap="sm">
          <Select
            label={t('routes.preset')}
            description={t('routes.preset.help')}
            placeholder={t('routes.preset.choose')}
            data={presets.map((preset) => ({ value: preset, label: word('route-preset', preset) }))}
            onChange={(preset) => preset && form.setValues(withPreset(form.values, preset as Preset))}
          />
          <TextInput label={t('name')} maxLength={60} data-autofocus {...form.getInputProps('name')} />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <TextInput label={t('routes.host')} maxLength={253} {...form.getInputProps(`${part}.host`)} />
            <NumberInput
              label={t('routes.port')}
              min={1}
              max={65_535}
              allowDecimal={false}
              {...form.getInputProps(`${part}.port`)}
            />
            {kind === 'smpp' ? (
              <>
                <TextInput label={t('routes.system-id')} maxLength={15} {...form.getInputProps('smpp.systemId')} />
                <TextInput label={t('routes.system-type')} maxLength={12} {...form.getInputProps('smpp.systemType')} />
                <TextInput
                  label={t('routes.sender')}
                  description={t('routes.sender.help')}
                  maxLength={15}
                  {...form.getInputProps('smpp.sender')}
                />
                <NumberInput
                  label={t('routes.window')}
                  description={t('routes.window.help')}
                  min={1}
                  max={100}
                  {...form.getInputProps('smpp.window')}
                />
              </>
            ) : (
              <>
                <TextInput label={t('routes.user')} maxLength={200} {...form.getInputProps('smtp.user')} />
                <Select
                  label={t('routes.tls')}
                  allowDeselect={false}
                  data={(['starttls', 'implicit', 'none'] as const).map((value) => ({
                    value,
                    label: word('tls', value),
                  }))}
                  {...form.getInputProps('smtp.tls')}
                />
                <TextInput
                  label={t('routes.from')}
                  description={kind === 'pec' ? t('routes.from.pec') : undefined}
                  maxLength={254}
                  placeholder={kind === 'pec' ? 'assistenza@pec.example.org' : 'Operatore <avvisi@example.org>'}
                  {...form.getInputProps('smtp.from')}
                />
                <NumberInput
                  label={t('routes.connections')}
                  min={1}
                  max={20}
                  {...form.getInputProps('smtp.connections')}
                />
              </>
            )}
            <NumberInput
              label={t('routes.per-second')}
              min={1}
              max={5000}
              {...form.getInputProps(`${part}.perSecond`)}
            />
            <NumberInput
              label={t('routes.cost')}
              description={t('routes.cost.help')}
              min={0}
              max={1000}
              decimalScale={3}
              {...form.getInputProps('costCents')}
            />
          </SimpleGrid>
          <PasswordInput
            label={t('password')}
            description={t(route?.hasPassword ? 'routes.password.kept' : 'routes.password.help')}
            autoComplete="off"
            maxLength={500}
            {...form.getInputProps('password')}
          />
          {kind === 'smpp' && (
            <Switch label={t('routes.smpp-tls')} {...form.getInputProps('smpp.tls', { type: 'checkbox' })} />
          )}
          <Switch label={t('routes.enabled')} {...form.getInputProps('enabled', { type: 'checkbox' })} />
          <CancelOrSave onCancel={onClose} saving={save.isPending} />
        </Stack>
      </form>
    </Window>
  );
}
