import { sql } from 'kysely';
import type { AlarmSource } from '../../../contract/alarms.ts';
import type { Severity } from '../../../contract/incidents.ts';
import type { Db, Tx } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';
import type { MappingRule } from './rules.ts';

// Sources -------------------------------------------------------------------------------------------------------------

interface SourceRow {
  id: string;
  name: string;
  kind: AlarmSource['kind'];
  last_heard_at: Date | null;
  ended_at: Date | null;
}

const source = (row: SourceRow): AlarmSource => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  lastHeardAt: row.last_heard_at?.toISOString() ?? null,
  endedAt: row.ended_at?.toISOString() ?? null,
});

export async function listSources(db: Db): Promise<AlarmSource[]> {
  const { rows } =
    await sql<SourceRow>`SELECT id, name, kind, last_heard_at, ended_at FROM alarm_sources WHERE ended_at IS NULL ORDER BY name LIMIT 500`.execute(
      db,
    );
  return rows.map(source);
}

/** Null when the name is taken. */
export async function insertSource(
  tx: Tx,
  made: { name: string; kind: AlarmSource['kind']; tokenHash: string; at: Date },
): Promise<AlarmSource | null> {
  const { rows } =
    await sql<SourceRow>`INSERT INTO alarm_sources (id, name, kind, token_hash, made_at) VALUES (${newId()}, ${made.name}, ${made.kind}, ${made.tokenHash}, ${made.at})
    ON CONFLICT DO NOTHING RETURNING id, name, kind, last_heard_at, ended_at`.execute(tx);
  return rows[0] ? source(rows[0]) : null;
}

/** An ended source keeps its alarms; its token is void and its name is free again. */
export async function endSource(tx: Tx, id: string, at: Date): Promise<boolean> {
  const { rows } =
    await sql`UPDATE alarm_sources SET ended_at = ${at}, name = name || ' (' || left(id::text, 8) || ')' WHERE id = ${id} AND ended_at IS NULL RETURNING id`.execute(
      tx,
    );
  return rows.length > 0;
}

export async function sourceByToken(
  db: Db,
  kind: AlarmSource['kind'],
  tokenHash: string,
): Promise<{ id: string } | null> {
  const { rows } = await sql<{
    id: string;
  }>`SELECT id FROM alarm_sources WHERE token_hash = ${tokenHash} AND kind = ${kind} AND ended_at IS NULL`.execute(db);
  return rows[0] ?? null;
}

// Deliveries ----------------------------------------------------------------------------------------------------------

export async function keepDelivery(tx: Tx, sourceId: string, body: Buffer, at: Date): Promise<void> {
  await sql`INSERT INTO alarm_deliveries (source_id, received_at, body) VALUES (${sourceId}, ${at}, ${body})`.execute(
    tx,
  );
}

export interface Delivery {
  number: number;
  sourceId: string;
  kind: AlarmSource['kind'];
  receivedAt: Date;
  body: Buffer;
}

/** The oldest delivery that waits, locked. One process works at a time: order matters, an alarm must not be cleared before it is raised. */
export async function takeDelivery(tx: Tx): Promise<Delivery | null> {
  const { rows: lock } = await sql<{
    mine: boolean;
  }>`SELECT pg_try_advisory_xact_lock(hashtext('alarm deliveries ' || current_schema())) AS mine`.execute(tx);
  if (!lock[0]?.mine) return null;
  const { rows } = await sql<{
    number: number;
    source_id: string;
    kind: AlarmSource['kind'];
    received_at: Date;
    body: Buffer;
  }>`
    SELECT alarm_deliveries.number, source_id, kind, received_at, body FROM alarm_deliveries JOIN alarm_sources ON alarm_sources.id = source_id
    WHERE worked_at IS NULL ORDER BY number LIMIT 1`.execute(tx);
  const [row] = rows;
  return row
    ? { number: row.number, sourceId: row.source_id, kind: row.kind, receivedAt: row.received_at, body: row.body }
    : null;
}

