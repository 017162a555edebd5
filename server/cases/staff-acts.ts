import type { AnswerCase, HeardByVoice, NewCase, NoteCase, SetPromise } from '../../contract/cases.ts';
import { mayDo } from '../../contract/deeds.ts';
import { claimParty, loadParty, normaliseAddress, resourceOfService } from '../customers/index.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { conflict, Failure, invalid, notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import { makePromise, noteMessageOf, pausePromises, resumePromises, settleOpenPromises } from '../promises/index.ts';
import { readSettings } from '../settings/index.ts';
import { carryOut } from './carry-out.ts';
import type { IncomingMessage, MessageRecord } from './case.ts';
import { type CaseContext, incidentAnswer, takeCase, timeOfAnswer } from './context.ts';
import { filesOfAnswer } from './files-of-answer.ts';
import { addMessage, confirmFix, denyFix } from './hear.ts';
import { type Command, ENDED } from './life.ts';
import { insertMessage, lastHeard } from './message-store.ts';
import { openCase } from './open-case.ts';
import type { CasePorts } from './ports.ts';
import { decide } from './rules.ts';
import { sayToCustomer } from './say.ts';
import { requireVisible, scopeOf } from './scope.ts';
import { lockCase, updateCase } from './store.ts';

const LONGEST_PROMISE = 60 * 86_400_000;

/** A case that the actor may see, locked. Throws `not-found`. */
export async function takeVisible(tx: Tx, ports: CasePorts, actor: Actor, id: string): Promise<CaseContext> {
  const context = await takeCase(tx, ports, id);
  await requireVisible(tx, await scopeOf(tx, actor), context.record);
  return context;
}

/** One command of the rules, by a person. Returns the case's id. */
export async function command(tx: Tx, ports: CasePorts, actor: Actor, id: string, what: Command): Promise<void> {
  const context = await takeVisible(tx, ports, actor, id);
  await carryOut(tx, ports, actor, context, decide(what, context.record, context.facts, context.now));
}

export function instant(field: string, value: string, now: Date): Date {
  const at = new Date(value);
  if (Number.isNaN(at.getTime()))
    throw invalid('bad-time', `${field} is not a time.`, 'Use RFC 3339, such as 2026-03-10T18:30:00+01:00.');
  if (at <= now) throw invalid('time-passed', `${field} has passed already.`, 'Give a time to come.');
  if (at.getTime() - now.getTime() > LONGEST_PROMISE)
    throw invalid(
      'time-too-far',
      `${field} is more than two months ahead.`,
      'Give a nearer time; it can be moved later.',
    );
  return at;
}

/** A case that staff opens: a phone call, somebody in the shop. Returns its id. Throws `no-party`, `not-found`, `bad-address`. */
export async function openByStaff(tx: Tx, ports: CasePorts, actor: Actor, wish: NewCase): Promise<string> {
  const { clock } = ports.platform;
  let { partyId = null, contactPointId = null } = wish;
  if (!partyId && !wish.newParty)
    throw invalid('no-party', 'It is not said whose case it is.', 'Give partyId, or newParty.');
  if (partyId && !(await loadParty(tx, partyId))) throw notFound('This party');
  let claim = false;
  if (!partyId && wish.newParty) {
    const { name, channel, address } = wish.newParty;
    const { country } = (await readSettings(tx)).operator;
    const normal = channel && address ? normaliseAddress(channel, address, country) : null;
    if (address && !normal) throw invalid('bad-address', 'This is no address of that channel.', 'Check it.');
    const made = await claimParty(tx, clock, actor, {
      name,
      language: wish.language,
      contactPoint: channel && normal ? { channel, address: normal } : null,
    });
    partyId = made.partyId;
    contactPointId = made.contactPointId;
    claim = true;
  }
  if (!partyId) throw notFound('This party');
  const opened = await openCase(tx, ports, actor, {
    partyId,
    contactPointId: contactPointId ?? null,
    language: wish.language,
    triage: {
      topic: wish.topic,
      severity: wish.severity,
      serviceId: wish.serviceId ?? null,
      resourceId: wish.serviceId ? await resourceOfService(tx, partyId, wish.serviceId) : null,
      reasons: { by: 'staff', claim },
    },
    message: byVoice(partyId, wish.language, wish.words),
  });
  return opened.id;
}

const byVoice = (partyId: string, language: 'it' | 'en', body: string): IncomingMessage => ({
  channel: 'phone',
  partyId,
  contactPointId: null,
  claim: false,
  language,
  subject: null,
  body,
  quoted: null,
  html: null,
  inboundId: null,
  mailId: null,
  attachments: [],
});

