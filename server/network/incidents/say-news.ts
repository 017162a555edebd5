import type { Answer } from '../../../contract/answer.ts';
import type { Announce } from '../../../contract/incidents.ts';
import { type AnnouncementRecord, announce, announcementsOf, OVER, type Reach, reach } from '../../notices/index.ts';
import type { Actor } from '../../platform/actor.ts';
import type { Tx } from '../../platform/database/database.ts';
import { conflict, invalid } from '../../platform/errors.ts';
import { recordEvents } from '../../platform/events.ts';
import { makePromise, promisesOf } from '../../promises/index.ts';
import { readSettings } from '../../settings/index.ts';
import { placeOfIncident } from './concern.ts';
import { lockForEdit, takeOwnership } from './life.ts';
import type { IncidentPorts } from './ports.ts';
import { answerFor, kindOfNews } from './rules.ts';
import { type IncidentRecord, lockIncident, updateIncident } from './store.ts';

const MONTH = 31 * 24 * 3_600_000;

/** What a person would say with new facts, and to whom. Throws in words where the facts don't make an answer. */
async function draft(tx: Tx, ports: IncidentPorts, incident: IncidentRecord, news: Announce): Promise<Answer> {
  const now = ports.platform.clock.business();
  if (incident.state !== 'confirmed' && incident.state !== 'restoring') {
    throw conflict(
      'wrong-state',
      `An incident that is ${incident.state} has nothing to announce.`,
      incident.state === 'suspected' ? 'Confirm it first.' : 'It is over.',
    );
  }
  const expectedEnd = instant('expectedEnd', news.expectedEnd, now);
  const open = (await promisesOf(tx, [incident.id])).findLast(
    (promise) => promise.state === 'open' && promise.kind === 'next-word',
  );
  // A reply inherits the promise that is open; only where there is none must the writer give a time.
  const nextWordBy =
    instant('nextWordBy', news.nextWordBy ?? null, now) ??
    (expectedEnd || !open || open.dueAt <= now ? null : open.dueAt);
  if (!expectedEnd && !nextWordBy)
    throw invalid(
      'empty-answer',
      'Neither an expected end nor a time for the next word is given.',
      'Say until when, or when you will say more.',
    );
  const told = (await announcementsOf(tx, [incident.id])).some(
    (announcement) =>
      announcement.state === 'telling' || announcement.state === 'told' || announcement.state === 'observed',
  );
  const kind = kindOfNews({ toldBefore: told, expectedEnd: incident.expectedEnd }, expectedEnd);
  return answerFor(
    kind,
    { ...incident, cause: news.cause, causeWords: news.causeWords ?? {} },
    await placeOfIncident(tx, incident),
    {
      expectedEnd,
      nextWordBy: expectedEnd ? null : nextWordBy,
      ...(kind === 'expected-end-moved' ? { formerExpectedEnd: incident.expectedEnd } : {}),
      nextStep: news.nextStep,
      whatYouCanDo: news.whatYouCanDo,
    },
  );
}

function instant(field: string, value: string | null, now: Date): Date | null {
  if (value === null) return null;
  const at = new Date(value);
  if (Number.isNaN(at.getTime()))
    throw invalid('bad-time', `${field} is not a time.`, 'Use RFC 3339, such as 2026-03-10T18:30:00+01:00.');
  if (at <= now) throw invalid('time-passed', `${field} has passed already.`, 'Give a time to come.');
  if (at.getTime() - now.getTime() > MONTH)
    throw invalid('time-too-far', `${field} is more than a month ahead.`, 'Give a nearer time; it can be moved later.');
  return at;
}

/** Who would be told what, and what would happen: nothing is stored. */
export async function previewNews(
  ports: IncidentPorts,
  id: string,
  news: Announce,
): Promise<{ answer: Answer; reach: Reach }> {
  return await ports.platform.database.transaction(async (tx) => {
    const incident = await lockForEdit(tx, id, news.version);
    const answer = await draft(tx, ports, incident, news);
    return {
      answer,
      reach: await reach(tx, ports.platform, await readSettings(tx), {
        subjectId: id,
        answer,
        audience: 'concerned',
        byStaff: true,
      }),
    };
  });
}

