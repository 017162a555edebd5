import { Button, Group, SegmentedControl, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import '@mantine/dates/styles.css';
import 'dayjs/locale/it';
import { useForm } from '@mantine/form';
import type { ContactPoint, RecordConsent } from '../../../contract/customers.ts';
import { businessNow } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMe } from '../shell/me.ts';
import { sayDone, useDeed } from '../shell/notices.tsx';
import { Window } from '../shell/window.tsx';
import { fromPicker, toPicker } from '../shell/zoned.ts';
import { recordConsent } from './queries.ts';

/** A yes or a no that a customer gave to a person: what, when, how, and in which words. */
export function ConsentForm({ point, onClose }: { point: ContactPoint; onClose: () => void }) {
  const { t, word, language } = useWords();
  const me = useMe();
  const form = useForm<RecordConsent>({
    initialValues: { decision: 'granted', givenAt: businessNow(me).toISOString(), source: '', textShown: '' },
    validate: {
      source: (value) => (value.trim() === '' ? t('required') : null),
      textShown: (value) => (value.trim() === '' ? t('required') : null),
    },
  });
  const record = useDeed({
    run: (body: RecordConsent) => recordConsent(point.id, body),
    touches: ['customers'],
    onDone: ({ consent }) => {
      sayDone(t('consent.recorded', { consent: word('consent', consent) }));
      onClose();
    },
  });
  return (
    <Window onClose={onClose} title={`${t('consent.record')}: ${point.address}`}>
      <form onSubmit={form.onSubmit((values) => record.mutate(values))}>
        <Stack gap="sm">
          <div>
            <Text size="sm" fw={600} mb={4}>
              {t('consent.decision')}
            </Text>
            <SegmentedControl
              fullWidth
              aria-label={t('consent.decision')}
              data={(['granted', 'refused'] as const).map((value) => ({ value, label: t(`consent.says.${value}`) }))}
              {...form.getInputProps('decision')}
            />
          </div>
          <DateTimePicker
            label={t('consent.given-at')}
            locale={language}
            valueFormat="DD/MM/YYYY HH:mm"
            maxDate={toPicker(businessNow(me), me.timeZone)}
            value={toPicker(new Date(form.values.givenAt), me.timeZone)}
            popoverProps={{ transitionProps: { duration: 100 } }}
            onChange={(picked) => {
              const instant = picked ? fromPicker(String(picked), me.timeZone) : null;
              if (instant) form.setFieldValue('givenAt', instant.toISOString());
            }}
          />
          <TextInput
            label={t('consent.source')}
            description={t('consent.source.help')}
            maxLength={200}
            {...form.getInputProps('source')}
          />
          <Textarea
            label={t('consent.text')}
            description={t('consent.text.help')}
            maxLength={2000}
            autosize
            minRows={2}
            {...form.getInputProps('textShown')}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={record.isPending}>
              {t('consent.record')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Window>
  );
}
