import { sql } from 'kysely';
import type { Case, CaseBrief, CaseMessage } from '../../contract/cases.ts';
import { staffNames } from '../access/index.ts';
import { namesOfParties, reachablePoint, serviceBrief } from '../customers/index.ts';
import type { Db } from '../platform/database/database.ts';
import { readTimeline } from '../platform/events.ts';
import type { Platform } from '../platform/platform.ts';
import { type PromiseRecord, promisesOf, standing } from '../promises/index.ts';
import { readSettings } from '../settings/index.ts';
import { teamsById } from '../teams/index.ts';
import type { CaseRecord, MessageRecord } from './case.ts';
import { attachmentsOf, messagesOf } from './message-store.ts';
import { type CaseScope, visibleTo } from './scope.ts';
import { handOversOf, openProposals, readCases } from './store.ts';

const SHOWN_MESSAGES = 100;
const time = (at: Date | null): string | null => at?.toISOString() ?? null;

interface PartyRow {
  id: string;
  name: string;
  externalId: string | null;
  vulnerable: boolean;
  critical: boolean;
}

/** Cases for lists, in the order given. */
export async function caseBriefs(db: Db, records: readonly CaseRecord[]): Promise<CaseBrief[]> {
  if (records.length === 0) return [];
  const ids = records.map(({ id }) => id);
  const { rows: parties } =
    await sql<PartyRow>`SELECT id, name, external_id AS "externalId", vulnerable, critical FROM parties
    WHERE id = ANY(${records.map(({ partyId }) => partyId)}::uuid[])`.execute(db);
  const { rows: verified } = await sql<{ id: string }>`SELECT id FROM contact_points WHERE verification = 'verified'
    AND id = ANY(${records.flatMap(({ contactPointId }) => contactPointId ?? [])}::uuid[])`.execute(db);
  const { rows: due } = await sql<{
    id: string;
    dueAt: Date;
  }>`SELECT subject_id AS id, min(due_at) AS "dueAt" FROM promises
    WHERE subject_kind = 'case' AND subject_id = ANY(${ids}::uuid[]) AND state = 'open' GROUP BY subject_id`.execute(
    db,
  );
  const { rows: handOvers } = await sql<{
    caseId: string;
    teamId: string;
    dueAt: Date;
  }>`SELECT case_id AS "caseId", to_team_id AS "teamId", due_at AS "dueAt"
    FROM hand_overs WHERE case_id = ANY(${ids}::uuid[]) AND ended_at IS NULL`.execute(db);
  const teams = await teamsById(db, [
    ...records.flatMap(({ teamId }) => teamId ?? []),
    ...handOvers.map(({ teamId }) => teamId),
  ]);
  const names = await staffNames(
    db,
    records.flatMap(({ ownerId }) => ownerId ?? []),
  );
  const known = new Set(verified.map(({ id }) => id));
  return records.map((record) => {
    const party = parties.find(({ id }) => id === record.partyId);
    const handOver = handOvers.find(({ caseId }) => caseId === record.id);
    return {
      id: record.id,
      number: record.number,
      state: record.state,
      waitingFor: record.waitingFor,
      topic: record.topic,
      severity: record.severity,
      language: record.language,
      channel: record.channel,
      subject: record.subject,
      party: {
        id: record.partyId,
        name: party?.name ?? '',
        externalId: party?.externalId ?? null,
        verified: record.contactPointId !== null && known.has(record.contactPointId),
        vulnerable: party?.vulnerable ?? false,
        critical: party?.critical ?? false,
      },
      team: record.teamId ? { id: record.teamId, name: teams.get(record.teamId)?.name ?? '' } : null,
      owner: record.ownerId ? { id: record.ownerId, name: names.get(record.ownerId) ?? record.ownerId } : null,
      incidentId: record.incidentId,
      rung: record.rung,
      reminders: record.reminders,
      reopened: record.reopened,
      formalAt: time(record.formalAt),
      openedAt: record.openedAt.toISOString(),
      lastHeardAt: record.lastHeardAt.toISOString(),
      dueAt: time(due.find(({ id }) => id === record.id)?.dueAt ?? null),
      pausedAt: time(record.pausedAt),
      endedAt: time(record.endedAt),
      handOver: handOver
        ? { teamId: handOver.teamId, team: teams.get(handOver.teamId)?.name ?? '', dueAt: handOver.dueAt.toISOString() }
        : null,
    };
  });
}

/** Messages of a case after a number, as somebody may see them. */
export async function presentMessages(
  db: Db,
  caseId: string,
  scope: CaseScope,
  page: { after?: number | undefined; limit?: number | undefined },
): Promise<CaseMessage[]> {
  const messages = await messagesOf(db, caseId, {
    after: page.after ?? 0,
    limit: page.limit ?? SHOWN_MESSAGES,
    visibilities: visibleTo(scope),
  });
  const attachments = await attachmentsOf(
    db,
    messages.map(({ id }) => id),
  );
  const names = await namesFor(
    db,
    messages.map(({ actor }) => actor),
  );
  return messages.map((message) => ({
    id: message.id,
    number: message.number,
    direction: message.direction,
    visibility: message.visibility,
    kind: message.kind,
    channel: message.channel,
    saidAt: message.saidAt.toISOString(),
    author: authorOf(message.actor, names),
    claim: message.claim,
    language: message.language,
    subject: message.subject,
    body: message.body,
    quoted: message.quoted,
    html: message.html,
    attachments: attachments
      .filter(({ messageId }) => messageId === message.id)
      .map(({ id, name, type, size, inline, problem }) => ({ id, name, type, size, inline, problem })),
    state: message.state,
    stateReason: message.stateReason,
    undoUntil: message.state === 'held' ? time(message.undoUntil) : null,
    inboundId: scope.partner ? null : message.inboundId,
  }));
}

