import type { MessageKind } from '../../contract/cases.ts';
import { reachablePoint } from '../customers/index.ts';
import { type CaseComposed, type CaseText, composeCase } from '../notices/index.ts';
import { enqueueSingle } from '../outbox/index.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { newId } from '../platform/ids.ts';
import { hashToken, newToken } from '../platform/secrets.ts';
import { isWorkingTime, nextOpening, type PromiseRecord, promisesOf } from '../promises/index.ts';
import { readSettings } from '../settings/index.ts';
import type { CaseRecord, IncomingMessage, MessageRecord, NewAttachment } from './case.ts';
import { type CaseContext, incidentAnswer } from './context.ts';
import {
  insertAttachments,
  insertMessage,
  lastQuestion,
  mailThread,
  setMessageState,
  wroteFrom,
} from './message-store.ts';
import type { CasePorts } from './ports.ts';
import { insertLink, insertMailKey } from './store.ts';

const DAY = 86_400_000;
const VALID_MINUTES = 2 * 1440;
const AUTOMATIC_ANSWER: Actor = { kind: 'rule', name: 'automatic answer' };

const KIND: Partial<Record<CaseText['kind'], MessageKind>> = {
  acknowledgement: 'acknowledgement',
  answer: 'answer',
  question: 'question',
  'question-again': 'question',
  'fix-question': 'fix-question',
  'fix-question-again': 'fix-question',
  confirmed: 'closing',
  unconfirmed: 'closing',
  cancelled: 'closing',
  'promise-broken': 'promise-broken',
};

export interface Saying {
  kind: CaseText['kind'];
  words?: string | null;
  /** The time that broke. */
  former?: Date | null;
  call?: boolean;
  team?: string | null;
  /** When it is given; else what stands: the open promise, or when a question is asked again. */
  by?: Date | null;
  attachments?: readonly NewAttachment[];
  /** Answers something that came in, without a person: counted for its sender. */
  automaticReply?: boolean;
  /** Written by a person: it can be taken back, for the time of the settings. */
  undo?: boolean;
  mailId?: string;
  /** Where it goes, when that was found out already. */
  destination?: Destination | null;
  /** What is promised about the case, when it is known already. */
  promises?: readonly PromiseRecord[];
  /** What else changes about the case by its being said. */
  change?: Partial<CaseRecord>;
}

function standingOf({ state, waitingFor }: CaseRecord): CaseText['standing'] {
  if (state === 'received' || state === 'acknowledged') return 'unread';
  if (state !== 'waiting' || waitingFor === 'customer') return null;
  return waitingFor === 'technical' ? 'technical' : 'outside';
}

/** Whose words they are: what the customer did makes the product answer, and a standing report is nobody's own words. */
const authorOf = (actor: Actor, kind: Saying['kind']): Actor =>
  actor.kind === 'rule' || (actor.kind === 'staff' && kind !== 'state') ? actor : AUTOMATIC_ANSWER;

export interface Destination {
  contactPointId: string;
  channel: 'sms' | 'email' | 'pec';
  address: string;
  verified: boolean;
}

/**
 * Where the customer is answered; null: on the page only. Nothing goes to an address that is neither verified nor one that somebody wrote from, or that
 * has ended. `heard`: what came in just now.
 */
export async function destinationOf(
  tx: Tx,
  contactPointId: string | null,
  heard?: Pick<IncomingMessage, 'contactPointId' | 'channel'>,
): Promise<Destination | null> {
  if (!contactPointId) return null;
  const point = await reachablePoint(tx, contactPointId);
  if (!point || point.dead) return null;
  const { channel, address, verified } = point;
  const isFromThere = heard?.contactPointId === contactPointId && heard.channel === channel;
  if (!verified && !isFromThere && !(await wroteFrom(tx, contactPointId, channel))) return null;
  return { contactPointId, channel, address, verified };
}

