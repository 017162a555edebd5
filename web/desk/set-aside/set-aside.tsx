import { Button, Card, Group, Select, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { INBOUND_LISTS, type InboundList } from '../../../contract/intake.ts';
import { useWords } from '../shell/language.tsx';
import { Empty, PageTitle, Shown } from '../shell/states.tsx';
import { BlockedSenders } from './blocked-senders.tsx';
import { OneInbound } from './one-inbound.tsx';
import { inboundQuery } from './queries.ts';

/** What came in and made no case by itself, by what was decided, with the way back for each. */
export function SetAside() {
  const { t, word } = useWords();
  const { list = 'waiting' } = useSearch({ from: '/shell/set-aside' });
  const navigate = useNavigate();
  const [blocked, setBlocked] = useState(false);
  const query = useInfiniteQuery(inboundQuery(list));
  return (
    <>
      <PageTitle title={t('place.set-aside')} hint={t('set-aside.hint')}>
        <Button variant="default" onClick={() => setBlocked(true)}>
          {t('set-aside.blocked')}
        </Button>
      </PageTitle>
      <Stack gap="sm">
        <Group gap="sm" align="flex-end">
          <Select
            label={t('set-aside.which')}
            allowDeselect={false}
            w={280}
            maw="100%"
            data={INBOUND_LISTS.map((value) => ({ value, label: word('inbound', value) }))}
            value={list}
            onChange={(value) => value && void navigate({ to: '/set-aside', search: { list: value as InboundList } })}
          />
        </Group>
        <Text size="sm" c="dimmed" maw={720}>
          {word('inbound', `${list}.help`)}
        </Text>
        <Shown query={query}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            return items.length === 0 ? (
              <Empty title={t('set-aside.none')}>{t('set-aside.none.help')}</Empty>
            ) : (
              <Card padding={0}>
                {items.map((inbound) => (
                  <OneInbound key={inbound.id} inbound={inbound} list={list} />
                ))}
              </Card>
            );
          }}
        </Shown>
        {query.hasNextPage && (
          <Group>
            <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
              {t('set-aside.more')}
            </Button>
          </Group>
        )}
      </Stack>
      {blocked && <BlockedSenders onClose={() => setBlocked(false)} />}
    </>
  );
}
