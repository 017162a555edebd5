import { announce, joinSubjects } from '../../notices/index.ts';
import type { Actor } from '../../platform/actor.ts';
import type { Tx } from '../../platform/database/database.ts';
import { recordEvents } from '../../platform/events.ts';
import { makePromise, promisesOf, settleOpenPromises } from '../../promises/index.ts';
import { readSettings } from '../../settings/index.ts';
import type { AlarmFact } from '../alarms/store.ts';
import { ancestorsOfAll } from '../topology/index.ts';
import { computeConcern, estimateConcern, placeOfIncident } from './concern.ts';
import type { IncidentPorts } from './ports.ts';
import { afterAlarms, answerFor, causeOf, confirmAt, firstStep, gravest, isAtLeast, placeAlarms } from './rules.ts';
import {
  alarmLabels,
  alarmStanding,
  attachAlarms,
  type IncidentRecord,
  incidentsOfAlarms,
  insertIncident,
  isDownBy,
  lockIncident,
  lockOpenIncidents,
  moveAlarms,
  updateIncident,
} from './store.ts';

export const MONITORING: Actor = { kind: 'rule', name: 'monitoring' };

/** After alarms were raised or cleared: incidents form, grow, end; in the transaction that stored the alarms. */
export async function hearAlarms(tx: Tx, ports: IncidentPorts, changed: readonly AlarmFact[]): Promise<void> {
  const settings = await readSettings(tx);
  const raised = changed.flatMap((alarm) =>
    alarm.resourceId !== null && alarm.clearedAt === null && isAtLeast(alarm.severity, settings.incidents.leastSeverity)
      ? [{ ...alarm, resourceId: alarm.resourceId }]
      : [],
  );
  const touched = new Set<string>();
  if (raised.length > 0) for (const id of await place(tx, ports, raised)) touched.add(id);
  for (const id of await incidentsOfAlarms(
    tx,
    changed.map((alarm) => alarm.id),
  ))
    touched.add(id);
  for (const id of touched) await settleByAlarms(tx, ports, id);
}

async function place(
  tx: Tx,
  ports: IncidentPorts,
  raised: readonly (AlarmFact & { resourceId: string })[],
): Promise<string[]> {
  const { clock } = ports.platform;
  const now = clock.business();
  const settings = await readSettings(tx);
  const open = await lockOpenIncidents(tx);
  const resources = [
    ...new Set([...open.map((incident) => incident.resourceId), ...raised.map((alarm) => alarm.resourceId)]),
  ];
  const ancestors = await ancestorsOfAll(tx, resources);
  const placed = placeAlarms(open, raised, (a, b) => ancestors.get(a)?.has(b) === true);
  const facts = await alarmLabels(
    tx,
    raised.map((alarm) => alarm.id),
  );

  const made = new Map<string, string>();
  for (const [key, resourceId] of placed.made) {
    const own = raised.filter((alarm) => placed.attached.get(alarm.id) === key);
    const severity = gravest(own.map((alarm) => alarm.severity));
    // A device whose clock runs ahead doesn't put the beginning into the future.
    const beganAt = new Date(Math.min(now.getTime(), ...own.map((alarm) => alarm.startedAt.getTime())));
    const cause =
      own.map((alarm) => causeOf(facts.get(alarm.id)?.labels ?? {})).find((known) => known !== 'unknown') ?? 'unknown';
    const incident = await insertIncident(tx, {
      resourceId,
      severity,
      cause,
      beganAt,
      dueAt: confirmAt(severity, beganAt, now, settings.incidents),
      now,
    });
    made.set(key, incident.id);
    await recordEvents(tx, clock, MONITORING, [
      {
        kind: 'incident.suspected',
        subjectKind: 'incident',
        subjectId: incident.id,
        data: { resource: resourceId, severity, alarms: own.length },
      },
    ]);
  }
  await attachAlarms(
    tx,
    [...placed.attached].map(([alarmId, key]) => ({ alarmId, incidentId: made.get(key) ?? key })),
  );
  for (const [id, resourceId] of placed.raised) {
    await updateIncident(tx, id, { resourceId });
    await recordEvents(tx, clock, MONITORING, [
      { kind: 'incident.cause-raised', subjectKind: 'incident', subjectId: id, data: { resource: resourceId } },
    ]);
  }
  for (const [id, into] of placed.joined) {
    const target = made.get(into) ?? into;
    await moveAlarms(tx, id, target);
    // What was about to be said about it is not said any more; who heard of it heard of this.
    await joinSubjects(tx, id, target, now);
    await updateIncident(tx, id, { state: 'dismissed', endedAt: now, dueAt: null });
    await settleOpenPromises(
      tx,
      clock,
      MONITORING,
      { kind: 'incident', id },
      { as: 'withdrawn', because: 'joined to another incident' },
    );
    await recordEvents(tx, clock, MONITORING, [
      { kind: 'incident.joined', subjectKind: 'incident', subjectId: id, data: { into: target } },
      { kind: 'incident.took-in', subjectKind: 'incident', subjectId: target, data: { incident: id } },
    ]);
    await ports.publish(tx, id);
  }
  // An alarm below a confirmed incident may be more than its consequence: a resource with another way up that fails by itself.
  const grown = new Set([...placed.raised.keys(), ...made.values()]);
  for (const alarm of raised) {
    const id = placed.attached.get(alarm.id);
    if (id && !made.has(id) && !grown.has(id) && !(await isDownBy(tx, id, alarm.resourceId))) grown.add(id);
  }
  for (const id of grown) await countAgain(tx, ports, id);
  return [...new Set([...placed.attached.values()].map((key) => made.get(key) ?? key))];
}

