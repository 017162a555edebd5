import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import type { TimelineEntry } from '../../../contract/incidents.ts';
import { Moment } from '../shell/business-clock.tsx';
import { useWords } from '../shell/language.tsx';
import { Knot, Thread } from '../shell/thread.tsx';

const FIRST_SHOWN = 12;
const STRONG = /confirmed|restored|announced|told|broken|released|closed|dismissed/;

/** Facts of an entry that can be read without knowing the code: counts and closed words, never ids. */
function factsOf(data: TimelineEntry['data'], word: (family: string, value: string) => string): string {
  return Object.entries(data)
    .flatMap(([name, value]) => {
      if (typeof value === 'number') return [`${word('fact', name)}: ${value}`];
      if (name === 'cause' && typeof value === 'string') return [word('cause', value)];
      if (name === 'kind' && typeof value === 'string') return [word('announcement-kind', value)];
      return [];
    })
    .join(' · ');
}

/** What happened, newest first, joined by the thread. */
export function IncidentTimeline({ entries }: { entries: TimelineEntry[] }) {
  const { t, word } = useWords();
  const [all, setAll] = useState(false);
  // Sorted up and then turned: what happened in one instant keeps its order.
  const newestFirst = entries.toSorted((one, other) => one.at.localeCompare(other.at)).toReversed();
  const shown = all ? newestFirst : newestFirst.slice(0, FIRST_SHOWN);
  return (
    <>
      <Thread label={t('timeline')}>
        {shown.map((entry, position) => {
          const facts = factsOf(entry.data, word);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries have no id of their own; two may share their instant
            <Knot key={`${entry.at}${entry.kind}${position}`} strong={STRONG.test(entry.kind)}>
              <Text size="sm">{word('event', entry.kind)}</Text>
              <Text size="xs" c="dimmed" component="div">
                <Moment at={entry.at} size="xs" clock /> · {word('actor', entry.by)}
                {facts && ` · ${facts}`}
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
