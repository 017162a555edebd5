import { Alert, Button, Card, Checkbox, Group, SegmentedControl, Stack, Tabs, Text, Textarea } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconMailExclamation } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Case } from '../../../contract/cases.ts';
import { TimeField } from '../incidents/time-field.tsx';
import { Moment, useBusinessNow } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { Problem } from '../shell/request.ts';
import { AttachHere, Attachments, useAttachments } from './attach-files.tsx';
import { FixForm, HandOverForm, TOUCHED } from './case-forms.tsx';
import { answerCase, askCustomer, noteCase } from './queries.ts';
import { EMPTY_REPLY, inheritedWord, missingOf, newestHeard, type ReplyDraft, wordsOfReply } from './reply-draft.ts';

type Writing = 'answer' | 'question' | 'note' | 'fix' | 'hand-over';

/** Where an answer, a question, a note, a fix or a hand-over is written. What was begun stays while one looks at another. */
export function Composer({ case: found }: { case: Case }) {
  const { t } = useWords();
  const may = useMay();
  const [writing, setWriting] = useState<Writing>(may('cases:work') ? 'answer' : 'note');
  const possible: Writing[] = [
    ...(may('cases:work') ? (['answer', 'question'] as const) : []),
    'note',
    ...(may('cases:work') || may('cases:technical') ? (['fix'] as const) : []),
    ...(may('cases:work') ? (['hand-over'] as const) : []),
  ];
  const to = (place: Writing) => () => {
    if (!possible.includes(place)) return;
    setWriting(place);
    document.getElementById(`write-${place}`)?.focus();
  };
  useHotkeys([
    ['r', to('answer')],
    ['x', to('note')],
  ]);
  return (
    <Card id="write" padding="sm" component="section" aria-label={t('write')}>
      <Tabs value={writing} onChange={(chosen) => chosen && setWriting(chosen as Writing)} keepMounted>
        <Tabs.List mb="sm">
          {possible.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`write.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="answer">
          <AnswerForm case={found} />
        </Tabs.Panel>
        <Tabs.Panel value="question">
          <QuestionForm case={found} />
        </Tabs.Panel>
        <Tabs.Panel value="note">
          <NoteForm case={found} />
        </Tabs.Panel>
        <Tabs.Panel value="fix">
          <FixForm case={found} />
        </Tabs.Panel>
        <Tabs.Panel value="hand-over">
          <HandOverForm case={found} />
        </Tabs.Panel>
      </Tabs>
    </Card>
  );
}

/**
 * What was read when the writing began, and whether something newer came since: what is sent answers what was read. `begin` is called at the first
 * letter, `read` when the newer message was looked at.
 */
function useHeardUpTo(found: Case) {
  const queries = useQueryClient();
  const newest = newestHeard(found);
  const [began, setBegan] = useState<number | null>(null);
  return {
    heardUpTo: began ?? newest,
    newer: began !== null && newest > began,
    begin: () => setBegan((before) => before ?? newest),
    read: () => setBegan(newest),
    over: () => setBegan(null),
    /** The server knows of a newer message: it is fetched and shown; true when it was that. */
    onProblem: (error: unknown): boolean => {
      if (!(error instanceof Problem) || error.code !== 'newer-message') return false;
      setBegan((before) => before ?? newest);
      void queries.invalidateQueries({ queryKey: ['cases', 'one', found.id] });
      return true;
    },
  };
}

function NewerMessage({ case: found, onRead }: { case: Case; onRead: () => void }) {
  const { t } = useWords();
  const message = found.messages.findLast(({ direction }) => direction === 'in');
  return (
    <Alert color="orange" variant="light" icon={<IconMailExclamation />} title={t('write.newer')} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm" className="message-text">
          {message?.body}
        </Text>
        <Button size="xs" variant="default" onClick={onRead}>
          {t('write.newer.read')}
        </Button>
      </Stack>
    </Alert>
  );
}

function AnswerForm({ case: found }: { case: Case }) {
  const { t } = useWords();
  const [draft, setDraft] = useState<ReplyDraft>(EMPTY_REPLY);
  const [answersComplaint, setAnswersComplaint] = useState(false);
  const [sent, setSent] = useState(0);
  const attachments = useAttachments(found.id);
  const heard = useHeardUpTo(found);
  const inherited = inheritedWord(found, useBusinessNow());
  const missing = missingOf(draft, inherited);
  const complaint = found.promises.some(({ kind, state }) => kind === 'formal-answer' && state === 'open');
  const send = useDeed({
    run: () =>
      answerCase(found.id, {
        words: wordsOfReply(draft),
        heardUpTo: heard.heardUpTo,
        ...(draft.nextWordBy ? { nextWordBy: draft.nextWordBy } : {}),
        ...(complaint && answersComplaint ? { answersComplaint } : {}),
        ...(attachments.ids.length > 0 ? { fileIds: attachments.ids } : {}),
      }),
    touches: TOUCHED,
    done: t('write.answer.done'),
    onDone: () => {
      setDraft(EMPTY_REPLY);
      setAnswersComplaint(false);
      attachments.over();
      setSent((count) => count + 1);
      heard.over();
    },
    onProblem: heard.onProblem,
  });
  const change = (part: Partial<ReplyDraft>) => {
    heard.begin();
    setDraft((before) => ({ ...before, ...part }));
  };
  return (
    <AttachHere attachments={attachments}>
      <Stack gap="sm">
        {heard.newer && <NewerMessage case={found} onRead={heard.read} />}
        <Textarea
          id="write-answer"
          label={t('write.reason')}
          description={t('write.reason.help')}
          autosize
          minRows={2}
          maxRows={14}
          maxLength={6000}
          value={draft.reason}
          onChange={(event) => change({ reason: event.currentTarget.value })}
        />
        <Textarea
          label={t('write.next-step')}
          description={t('write.next-step.help')}
          autosize
          minRows={1}
          maxRows={8}
          maxLength={3000}
          value={draft.nextStep}
          onChange={(event) => change({ nextStep: event.currentTarget.value })}
        />
        {inherited && (
          <Text size="sm">
            {t('write.inherits')} <Moment at={inherited} clock />
          </Text>
        )}
        <TimeField
          // Its own words ("domani 18:00") go with what was sent.
          key={sent}
          label={t(inherited ? 'write.next-word.other' : 'write.next-word')}
          value={draft.nextWordBy}
          onChange={(nextWordBy) => change({ nextWordBy })}
        />
        {complaint && (
          <Checkbox
            label={t('write.answers-complaint')}
            checked={answersComplaint}
            onChange={(event) => setAnswersComplaint(event.currentTarget.checked)}
          />
        )}
        <Attachments attachments={attachments} />
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed" role="status" flex={1} miw={200}>
            {missing.length > 0
              ? t('write.missing', { what: missing.map((part) => t(`write.missing.${part}`)).join(', ') })
              : t('write.to', { to: found.contact?.address ?? t('write.to.page') })}
          </Text>
          <Button
            onClick={() => send.mutate(undefined)}
            loading={send.isPending}
            disabled={missing.length > 0 || heard.newer || attachments.busy}
          >
            {t('write.answer.send')}
          </Button>
        </Group>
      </Stack>
    </AttachHere>
  );
}

function QuestionForm({ case: found }: { case: Case }) {
  const { t } = useWords();
  const [words, setWords] = useState('');
  const heard = useHeardUpTo(found);
  const ask = useDeed({
    run: () => askCustomer(found.id, { words, heardUpTo: heard.heardUpTo }),
    touches: TOUCHED,
    done: t('write.question.done'),
    onDone: () => {
      setWords('');
      heard.over();
    },
    onProblem: heard.onProblem,
  });
  return (
    <Stack gap="sm">
      {heard.newer && <NewerMessage case={found} onRead={heard.read} />}
      <Textarea
        id="write-question"
        label={t('write.question.words')}
        description={t('write.question.help')}
        autosize
        minRows={2}
        maxRows={14}
        maxLength={10_000}
        value={words}
        onChange={(event) => {
          heard.begin();
          setWords(event.currentTarget.value);
        }}
      />
      <Button
        style={{ alignSelf: 'flex-end' }}
        onClick={() => ask.mutate(undefined)}
        loading={ask.isPending}
        disabled={words.trim() === '' || heard.newer}
      >
        {t('write.question.send')}
      </Button>
    </Stack>
  );
}

function NoteForm({ case: found }: { case: Case }) {
  const { t } = useWords();
  const may = useMay();
  const [words, setWords] = useState('');
  const [visibility, setVisibility] = useState<'partner' | 'operator'>(may('cases:work') ? 'operator' : 'partner');
  const note = useDeed({
    run: () => noteCase(found.id, { words, visibility }),
    touches: TOUCHED,
    done: t('write.note.done'),
    onDone: () => setWords(''),
  });
  return (
    <Stack gap="sm">
      <Textarea
        id="write-note"
        label={t('write.note.words')}
        description={t('write.note.help')}
        autosize
        minRows={2}
        maxRows={14}
        maxLength={10_000}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Group justify="space-between" gap="xs">
        <SegmentedControl
          aria-label={t('write.note.seen-by')}
          value={visibility}
          onChange={(chosen) => setVisibility(chosen as 'partner' | 'operator')}
          data={(['operator', 'partner'] as const).map((value) => ({ value, label: t(`visibility.${value}`) }))}
        />
        <Button onClick={() => note.mutate(undefined)} loading={note.isPending} disabled={words.trim() === ''}>
          {t('write.note.send')}
        </Button>
      </Group>
    </Stack>
  );
}
