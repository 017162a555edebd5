import { SegmentedControl, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Case, type ChangeCase, TOPICS, type Topic } from '../../../contract/cases.ts';
import { TimeField } from '../incidents/time-field.tsx';
import { DeedForm, WordsField } from '../shell/deed-form.tsx';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { changeCase, heardByVoice, sayForCustomer, setPromise, TOUCHED, teamsQuery } from './queries.ts';

export interface ActProps {
  case: Case;
  onDone: () => void;
}

const SEVERITIES = ['critical', 'major', 'minor', 'info'] as const;
const LANGUAGES = ['it', 'en'] as const;

/** A correction of facts of the case as it was seen; somebody else's meanwhile is said. */
export function useChange(found: Case, onDone: () => void) {
  const { t } = useWords();
  return useDeed({
    run: (change: Omit<ChangeCase, 'version'>) => changeCase(found.id, { version: found.version, ...change }),
    touches: TOUCHED,
    done: t('case.changed'),
    onDone,
  });
}

/** One person becomes responsible. */
export function AssignAct({ case: found, onDone }: ActProps) {
  const { t } = useWords();
  const teams = useQuery(teamsQuery);
  const [ownerId, setOwnerId] = useState<string | null>(found.owner?.id ?? null);
  const change = useChange(found, onDone);
  const people = new Map(
    (teams.data ?? [])
      .flatMap(({ members, fallback }) => [...members, ...fallback])
      .map(({ staffId, name }) => [staffId, name]),
  );
  if (found.owner) people.set(found.owner.id, found.owner.name);
  return (
    <DeedForm
      label={t('case-act.assign.do')}
      pending={change.isPending}
      ready={ownerId !== null && ownerId !== found.owner?.id}
      onDo={() => ownerId && change.mutate({ ownerId })}
      onCancel={onDone}
    >
      <Select
        label={t('case-act.assign.who')}
        searchable
        data-autofocus
        value={ownerId}
        onChange={setOwnerId}
        data={[...people].map(([value, label]) => ({ value, label }))}
      />
    </DeedForm>
  );
}

/** A time for the next word, or for a call back. */
export function PromiseAct({ case: found, onDone, kind }: ActProps & { kind: 'promise' | 'call-back' }) {
  const { t } = useWords();
  const [by, setBy] = useState<string | null>(null);
  const promise = useDeed({
    run: (time: string) => setPromise(found.id, kind === 'promise' ? { nextWordBy: time } : { callBackBy: time }),
    touches: TOUCHED,
    done: t('case-act.promise.done'),
    onDone,
  });
  return (
    <DeedForm
      label={t('case-act.promise.do')}
      pending={promise.isPending}
      ready={by !== null}
      onDo={() => by && promise.mutate(by)}
      onCancel={onDone}
    >
      <Text size="sm">{t(`case-act.${kind}.help`)}</Text>
      <TimeField label={t('case-act.promise.by')} value={by} onChange={setBy} />
    </DeedForm>
  );
}

/** What the customer said on the telephone; where they were asked whether it works, which answer that was. */
export function VoiceAct({ case: found, onDone }: ActProps) {
  const { t } = useWords();
  const asked = found.asked?.what === 'fix works';
  const [words, setWords] = useState('');
  const [answer, setAnswer] = useState<'yes' | 'no' | 'other'>('other');
  const heard = useDeed({
    run: () => heardByVoice(found.id, { words, ...(asked && answer !== 'other' ? { answer } : {}) }),
    touches: TOUCHED,
    done: t('case-act.heard.done'),
    onDone,
  });
  return (
    <DeedForm
      label={t('case-act.heard.do')}
      pending={heard.isPending}
      ready={words.trim() !== ''}
      hint={asked && answer !== 'other' && t(`case-act.heard.${answer}.help`)}
      onDo={() => heard.mutate(undefined)}
      onCancel={onDone}
    >
      <WordsField label={t('case-act.heard.words')} data-autofocus value={words} onChange={setWords} />
      {asked && (
        <SegmentedControl
          aria-label={t('case-act.heard.works')}
          value={answer}
          onChange={(chosen) => setAnswer(chosen as typeof answer)}
          data={(['yes', 'no', 'other'] as const).map((value) => ({ value, label: t(`case-act.heard.${value}`) }))}
        />
      )}
    </DeedForm>
  );
}