/** Whether the case is answered at a contact point that is proven to be the customer's: only there anything about the account is said. */
export const isKnownCustomer = async (tx: Tx, record: Pick<CaseRecord, 'contactPointId'>): Promise<boolean> =>
  (await destinationOf(tx, record.contactPointId))?.verified ?? false;

/**
 * Says something to the customer of a case, in the caller's transaction: the message, its text for the channel, the outbox row (at once, or when the time
 * to take it back is over). Returns the message's id; null where the product by itself has no time to say and so says nothing. Throws `empty-answer`.
 */
export async function sayToCustomer(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  { record, settings, hours, now }: Pick<CaseContext, 'record' | 'settings' | 'hours' | 'now'>,
  saying: Saying,
): Promise<string | null> {
  const { clock } = ports.platform;
  let destination =
    saying.destination === undefined ? await destinationOf(tx, record.contactPointId) : saying.destination;
  if (destination && saying.automaticReply && !(await ports.mayAnswerAutomatically(tx, destination.address, now)))
    destination = null;
  const by = saying.by ?? (await standingTime(tx, record, saying, now));
  const known = destination?.verified ?? false;
  const isNews = saying.kind === 'acknowledgement' || saying.kind === 'state' || saying.kind === 'incident';
  const text: CaseText = {
    kind: saying.kind,
    number: record.number,
    topic: record.topic,
    by: by && by > now ? by.toISOString() : null,
    words: saying.words ?? (saying.kind === 'question-again' ? await lastQuestion(tx, record.id) : null),
    incident: isNews && known ? await incidentAnswer(tx, record.incidentId) : null,
    call: saying.call ?? false,
    former: saying.former?.toISOString() ?? null,
    opensAt:
      saying.kind === 'acknowledgement' && !isWorkingTime(hours, now) ? nextOpening(hours, now).toISOString() : null,
    team: saying.team ?? null,
    standing: standingOf(record),
    legalBy: record.formalAt
      ? new Date(record.formalAt.getTime() + settings.cases.formalDays * DAY).toISOString()
      : null,
    reopenDays: settings.cases.reopenDays,
    ...(saying.attachments?.length ? { files: saying.attachments.length } : {}),
  };
  const isAutomatic = actor.kind !== 'staff';
  if (isAutomatic && text.by === null && (isNews || saying.kind === 'reopened' || saying.kind === 'denied')) {
    const end = text.incident?.expectedEnd;
    if (!end || Date.parse(end) <= now.getTime()) return null;
  }
  const id = newId();
  const page = compose(ports, settings, { text, channel: 'web', language: record.language, now, link: null });
  const undoSeconds = saying.undo ? settings.cases.undoSeconds : 0;
  const isMail = destination !== null && destination.channel !== 'sms';
  const message: Omit<MessageRecord, 'number' | 'stateReason'> = {
    id,
    caseId: record.id,
    direction: 'out',
    visibility: 'customer',
    kind: KIND[saying.kind] ?? 'state',
    channel: destination?.channel ?? 'web',
    actor: storedActor(authorOf(actor, saying.kind)),
    partyId: record.partyId,
    contactPointId: destination?.contactPointId ?? null,
    claim: false,
    language: record.language,
    saidAt: now,
    subject: null,
    body: page.body,
    quoted: null,
    html: null,
    answer: { ...text },
    inboundId: null,
    mailId: isMail ? `<${id}@${new URL(ports.platform.publicUrl).hostname}>` : null,
    undoUntil: undoSeconds > 0 ? new Date(clock.system().getTime() + undoSeconds * 1000) : null,
    state: undoSeconds > 0 ? 'held' : destination ? 'queued' : null,
  };
  await insertMessage(tx, message, saying.change);
  await insertAttachments(tx, record.id, id, saying.attachments ?? []);
  if (undoSeconds === 0 && destination) await send(tx, ports, record, message, destination);
  return id;
}