/** A person says new facts about an incident to everybody concerned. They become the incident's when they are told. */
export async function sayNews(
  ports: IncidentPorts,
  actor: Actor,
  id: string,
  news: Announce,
): Promise<AnnouncementRecord> {
  return await ports.platform.database.transaction(async (tx) => {
    const incident = await lockForEdit(tx, id, news.version);
    const answer = await draft(tx, ports, incident, news);
    await takeOwnership(tx, actor, incident);
    return await announce(tx, ports.platform, ports.telling, actor, {
      subjectKind: 'incident',
      subjectId: id,
      answer,
      audience: 'concerned',
      byStaff: true,
    });
  });
}

/** What was told becomes true of the incident: its cause, its expected end, and the promise that this is. Called in the transaction that tells. */
export async function adoptTold(
  tx: Tx,
  ports: IncidentPorts,
  actor: Actor,
  announcement: AnnouncementRecord,
): Promise<void> {
  const incident = await lockIncident(tx, announcement.subjectId);
  if (!incident || (incident.endedAt !== null && !OVER.has(announcement.kind))) return;
  if (!OVER.has(announcement.kind)) await adoptFacts(tx, ports, actor, announcement, incident);
  await ports.publish(tx, incident.id);
}

async function adoptFacts(
  tx: Tx,
  ports: IncidentPorts,
  actor: Actor,
  { id, answer, audience }: AnnouncementRecord,
  incident: IncidentRecord,
): Promise<void> {
  const { clock } = ports.platform;
  const expectedEnd = answer.expectedEnd ? new Date(answer.expectedEnd) : null;
  const dueAt = expectedEnd ?? (answer.nextWordBy ? new Date(answer.nextWordBy) : null);
  const former = (await promisesOf(tx, [incident.id])).filter((promise) => promise.promisee.kind === 'affected');
  if (audience === 'unheard' && former.some((promise) => promise.state === 'open')) return; // they were told the promise that stands
  const lapsed = answer.kind === 'expected-end-passed';
  await updateIncident(tx, incident.id, {
    cause: answer.reason.cause,
    causeWords: answer.reason.words ?? {},
    ...(lapsed ? {} : { expectedEnd }),
  });
  await recordEvents(tx, clock, actor, [
    {
      kind: 'incident.facts-told',
      subjectKind: 'incident',
      subjectId: incident.id,
      data: {
        announcement: id,
        kind: answer.kind,
        cause: answer.reason.cause,
        expectedEnd: answer.expectedEnd,
        nextWordBy: answer.nextWordBy,
      },
    },
  ]);
  if (!dueAt) return;
  await makePromise(
    tx,
    clock,
    actor,
    {
      kind: expectedEnd ? 'expected-end' : 'next-word',
      subjectKind: 'incident',
      subjectId: incident.id,
      promisee: { kind: 'affected' },
      dueAt,
      renewal: lapsed ? (former.findLast((promise) => promise.state === 'broken')?.renewal ?? -1) + 1 : 0,
      saidIn: id,
      ownerId: incident.ownerId,
    },
    ['expected-end', 'next-word', 'staff-time'],
  );
}

/** Staff took back that it was over: the incident goes on, and those affected hear again in good time. */
export async function takeBackUndone(
  tx: Tx,
  ports: IncidentPorts,
  actor: Actor,
  announcement: AnnouncementRecord,
): Promise<void> {
  if (!OVER.has(announcement.kind)) return;
  const incident = await lockIncident(tx, announcement.subjectId);
  if (!incident) return;
  const { clock } = ports.platform;
  const settings = await readSettings(tx);
  await updateIncident(tx, incident.id, { state: 'confirmed', restoredAt: null, endedAt: null, dueAt: null });
  await recordEvents(tx, clock, actor, [
    { kind: 'incident.back-again', subjectKind: 'incident', subjectId: incident.id, data: { because: 'taken back' } },
  ]);
  await makePromise(tx, clock, actor, {
    kind: 'next-word',
    subjectKind: 'incident',
    subjectId: incident.id,
    promisee: { kind: 'affected' },
    dueAt: new Date(clock.business().getTime() + settings.incidents.firstWordMinutes * 60_000),
    ownerId: incident.ownerId,
  });
  await ports.publish(tx, incident.id);
}