/** What the customer said by voice, in their words. */
export async function heardByVoice(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  id: string,
  wish: HeardByVoice,
): Promise<void> {
  const { record } = await takeVisible(tx, ports, actor, id);
  // A person heard the words and says what they mean: nobody has to read them again.
  if (wish.answer === 'yes') {
    await confirmFix(tx, ports, actor, id, '');
    await note(tx, ports, actor, id, wish.words);
  } else if (wish.answer === 'no') await denyFix(tx, ports, actor, id, wish.words);
  else await addMessage(tx, ports, actor, id, byVoice(record.partyId, record.language, wish.words));
}

/** Of clocks that stand, what is due shifts to now: whether a promise was kept is judged by the time that it really had. They go on standing. */
async function shiftPaused(tx: Tx, ports: CasePorts, actor: Actor, { record }: CaseContext): Promise<void> {
  if (!record.pausedAt) return;
  const subject = { kind: 'case', id: record.id };
  await resumePromises(tx, ports.platform.clock, actor, subject);
  await pausePromises(tx, ports.platform.clock, actor, subject);
}

async function requireRead(tx: Tx, id: string, heardUpTo: number | undefined): Promise<void> {
  const last = await lastHeard(tx, id);
  if (heardUpTo === undefined || !last || last.number <= heardUpTo) return;
  throw new Failure({
    code: 'newer-message',
    kind: 'conflict',
    detail: 'The customer has written again meanwhile.',
    help: 'Read it, then answer.',
    facts: { message: last.id, number: last.number },
  });
}

/**
 * An answer of a person. It says the time that is promised: the one given, which replaces what was promised; else the open one; else the incident's. Returns
 * the message's id. `undo`: it can be taken back for the time of the settings. Throws `no-promise` (422) where there is none, `newer-message`, `empty-answer`, `wrong-state`.
 */
export async function answerCase(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  id: string,
  answer: AnswerCase,
  undo = true,
): Promise<string> {
  const { clock } = ports.platform;
  const context = await takeVisible(tx, ports, actor, id);
  const { record, now, promises } = context;
  if (ENDED.has(record.state))
    throw conflict(
      'wrong-state',
      `A case that is ${record.state} is not answered.`,
      'The customer reopens it by writing again.',
    );
  await requireRead(tx, id, answer.heardUpTo);
  const subject = { kind: 'case', id };
  const given = answer.nextWordBy === undefined ? null : instant('nextWordBy', answer.nextWordBy, now);
  const open = promises.find(({ kind, dueAt }) => kind === 'case-next-word' && dueAt > now && !record.pausedAt);
  const byIncident = timeOfAnswer(await incidentAnswer(tx, record.incidentId), now);
  const moves = record.state === 'fix reported' ? record.dueAt : null;
  const by = given ?? open?.dueAt ?? byIncident ?? moves;
  if (!by || by <= now)
    throw new Failure({
      code: 'no-promise',
      kind: 'incomplete',
      detail: 'Nothing is promised to the customer now, and the answer gives no time.',
      help: 'Say by when you will write again (nextWordBy).',
    });
  const [kept, made]: [string[], string[]] = [[], []];
  if (given || (!open && byIncident)) {
    await shiftPaused(tx, ports, actor, context);
    kept.push(
      ...(await settleOpenPromises(tx, clock, actor, subject, { as: 'kept', factAt: now, because: 'answered' }, [
        'case-next-word',
        'staff-time',
      ])),
    );
    const promise = await makePromise(tx, clock, actor, {
      kind: 'case-next-word',
      subjectKind: 'case',
      subjectId: id,
      promisee: { kind: 'party', id: record.partyId },
      dueAt: by,
      ownerId: record.ownerId,
    });
    made.push(promise.id);
  }
  if (answer.answersComplaint)
    kept.push(
      ...(await settleOpenPromises(tx, clock, actor, subject, { as: 'kept', factAt: now, because: 'answered' }, [
        'formal-answer',
      ])),
    );
  await settleOpenPromises(tx, clock, actor, subject, { as: 'kept', factAt: now, because: 'read' }, ['reading']);
  const fresh = record.state === 'received' || record.state === 'acknowledged';
  // Whoever answers first and has nobody before them owns it.
  const owner = record.ownerId === null && actor.kind === 'staff' ? { ownerId: actor.id } : {};
  // What was read and answered is asked again in its time, not left lying.
  const again = record.state === 'fix reported' && record.dueAt === null ? { dueAt: by } : {};
  await updateCase(tx, id, { lastSaidAt: now, ...(fresh ? { state: 'in work' as const } : {}), ...owner, ...again });
  await recordEvents(tx, clock, actor, [
    { kind: 'case.said', subjectKind: 'case', subjectId: id, data: { by: by.toISOString() } },
  ]);
  const said = await sayToCustomer(tx, ports, actor, context, {
    kind: 'answer',
    words: answer.words,
    by,
    attachments: await filesOfAnswer(tx, actor, id, answer.fileIds ?? []),
    undo,
  });
  if (!said) throw new Error('an answer was not said');
  await noteMessageOf(tx, said, { said: made, kept });
  return said;
}