export async function finishDelivery(
  tx: Tx,
  delivery: Pick<Delivery, 'number' | 'sourceId' | 'receivedAt'>,
  at: Date,
  trouble: string | null,
): Promise<void> {
  await sql`UPDATE alarm_deliveries SET worked_at = ${at}, trouble = ${trouble} WHERE number = ${delivery.number}`.execute(
    tx,
  );
  await sql`UPDATE alarm_sources SET last_heard_at = greatest(last_heard_at, ${delivery.receivedAt}) WHERE id = ${delivery.sourceId}`.execute(
    tx,
  );
}

// Alarms --------------------------------------------------------------------------------------------------------------

export interface NewAlarm {
  sourceId: string;
  fingerprint: string;
  startedAt: Date;
  clearedAt: Date | null;
  severity: Severity;
  labels: Record<string, string>;
  summary: string;
  resourceId: string | null;
  ignored: boolean;
}

export interface AlarmFact {
  id: string;
  resourceId: string | null;
  severity: Severity;
  startedAt: Date;
  clearedAt: Date | null;
}

interface AlarmRow {
  id: string;
  resource_id: string | null;
  severity: Severity;
  started_at: Date;
  cleared_at: Date | null;
}

const fact = (row: AlarmRow): AlarmFact => ({
  id: row.id,
  resourceId: row.resource_id,
  severity: row.severity,
  startedAt: row.started_at,
  clearedAt: row.cleared_at,
});

/** Raises or clears alarms; the same alarm twice is one. Returns those that changed: raised, or cleared now. */
export async function saveAlarms(tx: Tx, alarms: readonly NewAlarm[], receivedAt: Date): Promise<AlarmFact[]> {
  const rows = JSON.stringify(
    alarms.map((alarm) => ({
      id: newId(),
      source_id: alarm.sourceId,
      fingerprint: alarm.fingerprint,
      started_at: alarm.startedAt,
      cleared_at: alarm.clearedAt,
      severity: alarm.severity,
      labels: alarm.labels,
      summary: alarm.summary,
      resource_id: alarm.resourceId,
      ignored: alarm.ignored,
    })),
  );
  const { rows: changed } = await sql<AlarmRow>`
    INSERT INTO alarms (id, source_id, fingerprint, started_at, cleared_at, severity, labels, summary, resource_id, ignored, received_at)
    SELECT id, source_id, fingerprint, started_at, cleared_at, severity, labels, summary, resource_id, ignored, ${receivedAt}
    FROM jsonb_to_recordset(${rows}::jsonb) AS row(id uuid, source_id uuid, fingerprint text, started_at timestamptz, cleared_at timestamptz, severity text, labels jsonb, summary text, resource_id uuid, ignored boolean)
    ON CONFLICT (source_id, fingerprint, started_at) DO UPDATE SET cleared_at = excluded.cleared_at WHERE alarms.cleared_at IS NULL AND excluded.cleared_at IS NOT NULL
    RETURNING id, resource_id, severity, started_at, cleared_at`.execute(tx);
  return changed.map(fact);
}

/** Clears the standing alarm of this name, where the source doesn't say when it began. Returns what changed. */
export async function clearStanding(tx: Tx, sourceId: string, fingerprint: string, at: Date): Promise<AlarmFact[]> {
  const { rows } =
    await sql<AlarmRow>`UPDATE alarms SET cleared_at = greatest(${at}::timestamptz, started_at) WHERE source_id = ${sourceId} AND fingerprint = ${fingerprint} AND cleared_at IS NULL
    RETURNING id, resource_id, severity, started_at, cleared_at`.execute(tx);
  return rows.map(fact);
}

/** Whether an alarm of this name stands already: raising it again is nothing new. */
export async function standsAlready(tx: Tx, sourceId: string, fingerprint: string): Promise<boolean> {
  const { rows } =
    await sql`SELECT 1 FROM alarms WHERE source_id = ${sourceId} AND fingerprint = ${fingerprint} AND cleared_at IS NULL LIMIT 1`.execute(
      tx,
    );
  return rows.length > 0;
}

export interface ListedAlarm extends AlarmFact {
  source: string;
  sourceId: string;
  summary: string;
  labels: Record<string, string>;
}

