import type { Settings } from '../../../contract/settings.ts';
import { staffEmail } from '../../access/index.ts';
import { announce } from '../../notices/index.ts';
import { enqueueSingle } from '../../outbox/index.ts';
import type { Actor } from '../../platform/actor.ts';
import type { Tx } from '../../platform/database/database.ts';
import { recordEvents } from '../../platform/events.ts';
import { makePromise, nextRung, type PromiseRecord, renewalAfterBreak, setPromiseOwner } from '../../promises/index.ts';
import { readSettings } from '../../settings/index.ts';
import { peopleOfRung, presentAmong } from '../../teams/index.ts';
import { resourceBriefs } from '../topology/index.ts';
import { placeOfIncident } from './concern.ts';
import type { IncidentPorts } from './ports.ts';
import { answerFor, firstStep } from './rules.ts';
import { ladderMail, warningMail } from './staff-mail.ts';
import { type IncidentRecord, lockIncident, updateIncident } from './store.ts';

const LADDER: Actor = { kind: 'rule', name: 'ladder' };

/**
 * Promises about an incident broke together: one rung up, at most one notice a person, a new promise; in the transaction that breaks them.
 * The machine promises the next word with growing times; when its renewals are used up a person must set the time, and the ladder sees to it.
 */
export async function afterIncidentPromisesBroke(
  tx: Tx,
  ports: IncidentPorts,
  broken: readonly PromiseRecord[],
): Promise<void> {
  const [first] = broken;
  const incident = first ? await lockIncident(tx, first.subjectId) : null;
  if (!first || !incident) return;
  // After the end only a decision can still be due: whether those who heard are told.
  if (incident.endedAt && !broken.some((promise) => promise.kind === 'telling-decision')) return;
  const settings = await readSettings(tx);
  const { clock, platform } = { clock: ports.platform.clock, platform: ports.platform };
  const now = clock.business();
  const rung = await climb(tx, ports, settings, incident, broken);
  const subject = { subjectKind: 'incident', subjectId: incident.id };
  const again = new Date(now.getTime() + rung.minutes * 60_000);

  const toCustomers = broken.filter((promise) => promise.promisee.kind === 'affected');
  if (toCustomers.length > 0 && !incident.endedAt) {
    const renewal = Math.max(...toCustomers.map((promise) => promise.renewal));
    const nextWordBy = renewalAfterBreak(renewal, settings.incidents.renewalMinutes, now);
    if (nextWordBy) {
      const lapsed = incident.expectedEnd && incident.expectedEnd <= now ? incident.expectedEnd : null;
      await announce(tx, platform, ports.telling, LADDER, {
        ...subject,
        audience: 'concerned',
        byStaff: false,
        answer: answerFor('expected-end-passed', incident, await placeOfIncident(tx, incident), {
          nextWordBy,
          formerExpectedEnd: lapsed,
          nextStep: firstStep(incident.cause),
          whatYouCanDo: ['follow-status-page'],
        }),
      });
    } else {
      await makePromise(tx, clock, LADDER, {
        ...subject,
        kind: 'staff-time',
        promisee: { kind: 'staff' },
        dueAt: again,
      });
    }
  }
  // What only the house was promised is promised again to the next rung.
  for (const kind of ['telling-decision', 'staff-time'] as const) {
    const promise = broken.find((one) => one.kind === kind);
    if (promise)
      await makePromise(tx, clock, LADDER, {
        ...subject,
        kind,
        promisee: { kind: 'staff' },
        dueAt: again,
        renewal: promise.renewal + 1,
        ...(promise.saidIn ? { saidIn: promise.saidIn } : {}),
      });
  }
}

/** One rung up: its people are called, the first of them owns the incident. */
async function climb(
  tx: Tx,
  ports: IncidentPorts,
  settings: Settings,
  incident: IncidentRecord,
  broken: readonly PromiseRecord[],
): Promise<{ minutes: number }> {
  const number = nextRung(incident.rung, settings.ladder.length);
  const rung = settings.ladder[number] ?? settings.ladder[0];
  if (!rung) return { minutes: 30 };
  const people = await peopleOn(tx, rung, ports.platform.clock.business());
  const [person] = people;
  await updateIncident(tx, incident.id, { rung: number, ...(person ? { ownerId: person } : {}) });
  if (person) await setPromiseOwner(tx, incident.id, person);
  await recordEvents(tx, ports.platform.clock, LADDER, [
    {
      kind: 'incident.climbed',
      subjectKind: 'incident',
      subjectId: incident.id,
      data: {
        from: incident.rung,
        to: number,
        rung: rung.name,
        owner: person ?? null,
        promises: broken.map((promise) => promise.id),
      },
    },
  ]);
  await mail(
    tx,
    ports,
    settings,
    people,
    ladderMail({
      ...(await titleOf(tx, ports, incident)),
      rung: rung.name,
      broken: broken.map((promise) => promise.kind),
      language: settings.operator.defaultLanguage,
    }),
  );
  return rung;
}

/** Whoever is there first: named people, else whoever has the role, else the administrators; a report never reaches nobody. */
async function peopleOn(tx: Tx, rung: Settings['ladder'][number], now: Date): Promise<string[]> {
  const people = await peopleOfRung(tx, rung);
  const present = await presentAmong(tx, people, now);
  return [...present, ...people.filter((id) => !present.includes(id))];
}

/** Three quarters of a promise's time are over: its owner is warned, or, where they are not there, the rung that the incident is on. */
export async function warnOfIncidentPromise(tx: Tx, ports: IncidentPorts, promise: PromiseRecord): Promise<void> {
  const incident = await lockIncident(tx, promise.subjectId);
  if (!incident) return;
  const settings = await readSettings(tx);
  const rung = settings.ladder[incident.rung] ?? settings.ladder[0];
  const now = ports.platform.clock.business();
  const owner = promise.ownerId ? await presentAmong(tx, [promise.ownerId], now) : [];
  const people = owner.length > 0 || !rung ? owner : await peopleOn(tx, rung, now);
  await mail(
    tx,
    ports,
    settings,
    people,
    warningMail({
      ...(await titleOf(tx, ports, incident)),
      promise: promise.kind,
      dueAt: promise.dueAt,
      timeZone: ports.platform.timeZone,
      language: settings.operator.defaultLanguage,
    }),
  );
}

async function titleOf(
  tx: Tx,
  ports: IncidentPorts,
  incident: IncidentRecord,
): Promise<{ reference: string; resource: string; link: string }> {
  const [resource] = await resourceBriefs(tx, [incident.resourceId]);
  return {
    reference: incident.reference,
    resource: resource?.name ?? '',
    link: `${ports.platform.publicUrl}/desk/incidents/${incident.id}`,
  };
}

async function mail(
  tx: Tx,
  ports: IncidentPorts,
  settings: Settings,
  people: readonly string[],
  text: { subject: string; body: string },
): Promise<void> {
  for (const id of people.slice(0, 50)) {
    const address = await staffEmail(tx, id);
    if (!address) continue;
    await enqueueSingle(tx, ports.platform.clock, {
      kind: 'staff',
      channel: 'email',
      to: address,
      subject: text.subject,
      text: text.body,
      language: settings.operator.defaultLanguage,
    });
  }
}
