import type { ChangeCase } from '../../contract/cases.ts';
import { REASONS } from '../../contract/reasons.ts';
import { unknownStaff } from '../access/index.ts';
import { resourceOfService } from '../customers/index.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { conflict, Failure, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { makePromise, takeBackPromises } from '../promises/index.ts';
import { requireThere } from './absent-owner.ts';
import { carryOut } from './carry-out.ts';
import { takeCase } from './context.ts';
import { ENDED } from './life.ts';
import { hasLaterAnswer, lockMessage, setMessageState } from './message-store.ts';
import type { CasePorts } from './ports.ts';
import { decide } from './rules.ts';
import { requireDeed, requireVisible, scopeOf } from './scope.ts';
import { takeVisible } from './staff-acts.ts';
import { decideProposals, lockCase, updateCase } from './store.ts';

/** Facts of a case that a person corrects. Throws `stale` when somebody was faster. */
export async function changeCase(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  id: string,
  change: ChangeCase,
): Promise<void> {
  const context = await takeVisible(tx, ports, actor, id);
  const { record } = context;
  if (record.version !== change.version)
    throw new Failure({
      code: 'stale',
      kind: 'conflict',
      detail: 'Somebody has changed this case meanwhile.',
      help: 'Load it again.',
      facts: { version: record.version },
    });
  const { version: _, incidentId, ownerId, waitingFor, serviceId, ...facts } = change;
  if (change.topic === 'conduct' || record.topic === 'conduct') requireDeed(actor, 'cases:complaints');
  if (incidentId !== undefined && incidentId !== record.incidentId)
    await carryOut(tx, ports, actor, context, decide({ do: 'link', incidentId }, record, context.facts, context.now));
  if (ownerId !== undefined) {
    if ((await unknownStaff(tx, [ownerId])).length > 0) throw notFound('This active member of staff');
    await requireThere(tx, ports, ownerId);
    const now = await takeCase(tx, ports, id);
    await carryOut(tx, ports, actor, now, decide({ do: 'take', by: ownerId }, now.record, now.facts, now.now));
  }
  const more: Record<string, unknown> = { ...facts };
  if (serviceId !== undefined) {
    more.serviceId = serviceId;
    more.resourceId = serviceId ? await resourceOfService(tx, record.partyId, serviceId) : null;
  }
  if (
    waitingFor !== undefined &&
    record.waitingFor !== 'customer' &&
    !ENDED.has(record.state) &&
    record.state !== 'fix reported'
  ) {
    more.waitingFor = waitingFor;
    more.state = waitingFor ? 'waiting' : 'in work';
  }
  if (Object.keys(more).length === 0) return;
  await updateCase(tx, id, more);
  await recordEvents(tx, ports.platform.clock, actor, [
    { kind: 'case.changed', subjectKind: 'case', subjectId: id, data: { changed: Object.keys(more) } },
  ]);
}

/** Two cases of one party are one matter. What is proposed about them is decided. Throws `other-party`. */
export async function joinCases(tx: Tx, ports: CasePorts, actor: Actor, id: string, intoId: string): Promise<void> {
  const { clock } = ports.platform;
  const into = await takeVisible(tx, ports, actor, intoId);
  const context = await takeVisible(tx, ports, actor, id);
  if (into.record.partyId !== context.record.partyId)
    throw conflict('other-party', 'The two cases are of different people.', 'Join the people first, if they are one.');
  if (ENDED.has(into.record.state))
    throw conflict('wrong-state', 'The other case has ended.', 'Join that one into this one.');
  await carryOut(tx, ports, actor, context, decide({ do: 'join', intoId }, context.record, context.facts, context.now));
  await decideProposals(tx, id, intoId, 'joined', context.now, storedActor(actor));
  if (context.record.formalAt && !into.record.formalAt) {
    // The time of the law runs on, from the day on which the complaint was made.
    await updateCase(tx, intoId, { formalAt: context.record.formalAt });
    await makePromise(tx, clock, actor, {
      kind: 'formal-answer',
      subjectKind: 'case',
      subjectId: intoId,
      promisee: { kind: 'party', id: into.record.partyId },
      dueAt: new Date(context.record.formalAt.getTime() + context.settings.cases.formalDays * 86_400_000),
      ownerId: into.record.ownerId,
    });
  }
  await recordEvents(tx, clock, actor, [
    { kind: 'case.took-in', subjectKind: 'case', subjectId: intoId, data: { case: id } },
  ]);
}

/** They are two matters: a proposal is declined, or a joined case goes its own way again. */
export async function partCases(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  id: string,
  otherId: string | undefined,
): Promise<void> {
  const context = await takeVisible(tx, ports, actor, id);
  if (context.record.state === 'joined' && (otherId === undefined || otherId === context.record.joinedTo)) {
    await carryOut(tx, ports, actor, context, decide({ do: 'part' }, context.record, context.facts, context.now));
    return;
  }
  const decided = otherId ? await decideProposals(tx, id, otherId, 'apart', context.now, storedActor(actor)) : false;
  if (!decided) throw conflict('no-proposal', 'Nothing is proposed about these two.', 'It may be decided already.');
  await recordEvents(tx, ports.platform.clock, actor, [
    { kind: 'case.kept-apart', subjectKind: 'case', subjectId: id, data: { case: otherId ?? null } },
  ]);
}

/** Takes messages back that have not left yet. Returns how many. */
export async function undoMessages(tx: Tx, ports: CasePorts, actor: Actor, ids: readonly string[]): Promise<number> {
  const { clock } = ports.platform;
  const scope = await scopeOf(tx, actor);
  let undone = 0;
  for (const id of ids) {
    const message = await lockMessage(tx, id);
    if (message?.state !== 'held') continue;
    const record = await lockCase(tx, message.caseId);
    if (!record) continue;
    await requireVisible(tx, scope, record);
    await setMessageState(tx, id, 'withdrawn', clock.business(), REASONS.say('taken-back'));
    // What it promised was said to nobody; a later answer has taken care of that already.
    if (message.kind === 'answer' && !(await hasLaterAnswer(tx, record.id, message.number)))
      await takeBackPromises(tx, clock, actor, { kind: 'case', id: record.id }, id);
    await recordEvents(tx, clock, actor, [
      { kind: 'case.taken-back', subjectKind: 'case', subjectId: record.id, data: { message: id } },
    ]);
    undone++;
  }
  return undone;
}
