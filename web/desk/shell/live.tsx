import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { readChange, touchedBy } from './changes.ts';

const LiveContext = createContext(true);

/** Several changes of one transaction refresh a list once. */
const GATHER_MILLISECONDS = 300;
/** The browser gives a lost feed up when the server refuses it (signed out, restarting): it is opened anew after this. */
const REOPEN_MILLISECONDS = 5_000;
/** A short break is not worth a word. */
const PATIENCE_MILLISECONDS = 3_000;

/** Listens to the live feed and refreshes what a change touches; everything once after the feed was away. */
export function LiveFeed({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [live, setLive] = useState(() => navigator.onLine);

  useEffect(() => {
    let source: EventSource | null = null;
    let gathered = new Set<string>();
    let everything = false;
    let wasAway = false;
    const timers: {
      gather?: ReturnType<typeof setTimeout>;
      reopen?: ReturnType<typeof setTimeout>;
      tell?: ReturnType<typeof setTimeout>;
    } = {};

    const refresh = () => {
      delete timers.gather;
      if (everything) void queries.invalidateQueries();
      else for (const first of gathered) void queries.invalidateQueries({ queryKey: [first] });
      gathered = new Set();
      everything = false;
    };
    const soon = () => {
      timers.gather ??= setTimeout(refresh, GATHER_MILLISECONDS);
    };
    const open = () => {
      source = new EventSource('/api/v1/events');
      source.onopen = () => {
        clearTimeout(timers.tell);
        delete timers.tell;
        setLive(true);
        if (wasAway) {
          everything = true;
          soon();
        }
        wasAway = false;
      };
      source.addEventListener('change', (message) => {
        const change = readChange(String((message as MessageEvent).data));
        if (!change) return;
        const touched = touchedBy(change);
        if (touched) for (const first of touched) gathered.add(first);
        else everything = true;
        soon();
      });
      source.onerror = () => {
        wasAway = true;
        timers.tell ??= setTimeout(() => setLive(false), PATIENCE_MILLISECONDS);
        if (source?.readyState !== EventSource.CLOSED) return;
        // Refused: perhaps the session has ended. Asking who is there finds out, and leads to the sign-in.
        void queries.invalidateQueries({ queryKey: ['me'] });
        timers.reopen = setTimeout(open, REOPEN_MILLISECONDS);
      };
    };
    open();
    // The browser knows of a pulled plug long before the connection does; once it is back, the feed may still be the dead one.
    const lost = () => setLive(false);
    const back = () => {
      clearTimeout(timers.reopen);
      source?.close();
      wasAway = true;
      open();
    };
    window.addEventListener('offline', lost);
    window.addEventListener('online', back);
    return () => {
      window.removeEventListener('offline', lost);
      window.removeEventListener('online', back);
      source?.close();
      for (const timer of Object.values(timers)) clearTimeout(timer);
    };
  }, [queries]);

  return <LiveContext value={live}>{children}</LiveContext>;
}

/** Whether the live feed is connected. */
export const useLive = (): boolean => useContext(LiveContext);
