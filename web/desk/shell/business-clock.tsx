import { Text, Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useWords } from './language.tsx';
import { type PresentMe, useMe } from './me.ts';
import { exactTime, relativeTime, shortTime } from './relative-time.ts';

/** The business clock now, by what the server said when it answered `me`. */
export function businessNow(me: Pick<PresentMe, 'businessNow' | 'clockSpeed' | 'receivedAt'>): Date {
  return new Date(new Date(me.businessNow).getTime() + (Date.now() - me.receivedAt) * me.clockSpeed);
}

/** The business clock, fresh every `seconds` (of the clock on the wall). */
export function useBusinessNow(seconds = 10): Date {
  const me = useMe();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return businessNow(me);
}

/**
 * A point in time: relative in words, the exact instant on hover. `clock` shows the time of day first.
 * `alone`: the time of day without "in 22 minutes", for what is no longer awaited.
 * `wall`: the instant is one of the clock on the wall (sessions, sign-ins), which never runs faster.
 */
export function Moment({
  at,
  clock = false,
  alone = false,
  wall = false,
  size = 'sm',
}: {
  at: string;
  clock?: boolean;
  alone?: boolean;
  wall?: boolean;
  size?: string;
}) {
  const { language } = useWords();
  const { timeZone } = useMe();
  const business = useBusinessNow();
  const now = wall ? new Date() : business;
  const instant = new Date(at);
  const relative = relativeTime(instant, now, language);
  return (
    <Tooltip label={exactTime(instant, timeZone, language)}>
      <Text component="time" dateTime={at} size={size} span style={{ whiteSpace: 'nowrap' }}>
        {alone
          ? shortTime(instant, now, timeZone, language)
          : clock
            ? `${shortTime(instant, now, timeZone, language)} (${relative})`
            : relative}
      </Text>
    </Tooltip>
  );
}
