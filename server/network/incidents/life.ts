import { announce, announcementsOf } from '../../notices/index.ts';
import type { Actor } from '../../platform/actor.ts';
import type { Tx } from '../../platform/database/database.ts';
import { conflict, Failure, notFound } from '../../platform/errors.ts';
import { recordEvents } from '../../platform/events.ts';
import { Setbacks, workThrough } from '../../platform/setbacks.ts';
import { settleOpenPromises } from '../../promises/index.ts';
import { readSettings } from '../../settings/index.ts';
import { computeConcern, placeOfIncident } from './concern.ts';
import { sayFirstWord } from './hear-alarms.ts';
import type { IncidentPorts } from './ports.ts';
import { answerFor } from './rules.ts';
import { alarmStanding, type IncidentRecord, lockIncident, takeDueIncident, updateIncident } from './store.ts';

const DAMPING: Actor = { kind: 'rule', name: 'damping time over' };

const setbacks = new Setbacks();

/** Confirms what stayed suspected, restores what stayed quiet, closes what stayed restored. Returns how many; at most 100. */
export const settleDueIncidents = (ports: IncidentPorts): Promise<number> =>
  workThrough(ports.platform, setbacks, 'incident', 100, async (tx, skipped) => {
    const incident = await takeDueIncident(tx, ports.platform.clock.business(), skipped);
    if (!incident) return null;
    const next: Partial<Record<IncidentRecord['state'], typeof confirm>> = {
      suspected: confirm,
      restoring: restore,
      restored: close,
    };
    const move = next[incident.state];
    return {
      id: incident.id,
      work: () => (move ? move(tx, ports, DAMPING, incident) : updateIncident(tx, incident.id, { dueAt: null })),
    };
  });

async function confirm(tx: Tx, ports: IncidentPorts, actor: Actor, incident: IncidentRecord): Promise<void> {
  const { clock } = ports.platform;
  const now = clock.business();
  const counts = await computeConcern(tx, incident, now);
  await updateIncident(tx, incident.id, { state: 'confirmed', confirmedAt: now, dueAt: null });
  await recordEvents(tx, clock, actor, [
    { kind: 'incident.confirmed', subjectKind: 'incident', subjectId: incident.id, data: { ...counts } },
  ]);
  await settleOpenPromises(
    tx,
    clock,
    actor,
    { kind: 'incident', id: incident.id },
    { as: 'kept', factAt: now, because: 'confirmed' },
    ['staff-time'],
  );
  await sayFirstWord(tx, ports, actor, { ...incident, ...counts }, 'concerned');
}

async function restore(tx: Tx, ports: IncidentPorts, actor: Actor, incident: IncidentRecord): Promise<void> {
  const { clock, platform } = { clock: ports.platform.clock, platform: ports.platform };
  const now = clock.business();
  const settings = await readSettings(tx);
  // The line worked again when the last alarm cleared, not when we believed it.
  const alarms = await alarmStanding(tx, incident.id);
  const clearedAt = alarms.standing === 0 ? (alarms.lastClearedAt ?? now) : now; // restored by a person while monitoring still complains
  const restoredAt = new Date(Math.min(now.getTime(), Math.max(clearedAt.getTime(), incident.beganAt.getTime())));
  const place = await placeOfIncident(tx, incident);
  await updateIncident(tx, incident.id, {
    state: 'restored',
    restoredAt,
    dueAt: new Date(now.getTime() + settings.incidents.closeAfterMinutes * 60_000),
  });
  await recordEvents(tx, clock, actor, [
    {
      kind: 'incident.restored',
      subjectKind: 'incident',
      subjectId: incident.id,
      data: { restoredAt: restoredAt.toISOString() },
    },
  ]);
  const subject = { kind: 'incident', id: incident.id };
  await settleOpenPromises(tx, clock, actor, subject, { as: 'kept', factAt: restoredAt, because: 'restored' }, [
    'expected-end',
    'next-word',
  ]);
  await announce(tx, platform, ports.telling, actor, {
    subjectKind: 'incident',
    subjectId: incident.id,
    audience: 'heard',
    byStaff: actor.kind === 'staff',
    answer: answerFor('restored', incident, place, {
      endedAt: restoredAt,
      nextStep: 'watching',
      whatYouCanDo: ['restart-router', 'answer-if-not-working'],
    }),
  });
  await settleOpenPromises(tx, clock, actor, subject, { as: 'withdrawn', because: 'restored' }, ['staff-time']);
  await ports.restored?.(tx, incident.id);
}

