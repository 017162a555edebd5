import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { Incident } from '../../../contract/incidents.ts';
import { Moment, useBusinessNow } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { useMe } from '../shell/me.ts';
import { shortTime } from '../shell/relative-time.ts';
import { Knot, Thread } from '../shell/thread.tsx';
import { factsOf } from './event-facts.ts';

const FIRST_SHOWN = 12;
const STRONG = /^incident\.(confirmed|restored|closed|dismissed)$|^announcement\.told$|^promise\.broken$/;

/** What happened, newest first, joined by the thread. */
export function IncidentTimeline({ incident }: { incident: Pick<Incident, 'timeline' | 'announcements'> }) {
  const { t, word, who, label, money, language } = useWords();
  const { timeZone } = useMe();
  const now = useBusinessNow(60);
  const time = (instant: string) => shortTime(new Date(instant), now, timeZone, language);
  const [all, setAll] = useState(false);
  // Sorted up and then turned: what happened in one instant keeps its order.
  const newestFirst = incident.timeline.toSorted((one, other) => one.at.localeCompare(other.at)).toReversed();
  const numbers = new Map(incident.announcements.map((announcement) => [announcement.id, announcement.number]));
  const shown = all ? newestFirst : newestFirst.slice(0, FIRST_SHOWN);
  return (
    <>
      <Thread label={t('timeline')}>
        {shown.map((entry, position) => {
          const number = numbers.get(String(entry.data.announcement));
          const data = number === undefined ? entry.data : { ...entry.data, number };
          const facts = factsOf({ kind: entry.kind, data }, { label, money, time });
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries have no id of their own; two may share their instant
            <Knot key={`${entry.at}${entry.kind}${position}`} strong={STRONG.test(entry.kind)}>
              <Text size="sm">{word('event', entry.kind)}</Text>
              <Text size="xs" c="dimmed" component="div">
                <Moment at={entry.at} size="xs" clock /> · {who(entry.by)}
                {facts.map((fact) => ` · ${fact}`)}
              </Text>
            </Knot>
          );
        })}
      </Thread>
      {newestFirst.length > FIRST_SHOWN && !all && (
        <Button size="compact-sm" variant="subtle" onClick={() => setAll(true)}>
          {t('timeline.all', { count: newestFirst.length })}
        </Button>
      )}
    </>
  );
}
