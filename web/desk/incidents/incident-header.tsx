import { Anchor, Group, Stack, Text, Title } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Incident, IncidentState } from '../../../contract/incidents.ts';
import { Moment } from '../shell/business-clock.tsx';
import { type MessageKey, useWords } from '../shell/language.tsx';
import { IncidentStateBadge, PromiseBadge, SeverityBadge } from '../shell/standing.tsx';

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Group gap={6} wrap="nowrap">
        {children}
      </Group>
    </div>
  );
}

/** Where it is, its number, its state. */
export function IncidentTitle({ incident }: { incident: Incident }) {
  const { t, word } = useWords();
  return (
    <Stack gap="xs">
      <Anchor component={Link} to="/incidents" size="sm">
        <Group gap={4}>
          <IconArrowLeft size={14} aria-hidden />
          {t('place.incidents')}
        </Group>
      </Anchor>
      <div style={{ minWidth: 0 }}>
        <Group gap="xs">
          <Title order={1}>{incident.resource.name}</Title>
          <IncidentStateBadge state={incident.state} />
          <SeverityBadge severity={incident.severity} />
        </Group>
        <Text size="sm" c="dimmed">
          {[incident.reference, word('resource-kind', incident.resource.kind), incident.resource.area]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </div>
    </Stack>
  );
}

/** What happens by itself when the time of a state is over. */
const DUE: Partial<Record<IncidentState, MessageKey>> = {
  suspected: 'incident.due.suspected',
  restoring: 'incident.due.restoring',
  restored: 'incident.due.restored',
};

/** Why, since when, until when, and whose it is. */
export function IncidentTimes({ incident }: { incident: Incident }) {
  const { t, word, language } = useWords();
  // Without an end, what customers wait for is the next word.
  const nextWord = incident.announcements.toSorted((one, other) => other.number - one.number)[0]?.answer.nextWordBy;
  const words = incident.causeWords[language] ?? incident.causeWords.it ?? incident.causeWords.en;
  return (
    <Group gap="xl" align="flex-start">
      <Fact label={t('incident.cause')}>
        <Text size="sm">
          {word('cause', incident.cause)}
          {words ? `: ${words}` : ''}
        </Text>
      </Fact>
      <Fact label={t('incident.since')}>
        <Moment at={incident.beganAt} clock />
      </Fact>
      {incident.restoredAt ? (
        <Fact label={t('incident.restored-at')}>
          <Moment at={incident.restoredAt} clock />
        </Fact>
      ) : (
        <Fact label={t(incident.expectedEnd || !nextWord ? 'incident.expected-end' : 'tell.next-word')}>
          {incident.expectedEnd || nextWord ? (
            <Moment at={incident.expectedEnd ?? nextWord ?? ''} clock />
          ) : (
            <Text size="sm">{t('incident.expected-end.unknown')}</Text>
          )}
          {!incident.endedAt && <PromiseBadge standing={incident.promise} />}
        </Fact>
      )}
      {incident.dueAt && !incident.endedAt && (
        <Fact label={t(DUE[incident.state] ?? 'incident.due.other')}>
          <Moment at={incident.dueAt} clock />
        </Fact>
      )}
      {incident.endedAt && (
        <Fact label={t('incident.ended')}>
          <Moment at={incident.endedAt} clock />
        </Fact>
      )}
      <Fact label={t('promise.owner')}>
        <Text size="sm">{incident.owner?.name ?? t('nobody')}</Text>
      </Fact>
    </Group>
  );
}
