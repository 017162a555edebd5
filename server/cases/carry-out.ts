import { staffEmail } from '../access/index.ts';
import { enqueueSingle } from '../outbox/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import {
  makePromise,
  nextRung,
  pausePromises,
  resumePromises,
  setPromiseOwner,
  settleOpenPromises,
} from '../promises/index.ts';
import { leadsOf, peopleOfRung, presentAmong } from '../teams/index.ts';
import type { CaseRecord } from './case.ts';
import type { CaseContext } from './context.ts';
import { type Decision, TO_PARTY } from './life.ts';
import type { CasePorts } from './ports.ts';
import { type Saying, sayToCustomer } from './say.ts';
import { climbMail } from './staff-mail.ts';
import { endHandOver, updateCase } from './store.ts';

const LADDER: Actor = { kind: 'rule', name: 'ladder' };
const MOST_CALLED = 20;

/**
 * Carries a decision out in the caller's transaction: columns, clocks, promises, hand-over, events, the ladder, and what the customer is told. Returns
 * the case as it is now, and the message that was said. `change` null: it was written with the message that brought it, and the record shows it.
 */
export async function carryOut(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  context: CaseContext,
  decision: Omit<Decision, 'change'> & { change: Decision['change'] | null },
  saying: Omit<Saying, 'kind'> = {},
): Promise<{ record: CaseRecord; saidIn: string | null }> {
  const { clock } = ports.platform;
  const { now } = context;
  const subject = { kind: 'case', id: context.record.id };
  const about = { subjectKind: 'case', subjectId: context.record.id };
  const climbed = decision.climb ? await climb(tx, context) : null;
  const change = { ...decision.change, ...climbed?.change };
  const record = { ...context.record, ...change, version: context.record.version + 1 };
  if (decision.change !== null || climbed) await updateCase(tx, record.id, change);
  await recordEvents(
    tx,
    clock,
    actor,
    decision.events.map((event) => ({ ...event, ...about })),
  );
  if (decision.clocks === 'pause') await pausePromises(tx, clock, actor, subject);
  if (decision.clocks === 'resume') await resumePromises(tx, clock, actor, subject);
  for (const { kinds, as, because } of decision.settle ?? []) {
    const how = as === 'kept' ? { as, factAt: now, because } : { as, because };
    await settleOpenPromises(tx, clock, actor, subject, how, kinds === 'all' ? undefined : kinds);
  }
  for (const { kind, dueAt, renewal = 0 } of decision.promise ?? [])
    await makePromise(tx, clock, actor, {
      ...about,
      kind,
      promisee: TO_PARTY.has(kind) ? { kind: 'party', id: record.partyId } : { kind: 'staff' },
      dueAt,
      renewal,
      ownerId: record.ownerId,
    });
  if (record.ownerId && record.ownerId !== context.record.ownerId) await setPromiseOwner(tx, record.id, record.ownerId);
  if (decision.handOver && context.handOver)
    await endHandOver(
      tx,
      record.id,
      decision.handOver,
      now,
      decision.handOver === 'accepted' && actor.kind === 'staff' ? actor.id : null,
    );
  if (climbed) await tellRung(tx, ports, context, record, climbed);
  const isUntouched = !decision.clocks && !decision.settle && !decision.promise;
  const saidIn = decision.say
    ? await sayToCustomer(
        tx,
        ports,
        actor,
        { ...context, record },
        { ...(isUntouched ? { promises: context.promises } : {}), ...saying, kind: decision.say },
      )
    : null;
  return { record, saidIn };
}

interface Climbed {
  change: Partial<CaseRecord>;
  rung: string;
  from: number;
  people: string[];
}

/** One rung up: its first person owns the case. Where a rung names nobody, the first above the team is the leads of the team. */
async function climb(tx: Tx, { record, settings, now }: CaseContext): Promise<Climbed> {
  const number = nextRung(record.rung, settings.careLadder.length);
  const people = await peopleOn(tx, { settings, now }, number, record.teamId);
  const [person] = people;
  const rung = settings.careLadder[number];
  return {
    change: { rung: number, ...(person ? { ownerId: person } : {}) },
    rung: rung?.name ?? '',
    from: record.rung,
    people,
  };
}

export async function peopleOn(
  tx: Tx,
  { settings, now }: Pick<CaseContext, 'settings' | 'now'>,
  number: number,
  teamId: string | null,
): Promise<string[]> {
  const rung = settings.careLadder[number] ?? settings.careLadder[0];
  if (!rung) return [];
  const people =
    rung.staffIds.length === 0 && number <= 1 && teamId ? await leadsOf(tx, teamId, now) : await peopleOfRung(tx, rung);
  // Whoever is there comes first; where nobody is, all are called all the same.
  const present = await presentAmong(tx, people, now);
  return [...present, ...people.filter((id) => !present.includes(id))];
}

async function tellRung(
  tx: Tx,
  ports: CasePorts,
  { settings }: CaseContext,
  record: CaseRecord,
  climbed: Climbed,
): Promise<void> {
  const { clock, publicUrl } = ports.platform;
  await recordEvents(tx, clock, LADDER, [
    {
      kind: 'case.climbed',
      subjectKind: 'case',
      subjectId: record.id,
      data: { from: climbed.from, to: record.rung, rung: climbed.rung, owner: record.ownerId },
    },
  ]);
  const text = climbMail({
    number: record.number,
    rung: climbed.rung,
    link: `${publicUrl}/desk/cases/${record.id}`,
    language: settings.operator.defaultLanguage,
  });
  await mailStaff(tx, ports, settings.operator.defaultLanguage, climbed.people, text);
}

export async function mailStaff(
  tx: Tx,
  ports: CasePorts,
  language: 'it' | 'en',
  people: readonly string[],
  text: { subject: string; body: string },
): Promise<void> {
  for (const id of people.slice(0, MOST_CALLED)) {
    const address = await staffEmail(tx, id);
    if (!address) continue;
    await enqueueSingle(tx, ports.platform.clock, {
      kind: 'staff',
      channel: 'email',
      to: address,
      subject: text.subject,
      text: text.body,
      language,
    });
  }
}
