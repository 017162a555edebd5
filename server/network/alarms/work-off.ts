import { createHash } from 'node:crypto';
import type { AlarmSource, PlainAlarm } from '../../../contract/alarms.ts';
import type { Tx } from '../../platform/database/database.ts';
import { Failure } from '../../platform/errors.ts';
import { recordEvents } from '../../platform/events.ts';
import { newId } from '../../platform/ids.ts';
import type { Platform } from '../../platform/platform.ts';
import { resourceIds } from '../topology/index.ts';
import { hearWord, inOrder, type Word } from './episodes.ts';
import { mapAlarm } from './rules.ts';
import {
  type AlarmFact,
  type Delivery,
  type EpisodeToSave,
  finishDelivery,
  noteProgress,
  readEpisodes,
  saveEpisodes,
  takeDelivery,
} from './store.ts';
import { usableRules } from './usable-rules.ts';

/** How the body of a source is read; throws a Failure where it can't be. */
export type ReadDelivery = (kind: AlarmSource['kind'], body: Buffer) => PlainAlarm[];
/** What follows when alarms were raised or cleared, in the same transaction. */
export type OnAlarms = (tx: Tx, changed: AlarmFact[]) => Promise<void>;

/** So many words in one transaction: a burst must not hold the one session of the embedded engine, or the locks of incidents, for long. */
const SLICE = 100;
/** So many slices in one call. */
const MOST_SLICES = 1000;

interface WordOfAlarm extends Word {
  fingerprint: string;
  alarm: PlainAlarm;
}

/** A long delivery is read once for all of its slices. */
interface Opened {
  number: number;
  words: WordOfAlarm[];
}

/**
 * Works off what the sources delivered, oldest first, each delivery in slices of at most 100 words, each slice in a transaction of its own
 * that keeps how far it came. Returns how many slices; all that wait, at most 1,000.
 */
export async function workOffDeliveries(platform: Platform, read: ReadDelivery, onAlarms: OnAlarms): Promise<number> {
  let opened: Opened | null = null;
  for (let slices = 0; slices < MOST_SLICES; slices++) {
    let taken: Delivery | null = null;
    try {
      const known: Opened | null = opened;
      const found: { opened: Opened | null } | null = await platform.database.transaction(async (tx) => {
        taken = await takeDelivery(tx, known?.number ?? null);
        return taken && { opened: await workOffSlice(tx, platform, taken, known, read, onAlarms) };
      });
      if (!found) return slices;
      opened = found.opened;
    } catch (error) {
      if (taken === null || !isItsOwnFault(error)) throw error;
      await setAside(platform, taken, error);
      opened = null;
    }
  }
  return MOST_SLICES;
}

/** Data that the database can't hold (SQLSTATE classes 22, 23 and 54), or that our own code stumbles over: it would fail every time. Anything else is the surroundings. */
function isItsOwnFault(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string'
    ? /^(22|23|54)/.test(code)
    : error instanceof TypeError || error instanceof RangeError;
}

/** What can't be worked off is kept with its trouble, shown to a person, and holds up nothing behind it. */
async function setAside(platform: Platform, delivery: Delivery, error: unknown): Promise<void> {
  platform.log.error(
    { delivery: delivery.number, problem: (error as Error).stack ?? String(error) },
    'a delivery of alarms could not be worked off and was set aside',
  );
  await platform.database.transaction((tx) =>
    finishInTrouble(
      tx,
      platform,
      delivery,
      'failed',
      `could not be worked off: ${(error as Error).message}`.slice(0, 500),
    ),
  );
}

async function finishInTrouble(
  tx: Tx,
  platform: Platform,
  delivery: Delivery,
  code: string,
  trouble: string,
): Promise<void> {
  await finishDelivery(tx, delivery, { at: platform.clock.business(), worked: delivery.worked, trouble });
  await recordEvents(tx, platform.clock, { kind: 'source', id: delivery.sourceId }, [
    {
      kind: 'alarms.not-understood',
      subjectKind: 'alarm-source',
      subjectId: delivery.sourceId,
      data: { delivery: delivery.number, code },
    },
  ]);
}

