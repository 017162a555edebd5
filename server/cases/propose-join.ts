import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import type { CasePorts } from './ports.ts';
import { insertProposal } from './store.ts';

/** Two cases may be one matter: staff is asked, with the reasons. Asked once for a pair. */
export async function proposeJoin(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  proposal: { caseId: string; intoCaseId: string; reasons: Record<string, unknown> },
): Promise<void> {
  const { clock } = ports.platform;
  if (!(await insertProposal(tx, { ...proposal, madeAt: clock.business() }))) return;
  await recordEvents(tx, clock, actor, [
    {
      kind: 'case.join-proposed',
      subjectKind: 'case',
      subjectId: proposal.caseId,
      data: { into: proposal.intoCaseId },
    },
  ]);
}