export async function listAlarms(
  db: Db,
  show: 'standing' | 'unmapped' | { incidentId: string },
): Promise<ListedAlarm[]> {
  const condition =
    show === 'standing'
      ? sql`cleared_at IS NULL AND NOT ignored`
      : show === 'unmapped'
        ? sql`resource_id IS NULL AND NOT ignored`
        : sql`alarms.id IN (SELECT alarm_id FROM incident_alarms WHERE incident_id = ${show.incidentId})`;
  const { rows } = await sql<
    AlarmRow & { source: string; source_id: string; summary: string; labels: Record<string, string> }
  >`
    SELECT alarms.id, resource_id, severity, started_at, cleared_at, alarm_sources.name AS source, source_id, summary, labels
    FROM alarms JOIN alarm_sources ON alarm_sources.id = source_id WHERE ${condition} ORDER BY received_at DESC, started_at DESC LIMIT 200`.execute(
    db,
  );
  return rows.map((row) => ({
    ...fact(row),
    source: row.source,
    sourceId: row.source_id,
    summary: row.summary,
    labels: row.labels,
  }));
}

/** Alarms that found no resource and are recent enough to matter: they are read again when a rule is made. */
export async function takeUnmapped(
  tx: Tx,
): Promise<{ id: string; sourceId: string; labels: Record<string, string> }[]> {
  const { rows } = await sql<{
    id: string;
    source_id: string;
    labels: Record<string, string>;
  }>`SELECT id, source_id, labels FROM alarms WHERE resource_id IS NULL AND NOT ignored
    ORDER BY received_at DESC LIMIT 5000 FOR UPDATE`.execute(tx);
  return rows.map((row) => ({ id: row.id, sourceId: row.source_id, labels: row.labels }));
}

export async function mapStored(
  tx: Tx,
  mapped: readonly { id: string; resourceId: string | null; ignored: boolean; severity: Severity | null }[],
): Promise<AlarmFact[]> {
  const rows = JSON.stringify(
    mapped.map((alarm) => ({
      id: alarm.id,
      resource_id: alarm.resourceId,
      ignored: alarm.ignored,
      severity: alarm.severity,
    })),
  );
  const { rows: changed } =
    await sql<AlarmRow>`UPDATE alarms SET resource_id = row.resource_id, ignored = row.ignored, severity = coalesce(row.severity, alarms.severity)
    FROM jsonb_to_recordset(${rows}::jsonb) AS row(id uuid, resource_id uuid, ignored boolean, severity text) WHERE alarms.id = row.id
    RETURNING alarms.id, alarms.resource_id, alarms.severity, alarms.started_at, alarms.cleared_at`.execute(tx);
  return changed.map(fact);
}

// Rules ---------------------------------------------------------------------------------------------------------------

export async function readRules(db: Db): Promise<(MappingRule & { position: number })[]> {
  const { rows } = await sql<{
    id: string;
    position: number;
    source_id: string | null;
    label: string;
    pattern: string | null;
    act: MappingRule['act'];
    resource_id: string | null;
    severity: Severity | null;
  }>`
    SELECT id, position, source_id, label, pattern, act, resource_id, severity FROM alarm_rules ORDER BY position, id LIMIT 2000`.execute(
    db,
  );
  return rows.map((row) => ({
    id: row.id,
    position: row.position,
    sourceId: row.source_id,
    label: row.label,
    pattern: row.pattern,
    act: row.act,
    resourceId: row.resource_id,
    severity: row.severity,
  }));
}

/** A new rule is asked first: it was made because the others were wrong or silent. */
export async function insertRule(tx: Tx, rule: Omit<MappingRule, 'id'>, at: Date): Promise<string> {
  const id = newId();
  await sql`INSERT INTO alarm_rules (id, position, source_id, label, pattern, act, resource_id, severity, made_at)
    SELECT ${id}, coalesce(min(position), 1) - 1, ${rule.sourceId}::uuid, ${rule.label}, ${rule.pattern}, ${rule.act}, ${rule.resourceId}::uuid, ${rule.severity}, ${at}::timestamptz FROM alarm_rules`.execute(
    tx,
  );
  return id;
}

export async function deleteRule(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await sql`DELETE FROM alarm_rules WHERE id = ${id} RETURNING id`.execute(tx);
  return rows.length > 0;
}
