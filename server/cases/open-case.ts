import { DateTime } from 'luxon';
import { partyStanding } from '../customers/index.ts';
import { type Actor, storedActor } from '../platform/actor.ts';
import type { Tx } from '../platform/database/database.ts';
import { notFound } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import { makePromise } from '../promises/index.ts';
import { chooseOwner, leadsOf, teamFor } from '../teams/index.ts';
import type { CaseRecord, IncomingMessage, MessageRecord, Opened, Opening } from './case.ts';
import { contextOfNew, incidentAnswer, timeOfAnswer } from './context.ts';
import { urgencyOf } from './life.ts';
import { insertAttachments, insertMessage } from './message-store.ts';
import { nextCaseNumber } from './number.ts';
import type { CasePorts } from './ports.ts';
import { type Destination, destinationOf, sayToCustomer } from './say.ts';
import { insertCase, insertMailKey } from './store.ts';
import { suspectFromReports } from './suspect.ts';

const ACKNOWLEDGEMENT: Actor = { kind: 'rule', name: 'acknowledgement' };
const ABOUT_LINES: ReadonlySet<string> = new Set(['line down', 'line slow', 'equipment']);
const SUBJECT_LENGTH = 120;

/**
 * A new matter: a case with its number, a team, a person where one is there, the promise of the next word; and, where its sender may be answered, the
 * acknowledgement with what is known, all in the caller's transaction.
 */
export async function openCase(tx: Tx, ports: CasePorts, actor: Actor, opening: Opening): Promise<Opened> {
  const { platform } = ports;
  const now = platform.clock.business();
  const { triage, message } = opening;
  const { year } = DateTime.fromJSDate(now, { zone: platform.timeZone });
  const [standing, { teamId, ownerId }, incidentId, number, destination] = await Promise.all([
    opening.standing ?? partyStanding(tx, opening.partyId),
    givenTo(tx, ports, opening, now),
    ABOUT_LINES.has(triage.topic) && !message.claim ? ports.incidentBehind(tx, triage) : null,
    nextCaseNumber(tx, year),
    destinationOf(tx, opening.contactPointId, message),
  ]);
  if (!standing) throw notFound('This party');
  const record: CaseRecord = {
    id: newId(),
    number,
    partyId: opening.partyId,
    state: 'received',
    waitingFor: null,
    topic: triage.topic,
    severity: triage.severity,
    urgency: urgencyOf(triage.severity, standing),
    language: opening.language,
    subject: firstWords(message),
    channel: message.channel,
    contactPointId: opening.contactPointId,
    serviceId: triage.serviceId,
    resourceId: triage.resourceId,
    incidentId,
    teamId,
    ownerId,
    rung: 0,
    reminders: 0,
    reopened: 0,
    formalAt: null,
    openedAt: now,
    acknowledgedAt: null,
    fixReportedAt: null,
    askedAt: null,
    askedWhat: null,
    askedTimes: 0,
    dueAt: null,
    pausedAt: null,
    endedAt: null,
    joinedTo: null,
    lastHeardAt: now,
    lastSaidAt: null,
    triage: triage.reasons,
    messages: 0,
    version: 1,
  };
  await insertCase(tx, record);
  const messageId = await keepMessage(tx, ports, actor, record, message, 'first');
  await recordEvents(tx, platform.clock, actor, [
    {
      kind: 'case.opened',
      subjectKind: 'case',
      subjectId: record.id,
      data: {
        topic: record.topic,
        severity: record.severity,
        channel: record.channel,
        team: teamId,
        owner: ownerId,
        incident: incidentId,
      },
    },
  ]);
  await acknowledge(tx, ports, record, opening, destination);
  if (record.resourceId && !incidentId && !message.claim) await suspectFromReports(tx, ports, record);
  return { id: record.id, number: record.number, messageId };
}

/** Whose team a new matter goes to, and who in it. Whom a complaint about conduct may be about does not get it. */
async function givenTo(
  tx: Tx,
  { platform }: CasePorts,
  { teamId, triage }: Opening,
  now: Date,
): Promise<{ teamId: string; ownerId: string | null }> {
  const team = teamId ?? (await teamFor(tx, platform.clock, triage.topic)).id;
  const ownerId = triage.topic === 'conduct' ? (await leadsOf(tx, team, now))[0] : await chooseOwner(tx, team, now);
  return { teamId: team, ownerId: ownerId ?? null };
}

async function acknowledge(
  tx: Tx,
  ports: CasePorts,
  record: CaseRecord,
  opening: Opening,
  destination: Destination | null,
): Promise<void> {
  const { clock } = ports.platform;
  const context = await contextOfNew(tx, ports, record);
  const { settings, facts, now } = context;
  const answer = destination?.verified ? await incidentAnswer(tx, record.incidentId) : null;
  // Behind an incident the customer hears when everybody behind it does.
  const dueAt = timeOfAnswer(answer, now) ?? facts.workingAfter(settings.cases.nextWordMinutes);
  await makePromise(
    tx,
    clock,
    ACKNOWLEDGEMENT,
    {
      kind: 'case-next-word',
      subjectKind: 'case',
      subjectId: record.id,
      promisee: { kind: 'party', id: record.partyId },
      dueAt,
      ownerId: record.ownerId,
    },
    [],
  );
  if (!settings.cases.acknowledge || opening.quiet || opening.mayBeAnswered === false) return;
  const said = await sayToCustomer(tx, ports, ACKNOWLEDGEMENT, context, {
    kind: 'acknowledgement',
    automaticReply: true,
    by: dueAt,
    destination,
    change: { state: 'acknowledged', acknowledgedAt: now },
  });
  if (!said) return;
  await recordEvents(tx, clock, ACKNOWLEDGEMENT, [
    {
      kind: 'case.acknowledged',
      subjectKind: 'case',
      subjectId: record.id,
      data: { message: said, incident: answer ? record.incidentId : null },
    },
  ]);
}

/** Keeps what was said in its case, with what was attached, the key by which answers find it, and what changes about the case by it. Returns the message's id. */
export async function keepMessage(
  tx: Tx,
  ports: CasePorts,
  actor: Actor,
  record: Pick<CaseRecord, 'id'>,
  message: IncomingMessage,
  kind: MessageRecord['kind'],
  change?: Partial<CaseRecord>,
): Promise<string> {
  const id = newId();
  const now = ports.platform.clock.business();
  const kept = {
    id,
    caseId: record.id,
    direction: 'in',
    visibility: 'customer',
    kind,
    channel: message.channel,
    actor: storedActor(actor),
    partyId: message.partyId,
    contactPointId: message.contactPointId,
    claim: message.claim,
    language: message.language,
    saidAt: message.saidAt ?? now,
    subject: message.subject,
    body: message.body,
    quoted: message.quoted,
    html: message.html,
    answer: null,
    inboundId: message.inboundId,
    mailId: message.mailId,
    undoUntil: null,
    state: null,
  } as const;
  await insertMessage(tx, kept, change);
  await insertAttachments(tx, record.id, id, message.attachments);
  if (message.mailId) await insertMailKey(tx, { mailId: message.mailId, caseId: record.id, messageId: id, at: now });
  return id;
}

function firstWords(message: IncomingMessage): string {
  const text = (message.subject?.trim() || message.body).replaceAll(/\s+/g, ' ').trim();
  const characters = [...text];
  if (characters.length <= SUBJECT_LENGTH) return text;
  return `${characters
    .slice(0, SUBJECT_LENGTH - 1)
    .join('')
    .replace(/\s+\S*$/u, '')}…`;
}