/** Topic, severity and language. */
export function PropertiesAct({ case: found, onDone }: ActProps) {
  const { t, word } = useWords();
  const [topic, setTopic] = useState<Topic>(found.topic);
  const [severity, setSeverity] = useState(found.severity);
  const [language, setLanguage] = useState(found.language);
  const change = useChange(found, onDone);
  const wish = {
    ...(topic === found.topic ? {} : { topic }),
    ...(severity === found.severity ? {} : { severity }),
    ...(language === found.language ? {} : { language }),
  };
  return (
    <DeedForm
      label={t('save')}
      pending={change.isPending}
      ready={Object.keys(wish).length > 0}
      onDo={() => change.mutate(wish)}
      onCancel={onDone}
    >
      <Select
        label={t('case.topic')}
        allowDeselect={false}
        data-autofocus
        value={topic}
        onChange={(chosen) => setTopic(chosen as Topic)}
        data={TOPICS.map((value) => ({ value, label: word('topic', value) }))}
      />
      <Select
        label={t('case.severity')}
        allowDeselect={false}
        value={severity}
        onChange={(chosen) => setSeverity(chosen as typeof severity)}
        data={SEVERITIES.map((value) => ({ value, label: word('severity', value) }))}
      />
      <Select
        label={t('customer.language')}
        allowDeselect={false}
        value={language}
        onChange={(chosen) => setLanguage(chosen as typeof language)}
        data={LANGUAGES.map((value) => ({ value, label: word('language-name', value) }))}
      />
    </DeedForm>
  );
}

/** That others have to act first. */
export function WaitAct({ case: found, onDone }: ActProps) {
  const { t, word } = useWords();
  const now = found.waitingFor === 'technical' || found.waitingFor === 'third party' ? found.waitingFor : 'none';
  const [waitingFor, setWaitingFor] = useState<'none' | 'technical' | 'third party'>(now);
  const change = useChange(found, onDone);
  return (
    <DeedForm
      label={t('save')}
      pending={change.isPending}
      ready={waitingFor !== now}
      onDo={() => change.mutate({ waitingFor: waitingFor === 'none' ? null : waitingFor })}
      onCancel={onDone}
    >
      <Text size="sm">{t('case-act.waiting.help')}</Text>
      <Select
        label={t('case-act.waiting.for')}
        allowDeselect={false}
        data-autofocus
        value={waitingFor}
        onChange={(chosen) => setWaitingFor(chosen as typeof waitingFor)}
        data={[
          { value: 'none', label: t('case-act.waiting.nobody') },
          { value: 'technical', label: word('waiting-for', 'technical') },
          { value: 'third party', label: word('waiting-for', 'third party') },
        ]}
      />
    </DeedForm>
  );
}

/** What the customer wants, in their words. */
export function WordsAct({ case: found, onDone, act }: ActProps & { act: 'formal' | 'cancel' }) {
  const { t } = useWords();
  const [words, setWords] = useState('');
  const say = useDeed({
    run: () => sayForCustomer(found.id, act, words),
    touches: TOUCHED,
    done: t(`case-act.${act}.done`),
    onDone,
  });
  return (
    <DeedForm
      label={t(`case-act.${act}.do`)}
      pending={say.isPending}
      ready={words.trim() !== ''}
      {...(act === 'cancel' ? { color: 'red' } : {})}
      onDo={() => say.mutate(undefined)}
      onCancel={onDone}
    >
      <Text size="sm">{t(`case-act.${act}.help`)}</Text>
      <WordsField label={t('case-act.words')} data-autofocus value={words} onChange={setWords} />
    </DeedForm>
  );
}
