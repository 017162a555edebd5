import type { TimelineEntry } from '../../../contract/incidents.ts';
import type { Words } from '../shell/language.tsx';

type FactWords = Pick<Words, 'label' | 'money'> & { time: (instant: string) => string };
type Show = (value: unknown, words: FactWords, kind: string) => string | null;

/** `fact.<name>` around a value that is already in words. */
const around = (name: string, value: string | number | null, words: FactWords): string | null =>
  value === null ? null : words.label('fact', name, { value });

/** A count; nought says nothing, except where it is the news. */
const count =
  (name: string, { nought = false } = {}): Show =>
  (value, words) =>
    typeof value === 'number' && (nought || value > 0) ? around(name, value, words) : null;

const time =
  (name: string): Show =>
  (value, words) =>
    typeof value === 'string' ? around(name, words.time(value), words) : null;

/** A word of a closed list; one that is not on it is not shown. */
const listed =
  (family: string): Show =>
  (value, words) =>
    typeof value === 'string' ? words.label(family, value) : null;

/** How each field of an event is shown, in the order of reading. */
export const FACTS: Record<string, Show> = {
  number: count('number'),
  kind: (value, words, kind) =>
    typeof value === 'string'
      ? words.label(kind.startsWith('promise.') ? 'promise-kind' : 'announcement-kind', value)
      : null,
  severity: listed('severity'),
  cause: listed('cause'),
  because: listed('because'),
  rung: (value, words) => (typeof value === 'string' ? around('rung', value, words) : null),
  state: listed('announcement-state'),
  reason: listed('waiting-reason'),
  act: listed('mass-act'),
  concerned: count('concerned'),
  alarms: count('alarms'),
  reports: count('reports'),
  servicesDown: count('servicesDown'),
  servicesDegraded: count('servicesDegraded'),
  partiesDown: count('partiesDown'),
  people: count('people', { nought: true }),
  costCents: (value, words) =>
    typeof value === 'number' && value > 0 ? around('costCents', words.money(value), words) : null,
  promisee: (value, words) =>
    typeof value === 'string' ? around('promisee', words.label('promisee', value), words) : null,
  restoredAt: time('restoredAt'),
  expectedEnd: time('expectedEnd'),
  nextWordBy: time('nextWordBy'),
  dueAt: time('dueAt'),
  renewal: count('renewal'),
};

/** Ids, and what another entry or another field already says. */
export const HIDDEN: ReadonlySet<string> = new Set([
  'announcement',
  'resource',
  'promise',
  'promises',
  'cases',
  'into',
  'incident',
  'from',
  'to',
  'owner',
  'by',
]);

/** What an entry of the timeline says beside its title: counts, times, money and closed words in the reader's language; never ids. */
export function factsOf(entry: Pick<TimelineEntry, 'kind' | 'data'>, words: FactWords): string[] {
  return Object.entries(FACTS).flatMap(([name, show]) => {
    const shown = show(entry.data[name], words, entry.kind);
    return shown === null ? [] : [shown];
  });
}
