import {
  Button,
  Card,
  Checkbox,
  Fieldset,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { ADVICE, type Advice, CAUSES, type Cause, NEXT_STEPS, type NextStep } from '../../../contract/answer.ts';
import type { Announce, Incident } from '../../../contract/incidents.ts';
import { businessNow } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMe } from '../shell/me.ts';
import { sayDone, useDeed } from '../shell/notices.tsx';
import { Problem } from '../shell/request.ts';
import { Trouble } from '../shell/states.tsx';
import { announceOf, type Draft, draftFrom } from './draft.ts';
import { announce, previewQuery } from './queries.ts';
import { TellPreview } from './tell-preview.tsx';
import { TimeField } from './time-field.tsx';

const PREVIEW_AFTER_MILLISECONDS = 400;

/** New facts for customers: cause, time, next step; who would be told what is shown while it is written. */
export function TellPanel({ incident }: { incident: Incident }) {
  const { t, word } = useWords();
  const me = useMe();
  const [draft, setDraft] = useState<Draft>(() => draftFrom(incident, businessNow(me)));
  const [stale, setStale] = useState(false);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));

  const ready = useMemo(() => announceOf(draft, incident.version), [draft, incident.version]);
  const [asked] = useDebouncedValue(ready, PREVIEW_AFTER_MILLISECONDS);
  const preview = useQuery({
    ...previewQuery(incident.id, asked ?? ({} as Announce)),
    // What was asked for an older version would be refused; the draft follows with the newer one in a moment.
    enabled: asked !== null && asked.version === incident.version,
    placeholderData: keepPreviousData,
  });

  const tell = useDeed({
    run: (body: Announce) => announce(incident.id, body),
    touches: ['incidents', 'promises'],
    onDone: (announcement) => {
      setStale(false);
      sayDone(t('tell.done', { state: word('announcement-state', announcement.state) }));
    },
    onProblem: (error) => {
      // Somebody else was faster: the newer state is loaded (with its version), what was typed stays.
      if (!(error instanceof Problem) || error.status !== 409) return false;
      setStale(true);
      return true;
    },
  });

  return (
    <Card id="tell">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) tell.mutate(ready);
        }}
      >
        <Stack gap="sm">
          <Title order={2}>{t('tell')}</Title>
          {stale && tell.error && (
            <>
              <Trouble error={tell.error} />
              <Text size="sm">{t('tell.stale')}</Text>
            </>
          )}
          <Group grow align="flex-start" gap="sm" preventGrowOverflow={false} wrap="wrap">
            <Select
              label={t('incident.cause')}
              data={CAUSES.map((cause) => ({ value: cause, label: word('cause', cause) }))}
              value={draft.cause}
              allowDeselect={false}
              onChange={(cause) => cause && change({ cause: cause as Cause })}
              miw={200}
            />
            <Select
              label={t('tell.next-step')}
              data={NEXT_STEPS.map((step) => ({ value: step, label: word('next-step', step) }))}
              value={draft.nextStep}
              allowDeselect={false}
              onChange={(step) => step && change({ nextStep: step as NextStep })}
              miw={200}
            />
          </Group>
          <TextInput
            label={t('tell.words.it')}
            description={t('tell.words.help')}
            maxLength={300}
            value={draft.words.it}
            onChange={(event) => change({ words: { ...draft.words, it: event.currentTarget.value } })}
          />
          <TextInput
            label={t('tell.words.en')}
            maxLength={300}
            value={draft.words.en}
            onChange={(event) => change({ words: { ...draft.words, en: event.currentTarget.value } })}
          />
          <Fieldset legend={t('tell.until')} p="sm">
            <Stack gap="xs">
              <SegmentedControl
                aria-label={t('tell.until')}
                value={draft.endKnown ? 'known' : 'unknown'}
                onChange={(chosen) => change({ endKnown: chosen === 'known' })}
                data={[
                  { value: 'known', label: t('tell.end-known') },
                  { value: 'unknown', label: t('tell.end-unknown') },
                ]}
              />
              {draft.endKnown ? (
                <TimeField
                  key="end"
                  label={t('incident.expected-end')}
                  value={draft.expectedEnd}
                  onChange={(expectedEnd) => change({ expectedEnd })}
                />
              ) : (
                <TimeField
                  key="word"
                  label={t('tell.next-word')}
                  value={draft.nextWordBy}
                  onChange={(nextWordBy) => change({ nextWordBy })}
                />
              )}
            </Stack>
          </Fieldset>
          <Checkbox.Group
            label={t('tell.advice')}
            value={draft.whatYouCanDo}
            onChange={(chosen) => change({ whatYouCanDo: chosen as Advice[] })}
          >
            <Group gap="sm" mt={4}>
              {ADVICE.map((advice) => (
                <Checkbox key={advice} value={advice} label={word('advice', advice)} />
              ))}
            </Group>
          </Checkbox.Group>
          {ready === null ? (
            <Text size="sm" c="dimmed">
              {t('tell.needs-time')}
            </Text>
          ) : preview.error ? (
            <Trouble error={preview.error} onRetry={() => void preview.refetch()} />
          ) : (
            preview.data && <TellPreview preview={preview.data} stale={preview.isPlaceholderData || asked !== ready} />
          )}
          <Group>
            <Button type="submit" disabled={ready === null || preview.isError} loading={tell.isPending}>
              {preview.data && ready
                ? t(preview.data.outcome === 'observed' ? 'tell.send.observed' : 'tell.send', {
                    count: preview.data.people,
                  })
                : t('tell')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
