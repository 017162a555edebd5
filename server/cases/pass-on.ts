import type { HandOverCase } from '../../contract/cases.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { conflict, notFound } from '../platform/errors.ts';
import { addWorkingMinutes } from '../promises/index.ts';
import { teamsById } from '../teams/index.ts';
import { requireThere } from './absent-owner.ts';
import { carryOut } from './carry-out.ts';
import type { CaseContext } from './context.ts';
import type { CasePorts } from './ports.ts';
import { decide } from './rules.ts';
import { note, takeVisible } from './staff-acts.ts';
import { insertHandOver } from './store.ts';

/** The case passes to a team; whoever had it has it until a named person accepts. The customer is told who has it, unless they need not know. */
export async function handOverCase(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  id: string,
  wish: HandOverCase,
): Promise<void> {
  const context = await takeVisible(tx, ports, actor, id);
  const team = (await teamsById(tx, [wish.teamId])).get(wish.teamId);
  if (!team || team.endedAt) throw notFound('This team');
  if (team.kind === 'partner' && context.record.topic === 'conduct')
    throw conflict('not-for-partners', 'Complaints about behaviour stay in the house.', 'Choose another team.');
  const dueAt = addWorkingMinutes(context.hours, context.now, team.acceptMinutes);
  const waitingFor = team.kind === 'technical' ? 'technical' : team.kind === 'partner' ? 'third party' : null;
  const decision = decide(
    { do: 'hand-over', toTeamId: team.id, waitingFor, dueAt, tell: wish.tell ?? true },
    context.record,
    context.facts,
    context.now,
  );
  await insertHandOver(tx, {
    caseId: id,
    fromTeamId: context.record.teamId,
    toTeamId: team.id,
    note: wish.note,
    at: context.now,
    actor: storedActor(actor),
    dueAt,
  });
  // The hand-over before it was overtaken: its promise gives way to the new one.
  await carryOut(tx, ports, actor, { ...context, handOver: null }, withTime(decision, context), { team: team.name });
}

/** Where nothing is promised there is nothing to say. */
const withTime = (
  decision: ReturnType<typeof decide>,
  { promises, now, record }: CaseContext,
): ReturnType<typeof decide> => {
  const promised = promises.some(({ kind, dueAt }) => kind === 'case-next-word' && dueAt > now) && !record.pausedAt;
  if (promised || !decision.say) return decision;
  const { say: _, ...silent } = decision;
  return silent;
};

/** A named person takes what was handed to their team. */
export async function acceptCase(tx: Tx, ports: CasePorts, actor: Actor, id: string): Promise<void> {
  const context = await takeVisible(tx, ports, actor, id);
  if (actor.kind !== 'staff') throw notFound('This case');
  await requireThere(tx, ports, actor.id);
  const toTeamId = context.handOver?.toTeamId ?? '';
  await carryOut(
    tx,
    ports,
    actor,
    context,
    decide({ do: 'accept', by: actor.id, toTeamId }, context.record, context.facts, context.now),
  );
}

/** It goes back to whoever handed it over, with the reason. */
export async function refuseCase(tx: Tx, ports: CasePorts, actor: Actor, id: string, words: string): Promise<void> {
  const context = await takeVisible(tx, ports, actor, id);
  await carryOut(tx, ports, actor, context, decide({ do: 'refuse' }, context.record, context.facts, context.now));
  await note(tx, ports, actor, id, words, 'partner');
}
