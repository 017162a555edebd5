import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import type { PromiseRecord } from '../promises/index.ts';
import { carryOut, mailStaff, peopleOn } from './carry-out.ts';
import { contextOf } from './context.ts';
import { type CasePromiseKind, TO_PARTY } from './life.ts';
import type { CasePorts } from './ports.ts';
import { decide } from './rules.ts';
import { dueMail } from './staff-mail.ts';
import { lockCase } from './store.ts';

const LADDER: Actor = { kind: 'rule', name: 'ladder' };

/**
 * Promises about one case broke together, in the transaction that breaks them: the customer is told with a new time, first of all that it was not kept;
 * the case climbs one rung; what only the house owed is owed again by the next rung.
 */
export async function afterCasePromisesBroke(
  tx: Tx,
  ports: CasePorts,
  broken: readonly PromiseRecord[],
): Promise<void> {
  const [first] = broken;
  const record = first ? await lockCase(tx, first.subjectId) : null;
  if (!record) return;
  const context = await contextOf(tx, ports, record);
  const toParty = broken.filter(({ kind }) => TO_PARTY.has(kind));
  const decision = decide(
    {
      do: 'break',
      kinds: broken.map(({ kind }) => kind as CasePromiseKind),
      renewal: Math.max(0, ...toParty.map(({ renewal }) => renewal)),
    },
    record,
    context.facts,
    context.now,
  );
  const next = decision.promise?.find(({ kind }) => TO_PARTY.has(kind));
  await carryOut(tx, ports, LADDER, context, decision, {
    former: toParty[0]?.dueAt ?? null,
    by: next?.dueAt ?? null,
    call: next?.kind === 'call-back',
  });
}

/** Three quarters of a promise's time are over: its owner is warned, or whoever is on the rung of the case. */
export async function warnOfCasePromise(tx: Tx, ports: CasePorts, promise: PromiseRecord): Promise<void> {
  const record = await lockCase(tx, promise.subjectId);
  if (!record) return;
  const context = await contextOf(tx, ports, record);
  const owner = promise.ownerId ?? record.ownerId;
  const people = owner ? [owner] : await peopleOn(tx, context, record.rung, record.teamId);
  const language = context.settings.operator.defaultLanguage;
  await mailStaff(
    tx,
    ports,
    language,
    people,
    dueMail({
      number: record.number,
      link: `${ports.platform.publicUrl}/desk/cases/${record.id}`,
      dueAt: promise.dueAt,
      timeZone: ports.platform.timeZone,
      language,
    }),
  );
}
