import { sql } from 'kysely';
import type { Cause, Words } from '../../../contract/answer.ts';
import type { IncidentState, Severity } from '../../../contract/incidents.ts';
import type { Db, Tx } from '../../platform/database/database.ts';
import { makeReference, newId } from '../../platform/ids.ts';

export interface IncidentRecord {
  id: string;
  reference: string;
  state: IncidentState;
  resourceId: string;
  severity: Severity;
  cause: Cause;
  causeWords: Words;
  beganAt: Date;
  dueAt: Date | null;
  confirmedAt: Date | null;
  restoredAt: Date | null;
  endedAt: Date | null;
  expectedEnd: Date | null;
  servicesDown: number;
  servicesDegraded: number;
  partiesDown: number;
  rung: number;
  ownerId: string | null;
  version: number;
}

interface Row {
  id: string;
  reference: string;
  state: IncidentState;
  resource_id: string;
  severity: Severity;
  cause: Cause;
  cause_words: Words;
  began_at: Date;
  due_at: Date | null;
  confirmed_at: Date | null;
  restored_at: Date | null;
  ended_at: Date | null;
  expected_end: Date | null;
  services_down: number;
  services_degraded: number;
  parties_down: number;
  rung: number;
  owner_id: string | null;
  version: number;
}

const read = (row: Row): IncidentRecord => ({
  id: row.id,
  reference: row.reference,
  state: row.state,
  resourceId: row.resource_id,
  severity: row.severity,
  cause: row.cause,
  causeWords: row.cause_words,
  beganAt: row.began_at,
  dueAt: row.due_at,
  confirmedAt: row.confirmed_at,
  restoredAt: row.restored_at,
  endedAt: row.ended_at,
  expectedEnd: row.expected_end,
  servicesDown: row.services_down,
  servicesDegraded: row.services_degraded,
  partiesDown: row.parties_down,
  rung: row.rung,
  ownerId: row.owner_id,
  version: row.version,
});

const COLUMNS = sql`id, reference, state, resource_id, severity, cause, cause_words, began_at, due_at, confirmed_at, restored_at, ended_at, expected_end,
  services_down, services_degraded, parties_down, rung, owner_id, version`;

/** The next number of a kind of reference; skips some at random, so that they can't be counted up. */
async function nextReference(tx: Tx, kind: string, year: number): Promise<string> {
  const step = 1 + Math.floor(Math.random() * 9);
  const { rows } = await sql<{
    last: number;
  }>`INSERT INTO reference_counters (kind, year, last) VALUES (${kind}, ${year}, ${100 + step})
    ON CONFLICT (kind, year) DO UPDATE SET last = reference_counters.last + ${step} RETURNING last`.execute(tx);
  return makeReference(year, rows[0]?.last ?? 0);
}

export async function insertIncident(
  tx: Tx,
  made: { resourceId: string; severity: Severity; cause: Cause; beganAt: Date; dueAt: Date | null; now: Date },
): Promise<IncidentRecord> {
  const reference = await nextReference(tx, 'incident', made.now.getUTCFullYear());
  const { rows } =
    await sql<Row>`INSERT INTO incidents (id, reference, state, resource_id, severity, cause, began_at, due_at)
    VALUES (${newId()}, ${reference}, 'suspected', ${made.resourceId}, ${made.severity}, ${made.cause}, ${made.beganAt}, ${made.dueAt}) RETURNING ${COLUMNS}`.execute(
      tx,
    );
  const [row] = rows;
  if (!row) throw new Error('an incident was not stored');
  return read(row);
}

/** Changes columns of an incident and counts its version up, so that a stale edit is noticed. */
export async function updateIncident(
  tx: Tx,
  id: string,
  change: Partial<Omit<IncidentRecord, 'id' | 'reference' | 'version'>>,
): Promise<void> {
  const columns: Record<string, unknown> = {
    state: change.state,
    resource_id: change.resourceId,
    severity: change.severity,
    cause: change.cause,
    cause_words: change.causeWords === undefined ? undefined : JSON.stringify(change.causeWords),
    began_at: change.beganAt,
    due_at: change.dueAt,
    confirmed_at: change.confirmedAt,
    restored_at: change.restoredAt,
    ended_at: change.endedAt,
    expected_end: change.expectedEnd,
    services_down: change.servicesDown,
    services_degraded: change.servicesDegraded,
    parties_down: change.partiesDown,
    rung: change.rung,
    owner_id: change.ownerId,
  };
  const assignments = Object.entries(columns).flatMap(([name, value]) =>
    value === undefined ? [] : [sql`${sql.ref(name)} = ${value}`],
  );
  await sql`UPDATE incidents SET ${sql.join([...assignments, sql`version = version + 1`])} WHERE id = ${id}`.execute(
    tx,
  );
}

