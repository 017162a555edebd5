import { Badge, Button, Card, Group, Modal, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AlarmSource, AlarmSourceMade, NewAlarmSource } from '../../../contract/alarms.ts';
import { Moment } from '../shell/business-clock.tsx';
import { CopyText } from '../shell/copy.tsx';
import { useWords } from '../shell/language.tsx';
import { useDeed } from '../shell/notices.tsx';
import { Empty, PageTitle, Shown } from '../shell/states.tsx';
import { alarmSourcesQuery, endSource, makeSource } from './queries.ts';
import { alertmanagerSnippet, tryLine } from './source-snippets.ts';

/** The monitoring systems that may send alarms, each with a token of its own. */
export function AlarmSources() {
  const { t } = useWords();
  const query = useQuery(alarmSourcesQuery);
  const [making, setMaking] = useState(false);
  return (
    <>
      <PageTitle title={t('place.settings.alarm-sources')} hint={t('sources.hint')}>
        <Button onClick={() => setMaking(true)}>{t('sources.add')}</Button>
      </PageTitle>
      <Shown query={query}>
        {(sources) =>
          sources.length === 0 ? (
            <Empty title={t('sources.none')}>{t('sources.none.help')}</Empty>
          ) : (
            <Card padding={0}>
              <Table.ScrollContainer minWidth={520} className="stacks">
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{t('name')}</Table.Th>
                      <Table.Th>{t('sources.kind')}</Table.Th>
                      <Table.Th>{t('sources.heard')}</Table.Th>
                      <Table.Th />
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {sources.map((source) => (
                      <SourceRow key={source.id} source={source} />
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            </Card>
          )
        }
      </Shown>
      <NewSource opened={making} onClose={() => setMaking(false)} />
    </>
  );
}

function SourceRow({ source }: { source: AlarmSource }) {
  const { t, word } = useWords();
  const [asking, setAsking] = useState(false);
  const end = useDeed({ run: () => endSource(source.id), touches: ['alarm-sources'], done: t('sources.ended') });
  return (
    <Table.Tr>
      <Table.Td fw={500} data-label={t('name')}>
        {source.name}
      </Table.Td>
      <Table.Td data-label={t('sources.kind')}>{word('source-kind', source.kind)}</Table.Td>
      <Table.Td data-label={t('sources.heard')}>
        {source.lastHeardAt ? <Moment at={source.lastHeardAt} /> : t('sources.never')}
      </Table.Td>
      <Table.Td ta="right">
        {source.endedAt ? (
          <Badge color="gray" variant="light" radius="sm" tt="none">
            {t('sources.is-ended')}
          </Badge>
        ) : (
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => setAsking(true)}>
            {t('sources.end')}
          </Button>
        )}
        {/* A token that is gone cannot be brought back: this one deed asks first. */}
        <Modal opened={asking} onClose={() => setAsking(false)} title={t('sources.end.ask', { name: source.name })}>
          <Text size="sm" mb="md">
            {t('sources.end.help')}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setAsking(false)}>
              {t('cancel')}
            </Button>
            <Button color="red" loading={end.isPending} onClick={() => end.mutate(undefined)}>
              {t('sources.end')}
            </Button>
          </Group>
        </Modal>
      </Table.Td>
    </Table.Tr>
  );
}

function NewSource({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t, word } = useWords();
  const [made, setMade] = useState<AlarmSourceMade | null>(null);
  const form = useForm<NewAlarmSource>({
    initialValues: { name: '', kind: 'alertmanager' },
    validate: { name: (value) => (value.trim() === '' ? t('required') : null) },
  });
  const make = useDeed({
    run: (body: NewAlarmSource) => makeSource(body),
    touches: ['alarm-sources'],
    onDone: (answer) => setMade(answer),
  });
  const close = () => {
    onClose();
    setMade(null);
    form.reset();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      size="lg"
      title={made ? t('sources.made', { name: made.source.name }) : t('sources.add')}
      closeOnClickOutside={made === null}
    >
      {made ? (
        <Stack gap="md">
          <Text size="sm" fw={600}>
            {t('sources.token-once')}
          </Text>
          <CopyText label={t('sources.token')} text={made.token} />
          {made.source.kind === 'alertmanager' && (
            <CopyText label={t('sources.snippet')} text={alertmanagerSnippet(made.url, made.token)} />
          )}
          <CopyText label={t('sources.try')} text={tryLine(made.source.kind, made.url, made.token)} />
          <Group justify="flex-end">
            <Button onClick={close}>{t('done')}</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={form.onSubmit((values) => make.mutate(values))}>
          <Stack gap="sm">
            <TextInput
              label={t('name')}
              description={t('sources.name.help')}
              maxLength={60}
              data-autofocus
              {...form.getInputProps('name')}
            />
            <Select
              label={t('sources.kind')}
              allowDeselect={false}
              data={(['alertmanager', 'alarms'] as const).map((kind) => ({
                value: kind,
                label: word('source-kind', kind),
              }))}
              {...form.getInputProps('kind')}
            />
            <Group justify="flex-end">
              <Button type="submit" loading={make.isPending}>
                {t('sources.make')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
