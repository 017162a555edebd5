import { DateTime } from 'luxon';
import type { Language } from '../../contract/answer.ts';
import type { PublishedIncident, PublishedStatus } from '../../contract/status.ts';
import { type MessageKey, say } from './words.ts';

/** Below this many lines no count is ever shown: it could point to one household. */
const FEWEST_LINES = 5;

/** What a rendering needs besides the facts. `now` only decides what is late; all times are absolute. */
export interface View {
  status: PublishedStatus;
  language: Language;
  now: Date;
}

/** "entro le 18:30 di martedì 10 marzo": a phrase that a sentence can hold. */
export function sayTime(form: 'by' | 'at', instant: string, { status, language, now }: View): string {
  const at = local(instant, status.timeZone, language);
  return say(language, `time.${form}`, {
    time: at.toFormat(language === 'it' ? 'H:mm' : 'HH:mm'),
    clock: at.hour === 1 ? 'one' : 'more',
    date: at.toFormat(
      at.year === DateTime.fromJSDate(now, { zone: status.timeZone }).year ? 'cccc d MMMM' : 'cccc d MMMM yyyy',
    ),
    season: at.getPossibleOffsets().length > 1 ? (at.isInDST ? 'summer' : 'winter') : 'clear',
  });
}

/** "10 marzo, 18:30", for lists. */
export const shortTime = (instant: string, { status, language }: View): string =>
  local(instant, status.timeZone, language).toFormat(language === 'it' ? 'd MMMM, H:mm' : 'd MMMM, HH:mm');

/** The same beside an earlier time: the day is said only where it is another one. */
export function laterTime(instant: string, earlier: string, view: View): string {
  const at = local(instant, view.status.timeZone, view.language);
  return at.hasSame(local(earlier, view.status.timeZone, view.language), 'day')
    ? at.toFormat(view.language === 'it' ? 'H:mm' : 'HH:mm')
    : shortTime(instant, view);
}

const local = (instant: string, zone: string, language: Language): DateTime =>
  DateTime.fromISO(instant, { zone, locale: language === 'it' ? 'it-IT' : 'en-GB' });

/** Whether the expected end passed and no newer one stands. */
export const isLate = (incident: PublishedIncident, now: Date): boolean =>
  incident.state === 'open' &&
  (incident.late
    ? !isAhead(incident.expectedEnd, now)
    : incident.expectedEnd !== null && !isAhead(incident.expectedEnd, now));

export const isAhead = (instant: string | null, now: Date): instant is string =>
  instant !== null && Date.parse(instant) > now.getTime();

/** "Verbania, Stresa e altre 2 zone". */
export function placeOf(incident: PublishedIncident, language: Language, most = 3): string {
  const names = incident.areas.map(({ name }) => name);
  if (names.length === 0) return say(language, 'summary.network');
  if (names.length <= most) return new Intl.ListFormat(language, { type: 'conjunction' }).format(names);
  return `${names.slice(0, most).join(', ')} ${say(language, 'area.more', { count: names.length - most })}`;
}

/** "circa 1.200 linee"; null below the smallest count that may be shown. */
export const linesOf = (lines: number | null, language: Language): string | null =>
  lines === null || lines < FEWEST_LINES
    ? null
    : say(language, 'area.lines', {
        lines: new Intl.NumberFormat(language === 'it' ? 'it-IT' : 'en-GB', {
          useGrouping: 'always',
        } as Intl.NumberFormatOptions).format(lines),
      });

const UPDATE_KINDS = new Set([
  'outage',
  'outage-degraded',
  'expected-end-moved',
  'expected-end-passed',
  'update',
  'restored',
  'called-off',
]);

export type Update = PublishedIncident['updates'][number];

export const updateTitle = ({ kind }: Update, language: Language): string =>
  say(language, `update.${UPDATE_KINDS.has(kind) ? kind : 'update'}` as MessageKey);

/** What an update said about the time, as whole sentences; nothing for one that ended it. */
export function updateTimes(update: Update, view: View): string[] {
  if (update.kind === 'restored' || update.kind === 'called-off') return [];
  const sentences = [
    update.expectedEnd
      ? say(view.language, 'update.until', { by: sayTime('by', update.expectedEnd, view) })
      : say(view.language, 'update.unknown'),
  ];
  if (update.nextWordBy) {
    sentences.push(say(view.language, 'update.word', { by: sayTime('by', update.nextWordBy, view) }));
  }
  return sentences;
}

/** Oldest first. */
export const inOrder = (updates: readonly Update[]): Update[] =>
  [...updates].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