/** Works off the next slice; returns the opened delivery when more of it waits. */
async function workOffSlice(
  tx: Tx,
  platform: Platform,
  delivery: Delivery,
  known: Opened | null,
  read: ReadDelivery,
  onAlarms: OnAlarms,
): Promise<Opened | null> {
  let opened = known?.number === delivery.number ? known : null;
  if (opened === null) {
    try {
      opened = { number: delivery.number, words: wordsOf(read(delivery.kind, delivery.body ?? Buffer.alloc(0))) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      await finishInTrouble(tx, platform, delivery, error.code, error.message);
      return null;
    }
  }
  const slice = opened.words.slice(delivery.worked, delivery.worked + SLICE);
  const worked = delivery.worked + slice.length;
  const changed = slice.length > 0 ? await hearSlice(tx, delivery, slice) : [];
  const isDone = worked >= opened.words.length;
  if (isDone) await finishDelivery(tx, delivery, { at: platform.clock.business(), worked, trouble: null });
  else await noteProgress(tx, delivery.number, worked);
  if (changed.length > 0) {
    const raised = changed.filter((alarm) => alarm.clearedAt === null);
    await recordEvents(tx, platform.clock, { kind: 'source', id: delivery.sourceId }, [
      {
        kind: 'alarms.heard',
        subjectKind: 'alarm-source',
        subjectId: delivery.sourceId,
        data: {
          raised: raised.length,
          cleared: changed.length - raised.length,
          unmapped: raised.filter((alarm) => alarm.resourceId === null).length,
        },
      },
    ]);
    await onAlarms(tx, changed);
  }
  return isDone ? null : opened;
}

const wordsOf = (alarms: readonly PlainAlarm[]): WordOfAlarm[] =>
  inOrder(
    alarms.map((alarm) => ({
      state: alarm.state,
      at: new Date(alarm.at),
      startedAt: alarm.startedAt === undefined ? null : new Date(alarm.startedAt),
      fingerprint: fingerprintOf(alarm.id),
      alarm,
    })),
  );

/** A long id is known by its digest: an index entry is at most some 2,700 bytes. */
const fingerprintOf = (id: string): string =>
  id.length <= 200 ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`;

/** Hears the words and stores what follows. Returns the alarms that stand now and did not, and those that stood and do not. */
async function hearSlice(tx: Tx, delivery: Delivery, words: readonly WordOfAlarm[]): Promise<AlarmFact[]> {
  const rules = await usableRules(tx);
  const mapped = words.map((word) => {
    const labels = { ...(word.alarm.resource ? { resource: word.alarm.resource } : {}), ...(word.alarm.labels ?? {}) };
    return { word, labels, mapping: mapAlarm(delivery.sourceId, labels, rules) };
  });
  const resources = await resourceIds(tx, [...new Set(mapped.flatMap(({ mapping }) => mapping.candidates))]);
  const known = await readEpisodes(tx, delivery.sourceId, [...new Set(words.map((word) => word.fingerprint))]);
  const stood = new Set([...known.values()].flatMap(({ latest }) => (latest.clearedAt === null ? [latest.id] : [])));
  const toSave = new Map<string, EpisodeToSave>();
  for (const { word, labels, mapping } of mapped) {
    const before = known.get(word.fingerprint);
    const effect = hearWord(word, before?.latest ?? null, before?.previous ?? null, {
      receivedAt: delivery.receivedAt,
      repeated: delivery.repeated,
      newId,
    });
    if (!effect) continue;
    const { episode } = effect;
    known.set(word.fingerprint, {
      latest: episode,
      previous: (effect.fate === 'made' ? before?.latest.clearedAt : before?.previous) ?? null,
    });
    const saved = toSave.get(episode.id);
    const details = effect.details
      ? {
          severity: mapping.severity ?? word.alarm.severity ?? 'major',
          labels,
          summary: word.alarm.summary,
          resourceId:
            mapping.resourceId ??
            mapping.candidates.map((id) => resources.get(id)).find((id) => id !== undefined) ??
            null,
          ignored: mapping.ignored,
        }
      : (saved?.details ?? null);
    toSave.set(episode.id, {
      fingerprint: word.fingerprint,
      episode,
      details,
      isNew: effect.fate === 'made' || saved?.isNew === true,
    });
  }
  if (toSave.size === 0) return [];
  const facts = await saveEpisodes(tx, delivery.sourceId, [...toSave.values()], delivery.receivedAt);
  return facts.filter((alarm) => stood.has(alarm.id) !== (alarm.clearedAt === null));
}
