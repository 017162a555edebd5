import { Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { type UseFormInput, type UseFormReturnType, useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import type { Settings } from '../../../contract/settings.ts';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { Shown } from '../shell/states.tsx';
import { saveSettings, settingsQuery } from './queries.ts';

/** A group as a form holds it: the ladder is a list, and forms want a record around it. */
type Held<Name extends keyof Settings> = { group: Settings[Name] };
export type GroupFields<Name extends keyof Settings> = UseFormReturnType<Held<Name>>;

interface GroupFormProps<Name extends keyof Settings> {
  name: Name;
  title: string;
  hint?: string;
  validate?: UseFormInput<Held<Name>>['validate'];
  /** What leaves: where a part of the group is changed elsewhere, that part as it is saved now. */
  leaving?: (typed: Settings[Name], saved: Settings[Name]) => Settings[Name];
  children: (form: GroupFields<Name>) => ReactNode;
}

/** One group of settings with one save. Whoever may only see it finds it disabled. */
export function GroupForm<Name extends keyof Settings>(props: GroupFormProps<Name>) {
  const query = useQuery(settingsQuery);
  return <Shown query={query}>{(settings) => <Loaded {...props} saved={settings[props.name]} />}</Shown>;
}

function Loaded<Name extends keyof Settings>({
  name,
  title,
  hint,
  validate,
  leaving = (typed) => typed,
  children,
  saved,
}: GroupFormProps<Name> & { saved: Settings[Name] }) {
  const { t } = useWords();
  const mayChange = useMay()('settings:change');
  const form = useForm<Held<Name>>({ initialValues: { group: saved }, ...(validate ? { validate } : {}) });
  const { setInitialValues, setValues, isDirty, resetDirty } = form;
  // Saved elsewhere meanwhile: shown, unless somebody is typing here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a newer saved value matters
  useEffect(() => {
    setInitialValues({ group: saved });
    if (!isDirty()) setValues({ group: saved });
  }, [saved]);
  const save = useDeed({
    run: (group: Settings[Name]) => saveSettings({ [name]: leaving(group, saved) }),
    touches: ['settings', 'me'],
    done: t('settings.saved'),
    onDone: (_settings, group) => resetDirty({ group }),
  });
  return (
    <Card component="form" onSubmit={form.onSubmit(({ group }) => save.mutate(group))} noValidate>
      <Stack gap="md" maw={720}>
        <div>
          <Title order={2}>{title}</Title>
          {hint && (
            <Text size="sm" c="dimmed">
              {hint}
            </Text>
          )}
        </div>
        <fieldset disabled={!mayChange} style={{ border: 0, padding: 0, margin: 0 }}>
          <Stack gap="md">{children(form)}</Stack>
        </fieldset>
        {mayChange ? (
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
              {t('save')}
            </Button>
            {form.isDirty() && (
              <Button variant="subtle" color="gray" onClick={() => form.reset()}>
                {t('settings.revert')}
              </Button>
            )}
          </Group>
        ) : (
          <Text size="sm" c="dimmed">
            {t('settings.see-only')}
          </Text>
        )}
      </Stack>
    </Card>
  );
}