async function close(tx: Tx, ports: IncidentPorts, actor: Actor, incident: IncidentRecord): Promise<void> {
  const { clock } = ports.platform;
  const unsaid = (await announcementsOf(tx, [incident.id])).some((one) =>
    ['waiting', 'undoable', 'telling'].includes(one.state),
  );
  if (unsaid) {
    // It isn't over while those who heard of it have not been told so.
    if (actor.kind === 'staff')
      throw conflict(
        'still-telling',
        'An announcement about this incident waits or is on its way.',
        'Release or refuse it first.',
      );
    await updateIncident(tx, incident.id, { dueAt: new Date(clock.business().getTime() + 10 * 60_000) });
    return;
  }
  await updateIncident(tx, incident.id, { state: 'closed', endedAt: clock.business(), dueAt: null });
  await settleOpenPromises(
    tx,
    clock,
    actor,
    { kind: 'incident', id: incident.id },
    { as: 'withdrawn', because: 'closed' },
  );
  await recordEvents(tx, clock, actor, [{ kind: 'incident.closed', subjectKind: 'incident', subjectId: incident.id }]);
  await ports.publish(tx, incident.id);
}

async function dismiss(tx: Tx, ports: IncidentPorts, actor: Actor, incident: IncidentRecord): Promise<void> {
  const { clock } = ports.platform;
  const now = clock.business();
  const place = await placeOfIncident(tx, incident);
  const told = (await announcementsOf(tx, [incident.id])).some(
    (announcement) => announcement.state === 'telling' || announcement.state === 'told',
  );
  await updateIncident(tx, incident.id, { state: 'dismissed', endedAt: now, dueAt: null });
  await recordEvents(tx, clock, actor, [
    { kind: 'incident.dismissed', subjectKind: 'incident', subjectId: incident.id, data: { because: 'not an outage' } },
  ]);
  await settleOpenPromises(
    tx,
    clock,
    actor,
    { kind: 'incident', id: incident.id },
    { as: 'withdrawn', because: 'dismissed' },
  );
  // Always announced, even where nobody was told yet: it takes back what waits or is on its way; only who heard is told.
  await announce(tx, ports.platform, ports.telling, actor, {
    subjectKind: 'incident',
    subjectId: incident.id,
    audience: 'heard',
    byStaff: actor.kind === 'staff' && told,
    answer: answerFor('called-off', incident, place, {
      endedAt: now,
      nextStep: 'watching',
      whatYouCanDo: ['nothing-needed'],
    }),
  });
  await ports.publish(tx, incident.id);
}

/** Which act is possible in which state. */
const ACTS = {
  confirm: { from: ['suspected'], act: confirm },
  dismiss: { from: ['suspected', 'confirmed', 'restoring'], act: dismiss },
  restore: { from: ['confirmed', 'restoring'], act: restore },
  close: { from: ['restored'], act: close },
} as const;
export type IncidentAct = keyof typeof ACTS;
export const INCIDENT_ACTS = Object.keys(ACTS) as IncidentAct[];

/** A person moves an incident on. Refused (409) when somebody changed it since it was looked at, or its state doesn't allow it. */
export async function actOnIncident(
  ports: IncidentPorts,
  actor: Actor,
  id: string,
  act: IncidentAct,
  version: number,
): Promise<void> {
  await ports.platform.database.transaction(async (tx) => {
    const incident = await lockForEdit(tx, id, version);
    const { from, act: perform } = ACTS[act];
    if (!(from as readonly string[]).includes(incident.state)) {
      throw conflict(
        'wrong-state',
        `An incident that is ${incident.state} can't be moved by "${act}".`,
        `That is possible while it is ${from.join(' or ')}.`,
      );
    }
    await takeOwnership(tx, actor, incident);
    await perform(tx, ports, actor, incident);
  });
}

/** The incident, locked, as the editor saw it. */
export async function lockForEdit(tx: Tx, id: string, version: number): Promise<IncidentRecord> {
  const incident = await lockIncident(tx, id);
  if (!incident) throw notFound('This incident');
  if (incident.version !== version) {
    throw new Failure({
      code: 'stale',
      kind: 'conflict',
      detail: 'The incident changed while you were looking at it.',
      help: 'Look at it as it is now, then decide again.',
      facts: { version: incident.version },
    });
  }
  return incident;
}

/** Who acts on an incident that nobody owns, owns it. */
export async function takeOwnership(tx: Tx, actor: Actor, incident: IncidentRecord): Promise<void> {
  if (actor.kind === 'staff' && incident.ownerId === null) await updateIncident(tx, incident.id, { ownerId: actor.id });
}
