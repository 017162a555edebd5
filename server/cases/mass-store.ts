import { sql } from 'kysely';
import type { MassAct, MassDeed, MassRecord } from '../../contract/mass.ts';
import type { Db, Tx } from '../platform/database/database.ts';
import type { CaseRecord } from './case.ts';
import { nearResources, within } from './list-store.ts';
import type { MassCase } from './mass-rules.ts';
import type { CaseScope } from './scope.ts';
import { CASE } from './store.ts';

const AT_ONCE = 1000;
const SHOWN_ACTS = 10;
const SHOWN_NUMBERS = 20;

/** The cases that an act is about, those that opened first first, at most `limit`; and how many there are in all. */
export async function concernedCases(
  db: Db,
  scope: CaseScope,
  which: { incidentId: string; act: MassAct['act']; caseIds: readonly string[] | undefined; near: readonly string[] },
  limit: number,
): Promise<{ records: CaseRecord[]; count: number }> {
  const chosen = which.caseIds ? sql`cases.id = ANY(${[...which.caseIds]}::uuid[])` : sql`true`;
  const among =
    which.act === 'link'
      ? which.caseIds
        ? sql`true`
        : nearResources(which.near)
      : sql`cases.incident_id = ${which.incidentId}::uuid AND cases.ended_at IS NULL`;
  const condition = sql`${among} AND ${chosen} AND ${within(scope)}`;
  const { rows: counted } = await sql<{
    count: number;
  }>`SELECT count(*) AS count FROM cases WHERE ${condition}`.execute(db);
  const { rows } =
    await sql<CaseRecord>`SELECT ${CASE} FROM cases WHERE ${condition} ORDER BY opened_at, id LIMIT ${limit}`.execute(
      db,
    );
  return { records: rows, count: counted[0]?.count ?? 0 };
}

/** What the rules of an act need beside the cases themselves. */
export async function massCasesOf(db: Db, records: readonly CaseRecord[]): Promise<MassCase[]> {
  const found = new Map<string, { kind: string; dueAt: Date }[]>();
  for (let first = 0; first < records.length; first += AT_ONCE) {
    const ids = records.slice(first, first + AT_ONCE).map(({ id }) => id);
    const { rows } = await sql<{
      id: string;
      kind: string;
      dueAt: Date;
    }>`SELECT subject_id AS id, kind, due_at AS "dueAt" FROM promises
      WHERE subject_id = ANY(${ids}::uuid[]) AND state = 'open' AND kind IN ('case-next-word', 'formal-answer')`.execute(
      db,
    );
    for (const { id, ...promise } of rows) found.set(id, [...(found.get(id) ?? []), promise]);
  }
  return records.map((record) => {
    const open = found.get(record.id) ?? [];
    return {
      record,
      nextWordAt: open.find(({ kind }) => kind === 'case-next-word')?.dueAt ?? null,
      complaintOpen: open.some(({ kind }) => kind === 'formal-answer'),
    };
  });
}

export interface StoredAct {
  id: string;
  incidentId: string;
  staffId: string;
  act: MassAct;
  state: MassRecord['state'];
  madeAt: Date;
  undoUntil: Date;
  settledAt: Date | null;
}
const ACT = sql`mass_acts.id, mass_acts.incident_id AS "incidentId", mass_acts.staff_id AS "staffId", mass_acts.act, mass_acts.state, mass_acts.made_at AS "madeAt",
  mass_acts.undo_until AS "undoUntil", mass_acts.settled_at AS "settledAt"`;

export async function insertAct(
  tx: Tx,
  made: Omit<StoredAct, 'state' | 'settledAt'>,
  caseIds: readonly string[],
): Promise<void> {
  // Which cases it is about stands in their rows.
  const { caseIds: _, ...act } = made.act;
  await sql`INSERT INTO mass_acts (id, incident_id, staff_id, act, state, made_at, undo_until)
    VALUES (${made.id}, ${made.incidentId}, ${made.staffId}, ${JSON.stringify(act)}::jsonb, 'waiting', ${made.madeAt}, ${made.undoUntil})`.execute(
    tx,
  );
  for (let first = 0; first < caseIds.length; first += AT_ONCE)
    await sql`INSERT INTO mass_act_cases (act_id, number, case_id)
      SELECT ${made.id}, ${first}::int + place, id FROM unnest(${caseIds.slice(first, first + AT_ONCE)}::uuid[]) WITH ORDINALITY AS given(id, place)`.execute(
      tx,
    );
}

export async function readAct(db: Db, id: string): Promise<StoredAct | null> {
  const { rows } = await sql<StoredAct>`SELECT ${ACT} FROM mass_acts WHERE id = ${id}`.execute(db);
  return rows[0] ?? null;
}