/** One incident, locked. */
export async function lockIncident(tx: Tx, id: string): Promise<IncidentRecord | null> {
  const { rows } = await sql<Row>`SELECT ${COLUMNS} FROM incidents WHERE id = ${id} FOR UPDATE`.execute(tx);
  return rows[0] ? read(rows[0]) : null;
}

export async function readIncident(db: Db, id: string): Promise<IncidentRecord | null> {
  const { rows } = await sql<Row>`SELECT ${COLUMNS} FROM incidents WHERE id = ${id}`.execute(db);
  return rows[0] ? read(rows[0]) : null;
}

export async function readIncidents(db: Db, ids: readonly string[]): Promise<IncidentRecord[]> {
  const { rows } = await sql<Row>`SELECT ${COLUMNS} FROM incidents WHERE id = ANY(${[...ids]}::uuid[])`.execute(db);
  return rows.map(read);
}

/** Incidents that can still take alarms, oldest first (confirmed before suspected), locked. */
export async function lockOpenIncidents(tx: Tx): Promise<IncidentRecord[]> {
  const { rows } =
    await sql<Row>`SELECT ${COLUMNS} FROM incidents WHERE state IN ('suspected', 'confirmed', 'restoring') AND ended_at IS NULL
    ORDER BY (state = 'suspected'), began_at, id LIMIT 5000 FOR UPDATE`.execute(tx);
  return rows.map(read);
}

/** An incident whose damping is over, locked; others skip it. */
export async function takeDueIncident(tx: Tx, now: Date, skipped: readonly string[]): Promise<IncidentRecord | null> {
  const { rows } =
    await sql<Row>`SELECT ${COLUMNS} FROM incidents WHERE due_at <= ${now} AND NOT id = ANY(${[...skipped]}::uuid[]) ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`.execute(
      tx,
    );
  return rows[0] ? read(rows[0]) : null;
}

export async function listIncidents(db: Db, which: 'open' | 'ended'): Promise<IncidentRecord[]> {
  const { rows } =
    await sql<Row>`SELECT ${COLUMNS} FROM incidents WHERE (ended_at IS NULL) = ${which === 'open'}::boolean
    ORDER BY coalesce(ended_at, began_at) DESC, id DESC LIMIT 200`.execute(db);
  return rows.map(read);
}

export async function attachAlarms(tx: Tx, pairs: readonly { incidentId: string; alarmId: string }[]): Promise<void> {
  if (pairs.length === 0) return;
  const rows = JSON.stringify(pairs.map((pair) => ({ incident_id: pair.incidentId, alarm_id: pair.alarmId })));
  await sql`INSERT INTO incident_alarms (incident_id, alarm_id) SELECT incident_id, alarm_id FROM jsonb_to_recordset(${rows}::jsonb) AS row(incident_id uuid, alarm_id uuid) ON CONFLICT DO NOTHING`.execute(
    tx,
  );
}

/** The alarms of one incident become another's. */
export async function moveAlarms(tx: Tx, fromId: string, toId: string): Promise<void> {
  await sql`INSERT INTO incident_alarms (incident_id, alarm_id) SELECT ${toId}, alarm_id FROM incident_alarms WHERE incident_id = ${fromId} ON CONFLICT DO NOTHING`.execute(
    tx,
  );
}

/** Open incidents that hold some alarms. */
export async function incidentsOfAlarms(tx: Tx, alarmIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{
    incident_id: string;
  }>`SELECT DISTINCT incident_id FROM incident_alarms JOIN incidents ON incidents.id = incident_id
    WHERE alarm_id = ANY(${[...alarmIds]}::uuid[]) AND incidents.state IN ('suspected', 'confirmed', 'restoring')`.execute(
    tx,
  );
  return rows.map((row) => row.incident_id);
}

export interface AlarmStanding {
  standing: number;
  /** Resources with a standing alarm. */
  resourceIds: string[];
  lastClearedAt: Date | null;
  severities: Severity[];
}

