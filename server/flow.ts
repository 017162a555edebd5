import { Readable } from 'node:stream';
import type { AlarmSource } from '../contract/alarms.ts';
import type { InDoubt } from '../contract/incidents.ts';
import { staffNames } from './access/index.ts';
import {
  afterCasePromisesBroke,
  attachmentsOf,
  type CasePorts,
  caseMailWentTo,
  casesOfMessages,
  incidentRestored,
  incidentTold,
  type MovedCases,
  moveCases,
  moveCasesBack,
  noteMessageOutcomes,
  passOnOfAbsent,
  readCases,
  runMassActs,
  settleDueCases,
  warnOfCasePromise,
} from './cases/index.ts';
import type { OutgoingAttachment } from './channels/channel.ts';
import { judgeContent, safeName } from './channels/email/attachments.ts';
import { openChannel } from './channels/open-channel.ts';
import { ALARM_READERS, parse } from './channels/webhook/routes.ts';
import { type MergePorts, unsubscribeToken } from './customers/index.ts';
import { createIntake, type IntakePorts, keepSms, mailboxOf, mayAnswerAutomatically } from './intake/index.ts';
import {
  type AlarmFact,
  adoptTold,
  afterIncidentPromisesBroke,
  hearAlarms,
  type IncidentPorts,
  incidentBehind,
  publicAreas,
  readIncidents,
  resourceBriefs,
  restoringIncidents,
  settleDueIncidents,
  suspectByReports,
  takeBackUndone,
  warnOfIncidentPromise,
  workOffDeliveries,
} from './network/index.ts';
import {
  announcementsOf,
  expandAnnouncements,
  mayLeave,
  noteOutcomes,
  noticeWentTo,
  OVER,
  releaseDueAnnouncements,
  releaseHeldNotices,
  subjectsOfNotices,
  withdrawFromContactPoints,
  writeAnew,
} from './notices/index.ts';
import { type OutboxHooks, type SubjectsOf, settleCertified } from './outbox/index.ts';
import { readBlob } from './platform/blobs.ts';
import type { Tx } from './platform/database/database.ts';
import type { Platform } from './platform/platform.ts';
import { type DescribeSubjects, promisesOf, settleDuePromises, warnOfPromises } from './promises/index.ts';
import { readInboundMail } from './read-inbound.ts';
import { publish, toPublished } from './status/index.ts';

/**
 * The product in one sitting:
 *
 *     channel in → intake → case and incident rules → promises → outbox → channel out
 *
 * What comes in is kept and answered by the channels (server/channels); here it becomes what it means. Time is one more channel: what falls due comes
 * in after the facts that arrived before it, so that a fact dated before the due time keeps the promise.
 */
export interface Flow {
  ports: IncidentPorts;
  intake: IntakePorts;
  merging: MergePorts;
  /** Joins the outbox's worker to the rest. */
  outbox: OutboxHooks & { subjectsOf: SubjectsOf };
  onAlarms(tx: Tx, changed: AlarmFact[]): Promise<void>;
  describeSubjects: DescribeSubjects;
  namePeople: typeof staffNames;
  /** One round of everything that waits or is due. Returns how many things moved; 0 means that all is quiet. */
  round(): Promise<number>;
}