/** A question of a person: the clocks stand until it is answered. Throws `newer-message`. */
export async function askCustomer(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  id: string,
  wish: { words: string; heardUpTo?: number | undefined },
): Promise<void> {
  const context = await takeVisible(tx, ports, actor, id);
  await requireRead(tx, id, wish.heardUpTo);
  const decision = decide({ do: 'ask' }, context.record, context.facts, context.now);
  await carryOut(
    tx,
    ports,
    actor,
    context,
    { ...decision, change: { ...decision.change, lastSaidAt: context.now } },
    { words: wish.words },
  );
}

/** Words for the house, or for the house and its partners; never for the customer. */
export async function noteCase(tx: Tx, ports: CasePorts, actor: Actor, id: string, wish: NoteCase): Promise<void> {
  await takeVisible(tx, ports, actor, id);
  const visibility = actor.kind === 'staff' && !mayDo(actor.roles, 'cases:work') ? 'partner' : wish.visibility;
  await note(tx, ports, actor, id, wish.words, visibility);
}

export async function note(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  caseId: string,
  body: string,
  visibility: MessageRecord['visibility'] = 'operator',
): Promise<void> {
  const { clock } = ports.platform;
  const record = await lockCase(tx, caseId);
  if (!record) throw notFound('This case');
  const id = newId();
  await insertMessage(tx, {
    id,
    caseId,
    direction: 'note',
    visibility,
    kind: 'note',
    channel: 'desk',
    actor: storedActor(actor),
    partyId: null,
    contactPointId: null,
    claim: false,
    language: record.language,
    saidAt: clock.business(),
    subject: null,
    body,
    quoted: null,
    html: null,
    answer: null,
    inboundId: null,
    mailId: null,
    undoUntil: null,
    state: null,
  });
  await recordEvents(tx, clock, actor, [
    { kind: 'case.noted', subjectKind: 'case', subjectId: caseId, data: { message: id, visibility } },
  ]);
}

export async function reportFix(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  id: string,
  words: string | undefined,
): Promise<void> {
  const context = await takeVisible(tx, ports, actor, id);
  const decision = decide({ do: 'report-fix' }, context.record, context.facts, context.now);
  await carryOut(tx, ports, actor, context, decision, { words: words?.trim() || null });
}

/** A person sets the time of the next word or of a call. */
export async function setPromise(tx: Tx, ports: CasePorts, actor: Actor, id: string, wish: SetPromise): Promise<void> {
  const { clock } = ports.platform;
  const context = await takeVisible(tx, ports, actor, id);
  const { record, now } = context;
  if (ENDED.has(record.state))
    throw conflict('wrong-state', `Nothing is promised about a case that is ${record.state}.`, 'It has ended.');
  if (wish.nextWordBy === undefined && wish.callBackBy === undefined)
    throw invalid('no-time', 'No time is given.', 'Give nextWordBy or callBackBy.');
  if (wish.callBackBy !== undefined) {
    const dueAt = instant('callBackBy', wish.callBackBy, now);
    await carryOut(tx, ports, actor, context, decide({ do: 'call-back', dueAt }, record, context.facts, now));
  }
  if (wish.nextWordBy === undefined) return;
  const dueAt = instant('nextWordBy', wish.nextWordBy, now);
  await shiftPaused(tx, ports, actor, context);
  await settleOpenPromises(
    tx,
    clock,
    actor,
    { kind: 'case', id },
    { as: 'kept', factAt: now, because: 'a person set a time' },
    ['staff-time'],
  );
  await makePromise(tx, clock, actor, {
    kind: 'case-next-word',
    subjectKind: 'case',
    subjectId: id,
    promisee: { kind: 'party', id: record.partyId },
    dueAt,
    ownerId: record.ownerId,
  });
  // Said at once: a promise that nobody hears is none.
  await sayToCustomer(tx, ports, actor, await takeCase(tx, ports, id), { kind: 'time-promised', by: dueAt });
}
