import { Anchor, Card, Group, SegmentedControl, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { CaseStateBadge } from '../cases/case-marks.tsx';
import { spokenNumber } from '../cases/spoken-number.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { Shown } from '../shell/states.tsx';
import { casesOfCustomerQuery } from './queries.ts';

/** What a customer has asked for, open or ended. */
export function CustomerCases({ id }: { id: string }) {
  const { t } = useWords();
  const [view, setView] = useState<'all' | 'ended'>('all');
  const query = useQuery(casesOfCustomerQuery(id, view));
  return (
    <section aria-label={t('place.cases')}>
      <Group justify="space-between" mb="sm">
        <Title order={2}>{t('place.cases')}</Title>
        <SegmentedControl
          size="xs"
          aria-label={t('cases.views')}
          data={[
            { value: 'all', label: t('case-view.all') },
            { value: 'ended', label: t('case-view.ended') },
          ]}
          value={view}
          onChange={(value) => setView(value === 'ended' ? 'ended' : 'all')}
        />
      </Group>
      <Shown query={query}>
        {({ cases }) =>
          cases.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t(view === 'all' ? 'customer.cases.none' : 'customer.cases.none-ended')}
            </Text>
          ) : (
            <Card padding={0}>
              {cases.map((found) => (
                <Group key={found.id} className="list-row" justify="space-between" gap="xs">
                  <div style={{ minWidth: 0 }}>
                    <Anchor component={Link} to={`/cases/${found.id}`} fw={600} size="sm" c="inherit">
                      {spokenNumber(found.number)} · {found.subject}
                    </Anchor>
                    <Text size="xs" c="dimmed" component="div">
                      <Moment at={found.openedAt} size="xs" clock />
                    </Text>
                  </div>
                  <CaseStateBadge state={found.state} waitingFor={found.waitingFor} />
                </Group>
              ))}
            </Card>
          )
        }
      </Shown>
    </section>
  );
}