/** When we speak again: of a question, when it moves on by itself; else the promise that is open. */
async function standingTime(tx: Tx, record: CaseRecord, { kind, promises }: Saying, now: Date): Promise<Date | null> {
  if (kind.startsWith('question') || kind.startsWith('fix-question')) return record.dueAt;
  const wanted = kind === 'call-promised' ? 'call-back' : 'case-next-word';
  const open = (promises ?? (await promisesOf(tx, [record.id]))).find(
    ({ state, kind: one, dueAt }) => state === 'open' && one === wanted && dueAt > now,
  );
  return record.pausedAt && wanted === 'case-next-word' ? null : (open?.dueAt ?? null);
}

function compose(
  { platform }: CasePorts,
  settings: CaseContext['settings'],
  facts: { text: CaseText; channel: CaseComposed['channel']; language: 'it' | 'en'; now: Date; link: string | null },
): CaseComposed {
  const { name, shortName, phone } = settings.operator;
  return composeCase(facts.text, {
    channel: facts.channel,
    language: facts.language,
    timeZone: platform.timeZone,
    operator: { name, shortName, phone },
    now: facts.now,
    link: facts.link,
  });
}

/** The time to take a message back is over: it leaves. */
export async function releaseMessage(
  tx: Tx,
  ports: CasePorts,
  record: CaseRecord,
  message: MessageRecord,
): Promise<void> {
  const destination = await destinationOf(tx, message.contactPointId);
  if (destination) await send(tx, ports, record, message, destination);
  await setMessageState(tx, message.id, destination ? 'queued' : 'sent', null);
}

async function send(
  tx: Tx,
  ports: CasePorts,
  record: CaseRecord,
  message: Pick<MessageRecord, 'id' | 'answer' | 'actor' | 'saidAt' | 'language' | 'mailId'>,
  destination: Destination,
): Promise<void> {
  const settings = await readSettings(tx);
  const token = await caseLink(tx, ports, record.id, record.partyId, destination.contactPointId);
  const composed = compose(ports, settings, {
    text: message.answer as unknown as CaseText,
    channel: destination.channel,
    language: message.language,
    now: message.saidAt,
    link: `${ports.platform.publicUrl}/c/${token}`,
  });
  const base = {
    kind: 'message' as const,
    id: message.id,
    channel: destination.channel,
    to: destination.address,
    subject: composed.subject,
    text: composed.body,
    html: composed.html,
    language: message.language,
    validMinutes: VALID_MINUTES,
  };
  if (destination.channel === 'sms' || !message.mailId) {
    await enqueueSingle(tx, ports.platform.clock, base);
    return;
  }
  const thread = await mailThread(tx, record.id, destination.channel);
  const mailbox = thread.inboundId ? await ports.mailboxOf(tx, thread.inboundId) : null;
  const references = thread.references.filter((mailId) => mailId !== message.mailId);
  await insertMailKey(tx, { mailId: message.mailId, caseId: record.id, messageId: message.id, at: message.saidAt });
  await enqueueSingle(tx, ports.platform.clock, {
    ...base,
    routeId: mailbox?.routeId ?? null,
    mail: {
      messageId: message.mailId,
      ...(thread.inReplyTo && thread.inReplyTo !== message.mailId ? { inReplyTo: thread.inReplyTo } : {}),
      references,
      ...(mailbox ? { from: mailbox.address } : {}),
      automatic: message.actor.kind === 'staff' ? 'no' : 'replied',
    },
  });
}

/** Makes a link to the page of a case; returns its token (128 bits), which is kept nowhere. */
export async function caseLink(
  tx: Tx,
  ports: CasePorts,
  caseId: string,
  partyId: string,
  contactPointId: string | null,
): Promise<string> {
  const { cases } = await readSettings(tx);
  const token = newToken(16);
  const madeAt = ports.platform.clock.business();
  await insertLink(tx, hashToken(token), {
    caseId,
    partyId,
    contactPointId,
    madeAt,
    expiresAt: new Date(madeAt.getTime() + cases.linkDays * DAY),
  });
  return token;
}
