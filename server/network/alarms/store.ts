import { sql } from 'kysely';
import type { AlarmSource } from '../../../contract/alarms.ts';
import type { Severity } from '../../../contract/incidents.ts';
import type { Db, Tx } from '../../platform/database/database.ts';
import { newId } from '../../platform/ids.ts';
import type { Episode } from './episodes.ts';
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
  /** How many of its words are worked off already. */
  worked: number;
  /** Whether the same body came from the same source shortly before, and was worked off. */
  repeated: boolean;
  /** Null where the caller has it already. */
  body: Buffer | null;
}

/** Within so many minutes the same body again is taken for the same delivery again (a proxy or a queue that sends twice). A repeat doesn't make the time longer. */
const REPEAT_MINUTES = 5;

/**
 * The oldest delivery that waits, locked, without its body when it is number `known`. One process works at a time: order matters, an alarm
 * must not be cleared before it is raised.
 */
export async function takeDelivery(tx: Tx, known: number | null): Promise<Delivery | null> {
  const { rows: lock } = await sql<{
    mine: boolean;
  }>`SELECT pg_try_advisory_xact_lock(hashtext('alarm deliveries ' || current_schema())) AS mine`.execute(tx);
  if (!lock[0]?.mine) return null;
  const { rows } = await sql<{
    number: number;
    source_id: string;
    kind: AlarmSource['kind'];
    received_at: Date;
    worked: number;
    repeated: boolean;
    body: Buffer | null;
  }>`
    SELECT taken.number, taken.source_id, kind, taken.received_at, taken.worked, CASE WHEN taken.number = ${known}::bigint THEN NULL ELSE taken.body END AS body,
      EXISTS (SELECT 1 FROM alarm_deliveries before WHERE before.source_id = taken.source_id AND before.digest = taken.digest AND before.number < taken.number
        AND before.received_at > taken.received_at - make_interval(mins => ${REPEAT_MINUTES}::int) AND before.trouble IS NULL AND NOT before.repeated) AS repeated
    FROM alarm_deliveries taken JOIN alarm_sources ON alarm_sources.id = taken.source_id
    WHERE taken.worked_at IS NULL ORDER BY taken.number LIMIT 1`.execute(tx);
  const [row] = rows;
  return row
    ? {
        number: row.number,
        sourceId: row.source_id,
        kind: row.kind,
        receivedAt: row.received_at,
        worked: row.worked,
        repeated: row.repeated,
        body: row.body,
      }
    : null;
}

/** Keeps how far a delivery is worked off. */
export async function noteProgress(tx: Tx, number: number, worked: number): Promise<void> {
  await sql`UPDATE alarm_deliveries SET worked = ${worked} WHERE number = ${number}`.execute(tx);
}

export async function finishDelivery(
  tx: Tx,
  delivery: Pick<Delivery, 'number' | 'sourceId' | 'receivedAt' | 'repeated'>,
  { at, worked, trouble }: { at: Date; worked: number; trouble: string | null },
): Promise<void> {
  await sql`UPDATE alarm_deliveries SET worked_at = ${at}, worked = ${worked}, repeated = ${delivery.repeated}, trouble = ${trouble} WHERE number = ${delivery.number}`.execute(
    tx,
  );
  await sql`UPDATE alarm_sources SET last_heard_at = greatest(last_heard_at, ${delivery.receivedAt}) WHERE id = ${delivery.sourceId}`.execute(
    tx,
  );
}

/** Deliveries with trouble, newest first, at most 50; of each body the first 4,000 bytes. */
export async function listTroubled(
  db: Db,
): Promise<{ number: number; source: string; receivedAt: Date; trouble: string; beginning: Buffer }[]> {
  const { rows } = await sql<{
    number: number;
    source: string;
    received_at: Date;
    trouble: string;
    beginning: Buffer;
  }>`SELECT number, alarm_sources.name AS source, received_at, trouble, substring(body FROM 1 FOR 4000) AS beginning
    FROM alarm_deliveries JOIN alarm_sources ON alarm_sources.id = source_id WHERE trouble IS NOT NULL ORDER BY number DESC LIMIT 50`.execute(
    db,
  );
  return rows.map(({ received_at, ...row }) => ({ ...row, receivedAt: received_at }));
}

// Alarms --------------------------------------------------------------------------------------------------------------

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