/** How the alarms of an incident stand. */
export async function alarmStanding(db: Db, incidentId: string): Promise<AlarmStanding> {
  const { rows } = await sql<{
    standing: number;
    resource_ids: string[] | null;
    last_cleared_at: Date | null;
    severities: Severity[] | null;
  }>`
    SELECT count(*) FILTER (WHERE cleared_at IS NULL) AS standing, array_agg(DISTINCT resource_id::text) FILTER (WHERE cleared_at IS NULL AND resource_id IS NOT NULL) AS resource_ids,
      max(cleared_at) AS last_cleared_at, array_agg(DISTINCT severity) AS severities
    FROM incident_alarms JOIN alarms ON alarms.id = alarm_id WHERE incident_id = ${incidentId}`.execute(db);
  const [row] = rows;
  return {
    standing: row?.standing ?? 0,
    resourceIds: row?.resource_ids ?? [],
    lastClearedAt: row?.last_cleared_at ?? null,
    severities: row?.severities ?? [],
  };
}

export async function alarmLabels(
  db: Db,
  alarmIds: readonly string[],
): Promise<Map<string, { labels: Record<string, string>; startedAt: Date; severity: Severity }>> {
  const { rows } = await sql<{
    id: string;
    labels: Record<string, string>;
    started_at: Date;
    severity: Severity;
  }>`SELECT id, labels, started_at, severity FROM alarms WHERE id = ANY(${[...alarmIds]}::uuid[])`.execute(db);
  return new Map(
    rows.map((row) => [row.id, { labels: row.labels, startedAt: row.started_at, severity: row.severity }]),
  );
}

/** Resources that other open, confirmed incidents say are down: two that fail together can take a redundant one with them. */
export async function failedElsewhere(db: Db, exceptIncidentId: string): Promise<string[]> {
  const { rows } = await sql<{
    resource_id: string;
  }>`SELECT DISTINCT resource_id FROM incidents WHERE state IN ('confirmed') AND id <> ${exceptIncidentId}`.execute(db);
  return rows.map((row) => row.resource_id);
}

export async function saveEffects(
  tx: Tx,
  incidentId: string,
  effects: { down: readonly string[]; degraded: readonly string[] },
): Promise<void> {
  await sql`DELETE FROM incident_resources WHERE incident_id = ${incidentId}`.execute(tx);
  await sql`INSERT INTO incident_resources (incident_id, resource_id, effect)
    SELECT ${incidentId}::uuid, id, 'down' FROM unnest(${[...effects.down]}::uuid[]) AS id UNION ALL SELECT ${incidentId}::uuid, id, 'degraded' FROM unnest(${[...effects.degraded]}::uuid[]) AS id`.execute(
    tx,
  );
}

/**
 * Incidents whose alarms have cleared and whose damping runs: whether their promises were kept is known at its end, by when the alarms cleared.
 */
export async function restoringIncidents(db: Db): Promise<string[]> {
  const { rows } = await sql<{
    id: string;
  }>`SELECT id FROM incidents WHERE state = 'restoring' AND due_at IS NOT NULL`.execute(db);
  return rows.map((row) => row.id);
}

/** Whether the incident already counts the resource as down. */
export async function isDownBy(db: Db, incidentId: string, resourceId: string): Promise<boolean> {
  const { rows } =
    await sql`SELECT 1 FROM incident_resources WHERE incident_id = ${incidentId} AND resource_id = ${resourceId} AND effect = 'down'`.execute(
      db,
    );
  return rows.length > 0;
}

/** The newest incident, suspected ones left out, that a line is behind, or that has a resource down; null: none. */
export async function incidentBehind(
  db: Db,
  line: { serviceId: string | null; resourceId: string | null },
): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`SELECT incidents.id FROM incidents
    WHERE incidents.state IN ('confirmed', 'restoring') AND incidents.ended_at IS NULL AND (
      EXISTS (SELECT 1 FROM affected_services WHERE affected_services.subject_id = incidents.id AND affected_services.service_id = ${line.serviceId}::uuid AND affected_services.left_at IS NULL)
      OR (${line.serviceId}::uuid IS NULL AND EXISTS (SELECT 1 FROM incident_resources WHERE incident_resources.incident_id = incidents.id AND incident_resources.resource_id = ${line.resourceId}::uuid)))
    ORDER BY incidents.began_at DESC, incidents.id LIMIT 1`.execute(db);
  return rows[0]?.id ?? null;
}

/** Incidents that have not ended, by state. */
export async function countIncidents(db: Db): Promise<{ state: string; count: number }[]> {
  const { rows } = await sql<{
    state: string;
    count: number;
  }>`SELECT state, count(*) AS count FROM incidents WHERE ended_at IS NULL GROUP BY state`.execute(db);
  return rows;
}
