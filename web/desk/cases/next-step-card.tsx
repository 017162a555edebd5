import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconRoute } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import type { Case } from '../../../contract/cases.ts';
import { Moment } from '../shell/business-clock.tsx';
import { DeedForm, WordsField } from '../shell/deed-form.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay, useMe } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { type NextStep, nextStep } from './next-step.ts';
import { acceptHandOver, changeCase, refuseHandOver, sayForCustomer, TOUCHED } from './queries.ts';

const TO_WRITE: ReadonlySet<NextStep> = new Set([
  'promise-late',
  'set-time',
  'first-word',
  'promise-at-risk',
  'answer',
  'work',
]);

/** What to do next about a case, until when, and the buttons for it: the most visible thing of the page. */
export function NextStepCard({ case: found }: { case: Case }) {
  const { t } = useWords();
  const may = useMay();
  const { id } = useMe();
  const next = nextStep(found);
  const take = useDeed({
    run: () => changeCase(found.id, { version: found.version, ownerId: id }),
    touches: TOUCHED,
    done: t('case.taken'),
  });
  if (!next) return null;
  const free = next.what !== 'accept' && found.owner?.id !== id && may('cases:work');
  return (
    <Alert
      className="next-thing"
      data-urgent={next.urgent}
      color={next.urgent ? 'orange' : 'thread'}
      variant="outline"
      icon={<IconRoute />}
      py="sm"
    >
      <Stack gap="xs">
        <div>
          <Group gap="xs">
            <Text fw={600}>
              {t(`case-next.${next.what}`, next.what === 'accept' ? { team: found.handOver?.team ?? '' } : undefined)}
            </Text>
            {next.by && <Moment at={next.by} clock />}
          </Group>
          <Text size="sm">{t(`case-next.${next.what}.help`)}</Text>
        </div>
        {next.what === 'accept' && <AcceptOrRefuse case={found} />}
        {next.what === 'read' && <WhatTheySaid case={found} />}
        {(TO_WRITE.has(next.what) || free) && (
          <Group gap="xs">
            {TO_WRITE.has(next.what) && may('cases:work') && (
              <Button component="a" href="#write">
                {t('write.answer')}
              </Button>
            )}
            {free && (
              <Button variant="default" loading={take.isPending} onClick={() => take.mutate(undefined)}>
                {t('case.take')}
              </Button>
            )}
          </Group>
        )}
      </Stack>
    </Alert>
  );
}

/** One press accepts; a refusal says why. */
function AcceptOrRefuse({ case: found }: { case: Case }) {
  const { t } = useWords();
  const may = useMay();
  const [refusing, setRefusing] = useState(false);
  const [words, setWords] = useState('');
  const button = useRef<HTMLButtonElement>(null);
  const accept = useDeed({ run: () => acceptHandOver(found.id), touches: TOUCHED, done: t('hand-over.accepted') });
  const refuse = useDeed({
    run: () => refuseHandOver(found.id, words),
    touches: TOUCHED,
    done: t('hand-over.refused'),
    onDone: () => setRefusing(false),
  });
  const leave = () => {
    setRefusing(false);
    button.current?.focus();
  };
  const standing = found.handOvers.find(({ endedAt }) => endedAt === null);
  if (!may('cases:technical') && !may('cases:work')) return null;
  return (
    <Stack gap="xs">
      {standing && (
        <Text size="sm" className="message-text quoted">
          {standing.note}
        </Text>
      )}
      <Group gap="xs">
        <Button size="md" loading={accept.isPending} onClick={() => accept.mutate(undefined)}>
          {t('hand-over.accept')}
        </Button>
        <Button ref={button} variant="default" aria-expanded={refusing} onClick={() => setRefusing(!refusing)}>
          {t('hand-over.refuse')}
        </Button>
      </Group>
      {refusing && (
        <DeedForm
          label={t('hand-over.refuse.send')}
          pending={refuse.isPending}
          ready={words.trim() !== ''}
          onDo={() => refuse.mutate(undefined)}
          onCancel={leave}
        >
          <WordsField label={t('hand-over.refuse.why')} minRows={2} autoFocus value={words} onChange={setWords} />
        </DeedForm>
      )}
    </Stack>
  );
}

/** The customer answered in words of their own: a person says which answer that was. */
function WhatTheySaid({ case: found }: { case: Case }) {
  const { t } = useWords();
  const may = useMay();
  const message = found.messages.findLast(({ direction, claim }) => direction === 'in' && !claim);
  const say = useDeed({
    run: (answer: 'confirm' | 'deny') => sayForCustomer(found.id, answer, ''),
    touches: TOUCHED,
    done: t('case-read.done'),
  });
  if (!may('cases:work')) return null;
  return (
    <Stack gap="xs">
      {message && (
        <Text size="sm" className="message-text quoted">
          {message.body}
        </Text>
      )}
      <Group gap="xs">
        {(['confirm', 'deny'] as const).map((answer) => (
          <Button
            key={answer}
            variant="default"
            disabled={say.isPending}
            loading={say.isPending && say.variables === answer}
            onClick={() => say.mutate(answer)}
          >
            {t(`case-read.${answer}`)}
          </Button>
        ))}
      </Group>
    </Stack>
  );
}
