import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { recordEvents } from '../platform/events.ts';
import { Setbacks, workThrough } from '../platform/setbacks.ts';
import { makePromise, settleOpenPromises } from '../promises/index.ts';
import { carryOut } from './carry-out.ts';
import type { CaseRecord } from './case.ts';
import { contextOf, incidentAnswer, timeOfAnswer } from './context.ts';
import { ENDED } from './life.ts';
import { applyMessageOutcomes, takeHeldMessage } from './message-store.ts';
import type { CasePorts } from './ports.ts';
import { decide } from './rules.ts';
import { isKnownCustomer, releaseMessage, sayToCustomer } from './say.ts';
import { clearNews, lockCase, markNews, takeCaseWithNews, takeDueCase } from './store.ts';

const CLOCK: Actor = { kind: 'rule', name: 'case clock' };
const INCIDENT: Actor = { kind: 'rule', name: 'incident behind the case' };
const MOST = 100;

const ofTime = new Setbacks();
const ofMessages = new Setbacks();
const ofNews = new Setbacks();

/**
 * What cases do by themselves: customers who did not answer are asked once more, then the case ends as unconfirmed; answers that can no longer be taken
 * back leave; what the incident behind a case said is said in the case. Returns how many things moved; at most 300.
 */
export async function settleDueCases(ports: CasePorts): Promise<number> {
  const { platform } = ports;
  const time = await workThrough(platform, ofTime, 'case', MOST, async (tx, skipped) => {
    const record = await takeDueCase(tx, platform.clock.business(), skipped);
    if (!record) return null;
    return {
      id: record.id,
      work: async () => {
        const context = await contextOf(tx, ports, record);
        await carryOut(tx, ports, CLOCK, context, decide({ do: 'time' }, record, context.facts, context.now));
      },
    };
  });
  const messages = await workThrough(platform, ofMessages, 'message', MOST, async (tx, skipped) => {
    const message = await takeHeldMessage(tx, platform.clock.system(), skipped);
    if (!message) return null;
    return {
      id: message.id,
      work: async () => {
        const record = await lockCase(tx, message.caseId);
        if (record) await releaseMessage(tx, ports, record, message);
      },
    };
  });
  const news = await workThrough(platform, ofNews, 'case', MOST, async (tx, skipped) => {
    const record = await takeCaseWithNews(tx, skipped);
    if (!record) return null;
    const { incidentNews, ...taken } = record;
    return {
      id: record.id,
      work: async () => {
        await clearNews(tx, record.id);
        await (incidentNews === 'restored' ? askWhetherRestored(tx, ports, taken) : tellNews(tx, ports, taken));
      },
    };
  });
  return time + messages + news;
}

/** The incident said something new to everybody behind it: so does the case, and promises what the incident promises. */
async function tellNews(tx: Tx, ports: CasePorts, record: CaseRecord): Promise<void> {
  const context = await contextOf(tx, ports, record);
  const answer = await incidentAnswer(tx, record.incidentId);
  const dueAt = timeOfAnswer(answer, context.now);
  if (!answer || !dueAt || ENDED.has(record.state) || record.state === 'fix reported' || record.pausedAt) return;
  if (!(await isKnownCustomer(tx, record))) return;
  const { clock } = ports.platform;
  const subject = { kind: 'case', id: record.id };
  await settleOpenPromises(
    tx,
    clock,
    INCIDENT,
    subject,
    { as: 'kept', factAt: context.now, because: 'the incident spoke' },
    ['case-next-word'],
  );
  await makePromise(tx, clock, INCIDENT, {
    kind: 'case-next-word',
    subjectKind: 'case',
    subjectId: record.id,
    promisee: { kind: 'party', id: record.partyId },
    dueAt,
    ownerId: record.ownerId,
  });
  await sayToCustomer(tx, ports, INCIDENT, context, { kind: 'incident' });
}

/** The incident is over: that is a fix reported, and each customer is asked for themselves. */
async function askWhetherRestored(tx: Tx, ports: CasePorts, record: CaseRecord): Promise<void> {
  if (ENDED.has(record.state) || record.state === 'fix reported') return;
  const context = await contextOf(tx, ports, record);
  await carryOut(tx, ports, INCIDENT, context, decide({ do: 'report-fix' }, record, context.facts, context.now));
}

/** An incident was told or is over: each of its open cases says so next. In the caller's transaction, whatever their number. */
export async function incidentTold(tx: Tx, incidentId: string): Promise<void> {
  await markNews(tx, incidentId, 'told');
}
export async function incidentRestored(tx: Tx, incidentId: string): Promise<void> {
  await markNews(tx, incidentId, 'restored');
}

/** What became of messages on the wire, in the outbox's transaction. One that failed is an event: somebody has to find another way. */
export async function noteMessageOutcomes(
  tx: Tx,
  ports: Pick<CasePorts, 'platform'>,
  outcomes: readonly { id: string; outcome: string; reason: string | null; at: Date }[],
): Promise<void> {
  const failed = await applyMessageOutcomes(tx, outcomes);
  await recordEvents(
    tx,
    ports.platform.clock,
    { kind: 'rule', name: 'outbox' },
    failed.map(({ id, caseId }) => ({
      kind: 'case.message-failed',
      subjectKind: 'case',
      subjectId: caseId,
      data: { message: id },
    })),
  );
}
