import { sql } from 'kysely';
import type { Mailbox, MailboxConfig } from '../../contract/intake.ts';
import type { Db, Tx } from '../platform/database/database.ts';

/** A mailbox as it is kept: its password sealed. */
export interface StoredMailbox {
  id: string;
  name: string;
  kind: Mailbox['kind'];
  address: string;
  config: MailboxConfig;
  sealedPassword: string | null;
  routeId: string | null;
  teamId: string | null;
  enabled: boolean;
  connectedSince: Date | null;
  uidValidity: string | null;
  lastUid: number;
  state: Mailbox['state'];
  stateSince: Date | null;
  stateReason: string | null;
}

interface Row {
  id: string;
  name: string;
  kind: Mailbox['kind'];
  address: string;
  config: MailboxConfig & { sealedPassword?: string | null };
  route_id: string | null;
  team_id: string | null;
  enabled: boolean;
  connected_since: Date | null;
  uid_validity: string | null;
  last_uid: number;
  state: Mailbox['state'];
  state_since: Date | null;
  state_reason: string | null;
}

const COLUMNS = sql.raw(
  'id, name, kind, address, config, route_id, team_id, enabled, connected_since, uid_validity, last_uid, state, state_since, state_reason',
);

function read(row: Row): StoredMailbox {
  const { sealedPassword = null, ...config } = row.config;
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    address: row.address,
    config,
    sealedPassword,
    routeId: row.route_id,
    teamId: row.team_id,
    enabled: row.enabled,
    connectedSince: row.connected_since,
    uidValidity: row.uid_validity,
    lastUid: row.last_uid,
    state: row.state,
    stateSince: row.state_since,
    stateReason: row.state_reason,
  };
}

/** The mailboxes that were not ended, by name. */
export async function readMailboxes(db: Db): Promise<StoredMailbox[]> {
  const { rows } = await sql<Row>`SELECT ${COLUMNS} FROM mailboxes WHERE ended_at IS NULL ORDER BY name`.execute(db);
  return rows.map(read);
}

export async function readMailbox(db: Db, id: string): Promise<StoredMailbox | null> {
  const { rows } = await sql<Row>`SELECT ${COLUMNS} FROM mailboxes WHERE id = ${id}::uuid AND ended_at IS NULL`.execute(
    db,
  );
  return rows[0] ? read(rows[0]) : null;
}

export async function lockMailbox(tx: Tx, id: string): Promise<StoredMailbox | null> {
  const { rows } =
    await sql<Row>`SELECT ${COLUMNS} FROM mailboxes WHERE id = ${id}::uuid AND ended_at IS NULL FOR UPDATE`.execute(tx);
  return rows[0] ? read(rows[0]) : null;
}

/** False when another mailbox has the name. How far it is read, and its state, stay as they are. */
export async function writeMailbox(tx: Tx, mailbox: StoredMailbox, madeAt: Date): Promise<boolean> {
  const { rows } = await sql`SELECT 1 FROM mailboxes WHERE name = ${mailbox.name} AND id <> ${mailbox.id}`.execute(tx);
  if (rows.length > 0) return false;
  const config = JSON.stringify({ ...mailbox.config, sealedPassword: mailbox.sealedPassword });
  await sql`INSERT INTO mailboxes (id, name, kind, address, config, route_id, team_id, enabled, made_at)
    VALUES (${mailbox.id}, ${mailbox.name}, ${mailbox.kind}, ${mailbox.address}, ${config}::jsonb, ${mailbox.routeId}, ${mailbox.teamId}, ${mailbox.enabled}, ${madeAt})
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, address = excluded.address, config = excluded.config, route_id = excluded.route_id, team_id = excluded.team_id, enabled = excluded.enabled`.execute(
    tx,
  );
  return true;
}

/** An ended mailbox gives its name free; what was read from it stays. */
export async function endMailboxRow(tx: Tx, id: string, at: Date): Promise<void> {
  await sql`UPDATE mailboxes SET ended_at = ${at}, enabled = false, state = 'unknown', state_reason = NULL, holder = NULL, lease_until = NULL, name = name || ' (' || id || ')' WHERE id = ${id}`.execute(
    tx,
  );
}

/** Takes the end of a mailbox back, switched off and with the name that it had; null when it has not ended. Its name must be free. */
export async function restoreMailboxRow(tx: Tx, id: string): Promise<StoredMailbox | null> {
  const { rows } = await sql<Row>`UPDATE mailboxes SET ended_at = NULL, name = replace(name, ' (' || id || ')', '')
    WHERE id = ${id}::uuid AND ended_at IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM mailboxes other WHERE other.name = replace(mailboxes.name, ' (' || mailboxes.id || ')', ''))
    RETURNING ${COLUMNS}`.execute(tx);
  return rows[0] ? read(rows[0]) : null;
}

