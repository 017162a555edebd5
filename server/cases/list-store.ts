import { type RawBuilder, sql } from 'kysely';
import type { CaseView, ListCases } from '../../contract/cases.ts';
import type { Db } from '../platform/database/database.ts';
import { invalid } from '../platform/errors.ts';
import type { CaseRecord } from './case.ts';
import type { CaseScope } from './scope.ts';
import { CASE } from './store.ts';

const DUE_SOON = 4 * 3_600_000;
const PAGE = 50;

function conditionOf(view: CaseView, scope: CaseScope, now: Date): RawBuilder<unknown> {
  switch (view) {
    case 'mine':
      return sql`cases.owner_id = ${scope.staffId}`;
    case 'team':
      return sql`(cases.team_id = ANY(${scope.teamIds}::uuid[]) OR EXISTS (SELECT 1 FROM hand_overs WHERE hand_overs.case_id = cases.id
        AND hand_overs.ended_at IS NULL AND hand_overs.to_team_id = ANY(${scope.teamIds}::uuid[])))`;
    case 'unassigned':
      return sql`cases.owner_id IS NULL`;
    case 'due':
      return sql`EXISTS (SELECT 1 FROM promises WHERE promises.subject_kind = 'case' AND promises.subject_id = cases.id AND promises.state = 'open'
        AND promises.paused_at IS NULL AND promises.due_at <= ${new Date(now.getTime() + DUE_SOON)})`;
    case 'incident':
      return sql`cases.incident_id IS NOT NULL`;
    case 'reminders':
      return sql`cases.reminders > 0`;
    case 'denied':
      return sql`cases.fix_reported_at IS NOT NULL AND cases.state <> 'fix reported'`;
    case 'formal':
      return sql`cases.formal_at IS NOT NULL`;
    case 'waiting':
      return sql`cases.state = 'waiting'`;
    case 'all':
    case 'ended':
      return sql`true`;
  }
}

/** What somebody may see, as a condition on cases. */
export function within(scope: CaseScope): RawBuilder<unknown> {
  const conduct = scope.complaints
    ? sql`true`
    : scope.partner
      ? sql`cases.topic <> 'conduct'`
      : sql`(cases.topic <> 'conduct' OR cases.owner_id = ${scope.staffId})`;
  return scope.partner ? sql`${conduct} AND ${conditionOf('team', scope, new Date(0))}` : conduct;
}

/** Where the next page begins: opaque for its readers. */
const keyOf = (record: CaseRecord, ended: boolean): string =>
  Buffer.from(
    JSON.stringify(
      ended
        ? [record.endedAt?.toISOString(), record.id]
        : [record.urgency, record.lastHeardAt.toISOString(), record.id],
    ),
  ).toString('base64url');

function readKey(key: string, length: number): (string | number)[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(key, 'base64url').toString());
    const [first] = Array.isArray(parts) ? parts : [];
    const valid =
      Array.isArray(parts) &&
      parts.length === length &&
      (length === 2 ? !Number.isNaN(Date.parse(String(first))) : Number.isInteger(first)) &&
      /^[0-9a-f-]{36}$/.test(String(parts.at(-1))) &&
      (length === 2 || !Number.isNaN(Date.parse(String(parts[1]))));
    if (valid) return parts as (string | number)[];
  } catch {}
  throw invalid('bad-page', 'This is not the beginning of a page.', 'Use `next` of the page before.');
}

/** One page of what somebody may see, by keys and never by counting through; at most 100. */
export async function listCases(
  db: Db,
  scope: CaseScope,
  query: ListCases,
  now: Date,
  near: readonly string[] | null = null,
): Promise<{ records: CaseRecord[]; next: string | null }> {
  const view = query.view ?? 'all';
  const ended = view === 'ended';
  const limit = query.limit ?? PAGE;
  let after = sql`true`;
  if (query.after && ended) {
    const [at, id] = readKey(query.after, 2);
    after = sql`(cases.ended_at, cases.id) < (${at}::timestamptz, ${id}::uuid)`;
  } else if (query.after) {
    const [urgency, at, id] = readKey(query.after, 3);
    after = sql`(cases.urgency, cases.last_heard_at, cases.id) > (${urgency}::smallint, ${at}::timestamptz, ${id}::uuid)`;
  }
  const { rows } = await sql<CaseRecord>`SELECT ${CASE} FROM cases
    WHERE ${ended ? sql`cases.ended_at IS NOT NULL` : sql`cases.ended_at IS NULL`} AND ${conditionOf(view, scope, now)} AND ${within(scope)} AND ${after}
      AND ${query.incident ? sql`cases.incident_id = ${query.incident}::uuid` : sql`true`} AND ${query.party ? sql`cases.party_id = ${query.party}::uuid` : sql`true`}
      AND ${near ? nearResources(near) : sql`true`}
    ORDER BY ${ended ? sql`cases.ended_at DESC, cases.id DESC` : sql`cases.urgency, cases.last_heard_at, cases.id`} LIMIT ${limit + 1}`.execute(
    db,
  );
  const records = rows.slice(0, limit);
  const last = records.at(-1);
  return { records, next: rows.length > limit && last ? keyOf(last, ended) : null };
}

/** Open cases about lines on some resources that no incident explains. */
export const nearResources = (resourceIds: readonly string[]): RawBuilder<unknown> =>
  sql`cases.ended_at IS NULL AND cases.incident_id IS NULL AND cases.topic IN ('line down', 'line slow', 'equipment') AND cases.resource_id = ANY(${[...resourceIds]}::uuid[])`;