type Names = Map<string, string>;
async function namesFor(db: Db, actors: readonly MessageRecord['actor'][]): Promise<Names> {
  const parties = await namesOfParties(
    db,
    actors
      .flatMap((actor) => (actor.kind === 'party' ? [actor.id ?? '', ...(actor.for ? [actor.for] : [])] : []))
      .filter((id) => id !== ''),
  );
  const staff = await staffNames(
    db,
    actors.flatMap((actor) => (actor.kind === 'staff' && actor.id ? [actor.id] : [])),
  );
  return new Map([...parties, ...staff]);
}

/** A name; the name of the rule or channel where nobody did it. */
function authorOf(actor: MessageRecord['actor'], names: Names): string {
  const name = names.get(actor.id ?? '') ?? actor.name ?? actor.id ?? actor.kind ?? '';
  return actor.for ? `${name} → ${names.get(actor.for) ?? actor.for}` : name;
}

async function presentPromises(db: Db, promises: readonly PromiseRecord[], now: Date): Promise<Case['promises']> {
  const { rows } = await sql<{
    id: string;
  }>`SELECT id FROM promises WHERE id = ANY(${promises.map(({ id }) => id)}::uuid[]) AND paused_at IS NOT NULL AND state = 'open'`.execute(
    db,
  );
  const paused = new Set(rows.map(({ id }) => id));
  const names = await staffNames(
    db,
    promises.flatMap(({ ownerId }) => ownerId ?? []),
  );
  return promises.map((promise) => ({
    id: promise.id,
    kind: promise.kind,
    promisee: promise.promisee.kind,
    madeAt: promise.madeAt.toISOString(),
    dueAt: promise.dueAt.toISOString(),
    state: promise.state,
    standing: standing(promise, now),
    paused: paused.has(promise.id),
    owner: promise.ownerId ? { id: promise.ownerId, name: names.get(promise.ownerId) ?? promise.ownerId } : null,
  }));
}

/** One case as somebody may see it: a partner neither the house's notes, nor its ladder and timeline, nor where the customer is reached. */
export async function presentCase(db: Db, platform: Platform, record: CaseRecord, scope: CaseScope): Promise<Case> {
  const [brief] = await caseBriefs(db, [record]);
  if (!brief) throw new Error('a case was not presented');
  const { careLadder } = await readSettings(db);
  const now = platform.clock.business();
  const handOvers = await handOversOf(db, record.id);
  const teams = await teamsById(
    db,
    handOvers.flatMap(({ fromTeamId, toTeamId }) => [toTeamId, ...(fromTeamId ? [fromTeamId] : [])]),
  );
  const events = scope.partner ? [] : await readTimeline(db, 'case', record.id);
  const names = await namesFor(db, [...events.map(({ actor }) => actor), ...handOvers.map(({ actor }) => actor)]);
  const accepters = await staffNames(
    db,
    handOvers.flatMap(({ acceptedBy }) => acceptedBy ?? []),
  );
  const proposals = scope.partner ? [] : await openProposals(db, record.id);
  const others = await readCases(
    db,
    proposals.map((one) => (one.caseId === record.id ? one.intoCaseId : one.caseId)),
  );
  const point = record.contactPointId && !scope.partner ? await reachablePoint(db, record.contactPointId) : null;
  return {
    ...brief,
    version: record.version,
    serviceId: record.serviceId,
    service: record.serviceId && !scope.partner ? await serviceBrief(db, record.serviceId) : null,
    resourceId: record.resourceId,
    contact:
      point && record.contactPointId
        ? { id: record.contactPointId, channel: point.channel, address: point.address, verified: point.verified }
        : null,
    triage: scope.partner ? {} : record.triage,
    acknowledgedAt: time(record.acknowledgedAt),
    fixReportedAt: time(record.fixReportedAt),
    asked:
      record.askedAt && record.askedWhat
        ? { what: record.askedWhat, at: record.askedAt.toISOString(), times: record.askedTimes }
        : null,
    movesAt: time(record.dueAt),
    joinedTo: record.joinedTo,
    lastSaidAt: time(record.lastSaidAt),
    messages: await presentMessages(db, record.id, scope, { after: Math.max(0, record.messages - SHOWN_MESSAGES) }),
    messageCount: record.messages,
    promises: await presentPromises(db, await promisesOf(db, [record.id]), now),
    handOvers: handOvers.map((one) => ({
      id: one.id,
      from: one.fromTeamId ? (teams.get(one.fromTeamId)?.name ?? null) : null,
      to: teams.get(one.toTeamId)?.name ?? '',
      toId: one.toTeamId,
      note: one.note,
      madeAt: one.madeAt.toISOString(),
      by: authorOf(one.actor, names),
      dueAt: one.dueAt.toISOString(),
      acceptedBy: one.acceptedBy ? (accepters.get(one.acceptedBy) ?? one.acceptedBy) : null,
      endedAt: time(one.endedAt),
      endedHow: one.endedHow,
    })),
    proposals: proposals.flatMap((one) => {
      const other = others.find(({ id }) => id === (one.caseId === record.id ? one.intoCaseId : one.caseId));
      return other ? [{ caseId: other.id, number: other.number, subject: other.subject, reasons: one.reasons }] : [];
    }),
    ladder: careLadder.map(({ name }, index) => ({ name, reached: index <= record.rung })),
    timeline: events.map(({ at, kind, actor, data }) => ({
      at: at.toISOString(),
      kind,
      by: authorOf(actor, names),
      data,
    })),
  };
}