export async function actsOf(db: Db, incidentId: string): Promise<StoredAct[]> {
  const { rows } = await sql<StoredAct>`SELECT ${ACT} FROM mass_acts WHERE incident_id = ${incidentId}
    ORDER BY made_at DESC, id DESC LIMIT ${SHOWN_ACTS}`.execute(db);
  return rows;
}

/** Takes an act back that still waits. False: it is too late. */
export async function undoWaiting(tx: Tx, id: string, now: Date, at: Date): Promise<boolean> {
  const { numAffectedRows } = await sql`UPDATE mass_acts SET state = 'undone', settled_at = ${at}
    WHERE id = ${id} AND state = 'waiting' AND undo_until > ${now}`.execute(tx);
  return (numAffectedRows ?? 0n) > 0n;
}

/** Acts that can no longer be taken back begin. Whether any are to be carried out. */
export async function beginActs(db: Db, now: Date): Promise<boolean> {
  const { rows } = await sql<{ due: boolean; id: string }>`SELECT id, state = 'waiting' AS due FROM mass_acts
    WHERE state IN ('waiting', 'running') AND undo_until <= ${now}`.execute(db);
  const due = rows.filter((row) => row.due).map(({ id }) => id);
  if (due.length > 0)
    await sql`UPDATE mass_acts SET state = 'running' WHERE id = ANY(${due}::uuid[]) AND state = 'waiting'`.execute(db);
  return rows.length > 0;
}

export interface NextOfAct extends StoredAct {
  number: number;
  caseId: string;
}

/** The next case of the acts that run, its row locked; others pass over it. */
export async function takeNextOfAct(tx: Tx, skipped: readonly string[]): Promise<NextOfAct | null> {
  const { rows } =
    await sql<NextOfAct>`SELECT ${ACT}, mass_act_cases.number, mass_act_cases.case_id AS "caseId" FROM mass_act_cases
    JOIN mass_acts ON mass_acts.id = mass_act_cases.act_id
    WHERE mass_acts.state = 'running' AND mass_act_cases.settled_at IS NULL AND NOT mass_act_cases.case_id = ANY(${[...skipped]}::uuid[])
    ORDER BY mass_acts.undo_until, mass_acts.id, mass_act_cases.number LIMIT 1 FOR UPDATE OF mass_act_cases SKIP LOCKED`.execute(
      tx,
    );
  return rows[0] ?? null;
}

export type Settled = { did: MassDeed } | { left: string; because: string | null };

export async function settleOfAct(
  tx: Tx,
  { id, number }: Pick<NextOfAct, 'id' | 'number'>,
  at: Date,
  how: Settled,
): Promise<void> {
  const [did, left, because] = 'did' in how ? [how.did, null, null] : [null, how.left, how.because];
  await sql`UPDATE mass_act_cases SET settled_at = ${at}, did = ${did}, left_code = ${left}, left_because = ${because}
    WHERE act_id = ${id} AND number = ${number}`.execute(tx);
}

/** Acts of which no case is left to do are done. Returns those that became so. */
export async function finishActs(tx: Tx, at: Date): Promise<StoredAct[]> {
  const { rows } = await sql<StoredAct>`UPDATE mass_acts SET state = 'done', settled_at = ${at} WHERE state = 'running'
    AND NOT EXISTS (SELECT 1 FROM mass_act_cases WHERE act_id = mass_acts.id AND settled_at IS NULL) RETURNING ${ACT}`.execute(
    tx,
  );
  return rows;
}

export interface Outcome {
  actId: string;
  did: MassDeed | null;
  left: string | null;
  because: string | null;
  settled: boolean;
  count: number;
  numbers: string[] | null;
}

/** How the cases of some acts went, by what became of them. */
export async function outcomesOf(db: Db, actIds: readonly string[]): Promise<Outcome[]> {
  const { rows } =
    await sql<Outcome>`SELECT act_id AS "actId", did, left_code AS left, left_because AS because, settled_at IS NOT NULL AS settled, count(*) AS count,
      CASE WHEN left_code IS NOT NULL THEN (array_agg(cases.number ORDER BY mass_act_cases.number))[1:${sql.raw(String(SHOWN_NUMBERS))}] END AS numbers
    FROM mass_act_cases JOIN cases ON cases.id = mass_act_cases.case_id WHERE act_id = ANY(${[...actIds]}::uuid[])
    GROUP BY act_id, did, left_code, left_because, settled_at IS NOT NULL ORDER BY count(*) DESC, did, left_code`.execute(
      db,
    );
  return rows;
}
