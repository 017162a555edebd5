import { Button, SegmentedControl, Select, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Case, type ChangeCase, TOPICS, type Topic } from '../../../contract/cases.ts';
import { incidentsQuery } from '../incidents/queries.ts';
import { TimeField } from '../incidents/time-field.tsx';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { TOUCHED } from './case-forms.tsx';
import { changeCase, heardByVoice, sayForCustomer, setPromise, teamsQuery } from './queries.ts';

interface ActProps {
  case: Case;
  onDone: () => void;
}

const SEVERITIES = ['critical', 'major', 'minor', 'info'] as const;
const LANGUAGES = ['it', 'en'] as const;

function useChange(found: Case, onDone: () => void) {
  const { t } = useWords();
  return useDeed({
    run: (change: Omit<ChangeCase, 'version'>) => changeCase(found.id, { version: found.version, ...change }),
    touches: TOUCHED,
    done: t('case.changed'),
    onDone,
  });
}

function Done({
  label,
  pending,
  disabled,
  onClick,
}: {
  label: string;
  pending: boolean;
  disabled?: boolean;
  onClick: () => void;
}) {
  return (
    <Button style={{ alignSelf: 'flex-end' }} loading={pending} disabled={disabled ?? false} onClick={onClick}>
      {label}
    </Button>
  );
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
    <Stack gap="sm">
      <Select
        label={t('case-act.assign.who')}
        searchable
        value={ownerId}
        onChange={setOwnerId}
        data={[...people].map(([value, label]) => ({ value, label }))}
        comboboxProps={{ withinPortal: true }}
      />
      <Done
        label={t('case-act.assign.do')}
        pending={change.isPending}
        disabled={ownerId === null || ownerId === found.owner?.id}
        onClick={() => ownerId && change.mutate({ ownerId })}
      />
    </Stack>
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
    <Stack gap="sm">
      <Text size="sm">{t(`case-act.${kind}.help`)}</Text>
      <TimeField label={t('case-act.promise.by')} value={by} onChange={setBy} />
      <Done
        label={t('case-act.promise.do')}
        pending={promise.isPending}
        disabled={by === null}
        onClick={() => by && promise.mutate(by)}
      />
    </Stack>
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
    <Stack gap="sm">
      <Textarea
        label={t('case-act.heard.words')}
        autosize
        minRows={3}
        maxRows={14}
        maxLength={10_000}
        data-autofocus
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      {asked && (
        <SegmentedControl
          aria-label={t('case-act.heard.works')}
          value={answer}
          onChange={(chosen) => setAnswer(chosen as typeof answer)}
          data={(['yes', 'no', 'other'] as const).map((value) => ({ value, label: t(`case-act.heard.${value}`) }))}
        />
      )}
      <Done
        label={t('case-act.heard.do')}
        pending={heard.isPending}
        disabled={words.trim() === ''}
        onClick={() => heard.mutate(undefined)}
      />
    </Stack>
  );
}

/** Topic, severity and language. */
export function PropertiesAct({ case: found, onDone }: ActProps) {
  const { t, word } = useWords();
  const [topic, setTopic] = useState<Topic>(found.topic);
  const [severity, setSeverity] = useState(found.severity);
  const [language, setLanguage] = useState(found.language);
  const change = useChange(found, onDone);
  return (
    <Stack gap="sm">
      <Select
        label={t('case.topic')}
        allowDeselect={false}
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
      <Done
        label={t('save')}
        pending={change.isPending}
        onClick={() =>
          change.mutate({
            ...(topic === found.topic ? {} : { topic }),
            ...(severity === found.severity ? {} : { severity }),
            ...(language === found.language ? {} : { language }),
          })
        }
      />
    </Stack>
  );
}

/** Behind which incident it stands: it is answered with it. */
export function IncidentAct({ case: found, onDone }: ActProps) {
  const { t } = useWords();
  const incidents = useQuery(incidentsQuery('open'));
  const [incidentId, setIncidentId] = useState<string | null>(found.incidentId);
  const change = useChange(found, onDone);
  return (
    <Stack gap="sm">
      <Text size="sm">{t('case-act.incident.help')}</Text>
      <Select
        label={t('case.incident')}
        placeholder={t('case-act.incident.none')}
        clearable
        searchable
        value={incidentId}
        onChange={setIncidentId}
        data={(incidents.data ?? []).map(({ id, reference, resource }) => ({
          value: id,
          label: `${reference} · ${resource.name}`,
        }))}
      />
      <Done
        label={t('save')}
        pending={change.isPending}
        disabled={incidentId === found.incidentId}
        onClick={() => change.mutate({ incidentId })}
      />
    </Stack>
  );
}

/** That others have to act first. */
export function WaitAct({ case: found, onDone }: ActProps) {
  const { t, word } = useWords();
  const now = found.waitingFor === 'technical' || found.waitingFor === 'third party' ? found.waitingFor : 'none';
  const [waitingFor, setWaitingFor] = useState<'none' | 'technical' | 'third party'>(now);
  const change = useChange(found, onDone);
  return (
    <Stack gap="sm">
      <Text size="sm">{t('case-act.waiting.help')}</Text>
      <Select
        label={t('case-act.waiting.for')}
        allowDeselect={false}
        value={waitingFor}
        onChange={(chosen) => setWaitingFor(chosen as typeof waitingFor)}
        data={[
          { value: 'none', label: t('case-act.waiting.nobody') },
          { value: 'technical', label: word('waiting-for', 'technical') },
          { value: 'third party', label: word('waiting-for', 'third party') },
        ]}
      />
      <Done
        label={t('save')}
        pending={change.isPending}
        disabled={waitingFor === now}
        onClick={() => change.mutate({ waitingFor: waitingFor === 'none' ? null : waitingFor })}
      />
    </Stack>
  );
}

/** What the customer wants, in their words. */
export function WordsAct({ case: found, onDone, act }: ActProps & { act: 'formal' | 'cancel' }) {
  const { t } = useWords();
  const [words, setWords] = useState('');
  const say = useDeed({
    run: () => sayForCustomer(found.id, act, words),
    touches: TOUCHED,
    done: t('case.changed'),
    onDone,
  });
  return (
    <Stack gap="sm">
      <Text size="sm">{t(`case-act.${act}.help`)}</Text>
      <Textarea
        label={t('case-act.words')}
        autosize
        minRows={3}
        maxRows={14}
        maxLength={10_000}
        data-autofocus
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Done
        label={t(`case-act.${act}.do`)}
        pending={say.isPending}
        disabled={words.trim() === ''}
        onClick={() => say.mutate(undefined)}
      />
    </Stack>
  );
}
