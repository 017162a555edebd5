import type { Case } from '../../../contract/cases.ts';

export type NextStep =
  | 'accept'
  | 'read'
  | 'promise-late'
  | 'set-time'
  | 'call'
  | 'first-word'
  | 'promise-at-risk'
  | 'answer'
  | 'confirming'
  | 'wait-customer'
  | 'wait-others'
  | 'work';

/**
 * What a person should do next about a case, and by when; null once it has ended. The first that applies wins: what waits for a person of the house
 * comes before what the customer waits for by a later time, and that before what others have to do.
 */
export function nextStep(
  found: Pick<
    Case,
    'state' | 'waitingFor' | 'endedAt' | 'handOver' | 'promises' | 'lastHeardAt' | 'lastSaidAt' | 'movesAt'
  >,
): { what: NextStep; urgent: boolean; by: string | null } | null {
  if (found.endedAt !== null) return null;
  const open = found.promises.filter(({ state }) => state === 'open').sort((a, b) => a.dueAt.localeCompare(b.dueAt));
  const of = (kind: string) => open.find((promise) => promise.kind === kind);
  if (found.handOver) return { what: 'accept', urgent: true, by: found.handOver.dueAt };
  const reading = of('reading');
  if (reading) return { what: 'read', urgent: true, by: reading.dueAt };
  const late = open.find(({ standing, paused }) => standing === 'late' && !paused);
  if (late) return { what: 'promise-late', urgent: true, by: late.dueAt };
  const time = of('staff-time');
  if (time) return { what: 'set-time', urgent: true, by: time.dueAt };
  const call = of('call-back');
  if (call) return { what: 'call', urgent: call.standing === 'at risk', by: call.dueAt };
  const word = of('case-next-word') ?? null;
  if (found.state === 'fix reported') return { what: 'confirming', urgent: false, by: found.movesAt };
  if (found.state === 'waiting' && found.waitingFor === 'customer')
    return { what: 'wait-customer', urgent: false, by: found.movesAt };
  if (found.state === 'received' || (found.state === 'acknowledged' && found.lastSaidAt === null))
    return { what: 'first-word', urgent: word?.standing === 'at risk', by: word?.dueAt ?? null };
  if (word?.standing === 'at risk') return { what: 'promise-at-risk', urgent: true, by: word.dueAt };
  if (found.lastSaidAt === null || found.lastHeardAt > found.lastSaidAt)
    return { what: 'answer', urgent: false, by: word?.dueAt ?? null };
  if (found.state === 'waiting') return { what: 'wait-others', urgent: false, by: word?.dueAt ?? null };
  return { what: 'work', urgent: false, by: word?.dueAt ?? null };
}
