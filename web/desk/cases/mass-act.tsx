import { Alert, Button, Group, List, SegmentedControl, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { MassAct as Act, MassPreview } from '../../../contract/cases.ts';
import { TimeField } from '../incidents/time-field.tsx';
import { useWords } from '../shell/language.tsx';
import { sayDone, sayUndoable, useDeed, useFailed } from '../shell/notices.tsx';
import { Shown } from '../shell/states.tsx';
import { TeamSelect } from './case-forms.tsx';
import { massAct, massPreviewQuery, undoMessages } from './queries.ts';
import { EMPTY_REPLY, wordsOfReply } from './reply-draft.ts';

const ACTS = ['answer', 'fix', 'hand-over', 'unlink'] as const satisfies readonly Act['act'][];
const TYPING_MILLISECONDS = 400;

/** One act on all open cases of an incident: first what would happen, then the doing; answers can be taken back while they wait. */
export function MassAct({ incidentId }: { incidentId: string }) {
  const { t } = useWords();
  const sayFailed = useFailed();
  const [act, setAct] = useState<Act['act']>('answer');
  const [draft, setDraft] = useState(EMPTY_REPLY);
  const [teamId, setTeamId] = useState<string | null>(null);
  const [looking, setLooking] = useState(false);
  const [sent, setSent] = useState(0);
  const words = wordsOfReply(act === 'answer' ? draft : { ...draft, nextStep: '' });
  const wish: Act = {
    act,
    ...(words !== '' && act !== 'unlink' ? { words } : {}),
    ...(act === 'answer' && draft.nextWordBy ? { nextWordBy: draft.nextWordBy } : {}),
    ...(act === 'hand-over' && teamId ? { teamId } : {}),
  };
  const [settled] = useDebouncedValue(wish, TYPING_MILLISECONDS);
  const complete =
    (act === 'answer' && draft.reason.trim() !== '' && draft.nextStep.trim() !== '') ||
    act === 'fix' ||
    act === 'unlink' ||
    (act === 'hand-over' && teamId !== null && words !== '');
  const preview = useQuery({ ...massPreviewQuery(incidentId, settled), enabled: looking && complete });
  const run = useDeed({
    run: () => massAct(incidentId, wish),
    touches: ['cases', 'promises', 'incidents'],
    onDone: ({ done, left, messageIds }) => {
      setLooking(false);
      setDraft(EMPTY_REPLY);
      setSent((count) => count + 1);
      const said = t('mass.done', { done, left: left.length });
      if (messageIds.length === 0) return sayDone(said);
      sayUndoable(said, t('mass.undo'), () => {
        undoMessages(messageIds).then(({ undone }) => sayDone(t('mass.undone', { count: undone })), sayFailed);
      });
    },
  });
  const change = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  return (
    <Stack gap="sm" component="section" aria-label={t('mass')}>
      <Text fw={600}>{t('mass')}</Text>
      <SegmentedControl
        aria-label={t('mass.what')}
        value={act}
        onChange={(chosen) => setAct(chosen as Act['act'])}
        data={ACTS.map((value) => ({ value, label: t(`mass.${value}`) }))}
      />
      {act === 'hand-over' && <TeamSelect value={teamId} onChange={setTeamId} />}
      {act !== 'unlink' && (
        <Textarea
          label={t(act === 'answer' ? 'write.reason' : act === 'fix' ? 'write.fix.words' : 'write.hand-over.note')}
          autosize
          minRows={2}
          maxRows={10}
          maxLength={6000}
          value={draft.reason}
          onChange={(event) => change({ reason: event.currentTarget.value })}
        />
      )}
      {act === 'answer' && (
        <>
          <Textarea
            label={t('write.next-step')}
            autosize
            minRows={1}
            maxRows={6}
            maxLength={3000}
            value={draft.nextStep}
            onChange={(event) => change({ nextStep: event.currentTarget.value })}
          />
          <TimeField
            key={sent}
            label={t('mass.next-word')}
            value={draft.nextWordBy}
            onChange={(nextWordBy) => change({ nextWordBy })}
          />
        </>
      )}
      {looking && complete && <Shown query={preview}>{(seen) => <Preview seen={seen} />}</Shown>}
      <Group gap="xs">
        <Button variant="default" disabled={!complete} onClick={() => setLooking(true)}>
          {t('mass.preview')}
        </Button>
        <Button
          disabled={!complete || !looking || preview.data === undefined || preview.isFetching}
          loading={run.isPending}
          onClick={() => run.mutate(undefined)}
        >
          {t('mass.do')}
        </Button>
      </Group>
    </Stack>
  );
}

function Preview({ seen }: { seen: MassPreview }) {
  const { t } = useWords();
  return (
    <Alert variant="light" title={t('mass.preview.cases', { count: seen.cases })}>
      <Stack gap="xs">
        {seen.sample !== null && (
          <Text size="sm" className="message-text quoted">
            {seen.sample}
          </Text>
        )}
        {seen.left.length > 0 && (
          <div>
            <Text size="sm" fw={600}>
              {t('mass.preview.left')}
            </Text>
            <List size="sm">
              {seen.left.map((one) => (
                <List.Item key={one.number}>
                  {one.number}: {one.because}
                </List.Item>
              ))}
            </List>
          </div>
        )}
      </Stack>
    </Alert>
  );
}