/** Of each alarm that was heard of before: its newest episode, and when the one before that ended. */
export async function readEpisodes(
  tx: Tx,
  sourceId: string,
  fingerprints: readonly string[],
): Promise<Map<string, { latest: Episode; previous: Date | null }>> {
  const { rows } = await sql<{
    fingerprint: string;
    id: string;
    started_at: Date;
    cleared_at: Date | null;
    firing_at: Date | null;
  }>`SELECT word.fingerprint, alarm.id, alarm.started_at, alarm.cleared_at, alarm.firing_at
    FROM unnest(${[...fingerprints]}::text[]) AS word(fingerprint) CROSS JOIN LATERAL (
      SELECT id, started_at, cleared_at, firing_at FROM alarms WHERE source_id = ${sourceId} AND fingerprint = word.fingerprint
      ORDER BY started_at DESC LIMIT 2
    ) alarm ORDER BY alarm.started_at DESC`.execute(tx);
  const found = new Map<string, { latest: Episode; previous: Date | null }>();
  for (const row of rows) {
    const known = found.get(row.fingerprint);
    if (known) known.previous = row.cleared_at;
    else
      found.set(row.fingerprint, {
        latest: { id: row.id, startedAt: row.started_at, clearedAt: row.cleared_at, firingAt: row.firing_at },
        previous: null,
      });
  }
  return found;
}

/** What a word says of the alarm beside its time. */
export interface AlarmDetails {
  severity: Severity;
  labels: Record<string, string>;
  summary: string;
  resourceId: string | null;
  ignored: boolean;
}

export interface EpisodeToSave {
  fingerprint: string;
  episode: Episode;
  /** Null: those of an episode that is stored already stay. */
  details: AlarmDetails | null;
  isNew: boolean;
}

/** Stores episodes of a source, with two statements for all. Returns each as it stands now. */
export async function saveEpisodes(
  tx: Tx,
  sourceId: string,
  episodes: readonly EpisodeToSave[],
  receivedAt: Date,
): Promise<AlarmFact[]> {
  const rows = (isNew: boolean): string =>
    JSON.stringify(
      episodes
        .filter((one) => one.isNew === isNew)
        .map(({ fingerprint, episode, details }) => ({
          id: episode.id,
          fingerprint,
          started_at: episode.startedAt,
          cleared_at: episode.clearedAt,
          firing_at: episode.firingAt,
          ...(details && {
            severity: details.severity,
            labels: details.labels,
            summary: details.summary,
            resource_id: details.resourceId,
            ignored: details.ignored,
          }),
        })),
    );
  const columns = sql`row(id uuid, fingerprint text, started_at timestamptz, cleared_at timestamptz, firing_at timestamptz, severity text, labels jsonb, summary text, resource_id uuid, ignored boolean)`;
  // First what ends: of one alarm no two episodes stand at a time.
  const { rows: changed } = await sql<AlarmRow>`
    UPDATE alarms SET started_at = row.started_at, cleared_at = row.cleared_at, firing_at = row.firing_at, severity = coalesce(row.severity, alarms.severity),
      labels = coalesce(row.labels, alarms.labels), summary = coalesce(row.summary, alarms.summary),
      resource_id = CASE WHEN row.labels IS NULL THEN alarms.resource_id ELSE row.resource_id END, ignored = coalesce(row.ignored, alarms.ignored)
    FROM jsonb_to_recordset(${rows(false)}::jsonb) AS ${columns} WHERE alarms.id = row.id
    RETURNING alarms.id, alarms.resource_id, alarms.severity, alarms.started_at, alarms.cleared_at`.execute(tx);
  const { rows: made } = await sql<AlarmRow>`
    INSERT INTO alarms (id, source_id, fingerprint, started_at, cleared_at, firing_at, severity, labels, summary, resource_id, ignored, received_at)
    SELECT id, ${sourceId}::uuid, fingerprint, started_at, cleared_at, firing_at, severity, labels, summary, resource_id, ignored, ${receivedAt}::timestamptz
    FROM jsonb_to_recordset(${rows(true)}::jsonb) AS ${columns}
    RETURNING id, resource_id, severity, started_at, cleared_at`.execute(tx);
  return [...changed, ...made].map(fact);
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
        ? sql`resource_id IS NULL AND NOT ignored AND firing_at IS NOT NULL`
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
  }>`SELECT id, source_id, labels FROM alarms WHERE resource_id IS NULL AND NOT ignored AND firing_at IS NOT NULL
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

/** The rule maps no more alarms from now on; those that it mapped keep their resource. */
export async function deleteRule(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await sql`DELETE FROM alarm_rules WHERE id = ${id} RETURNING id`.execute(tx);
  return rows.length > 0;
}
