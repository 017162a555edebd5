import { Alert, Anchor, Button, Card, Group, Radio, Select, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArrowLeft, IconPhoneCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { type Case, TOPICS, type Topic } from '../../../contract/cases.ts';
import type { Found } from '../../../contract/search.ts';
import { customerQuery } from '../customers/queries.ts';
import { useWords } from '../shell/language.tsx';
import { useMe } from '../shell/me.ts';
import { useDeed } from '../shell/notices.tsx';
import { searchQuery } from '../shell/search-query.ts';
import { PageTitle, Shown } from '../shell/states.tsx';
import { addressKind } from './address-kind.ts';
import { bestContact, ContactField } from './contact-field.tsx';
import { openNewCase } from './queries.ts';
import { spokenNumber } from './spoken-number.ts';

type Caller = { id: string; name: string } | 'new';

/** A case from a telephone call: who calls, what about, in their words; then the number to read out. */
export function NewCasePage() {
  const { t } = useWords();
  const [opened, setOpened] = useState<Case | null>(null);
  return (
    <Stack gap="md" maw={760}>
      <Anchor component={Link} to="/cases" size="sm">
        <Group gap={4}>
          <IconArrowLeft size={14} aria-hidden />
          {t('place.cases')}
        </Group>
      </Anchor>
      <PageTitle title={t('new-case')} hint={t('new-case.hint')} />
      {opened ? <ReadOut case={opened} onAnother={() => setOpened(null)} /> : <NewCaseForm onOpened={setOpened} />}
    </Stack>
  );
}

/** The number, large enough to read out while one listens. */
function ReadOut({ case: opened, onAnother }: { case: Case; onAnother: () => void }) {
  const { t } = useWords();
  return (
    <Alert color="green" variant="light" icon={<IconPhoneCheck />} title={t('new-case.read-out')} role="status">
      <Stack gap="sm">
        <Text className="spoken-number" fz={36} fw={700}>
          {spokenNumber(opened.number)}
        </Text>
        <Text size="sm">{t('new-case.read-out.help')}</Text>
        <Group gap="xs">
          <Button renderRoot={(props) => <Link to="/cases/$id" params={{ id: opened.id }} {...props} />}>
            {t('new-case.open')}
          </Button>
          <Button variant="default" onClick={onAnother}>
            {t('new-case.another')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function NewCaseForm({ onOpened }: { onOpened: (opened: Case) => void }) {
  const { t, word } = useWords();
  const me = useMe();
  const [caller, setCaller] = useState<Caller | null>(null);
  const [name, setName] = useState('');
  const [address, setAddress] = useState('');
  const [topic, setTopic] = useState<Topic | null>(null);
  const [language, setLanguage] = useState(me.language);
  const [severity, setSeverity] = useState<'critical' | 'major' | 'minor' | 'info'>('minor');
  const [words, setWords] = useState('');
  const [contact, setContact] = useState<string | null | undefined>(undefined);
  const known = caller !== null && caller !== 'new' ? caller.id : null;
  const customer = useQuery({ ...customerQuery(known ?? ''), enabled: known !== null });
  const best = customer.data ? (bestContact(customer.data.contactPoints)?.id ?? null) : null;
  const channel = addressKind(address);
  const addressWrong = address.trim() !== '' && channel === null;
  const open = useDeed({
    run: () =>
      openNewCase({
        ...(caller === 'new'
          ? {
              newParty: {
                name: name.trim(),
                ...(channel ? { channel, address: address.trim() } : {}),
              },
            }
          : known && { partyId: known, contactPointId: contact === undefined ? best : contact }),
        topic: topic ?? 'other',
        severity,
        language,
        words,
      }),
    touches: ['cases', 'promises'],
    onDone: onOpened,
  });
  const ready =
    caller !== null &&
    (known === null || !customer.isPending) &&
    (caller !== 'new' || name.trim() !== '') &&
    !addressWrong &&
    topic !== null &&
    words.trim() !== '';
  return (
    <Stack gap="md">
      <CallerField
        caller={caller}
        onChoose={(chosen) => {
          setCaller(chosen);
          setContact(undefined);
        }}
      />
      {known && <ContactField partyId={known} value={contact} onChange={setContact} />}
      {caller === 'new' && (
        <Group grow align="flex-start" className="new-person">
          <TextInput
            label={t('new-case.name')}
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label={t('new-case.address')}
            description={t('new-case.address.help')}
            maxLength={254}
            error={addressWrong && t('new-case.address.wrong')}
            value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
        </Group>
      )}
      <Group grow align="flex-start">
        <Select
          label={t('case.topic')}
          placeholder={t('new-case.topic.choose')}
          value={topic}
          onChange={(chosen) => setTopic(chosen as Topic | null)}
          data={TOPICS.map((value) => ({ value, label: word('topic', value) }))}
        />
        <Select
          label={t('case.severity')}
          allowDeselect={false}
          value={severity}
          onChange={(chosen) => setSeverity(chosen as typeof severity)}
          data={(['critical', 'major', 'minor', 'info'] as const).map((value) => ({
            value,
            label: word('severity', value),
          }))}
        />
        <Select
          label={t('customer.language')}
          allowDeselect={false}
          value={language}
          onChange={(chosen) => setLanguage(chosen as typeof language)}
          data={(['it', 'en'] as const).map((value) => ({ value, label: word('language-name', value) }))}
        />
      </Group>
      <Textarea
        label={t('new-case.words')}
        description={t('new-case.words.help')}
        autosize
        minRows={4}
        maxRows={16}
        maxLength={10_000}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <Button
        style={{ alignSelf: 'flex-start' }}
        disabled={!ready}
        loading={open.isPending}
        onClick={() => open.mutate(undefined)}
      >
        {t('new-case.do')}
      </Button>
    </Stack>
  );
}

/** Finds whoever calls by name, number or address; or says that they are new. */
function CallerField({ caller, onChoose }: { caller: Caller | null; onChoose: (caller: Caller | null) => void }) {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const [wanted] = useDebouncedValue(typed.trim(), 250);
  const query = useQuery({ ...searchQuery(wanted, 8), enabled: wanted.length >= 2 && caller === null });
  if (caller !== null)
    return (
      <Card padding="sm">
        <Group justify="space-between">
          <Text fw={500}>{caller === 'new' ? t('new-case.new-person') : caller.name}</Text>
          <Button variant="default" size="xs" onClick={() => onChoose(null)}>
            {t('new-case.other-person')}
          </Button>
        </Group>
      </Card>
    );
  return (
    <Stack gap="xs">
      <TextInput
        label={t('new-case.who')}
        description={t('new-case.who.help')}
        maxLength={200}
        data-autofocus
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      {wanted.length >= 2 && <Shown query={query}>{(found) => <Callers found={found} onChoose={onChoose} />}</Shown>}
      <Button variant="default" style={{ alignSelf: 'flex-start' }} onClick={() => onChoose('new')}>
        {t('new-case.new-person')}
      </Button>
    </Stack>
  );
}

function Callers({ found, onChoose }: { found: Found; onChoose: (caller: Caller) => void }) {
  const { t, word } = useWords();
  if (found.customers.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('new-case.who.none')}
      </Text>
    );
  return (
    <>
      <Radio.Group
        aria-label={t('new-case.who')}
        value={null}
        onChange={(id) => {
          const one = found.customers.find((customer) => customer.id === id);
          if (one) onChoose({ id: one.id, name: one.name });
        }}
      >
        <Stack gap={6}>
          {found.customers.map((customer) => (
            <Radio
              key={customer.id}
              value={customer.id}
              label={customer.name}
              description={[
                customer.externalId,
                word('customer-kind', customer.kind),
                word('found-by', customer.foundBy),
              ]
                .filter(Boolean)
                .join(' · ')}
            />
          ))}
        </Stack>
      </Radio.Group>
      {found.cases.length > 0 && (
        <div>
          <Text size="xs" c="dimmed">
            {t('new-case.open-cases')}
          </Text>
          {found.cases.map((one) => (
            <Anchor key={one.id} component={Link} to={`/cases/${one.id}`} size="sm" display="block">
              {spokenNumber(one.number)} · {one.subject}
            </Anchor>
          ))}
        </div>
      )}
    </>
  );
}
