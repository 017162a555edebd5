import { Group, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { TOPICS } from '../../../contract/cases.ts';
import { CancelOrSave } from '../shell/cancel-or-save.tsx';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { Window } from '../shell/window.tsx';
import { changeLexicon } from './queries.ts';
import { folded, type Stem, withStem } from './stems.ts';

const SEVERITIES = ['critical', 'major', 'minor', 'info'] as const;

/** A stem with what it speaks for. */
export function StemForm({ stem, onClose }: { stem: Stem | null; onClose: () => void }) {
  const { t, word, language } = useWords();
  const form = useForm<Stem>({
    initialValues: stem ?? { language, stem: '', topic: 'line down', severity: null, weight: 3 },
    validate: { stem: (value) => (folded(value).length < 2 ? t('lexicon.stem.wrong') : null) },
  });
  const save = useDeed({
    run: (typed: Stem) => changeLexicon((entries) => withStem(entries, typed, stem)),
    touches: ['lexicon'],
    done: t('settings.saved'),
    onDone: onClose,
  });
  return (
    <Window onClose={onClose} title={t(stem ? 'lexicon.change' : 'lexicon.add')}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="sm">
          <TextInput
            label={t('lexicon.stem')}
            description={t('lexicon.stem.help')}
            maxLength={60}
            data-autofocus
            {...form.getInputProps('stem')}
          />
          <Group grow>
            <Select
              label={t('lexicon.topic')}
              allowDeselect={false}
              data={TOPICS.map((topic) => ({ value: topic, label: word('topic', topic) }))}
              {...form.getInputProps('topic')}
            />
            <Select
              label={t('lexicon.language')}
              allowDeselect={false}
              data={['it', 'en'].map((value) => ({ value, label: word('language', value) }))}
              {...form.getInputProps('language')}
            />
          </Group>
          <Group grow align="flex-start">
            <Select
              label={t('lexicon.severity')}
              description={t('lexicon.severity.help')}
              clearable
              placeholder={t('lexicon.says-nothing')}
              data={SEVERITIES.map((severity) => ({ value: severity, label: word('severity', severity) }))}
              {...form.getInputProps('severity')}
            />
            <NumberInput
              label={t('lexicon.weight')}
              description={t('lexicon.weight.help')}
              min={1}
              max={10}
              allowDecimal={false}
              clampBehavior="blur"
              {...form.getInputProps('weight')}
            />
          </Group>
          <CancelOrSave onCancel={onClose} saving={save.isPending} />
        </Stack>
      </form>
    </Window>
  );
}