/** Its account or folder is another one: it is read from the beginning, without answering what is older than now. */
export async function forgetPosition(tx: Tx, id: string): Promise<void> {
  await sql`UPDATE mailboxes SET uid_validity = NULL, last_uid = 0, connected_since = NULL WHERE id = ${id}`.execute(
    tx,
  );
}

/** Takes or renews a mailbox for a process; false: another has it. Instants of the system clock. */
export async function holdMailbox(db: Db, id: string, holder: string, now: Date, until: Date): Promise<boolean> {
  const { numAffectedRows } = await sql`UPDATE mailboxes SET holder = ${holder}, lease_until = ${until}
    WHERE id = ${id} AND ended_at IS NULL AND (holder IS NULL OR holder = ${holder} OR lease_until IS NULL OR lease_until < ${now})`.execute(
    db,
  );
  return Boolean(numAffectedRows);
}

export async function releaseMailbox(db: Db, id: string, holder: string): Promise<void> {
  await sql`UPDATE mailboxes SET holder = NULL, lease_until = NULL WHERE id = ${id} AND holder = ${holder}`.execute(db);
}

/** How far it is read; false: this process doesn't hold it any more, and what it read is read by another. */
export async function moveMailbox(
  tx: Db,
  id: string,
  holder: string,
  position: { uidValidity: string; lastUid: number; connectedSince: Date | null },
): Promise<boolean> {
  const { numAffectedRows } =
    await sql`UPDATE mailboxes SET last_uid = CASE WHEN uid_validity = ${position.uidValidity} THEN greatest(last_uid, ${position.lastUid}) ELSE ${position.lastUid} END,
    uid_validity = ${position.uidValidity}, connected_since = coalesce(connected_since, ${position.connectedSince})
    WHERE id = ${id} AND holder = ${holder} AND ended_at IS NULL`.execute(tx);
  return Boolean(numAffectedRows);
}

/** Writes what its process sees of a mailbox; returns whether up or down changed. */
export async function writeMailboxState(
  tx: Tx,
  id: string,
  state: Mailbox['state'],
  reason: string | null,
  at: Date,
): Promise<boolean> {
  const { rows } = await sql<{
    changed: boolean;
  }>`UPDATE mailboxes SET state = ${state}, state_reason = ${reason}, state_since = CASE WHEN mailboxes.state = ${state} THEN mailboxes.state_since ELSE ${at}::timestamptz END
    FROM (SELECT id, state FROM mailboxes WHERE id = ${id} FOR UPDATE) AS before
    WHERE mailboxes.id = before.id AND mailboxes.ended_at IS NULL RETURNING before.state <> ${state} AS changed`.execute(
    tx,
  );
  return rows[0]?.changed ?? false;
}

/** Whose the cases of a mailbox are; null: by topic. */
export async function teamOfMailbox(db: Db, id: string): Promise<string | null> {
  const { rows } = await sql<{ team_id: string | null }>`SELECT team_id FROM mailboxes WHERE id = ${id}`.execute(db);
  return rows[0]?.team_id ?? null;
}

/** What a mailbox believes of its server, also after it was ended. */
export async function trustOfMailbox(
  db: Db,
  id: string,
): Promise<Pick<MailboxConfig, 'authservId' | 'trustedRoots'> | null> {
  const { rows } = await sql<{ config: MailboxConfig }>`SELECT config FROM mailboxes WHERE id = ${id}`.execute(db);
  const [row] = rows;
  return row ? { authservId: row.config.authservId ?? null, trustedRoots: row.config.trustedRoots ?? null } : null;
}

/** Whether the route and the team that a mailbox names exist. */
export async function knowsReferences(
  db: Db,
  { kind, routeId, teamId }: Pick<StoredMailbox, 'kind' | 'routeId' | 'teamId'>,
): Promise<boolean> {
  const { rows } = await sql<{
    known: boolean;
  }>`SELECT (${routeId}::uuid IS NULL OR EXISTS (SELECT 1 FROM routes WHERE id = ${routeId}::uuid AND ended_at IS NULL AND kind = ${kind === 'pec' ? 'pec' : 'smtp'}))
    AND (${teamId}::uuid IS NULL OR EXISTS (SELECT 1 FROM teams WHERE id = ${teamId}::uuid AND ended_at IS NULL)) AS known`.execute(
    db,
  );
  return rows[0]?.known ?? false;
}

/** The mailbox that a message came by: answers come from its address. Null: it came otherwise, or by a scanner, which is never answered. */
export async function mailboxOf(
  db: Db,
  inboundId: string,
): Promise<{ address: string; routeId: string | null } | null> {
  const { rows } = await sql<{
    address: string;
    route_id: string | null;
  }>`SELECT mailbox.address, mailbox.route_id FROM inbound_messages inbound
    JOIN mailboxes mailbox ON mailbox.id = inbound.mailbox_id AND mailbox.kind <> 'letter' WHERE inbound.id = ${inboundId}`.execute(
    db,
  );
  const [row] = rows;
  return row ? { address: row.address, routeId: row.route_id } : null;
}
