import { Alert, Button, Checkbox, Group, List, Select, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { CaseBrief } from '../../../contract/cases.ts';
import { type MassAct as Act, MASS_ACTS, type MassPreview } from '../../../contract/mass.ts';
import { TimeField } from '../incidents/time-field.tsx';
import { useWords } from '../shell/language.tsx';
import { sayDone, useDeed } from '../shell/notices.tsx';
import { Shown } from '../shell/states.tsx';
import { TeamSelect } from './case-forms.tsx';
import { CaseStateBadge, Who } from './case-marks.tsx';
import { casesNearQuery, massPreviewQuery, orderMassAct } from './mass-queries.ts';
import { LeftOut } from './mass-records.tsx';
import { casesOfIncidentQuery } from './queries.ts';
import { EMPTY_REPLY, wordsOfReply } from './reply-draft.ts';
import { spokenNumber } from './spoken-number.ts';

const TYPING_MILLISECONDS = 400;
/** With which words an act goes; the others have none. */
const WORDS = {
  answer: 'write.reason',
  fix: 'write.fix.words',
  close: 'write.fix.words',
  'hand-over': 'write.hand-over.note',
} as const;

/** One act on many cases of an incident: first what would become of all of them, then the order, which waits a minute and can be taken back. */
export function MassAct({ incidentId, hasOpen }: { incidentId: string; hasOpen: boolean }) {
  const { t, word } = useWords();
  const near = useQuery(casesNearQuery(incidentId));
  const open = useQuery(casesOfIncidentQuery(incidentId, 'all'));
  const hasNear = (near.data?.cases.length ?? 0) > 0;
  const possible = MASS_ACTS.filter((one) => (one === 'link' ? hasNear : hasOpen));
  const [wanted, setWanted] = useState<Act['act']>('answer');
  const act = possible.includes(wanted) ? wanted : (possible[0] ?? 'answer');
  const [draft, setDraft] = useState(EMPTY_REPLY);
  const [teamId, setTeamId] = useState<string | null>(null);
  const [chosen, setChosen] = useState<string[] | null>(null);
  const [looking, setLooking] = useState(false);
  const [sent, setSent] = useState(0);
  const label = act in WORDS ? WORDS[act as keyof typeof WORDS] : null;
  const words = wordsOfReply(act === 'answer' ? draft : { ...draft, nextStep: '' });
  const wish: Act = {
    act,
    ...(words !== '' && label ? { words } : {}),
    ...(act === 'answer' && draft.nextWordBy ? { nextWordBy: draft.nextWordBy } : {}),
    ...(act === 'hand-over' && teamId ? { teamId } : {}),
    ...(chosen ? { caseIds: chosen } : {}),
  };
  const [settled] = useDebouncedValue(wish, TYPING_MILLISECONDS);
  const complete =
    chosen?.length !== 0 &&
    (act === 'answer'
      ? draft.reason.trim() !== '' && draft.nextStep.trim() !== ''
      : act === 'hand-over'
        ? teamId !== null && words !== ''
        : true);
  const current = JSON.stringify(settled) === JSON.stringify(wish);
  const preview = useQuery({ ...massPreviewQuery(incidentId, settled), enabled: looking && complete && current });
  const would = preview.data?.would.reduce((sum, { count }) => sum + count, 0) ?? 0;
  const run = useDeed({
    run: () => orderMassAct(incidentId, wish),
    touches: ['cases', 'promises', 'incidents'],
    onDone: () => {
      setLooking(false);
      setDraft(EMPTY_REPLY);
      setChosen(null);
      setSent((count) => count + 1);
      sayDone(t('mass.ordered'));
    },
  });
  const change = (part: Partial<typeof draft>) => setDraft((before) => ({ ...before, ...part }));
  if (possible.length === 0) return null;
  return (
    <Stack gap="sm" component="section" aria-label={t('mass')}>
      <Text fw={600}>{t('mass')}</Text>
      <Select
        label={t('mass.what')}
        description={t(`mass.${act}.help`)}
        allowDeselect={false}
        value={act}
        onChange={(value) => {
          if (!value) return;
          setWanted(value as Act['act']);
          setChosen(null);
          setLooking(false);
        }}
        data={possible.map((value) => ({ value, label: word('mass-act', value) }))}
      />
      <ChooseCases
        key={`${act} ${sent}`}
        cases={(act === 'link' ? near : open).data?.cases ?? []}
        more={(act === 'link' ? near : open).data?.next != null}
        chosen={chosen}
        onChange={setChosen}
      />
      {act === 'hand-over' && <TeamSelect value={teamId} onChange={setTeamId} />}
      {label && (
        <Textarea
          label={t(label)}
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
        <Button variant="default" disabled={!complete || looking} onClick={() => setLooking(true)}>
          {t('mass.preview')}
        </Button>
        <Button
          disabled={!complete || !looking || !current || would === 0 || preview.isFetching}
          loading={run.isPending}
          onClick={() => run.mutate(undefined)}
        >
          {t('mass.do')}
        </Button>
      </Group>
    </Stack>
  );
}

/** All of them, or those that are ticked. */
function ChooseCases({
  cases,
  more,
  chosen,
  onChange,
}: {
  cases: CaseBrief[];
  more: boolean;
  chosen: string[] | null;
  onChange: (chosen: string[] | null) => void;
}) {
  const { t } = useWords();
  return (
    <Stack gap="xs">
      <Checkbox
        label={t('mass.some')}
        checked={chosen !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? [] : null)}
      />
      {chosen && (
        <Checkbox.Group value={chosen} onChange={onChange} label={t('mass.some.which', { count: chosen.length })}>
          <Stack gap={6} mt={6} mah={280} style={{ overflowY: 'auto' }}>
            {cases.map((found) => (
              <Group key={found.id} gap={6} wrap="wrap">
                <Checkbox
                  value={found.id}
                  label={`${spokenNumber(found.number)} · ${found.subject}`}
                  style={{ flex: '1 1 220px' }}
                />
                <Who party={found.party} />
                <CaseStateBadge state={found.state} waitingFor={found.waitingFor} />
              </Group>
            ))}
          </Stack>
          {more && (
            <Text size="xs" c="dimmed">
              {t('mass.some.more', { count: cases.length })}
            </Text>
          )}
        </Checkbox.Group>
      )}
    </Stack>
  );
}

function Preview({ seen }: { seen: MassPreview }) {
  const { t, word } = useWords();
  return (
    <Alert variant="light" title={t('mass.preview.cases', { count: seen.cases })}>
      <Stack gap="xs">
        {seen.would.length === 0 && <Text size="sm">{t('mass.preview.nothing')}</Text>}
        {seen.would.length > 0 && (
          <List size="sm">
            {seen.would.map(({ did, count }) => (
              <List.Item key={did}>{t('mass.preview.would', { count, what: word('mass-did', did) })}</List.Item>
            ))}
          </List>
        )}
        {seen.beyond > 0 && <Text size="sm">{t('mass.preview.beyond', { count: seen.beyond })}</Text>}
        {seen.sample !== null && (
          <div>
            <Text size="sm" fw={600}>
              {t('mass.preview.sample')}
            </Text>
            <Text size="sm" className="message-text quoted">
              {seen.sample}
            </Text>
          </div>
        )}
        <LeftOut left={seen.left} />
      </Stack>
    </Alert>
  );
}
