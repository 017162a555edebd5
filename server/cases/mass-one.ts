import type { MassAct } from '../../contract/mass.ts';
import type { Actor } from '../platform/actor.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import { notFound } from '../platform/errors.ts';
import { readSettings } from '../settings/index.ts';
import { teamsById } from '../teams/index.ts';
import { carryOut } from './carry-out.ts';
import { incidentAnswer, timeOfAnswer } from './context.ts';
import { judge, type MassAround, type MassVerdict } from './mass-rules.ts';
import { massCasesOf } from './mass-store.ts';
import { handOverCase } from './pass-on.ts';
import type { CasePorts } from './ports.ts';
import { decide } from './rules.ts';
import { answerCase, command, reportFix, takeVisible } from './staff-acts.ts';
import { lockCase } from './store.ts';

/** What all cases of an act have in common. */
export async function aroundOf(db: Db, { platform }: CasePorts, incidentId: string, act: MassAct): Promise<MassAround> {
  const now = platform.clock.business();
  const team = act.act === 'hand-over' && act.teamId ? (await teamsById(db, [act.teamId])).get(act.teamId) : undefined;
  return {
    incidentId,
    now,
    settings: (await readSettings(db)).cases,
    given: act.nextWordBy === undefined ? null : new Date(act.nextWordBy),
    byIncident: act.act === 'answer' ? timeOfAnswer(await incidentAnswer(db, incidentId), now) : null,
    toPartner: team?.kind === 'partner',
  };
}

/** Does the act to one case, in the caller's transaction; what the rules leave out stays as it is. */
export async function actOnOne(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  caseId: string,
  act: MassAct,
  around: MassAround,
): Promise<MassVerdict> {
  const record = await lockCase(tx, caseId);
  if (!record) throw notFound('This case');
  const [one] = await massCasesOf(tx, [record]);
  if (!one) throw notFound('This case');
  const verdict = judge(act.act, one, around);
  if ('left' in verdict) return verdict;
  const { words, nextWordBy } = act;
  switch (verdict.did) {
    case 'answered':
      // The act itself could be taken back for a minute: the answer leaves at once.
      await answerCase(tx, ports, actor, caseId, { words: words ?? '', ...(nextWordBy ? { nextWordBy } : {}) }, false);
      break;
    case 'handed-over':
      await handOverCase(tx, ports, actor, caseId, { teamId: act.teamId ?? '', note: words ?? '–' });
      break;
    case 'asked':
      await reportFix(tx, ports, actor, caseId, words);
      break;
    case 'linked':
      await command(tx, ports, actor, caseId, { do: 'link', incidentId: around.incidentId });
      break;
    case 'unlinked':
      await command(tx, ports, actor, caseId, { do: 'link', incidentId: null });
      break;
    case 'ended': {
      const context = await takeVisible(tx, ports, actor, caseId);
      await carryOut(tx, ports, actor, context, decide({ do: 'time' }, context.record, context.facts, context.now));
    }
  }
  return verdict;
}
