import { Anchor, Card, SegmentedControl, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { PromiseBrief } from '../../../contract/incidents.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useListKeys } from '../shell/list-keys.ts';
import { PromiseBadge } from '../shell/standing.tsx';
import { Empty, PageTitle, Shown } from '../shell/states.tsx';
import { promisesQuery } from './queries.ts';

/** Every promise that stands, due soonest first; and those that broke. */
export function PromiseList() {
  const { t } = useWords();
  const [state, setState] = useState<'open' | 'broken'>('open');
  const query = useQuery(promisesQuery(state));
  return (
    <>
      <PageTitle title={t('place.promises')} hint={t('promises.hint')}>
        <SegmentedControl
          aria-label={t('promises.show')}
          value={state}
          onChange={(chosen) => setState(chosen as 'open' | 'broken')}
          data={[
            { value: 'open', label: t('promises.open') },
            { value: 'broken', label: t('promises.broken') },
          ]}
        />
      </PageTitle>
      <Shown query={query}>
        {(promises) =>
          promises.length === 0 ? (
            <Empty title={t(state === 'open' ? 'promises.none' : 'promises.broken.none')}>
              {state === 'open' && t('promises.none.help')}
            </Empty>
          ) : (
            <Promises promises={promises} />
          )
        }
      </Shown>
    </>
  );
}

function Promises({ promises }: { promises: PromiseBrief[] }) {
  const { t, word } = useWords();
  const navigate = useNavigate();
  const current = useListKeys(promises.length, (position) => {
    const subject = promises[position]?.subject;
    if (subject?.kind === 'incident') void navigate({ to: '/incidents/$id', params: { id: subject.id } });
    if (subject?.kind === 'case') void navigate({ to: '/cases/$id', params: { id: subject.id } });
  });
  return (
    <Card padding={0}>
      <Table.ScrollContainer minWidth={680} className="stacks">
        <Table aria-keyshortcuts="[ ]">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('promise.standing')}</Table.Th>
              <Table.Th>{t('promise.due')}</Table.Th>
              <Table.Th>{t('promise.what')}</Table.Th>
              <Table.Th>{t('promise.about')}</Table.Th>
              <Table.Th>{t('promise.to')}</Table.Th>
              <Table.Th>{t('promise.owner')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {promises.map((promise, position) => (
              <Table.Tr key={promise.id} data-current={position === current} className="row-link">
                <Table.Td data-label={t('promise.standing')}>
                  <PromiseBadge standing={promise.state === 'broken' ? 'late' : promise.standing} />
                </Table.Td>
                <Table.Td data-label={t('promise.due')}>
                  <Moment at={promise.dueAt} clock />
                </Table.Td>
                <Table.Td data-label={t('promise.what')}>
                  <div>
                    {word('promise-kind', promise.kind)}
                    {promise.renewal > 0 && (
                      <Text size="xs" c="dimmed">
                        {t('promise.renewed', { count: promise.renewal })}
                      </Text>
                    )}
                  </div>
                </Table.Td>
                <Table.Td data-label={t('promise.about')}>
                  <div>
                    {promise.subject.kind === 'incident' || promise.subject.kind === 'case' ? (
                      <Anchor component={Link} to={`/${promise.subject.kind}s/${promise.subject.id}`} size="sm">
                        {promise.subject.title}
                      </Anchor>
                    ) : (
                      promise.subject.title
                    )}
                    <Text size="xs" c="dimmed">
                      {promise.subject.reference}
                    </Text>
                  </div>
                </Table.Td>
                <Table.Td data-label={t('promise.to')}>{word('promisee', promise.promisee)}</Table.Td>
                <Table.Td data-label={t('promise.owner')}>{promise.owner?.name ?? t('nobody')}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}
