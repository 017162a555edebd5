import { Anchor, Box, Button, Card, Group, NavLink, Select, Stack, Table, Text } from '@mantine/core';
import { useHotkeys, useMediaQuery } from '@mantine/hooks';
import { IconPhonePlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { CASE_VIEWS, type CaseBrief, type CaseView } from '../../../contract/cases.ts';
import { useWords } from '../shell/language.tsx';
import { useListKeys } from '../shell/list-keys.ts';
import { useMay } from '../shell/me.ts';
import { Empty, PageTitle, Shown } from '../shell/states.tsx';
import { CaseMarks, CaseStateBadge, SoonestPromise, Who } from './case-marks.tsx';
import { casesQuery } from './queries.ts';
import { spokenNumber } from './spoken-number.ts';

/** The cases by view, the most urgent first. */
export function CaseList() {
  const { t } = useWords();
  const may = useMay();
  const navigate = useNavigate();
  const { view: wanted } = useSearch({ from: '/shell/cases' });
  const view = CASE_VIEWS.find((one) => one === wanted) ?? 'mine';
  const beside = useMediaQuery('(min-width: 90em)', true);
  const query = useInfiniteQuery(casesQuery(view));
  const mayOpen = may('cases:work');
  useHotkeys([['n', () => mayOpen && void navigate({ to: '/cases/new' })]]);
  return (
    <>
      <PageTitle title={t('place.cases')}>
        {mayOpen && (
          <Button
            renderRoot={(props) => <Link to="/cases/new" {...props} />}
            leftSection={<IconPhonePlus size={18} aria-hidden />}
            aria-keyshortcuts="n"
          >
            {t('cases.new')}
          </Button>
        )}
      </PageTitle>
      <div className={beside ? 'cases-beside' : undefined}>
        <Views view={view} beside={beside} />
        <Box miw={0}>
          <Shown query={query}>
            {({ pages }) => {
              const cases = pages.flatMap((page) => page.cases);
              return cases.length === 0 ? (
                <Empty
                  title={t('cases.none')}
                  action={
                    view !== 'all' && (
                      <Anchor
                        size="sm"
                        renderRoot={(props) => <Link to="/cases" search={{ view: 'all' }} {...props} />}
                      >
                        {t('cases.see-all')}
                      </Anchor>
                    )
                  }
                >
                  {t(`case-view.${view}.none`)}
                </Empty>
              ) : (
                <Stack gap="sm">
                  <Cases cases={cases} />
                  {query.hasNextPage && (
                    <Button
                      variant="default"
                      loading={query.isFetchingNextPage}
                      onClick={() => void query.fetchNextPage()}
                    >
                      {t('cases.more')}
                    </Button>
                  )}
                </Stack>
              );
            }}
          </Shown>
        </Box>
      </div>
    </>
  );
}

function Views({ view, beside }: { view: CaseView; beside: boolean }) {
  const { t } = useWords();
  const navigate = useNavigate();
  if (!beside)
    return (
      <Select
        aria-label={t('cases.views')}
        mb="sm"
        value={view}
        allowDeselect={false}
        data={CASE_VIEWS.map((one) => ({ value: one, label: t(`case-view.${one}`) }))}
        onChange={(chosen) => void navigate({ to: '/cases', search: { view: chosen as CaseView }, replace: true })}
      />
    );
  return (
    <nav aria-label={t('cases.views')}>
      {CASE_VIEWS.map((one) => (
        <NavLink
          key={one}
          label={t(`case-view.${one}`)}
          active={one === view}
          aria-current={one === view ? 'page' : undefined}
          py={6}
          renderRoot={(props) => <Link to="/cases" search={{ view: one }} replace {...props} />}
        />
      ))}
    </nav>
  );
}

function Cases({ cases }: { cases: CaseBrief[] }) {
  const navigate = useNavigate();
  const wide = useMediaQuery('(min-width: 62em)', true);
  const open = (id: string) => void navigate({ to: '/cases/$id', params: { id } });
  const current = useListKeys(cases.length, (position) => {
    const found = cases[position];
    if (found) open(found.id);
  });
  return wide ? (
    <WideList cases={cases} current={current} onOpen={open} />
  ) : (
    <Stack gap="xs">
      {cases.map((found) => (
        <NarrowRow key={found.id} case={found} />
      ))}
    </Stack>
  );
}

function WideList({ cases, current, onOpen }: { cases: CaseBrief[]; current: number; onOpen: (id: string) => void }) {
  const { t, word } = useWords();
  return (
    <Card padding={0}>
      <Table.ScrollContainer minWidth={860}>
        <Table aria-keyshortcuts="j k [ ]">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="34%">{t('case.subject')}</Table.Th>
              <Table.Th>{t('case.who')}</Table.Th>
              <Table.Th>{t('case.state')}</Table.Th>
              <Table.Th>{t('case.promise')}</Table.Th>
              <Table.Th>{t('case.team')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {cases.map((found, position) => (
              <Table.Tr
                key={found.id}
                className="row-link"
                data-current={position === current}
                onClick={() => onOpen(found.id)}
              >
                <Table.Td maw={320}>
                  <Anchor
                    component={Link}
                    to={`/cases/${found.id}`}
                    fw={600}
                    size="sm"
                    c="inherit"
                    lineClamp={2}
                    onClick={(event) => event.stopPropagation()}
                  >
                    {found.subject}
                  </Anchor>
                  <Text size="xs" c="dimmed">
                    {spokenNumber(found.number)} · {word('topic', found.topic)}
                  </Text>
                  <CaseMarks case={found} />
                </Table.Td>
                <Table.Td maw={240}>
                  <Who party={found.party} />
                </Table.Td>
                <Table.Td>
                  <CaseStateBadge state={found.state} waitingFor={found.waitingFor} />
                </Table.Td>
                <Table.Td>
                  <SoonestPromise case={found} />
                </Table.Td>
                <Table.Td>
                  <Text size="sm">{found.owner?.name ?? t('nobody')}</Text>
                  <Text size="xs" c="dimmed">
                    {found.team?.name}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

function NarrowRow({ case: found }: { case: CaseBrief }) {
  const { t, word } = useWords();
  return (
    <Card component={Link} to={`/cases/${found.id}`} padding="sm">
      <Stack gap={6}>
        <Text fw={600} lineClamp={2}>
          {found.subject}
        </Text>
        <Group gap={6}>
          <CaseStateBadge state={found.state} waitingFor={found.waitingFor} />
        </Group>
        <SoonestPromise case={found} />
        <Who party={found.party} />
        <Text size="xs" c="dimmed">
          {[spokenNumber(found.number), word('topic', found.topic), found.team?.name, found.owner?.name ?? t('nobody')]
            .filter(Boolean)
            .join(' · ')}
        </Text>
        <CaseMarks case={found} />
      </Stack>
    </Card>
  );
}
