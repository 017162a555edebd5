import type { Language } from '../../contract/answer.ts';
import { loadParty, reachablePoint } from '../customers/index.ts';
import type { Actor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { conflict, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { settleOpenPromises } from '../promises/index.ts';
import { carryOut } from './carry-out.ts';
import type { Added, CaseRecord, IncomingMessage } from './case.ts';
import { type CaseContext, contextOf } from './context.ts';
import { ENDED } from './life.ts';
import { keepMessage } from './open-case.ts';
import type { CasePorts } from './ports.ts';
import { readReply, type Verdict } from './read-reply.ts';
import { decide } from './rules.ts';
import { lockCase, updateCase } from './store.ts';
import { suspectFromDenials } from './suspect.ts';

const MOST_JOINS = 10;

/** The case in which a matter goes on: of a joined one, the one that it was joined to. Locked. */
async function takeStanding(tx: Tx, ports: CasePorts, id: string): Promise<CaseContext> {
  let record = await lockCase(tx, id);
  for (let step = 0; record?.joinedTo && step < MOST_JOINS; step++) record = await lockCase(tx, record.joinedTo);
  if (!record) throw notFound('This case');
  return await contextOf(tx, ports, record);
}

/**
 * A further message about a case, in the caller's transaction: a reminder, a reply, the answer to the question that is open, by the rules. Throws
 * `case-ended` for one that can't be taken up again (`recentCasesOf` names those that can).
 */
export async function addMessage(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  caseId: string,
  message: IncomingMessage,
): Promise<Added> {
  const context = await takeStanding(tx, ports, caseId);
  return await hear(tx, ports, actor, context, message, readReply(message.body, context.record.number));
}

async function hear(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  context: CaseContext,
  message: IncomingMessage,
  verdict: Verdict,
): Promise<Added> {
  const { record } = context;
  const decision = decide({ do: 'hear', verdict, claim: message.claim }, record, context.facts, context.now);
  const kind = decision.heardAs ?? 'reply';
  const moved = message.claim ? {} : await channelOf(tx, record, message);
  const change = { ...moved, ...decision.change };
  const messageId = await keepMessage(tx, ports, actor, record, message, kind, change);
  const { record: after } = await carryOut(
    tx,
    ports,
    actor,
    { ...context, record: { ...record, ...change, version: record.version + 1 } },
    { ...decision, change: null },
    { automaticReply: true },
  );
  if (message.channel === 'phone')
    await settleOpenPromises(
      tx,
      ports.platform.clock,
      actor,
      { kind: 'case', id: record.id },
      { as: 'kept', factAt: context.now, because: 'called' },
      ['call-back'],
    );
  if (kind === 'denial') await suspectFromDenials(tx, ports, after);
  return { messageId, kind, reopened: ENDED.has(record.state) && !ENDED.has(after.state) };
}

/** Handed in by somebody else: the address is one that is known of the customer, not one that they wrote from. */
const HANDED_IN: ReadonlySet<IncomingMessage['channel']> = new Set(['phone', 'api']);

/** The customer is answered where they wrote last, if it is a contact point of theirs. */
async function channelOf(tx: Tx, record: CaseRecord, message: IncomingMessage): Promise<Partial<CaseRecord>> {
  const channel = { channel: message.channel };
  if (record.contactPointId && HANDED_IN.has(message.channel)) return channel;
  if (!message.contactPointId || message.contactPointId === record.contactPointId || message.partyId !== record.partyId)
    return channel;
  const point = await reachablePoint(tx, message.contactPointId);
  return point && !point.dead ? { ...channel, contactPointId: message.contactPointId } : channel;
}

/** What somebody did on the page of the case, as a message: its words stand in the timeline like any other. */
async function fromPage(tx: Tx, actor: Actor, record: CaseRecord, body: string): Promise<IncomingMessage> {
  const partyId = actor.kind === 'party' ? actor.id : record.partyId;
  const party = await loadParty(tx, partyId);
  return {
    channel: actor.kind === 'staff' ? 'phone' : 'web',
    partyId: party ? partyId : null,
    contactPointId: null,
    claim: false,
    language: record.language,
    subject: null,
    body,
    quoted: null,
    html: null,
    inboundId: null,
    mailId: null,
    attachments: [],
  };
}

const SAID: Record<Language, Record<'yes' | 'no' | 'formal' | 'call' | 'cancel', string>> = {
  it: {
    yes: 'Funziona.',
    no: 'Non funziona.',
    formal: 'Presento un reclamo formale.',
    call: 'Chiedo di essere richiamato.',
    cancel: 'Non serve più.',
  },
  en: {
    yes: 'It works.',
    no: 'It does not work.',
    formal: 'I make a formal complaint.',
    call: 'Please call me.',
    cancel: 'No longer needed.',
  },
};

const worded = (record: CaseRecord, what: keyof (typeof SAID)['it'], words: string): string =>
  [SAID[record.language][what], words.trim()].filter((part) => part !== '').join(' ');

/** The answer "it works", by the page's button or told to staff on the phone. Words beside it are read by a person before the case ends. Throws `not-asked`. */
export async function confirmFix(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  caseId: string,
  words: string,
): Promise<Added> {
  return await answerQuestion(tx, ports, actor, caseId, 'yes', words);
}

/** The answer "it does not work". Throws `not-asked`, `case-ended`. */
export async function denyFix(tx: Tx, ports: CasePorts, actor: Actor, caseId: string, words: string): Promise<Added> {
  return await answerQuestion(tx, ports, actor, caseId, 'no', words);
}

async function answerQuestion(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  caseId: string,
  answer: 'yes' | 'no',
  words: string,
): Promise<Added> {
  const context = await takeStanding(tx, ports, caseId);
  const { state } = context.record;
  if (state !== 'fix reported' && state !== 'unconfirmed' && !(state === 'confirmed' && answer === 'no'))
    throw conflict('not-asked', 'Nothing is asked about this case now.', 'Write a message instead.');
  const message = await fromPage(tx, actor, context.record, worded(context.record, answer, words));
  return await hear(tx, ports, actor, context, message, { answer, more: words.trim() !== '', thanks: false });
}

/** The matter becomes a formal complaint: the time of the law runs from now, and never stands. */
export async function makeFormal(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  caseId: string,
  words: string,
): Promise<Added> {
  return await act(tx, ports, actor, caseId, 'formal', words, (context) =>
    decide({ do: 'formal' }, context.record, context.facts, context.now),
  );
}

/** The customer wants to be called; `phone` in E.164, null: the number that we have. A call is promised within the time of a next word. */
export async function askForCall(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  caseId: string,
  wish: { phone: string | null; words: string },
): Promise<Added> {
  const words = [wish.phone ?? '', wish.words.trim()].filter((part) => part !== '').join(' – ');
  return await act(tx, ports, actor, caseId, 'call', words, (context) => {
    const dueAt = context.facts.workingAfter(context.settings.cases.nextWordMinutes);
    const decision = decide({ do: 'call-back', dueAt }, context.record, context.facts, context.now);
    return { ...decision, change: { ...decision.change, lastHeardAt: context.now } };
  });
}

/** The customer ends the matter themselves. */
export async function cancelCase(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  caseId: string,
  words: string,
): Promise<Added> {
  return await act(tx, ports, actor, caseId, 'cancel', words, (context) => {
    const decision = decide({ do: 'cancel' }, context.record, context.facts, context.now);
    return { ...decision, change: { ...decision.change, lastHeardAt: context.now } };
  });
}

async function act(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  caseId: string,
  what: 'formal' | 'call' | 'cancel',
  words: string,
  decideAct: (context: CaseContext) => ReturnType<typeof decide>,
): Promise<Added> {
  const context = await takeStanding(tx, ports, caseId);
  const { record } = context;
  const decision = decideAct(context);
  const kind = decision.heardAs ?? (what === 'formal' ? 'complaint' : 'reply');
  const message = await fromPage(tx, actor, record, worded(record, what, words));
  const messageId = await keepMessage(tx, ports, actor, record, message, kind);
  const { record: after } = await carryOut(tx, ports, actor, context, decision, { automaticReply: true });
  return { messageId, kind, reopened: ENDED.has(record.state) && !ENDED.has(after.state) };
}

/** Where (null: on the page only) and in which language the customer wants to be answered. Throws `not-theirs`. */
export async function chooseChannel(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  caseId: string,
  choice: { contactPointId: string | null; language: Language },
): Promise<void> {
  const { record } = await takeStanding(tx, ports, caseId);
  if (choice.contactPointId) {
    const point = await reachablePoint(tx, choice.contactPointId);
    if (!point || point.partyId !== record.partyId || point.dead)
      throw conflict('not-theirs', 'This is no contact point of theirs that can be reached.', 'Choose another.');
  }
  await updateCase(tx, record.id, { contactPointId: choice.contactPointId, language: choice.language });
  await recordEvents(tx, ports.platform.clock, actor, [
    {
      kind: 'case.channel-chosen',
      subjectKind: 'case',
      subjectId: record.id,
      data: { contactPoint: choice.contactPointId, language: choice.language },
    },
  ]);
}
