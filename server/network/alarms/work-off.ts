import type { AlarmSource, PlainAlarm } from '../../../contract/alarms.ts';
import type { Tx } from '../../platform/database/database.ts';
import { Failure } from '../../platform/errors.ts';
import { recordEvents } from '../../platform/events.ts';
import type { Platform } from '../../platform/platform.ts';
import { resourceIds } from '../topology/index.ts';
import { mapAlarm } from './rules.ts';
import {
  type AlarmFact,
  clearStanding,
  type Delivery,
  finishDelivery,
  type NewAlarm,
  readRules,
  saveAlarms,
  standsAlready,
  takeDelivery,
} from './store.ts';

/** How the body of a source is read; throws a Failure where it can't be. */
export type ReadDelivery = (kind: AlarmSource['kind'], body: Buffer) => PlainAlarm[];
/** What follows when alarms were raised or cleared, in the same transaction. */
export type OnAlarms = (tx: Tx, changed: AlarmFact[]) => Promise<void>;

/** Works off what the sources delivered, oldest first, each delivery in a transaction of its own. Returns how many; all that wait, at most 1,000. */
export async function workOffDeliveries(platform: Platform, read: ReadDelivery, onAlarms: OnAlarms): Promise<number> {
  for (let worked = 0; worked < 1000; worked++) {
    let taken: Delivery | null = null;
    try {
      const found = await platform.database.transaction(async (tx) => {
        taken = await takeDelivery(tx);
        if (!taken) return false;
        await workOff(tx, platform, taken, read, onAlarms);
        return true;
      });
      if (!found) return worked;
    } catch (error) {
      if (taken === null || !isItsOwnFault(error)) throw error;
      await setAside(platform, taken, error);
    }
  }
  return 1000;
}

/** Data that the database can't hold (SQLSTATE classes 22 and 23), or that our own code stumbles over: it would fail every time. Anything else is the surroundings. */
function isItsOwnFault(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? /^2[23]/.test(code) : error instanceof TypeError || error instanceof RangeError;
}

/** What can't be worked off is kept with its trouble, shown to a person, and holds up nothing behind it. */
async function setAside(platform: Platform, delivery: Delivery, error: unknown): Promise<void> {
  platform.log.error(
    { delivery: delivery.number, problem: (error as Error).stack ?? String(error) },
    'a delivery of alarms could not be worked off and was set aside',
  );
  await platform.database.transaction(async (tx) => {
    await finishDelivery(
      tx,
      delivery,
      platform.clock.business(),
      `could not be worked off: ${(error as Error).message}`.slice(0, 500),
    );
    await recordEvents(tx, platform.clock, { kind: 'source', id: delivery.sourceId }, [
      {
        kind: 'alarms.not-understood',
        subjectKind: 'alarm-source',
        subjectId: delivery.sourceId,
        data: { delivery: delivery.number, code: 'failed' },
      },
    ]);
  });
}

async function workOff(
  tx: Tx,
  platform: Platform,
  delivery: Delivery,
  read: ReadDelivery,
  onAlarms: OnAlarms,
): Promise<void> {
  const now = platform.clock.business();
  let alarms: PlainAlarm[];
  try {
    alarms = read(delivery.kind, delivery.body);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    await finishDelivery(tx, delivery, now, error.message);
    await recordEvents(tx, platform.clock, { kind: 'source', id: delivery.sourceId }, [
      {
        kind: 'alarms.not-understood',
        subjectKind: 'alarm-source',
        subjectId: delivery.sourceId,
        data: { delivery: delivery.number, code: error.code },
      },
    ]);
    return;
  }
  const changed = await applyAlarms(tx, delivery, alarms);
  await finishDelivery(tx, delivery, now, null);
  const raised = changed.filter((alarm) => alarm.clearedAt === null);
  if (changed.length > 0) {
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
}

async function applyAlarms(tx: Tx, delivery: Delivery, alarms: readonly PlainAlarm[]): Promise<AlarmFact[]> {
  const rules = await readRules(tx);
  const mappings = alarms.map((alarm) => {
    const labels = { ...(alarm.resource ? { resource: alarm.resource } : {}), ...(alarm.labels ?? {}) };
    return { alarm, labels, mapping: mapAlarm(delivery.sourceId, labels, rules) };
  });
  const known = await resourceIds(tx, [...new Set(mappings.flatMap(({ mapping }) => mapping.candidates))]);
  const changed: AlarmFact[] = [];
  const toSave = new Map<string, NewAlarm>();
  for (const { alarm, labels, mapping } of mappings) {
    const cleared = alarm.state === 'cleared';
    const startsKnown = alarm.startedAt !== undefined;
    if (!startsKnown && cleared) {
      changed.push(...(await clearStanding(tx, delivery.sourceId, alarm.id, new Date(alarm.at))));
      continue;
    }
    if (!startsKnown && (await standsAlready(tx, delivery.sourceId, alarm.id))) continue;
    const startedAt = new Date(alarm.startedAt ?? alarm.at);
    // The last word about an alarm in one delivery counts: an upsert can't touch a row twice.
    toSave.set(`${alarm.id} ${startedAt.toISOString()}`, {
      sourceId: delivery.sourceId,
      fingerprint: alarm.id,
      startedAt,
      clearedAt: cleared ? new Date(alarm.at) : null,
      severity: mapping.severity ?? alarm.severity ?? 'major',
      labels,
      summary: alarm.summary,
      resourceId:
        mapping.resourceId ?? mapping.candidates.map((id) => known.get(id)).find((id) => id !== undefined) ?? null,
      ignored: mapping.ignored,
    });
  }
  if (toSave.size > 0) changed.push(...(await saveAlarms(tx, [...toSave.values()], delivery.receivedAt)));
  return changed;
}