/** A confirmed incident whose cause lies higher concerns more people: they hear their first word. Of a suspected one it is counted who would be concerned. */
async function countAgain(tx: Tx, ports: IncidentPorts, id: string): Promise<void> {
  const incident = await lockIncident(tx, id);
  if (incident?.state === 'suspected') await estimateConcern(tx, incident);
  if (!incident || (incident.state !== 'confirmed' && incident.state !== 'restoring')) return;
  const { clock } = ports.platform;
  const before = incident.partiesDown;
  const counts = await computeConcern(tx, incident, clock.business());
  await recordEvents(tx, clock, MONITORING, [
    { kind: 'incident.concern-computed', subjectKind: 'incident', subjectId: id, data: { ...counts } },
  ]);
  if (counts.partiesDown > before) await sayFirstWord(tx, ports, MONITORING, { ...incident, ...counts }, 'unheard');
}

/** The first word about an incident, with what is known: the expected end where one stands, else the time of the next word. */
export async function sayFirstWord(
  tx: Tx,
  ports: IncidentPorts,
  actor: Actor,
  incident: IncidentRecord,
  audience: 'concerned' | 'unheard',
): Promise<void> {
  const settings = await readSettings(tx);
  const now = ports.platform.clock.business();
  if (incident.servicesDown === 0 && !(settings.telling.tellDegraded && incident.servicesDegraded > 0)) return;
  const expectedEnd = incident.expectedEnd && incident.expectedEnd > now ? incident.expectedEnd : null;
  // Who hears later hears the promise that stands, not another one.
  const open = (await promisesOf(tx, [incident.id])).find(
    (promise) => promise.state === 'open' && promise.kind === 'next-word' && promise.dueAt > now,
  );
  const nextWordBy = open?.dueAt ?? new Date(now.getTime() + settings.incidents.firstWordMinutes * 60_000);
  await announce(tx, ports.platform, ports.telling, actor, {
    subjectKind: 'incident',
    subjectId: incident.id,
    audience,
    byStaff: false,
    answer: answerFor(
      incident.servicesDown === 0 ? 'outage-degraded' : 'outage',
      incident,
      await placeOfIncident(tx, incident),
      {
        expectedEnd,
        nextWordBy: expectedEnd ? null : nextWordBy,
        nextStep: firstStep(incident.cause),
        whatYouCanDo: ['follow-status-page'],
      },
    ),
  });
}

/** Where no alarm stands any more the incident was nothing, or is restoring; where one stands again it is confirmed again. */
async function settleByAlarms(tx: Tx, ports: IncidentPorts, id: string): Promise<void> {
  const incident = await lockIncident(tx, id);
  if (!incident) return;
  const { clock } = ports.platform;
  const now = clock.business();
  const settings = await readSettings(tx);
  const alarms = await alarmStanding(tx, id);
  const change = afterAlarms(incident.state, {
    standing: alarms.standing,
    lastClearedAt: alarms.lastClearedAt,
    severity: incident.severity,
    now,
    settings: settings.incidents,
  });
  const severity = gravest([incident.severity, ...alarms.severities]);
  if (!change) {
    // One that customers reported has no time until an alarm says the same.
    if (
      incident.state === 'suspected' &&
      (severity !== incident.severity || (incident.dueAt === null && alarms.standing > 0))
    )
      await updateIncident(tx, id, { severity, dueAt: confirmAt(severity, incident.beganAt, now, settings.incidents) });
    return;
  }
  const record = (kind: string, data: Record<string, unknown> = {}): Promise<void> =>
    recordEvents(tx, clock, MONITORING, [{ kind, subjectKind: 'incident', subjectId: id, data }]);
  if (change.to === 'dismissed') {
    await updateIncident(tx, id, { state: 'dismissed', endedAt: now, dueAt: null });
    await record('incident.dismissed', { because: 'cleared within the damping time' });
  } else if (change.to === 'restoring') {
    await updateIncident(tx, id, { state: 'restoring', dueAt: change.dueAt });
    await record('incident.restoring', {
      restoredAt: alarms.lastClearedAt?.toISOString() ?? null,
      dueAt: change.dueAt.toISOString(),
    });
  } else {
    await updateIncident(tx, id, { state: 'confirmed', dueAt: null });
    await record('incident.back-again');
    // What was promised may have counted as kept in between: those who wait for a word get one soon.
    const open = (await promisesOf(tx, [id])).some(
      (promise) => promise.state === 'open' && promise.promisee.kind === 'affected',
    );
    if (!open)
      await makePromise(tx, clock, MONITORING, {
        kind: 'next-word',
        subjectKind: 'incident',
        subjectId: id,
        promisee: { kind: 'affected' },
        dueAt: new Date(now.getTime() + 5 * 60_000),
      });
  }
  await ports.publish(tx, id);
}
