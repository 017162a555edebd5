import { Button, Card, Group, Pagination, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { TOPICS } from '../../../contract/cases.ts';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { MoreMenu } from '../shell/more-menu.tsx';
import { sayUndoable, useDeed } from '../shell/notices.tsx';
import { SeverityBadge } from '../shell/standing.tsx';
import { Empty, PageTitle, Shown } from '../shell/states.tsx';
import { changeLexicon, lexiconQuery } from './queries.ts';
import { StemForm } from './stem-form.tsx';
import { found, type Stem, type StemFilter, withoutStem, withStem } from './stems.ts';
import { TryIt } from './try-it.tsx';

const PAGE = 25;
const EVERYTHING: StemFilter = { words: '', language: null, topic: null };

/** The words by which a first look is taken at what customers write, with a place to try them. */
export function LexiconPage() {
  const { t } = useWords();
  const may = useMay()('lexicon:change');
  const query = useQuery(lexiconQuery);
  const [editing, setEditing] = useState<Stem | 'new' | null>(null);
  return (
    <>
      <PageTitle title={t('place.settings.lexicon')} hint={t('lexicon.hint')}>
        {may && <Button onClick={() => setEditing('new')}>{t('lexicon.add')}</Button>}
      </PageTitle>
      <Stack gap="md">
        <TryIt />
        <Shown query={query}>{(entries) => <Stems entries={entries} onEdit={setEditing} />}</Shown>
      </Stack>
      {editing && <StemForm stem={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
    </>
  );
}

function Stems({ entries, onEdit }: { entries: readonly Stem[]; onEdit: (stem: Stem) => void }) {
  const { t, word } = useWords();
  const [filter, setFilter] = useState(EVERYTHING);
  const [page, setPage] = useState(1);
  const wide = useMediaQuery('(min-width: 48em)', true);
  const change = (part: Partial<StemFilter>) => {
    setFilter({ ...filter, ...part });
    setPage(1);
  };
  const shown = found(entries, filter);
  const pages = Math.max(1, Math.ceil(shown.length / PAGE));
  const here = Math.min(page, pages);
  const onPage = shown.slice((here - 1) * PAGE, here * PAGE);
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <TextInput
          aria-label={t('lexicon.find')}
          placeholder={t('lexicon.find')}
          w={220}
          maxLength={60}
          value={filter.words}
          onChange={(event) => change({ words: event.currentTarget.value })}
        />
        <Select
          aria-label={t('lexicon.topic')}
          placeholder={t('lexicon.every-topic')}
          clearable
          w={180}
          data={TOPICS.map((topic) => ({ value: topic, label: word('topic', topic) }))}
          value={filter.topic}
          onChange={(topic) => change({ topic })}
        />
        <Select
          aria-label={t('lexicon.language')}
          placeholder={t('lexicon.every-language')}
          clearable
          w={160}
          data={['it', 'en'].map((language) => ({ value: language, label: word('language', language) }))}
          value={filter.language}
          onChange={(language) => change({ language })}
        />
        <Text size="sm" c="dimmed" role="status">
          {t('lexicon.count', { count: shown.length })}
        </Text>
      </Group>
      {shown.length === 0 ? (
        <Empty title={t('lexicon.none')}>
          {t(entries.length === 0 ? 'lexicon.none.help' : 'lexicon.none.filtered')}
        </Empty>
      ) : wide ? (
        <Card padding={0}>
          <Table.ScrollContainer minWidth={560}>
            <Table verticalSpacing={6}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('lexicon.stem')}</Table.Th>
                  <Table.Th>{t('lexicon.topic')}</Table.Th>
                  <Table.Th>{t('lexicon.severity')}</Table.Th>
                  <Table.Th>{t('lexicon.weight')}</Table.Th>
                  <Table.Th>{t('lexicon.language')}</Table.Th>
                  <Table.Th />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {onPage.map((stem) => (
                  <StemRow key={keyOf(stem)} stem={stem} onEdit={() => onEdit(stem)} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Card>
      ) : (
        <Card padding={0}>
          {onPage.map((stem) => (
            <NarrowStem key={keyOf(stem)} stem={stem} onEdit={() => onEdit(stem)} />
          ))}
        </Card>
      )}
      {pages > 1 && (
        <Pagination
          size="sm"
          total={pages}
          value={here}
          onChange={setPage}
          getItemProps={(number) => ({ 'aria-label': t('lexicon.page', { number }) })}
          getControlProps={(control) => ({
            'aria-label': t(control === 'next' ? 'lexicon.next-page' : 'lexicon.previous-page'),
          })}
        />
      )}
    </Stack>
  );
}

const keyOf = ({ language, topic, stem }: Stem): string => `${language} ${topic} ${stem}`;

interface StemProps {
  stem: Stem;
  onEdit: () => void;
}

function StemRow({ stem, onEdit }: StemProps) {
  const { t, word, number } = useWords();
  return (
    <Table.Tr>
      <Table.Td fw={500}>{stem.stem}…</Table.Td>
      <Table.Td>{word('topic', stem.topic)}</Table.Td>
      <Table.Td>{stem.severity ? <SeverityBadge severity={stem.severity} /> : t('lexicon.says-nothing')}</Table.Td>
      <Table.Td>{number(stem.weight)}</Table.Td>
      <Table.Td>{word('language', stem.language)}</Table.Td>
      <Table.Td ta="right">
        <StemMenu stem={stem} onEdit={onEdit} />
      </Table.Td>
    </Table.Tr>
  );
}

/** On a phone: the stem, and below it what it speaks for. */
function NarrowStem({ stem, onEdit }: StemProps) {
  const { t, word, number } = useWords();
  return (
    <Group className="list-row" justify="space-between" wrap="nowrap" gap="xs">
      <div style={{ minWidth: 0 }}>
        <Group gap="xs">
          <Text size="sm" fw={500}>
            {stem.stem}…
          </Text>
          {stem.severity && <SeverityBadge severity={stem.severity} />}
        </Group>
        <Text size="xs" c="dimmed">
          {[
            word('topic', stem.topic),
            `${t('lexicon.weight')} ${number(stem.weight)}`,
            word('language', stem.language),
          ].join(' · ')}
        </Text>
      </div>
      <StemMenu stem={stem} onEdit={onEdit} />
    </Group>
  );
}

function StemMenu({ stem, onEdit }: StemProps) {
  const { t } = useWords();
  const may = useMay()('lexicon:change');
  const touches = ['lexicon'];
  const restore = useDeed({
    run: () => changeLexicon((entries) => withStem(entries, stem, null)),
    touches,
    done: t('lexicon.restored'),
  });
  const remove = useDeed({
    run: () => changeLexicon((entries) => withoutStem(entries, stem)),
    touches,
    onDone: () => sayUndoable(t('lexicon.removed', { stem: stem.stem }), t('undo'), () => restore.mutate(undefined)),
  });
  return (
    may && (
      <MoreMenu
        of={stem.stem}
        pending={remove.isPending}
        items={[
          { label: t('edit'), run: onEdit },
          { label: t('lexicon.remove'), run: () => remove.mutate(undefined), destroys: true },
        ]}
      />
    )
  );
}
