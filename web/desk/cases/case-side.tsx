import { Anchor, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Case } from '../../../contract/cases.ts';
import { IncidentTimeline } from '../incidents/incident-timeline.tsx';
import { incidentQuery } from '../incidents/queries.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMay } from '../shell/me.ts';
import { IncidentStateBadge, PromiseBadge } from '../shell/standing.tsx';
import { Knot, Thread } from '../shell/thread.tsx';

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Card padding="sm" component="section" aria-label={title}>
      <Title order={2} mb="xs">
        {title}
      </Title>
      {children}
    </Card>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
        {children}
      </Text>
    </div>
  );
}

interface Reason {
  for: string;
  because: string;
}

/** Why the first look took it for this topic: the words it found. */
const triageReasons = ({ reasons }: Case['triage']): Reason[] =>
  Array.isArray(reasons)
    ? reasons.filter(
        (reason): reason is Reason =>
          typeof reason === 'object' && reason !== null && 'for' in reason && 'because' in reason,
      )
    : [];

/** Whose it is, where they are answered, what is behind it. */
export function CaseFacts({ case: found }: { case: Case }) {
  const { t, word } = useWords();
  const may = useMay();
  const reasons = triageReasons(found.triage).filter((reason) => reason.for === 'topic');
  return (
    <Part title={t('case.facts')}>
      <Stack gap="xs">
        <Fact label={t('case.team')}>
          {[found.team?.name, found.owner?.name ?? t('nobody')].filter(Boolean).join(' · ')}
        </Fact>
        <Fact label={t('case.party')}>
          {may('customers:see') ? (
            <Anchor component={Link} to={`/customers/${found.party.id}`} size="sm">
              {found.party.name}
            </Anchor>
          ) : (
            found.party.name
          )}{' '}
          {found.party.externalId}
        </Fact>
        <Fact label={t('case.contact')}>
          {found.contact
            ? `${word('case-channel', found.contact.channel)} ${found.contact.address} (${word('verification', found.contact.verified ? 'verified' : 'claimed')})`
            : t('case.contact.page')}
        </Fact>
        {found.service && (
          <Fact label={t('case.service')}>
            {[found.service.product, found.service.address, found.service.externalId, found.service.resource]
              .filter(Boolean)
              .join(' · ')}
          </Fact>
        )}
        <Fact label={t('case.opened')}>
          <Moment at={found.openedAt} clock />
        </Fact>
        {reasons.length > 0 && (
          <Fact label={t('case.triage')}>{reasons.map(({ because }) => `“${because}”`).join(', ')}</Fact>
        )}
        {found.incidentId && may('incidents:see') && <IncidentBehind id={found.incidentId} />}
      </Stack>
    </Part>
  );
}

function IncidentBehind({ id }: { id: string }) {
  const { t } = useWords();
  const { data } = useQuery(incidentQuery(id));
  if (!data) return null;
  return (
    <Fact label={t('case.incident')}>
      <Stack gap={4} align="flex-start">
        <Anchor component={Link} to={`/incidents/${id}`} size="sm">
          {data.reference} · {data.resource.name}
        </Anchor>
        <Group gap={6}>
          <IncidentStateBadge state={data.state} />
          {data.expectedEnd && !data.endedAt && <Moment at={data.expectedEnd} size="xs" clock />}
        </Group>
      </Stack>
    </Fact>
  );
}

/** What was promised about it, the open ones first. */
export function CasePromises({ case: found }: { case: Case }) {
  const { t, word } = useWords();
  if (found.promises.length === 0) return null;
  const order = found.promises.toSorted(
    (one, other) =>
      Number(other.state === 'open') - Number(one.state === 'open') || other.dueAt.localeCompare(one.dueAt),
  );
  return (
    <Part title={t('place.promises')}>
      <Stack gap="xs" component="ul" className="attachments">
        {order.map((promise) => (
          <li key={promise.id}>
            <Group gap={6}>
              {promise.state === 'open' ? (
                <PromiseBadge standing={promise.paused ? 'paused' : promise.standing} />
              ) : (
                <Text size="xs" fw={600} c={promise.state === 'broken' ? 'red' : 'dimmed'}>
                  {word('promise-state', promise.state)}
                </Text>
              )}
              <Text size="sm">{word('promise-kind', promise.kind)}</Text>
            </Group>
            <Text size="xs" c="dimmed" component="div">
              <Moment at={promise.dueAt} size="xs" clock={promise.state === 'open'} alone={promise.state !== 'open'} />
              {promise.owner && ` · ${promise.owner.name}`}
            </Text>
          </li>
        ))}
      </Stack>
    </Part>
  );
}

/** To whom it passed, with what words, and who took it. */
export function HandOvers({ case: found }: { case: Case }) {
  const { t, word } = useWords();
  if (found.handOvers.length === 0) return null;
  return (
    <Part title={t('hand-overs')}>
      <Thread label={t('hand-overs')}>
        {found.handOvers.map((one) => (
          <Knot key={one.id} strong={one.endedAt === null}>
            <Text size="sm">{[one.from, one.to].filter(Boolean).join(' → ')}</Text>
            <Text size="xs" className="message-text">
              {one.note}
            </Text>
            <Text size="xs" c="dimmed" component="div">
              <Moment at={one.madeAt} size="xs" clock /> · {one.by} ·{' '}
              {one.acceptedBy
                ? t('hand-over.accepted-by', { name: one.acceptedBy })
                : word('hand-over-end', one.endedHow ?? 'open')}
            </Text>
          </Knot>
        ))}
      </Thread>
    </Part>
  );
}

/** The rungs, and how far it has climbed. */
export function CaseLadder({ case: found }: { case: Case }) {
  const { t, word } = useWords();
  if (found.ladder.length === 0) return null;
  return (
    <Part title={t('case.ladder')}>
      <Thread label={t('case.ladder')}>
        {found.ladder.map((rung) => (
          <Knot key={rung.name} strong={rung.reached}>
            <Text size="sm" fw={rung.reached ? 600 : 400}>
              {word('rung', rung.name)}
            </Text>
            <Text size="xs" c="dimmed">
              {t(rung.reached ? 'case.ladder.reached' : 'case.ladder.not-reached')}
            </Text>
          </Knot>
        ))}
      </Thread>
    </Part>
  );
}

/** Everything that happened to it, newest first. */
export function CaseTimeline({ case: found }: { case: Case }) {
  const { t } = useWords();
  return (
    <Part title={t('timeline')}>
      <IncidentTimeline incident={{ timeline: found.timeline, announcements: [] }} />
    </Part>
  );
}