export function createFlow(platform: Platform): Flow {
  const ports: IncidentPorts = {
    platform,
    telling: {
      onTelling: async (tx, actor, announcement) => {
        await adoptTold(tx, ports, actor, announcement);
        if (!OVER.has(announcement.kind)) await incidentTold(tx, announcement.subjectId);
      },
      onUndone: (tx, actor, announcement) => takeBackUndone(tx, ports, actor, announcement),
    },
    publish: (tx, incidentId) => publishIncident(tx, platform, incidentId),
    restored: incidentRestored,
  };
  const onAlarms = (tx: Tx, changed: AlarmFact[]): Promise<void> => hearAlarms(tx, ports, changed);
  const cases: CasePorts = {
    platform,
    mayAnswerAutomatically,
    mailboxOf,
    incidentBehind,
    judgeFile: async (content, name, declared) => {
      const safe = safeName(name, 'file');
      return { name: safe, ...(await judgeContent(content, safe, declared)) };
    },
    suspectIncident: (tx, by) => suspectByReports(tx, ports, by),
  };
  const onOutcomes: OutboxHooks['onOutcomes'] = async (tx, outcomes) => {
    const messages = outcomes.filter(({ kind }) => kind === 'message');
    if (messages.length > 0) await noteMessageOutcomes(tx, cases, messages);
    if (messages.length < outcomes.length)
      await noteOutcomes(
        tx,
        outcomes.filter(({ kind }) => kind !== 'message'),
      );
  };
  const intake: IntakePorts = {
    platform,
    cases,
    read: readInboundMail,
    wentTo: async (tx, mailId, address) =>
      (await caseMailWentTo(tx, mailId, address)) || (await noticeWentTo(tx, mailId, address)),
    withdrawNotices: withdrawFromContactPoints,
    settleCertified: (tx, { mailId, recipient, state, reason }) =>
      settleCertified(tx, platform, onOutcomes, { routeMessageIds: [mailId], to: recipient, state, reason }),
  };
  const workOffInbound = createIntake(intake);

  return {
    ports,
    intake,
    // What a party said and was promised goes with it.
    merging: { over: moveCases, back: (tx, to, moved) => moveCasesBack(tx, to, moved as MovedCases) },
    onAlarms,
    outbox: {
      openChannel,
      onOutcomes,
      attachmentsOf: (messageId) => attachmentsToSend(platform, messageId),
      mayLeave: (tx, notices) => mayLeave(tx, platform, notices),
      onStale: (tx, ids) => writeAnew(tx, platform, ids),
      keepInbound: (tx, routeId, message) => keepSms(tx, platform, routeId, message),
      subjectsOf: async (db, ids) => {
        const subjects = await subjectsOfNotices(db, ids);
        const said = await casesOfMessages(db, ids);
        const incidents = new Map(
          (await readIncidents(db, [...new Set(subjects.values())])).map((incident) => [
            incident.id,
            incident.reference,
          ]),
        );
        return new Map<string, NonNullable<InDoubt['subject']>>([
          ...[...subjects].map(
            ([noticeId, id]) => [noticeId, { kind: 'incident', id, reference: incidents.get(id) ?? '' }] as const,
          ),
          ...[...said].map(
            ([messageId, { id, number }]) => [messageId, { kind: 'case', id, reference: number }] as const,
          ),
        ]);
      },
      unsubscribeUrl: (contactPointId) => `${platform.publicUrl}/u/${unsubscribeToken(platform.vault, contactPointId)}`,
    },
    describeSubjects: async (db, ids) => {
      const incidents = await readIncidents(db, ids);
      const resources = new Map(
        (
          await resourceBriefs(
            db,
            incidents.map((incident) => incident.resourceId),
          )
        ).map((resource) => [resource.id, resource.name]),
      );
      return new Map([
        ...incidents.map(
          (incident) =>
            [incident.id, { reference: incident.reference, title: resources.get(incident.resourceId) ?? '' }] as const,
        ),
        ...(await readCases(db, ids)).map(
          ({ id, number, subject }) => [id, { reference: number, title: subject }] as const,
        ),
      ]);
    },
    namePeople: staffNames,
    async round() {
      const steps: (() => Promise<number>)[] = [
        // What arrived, first: a fact that is dated before its due time keeps a promise.
        workOffInbound,
        () =>
          workOffDeliveries(
            platform,
            (kind: AlarmSource['kind'], body: Buffer) => ALARM_READERS[kind](parse(body)),
            onAlarms,
          ),
        // Who is not there can keep no promise: before what falls due.
        () => passOnOfAbsent(cases),
        // What fell due.
        () => settleDueIncidents(ports),
        () =>
          settleDuePromises(platform, restoringIncidents, (tx, broken) =>
            broken[0]?.subjectKind === 'case'
              ? afterCasePromisesBroke(tx, cases, broken)
              : afterIncidentPromisesBroke(tx, ports, broken),
          ),
        () => settleDueCases(cases),
        () => runMassActs(cases),
        () => releaseDueAnnouncements(platform, ports.telling),
        () =>
          warnOfPromises(platform, (tx, promise) =>
            promise.subjectKind === 'case'
              ? warnOfCasePromise(tx, cases, promise)
              : warnOfIncidentPromise(tx, ports, promise),
          ),
        // What is to be told.
        () => expandAnnouncements(platform),
        () => releaseHeldNotices(platform),
      ];
      let moved = 0;
      const troubles: unknown[] = [];
      // A step that fails doesn't hold up the others.
      for (const step of steps) {
        try {
          moved += await step();
        } catch (error) {
          troubles.push(error);
        }
      }
      if (troubles.length > 0)
        throw troubles.length === 1 ? troubles[0] : new AggregateError(troubles, 'several steps failed');
      return moved;
    },
  };
}

/** What goes with an answer, read when it leaves; what was not kept has no bytes to send. */
async function attachmentsToSend(platform: Platform, messageId: string): Promise<OutgoingAttachment[]> {
  const { db } = platform.database;
  return (await attachmentsOf(db, [messageId])).flatMap(({ name, type, blobId, inline, contentId }) =>
    blobId
      ? [{ name, type, content: Readable.from(readBlob(db, blobId)), ...(inline && contentId ? { contentId } : {}) }]
      : [],
  );
}

/**
 * The public page follows what was told: nothing is public that was only observed, still waits for a person, or can still be undone.
 */
async function publishIncident(tx: Tx, platform: Platform, incidentId: string): Promise<void> {
  const [incident] = await readIncidents(tx, [incidentId]);
  if (!incident) return;
  const told = (await announcementsOf(tx, [incidentId]))
    .filter((announcement) => announcement.state === 'telling' || announcement.state === 'told')
    .reverse();
  const last = told.at(-1);
  if (!last) return;
  const promises = (await promisesOf(tx, [incidentId])).filter((promise) => promise.promisee.kind === 'affected');
  const open = promises.find((promise) => promise.state === 'open');
  await publish(
    tx,
    incidentId,
    toPublished({
      reference: incident.reference,
      state: incident.state,
      servicesDown: incident.servicesDown,
      areas: await publicAreas(tx, incidentId, incident.servicesDown > 0 ? 'down' : 'degraded'),
      cause: last.answer.reason.cause,
      causeWords: last.answer.reason.words ?? {},
      beganAt: incident.beganAt,
      restoredAt: incident.restoredAt,
      expectedEnd: last.answer.expectedEnd ? new Date(last.answer.expectedEnd) : null,
      late: last.kind === 'expected-end-passed' || promises.at(-1)?.state === 'broken',
      nextWordBy: open?.kind === 'next-word' ? open.dueAt : null,
      nextStep: last.answer.nextStep,
      announcements: told,
    }),
    platform.clock.business(),
  );
}
