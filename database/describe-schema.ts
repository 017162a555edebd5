import { sql } from 'kysely';
import type { Database, Db } from '../server/platform/database/database.ts';

/** What monthly partitions are made beside: only this one is part of the schema, the others come and go. */
const DEFAULT_PARTITION = /_rest$/;

interface Relation {
  oid: number;
  name: string;
  kind: 'r' | 'p' | 'S' | 'v';
  parent: string | null;
  bound: string | null;
  partitionKey: string | null;
}

interface Column {
  table: number;
  name: string;
  type: string;
  notNull: boolean;
  default: string | null;
  identity: '' | 'a' | 'd';
  generated: '' | 's' | 'v';
}

interface Part {
  table: number;
  name: string;
  definition: string;
}

interface Constraint extends Part {
  /** The table that a foreign key leads to; 0 for other constraints. */
  leadsTo: number;
}

/**
 * The whole schema of a migrated database as readable SQL, read from the catalogue: the same text on the embedded engine and on
 * PostgreSQL 15 to 18. Left out: monthly partitions, what belongs to extensions, and not-null constraints as rows of their own
 * (PostgreSQL 18 has them; the columns say it). Tables stand in the order in which the migrations made them; foreign keys to a table that comes later
 * stand at the end.
 */
export async function describeSchema(database: Database): Promise<string> {
  const { db } = database;
  const plain = (text: string): string => text.replaceAll(`${database.schema}.`, '');
  const relations = await readRelations(db);
  const [columns, constraints, indexes, functions] = [
    byTable(await readColumns(db)),
    byTable(await readConstraints(db)),
    byTable(await readIndexes(db)),
    await readFunctions(db),
  ];
  const blocks: string[] = [
    '-- Today’s whole schema, for reading. Written by `npm run schema` from the migrated database; a test compares them.',
    ...functions.map((definition) => `${plain(definition).trim()};`),
  ];
  const late: string[] = [];
  for (const relation of relations) {
    if (relation.kind === 'S') {
      blocks.push(`CREATE SEQUENCE ${relation.name};`);
      continue;
    }
    if (relation.parent !== null) {
      if (DEFAULT_PARTITION.test(relation.name))
        blocks.push(`CREATE TABLE ${relation.name} PARTITION OF ${relation.parent} ${relation.bound};`);
      continue;
    }
    const own = constraints.get(relation.oid) ?? [];
    for (const { name, definition, leadsTo } of own)
      if (leadsTo > relation.oid)
        late.push(`ALTER TABLE ${relation.name} ADD CONSTRAINT ${name} ${plain(definition)};`);
    const lines = [
      ...(columns.get(relation.oid) ?? []).map((column) => `  ${plain(describeColumn(column))}`),
      ...own
        .filter(({ leadsTo }) => leadsTo <= relation.oid)
        .map(({ name, definition }) => `  CONSTRAINT ${name} ${plain(definition)}`),
    ];
    const partitioned = relation.partitionKey ? ` PARTITION BY ${relation.partitionKey}` : '';
    blocks.push(
      [
        `CREATE TABLE ${relation.name} (`,
        lines.join(',\n'),
        `)${partitioned};`,
        ...(indexes.get(relation.oid) ?? []).map(
          ({ definition }) => `${plain(definition).replace(' ON ONLY ', ' ON ').replace(' USING btree ', ' ')};`,
        ),
      ].join('\n'),
    );
  }
  if (late.length > 0) blocks.push(late.join('\n'));
  return `${blocks.join('\n\n')}\n`;
}

function describeColumn(column: Column): string {
  const rest: string[] = [];
  if (column.generated === 's') rest.push(`GENERATED ALWAYS AS (${column.default}) STORED`);
  else if (column.identity) rest.push(`GENERATED ${column.identity === 'a' ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY`);
  else if (column.default !== null) rest.push(`DEFAULT ${column.default}`);
  if (column.notNull) rest.push('NOT NULL');
  return [column.name, column.type, ...rest].join(' ');
}

function byTable<Row extends { table: number }>(rows: Row[]): Map<number, Row[]> {
  const grouped = new Map<number, Row[]>();
  for (const row of rows) grouped.set(row.table, [...(grouped.get(row.table) ?? []), row]);
  return grouped;
}

async function readRelations(db: Db): Promise<Relation[]> {
  const { rows } = await sql<Relation>`
    SELECT relation.oid::int AS oid, relation.relname AS name, relation.relkind::text AS kind,
      parent.relname AS parent, pg_get_expr(relation.relpartbound, relation.oid) AS bound,
      pg_get_partkeydef(relation.oid) AS "partitionKey"
    FROM pg_class relation
    LEFT JOIN pg_inherits inherits ON inherits.inhrelid = relation.oid AND relation.relispartition
    LEFT JOIN pg_class parent ON parent.oid = inherits.inhparent
    WHERE relation.relnamespace = current_schema()::regnamespace AND relation.relkind IN ('r', 'p', 'S')
      AND NOT EXISTS (SELECT 1 FROM pg_depend
        WHERE classid = 'pg_class'::regclass AND objid = relation.oid AND deptype IN ('e', 'i')
          AND (deptype = 'e' OR relation.relkind = 'S')) -- of an extension, or the sequence of an identity column
    ORDER BY relation.oid`.execute(db);
  return rows;
}

async function readColumns(db: Db): Promise<Column[]> {
  const { rows } = await sql<Column>`
    SELECT attribute.attrelid::int AS "table", attribute.attname AS name, format_type(attribute.atttypid, attribute.atttypmod) AS type,
      attribute.attnotnull AS "notNull", pg_get_expr(value.adbin, value.adrelid, true) AS "default",
      attribute.attidentity::text AS identity, attribute.attgenerated::text AS generated
    FROM pg_attribute attribute
    JOIN pg_class relation ON relation.oid = attribute.attrelid
    LEFT JOIN pg_attrdef value ON value.adrelid = attribute.attrelid AND value.adnum = attribute.attnum
    WHERE relation.relnamespace = current_schema()::regnamespace AND relation.relkind IN ('r', 'p')
      AND attribute.attnum > 0 AND NOT attribute.attisdropped
    ORDER BY attribute.attrelid, attribute.attnum`.execute(db);
  return rows;
}

async function readConstraints(db: Db): Promise<Constraint[]> {
  const { rows } = await sql<Constraint>`
    SELECT conrelid::int AS "table", conname AS name, pg_get_constraintdef(oid, true) AS definition, confrelid::int AS "leadsTo"
    FROM pg_constraint
    WHERE connamespace = current_schema()::regnamespace AND conrelid <> 0 AND contype IN ('p', 'u', 'f', 'c', 'x')
    ORDER BY conrelid, position(contype::text IN 'pufcx'), conname`.execute(db);
  return rows;
}

async function readIndexes(db: Db): Promise<Part[]> {
  const { rows } = await sql<Part>`
    SELECT index.indrelid::int AS "table", relation.relname AS name, pg_get_indexdef(index.indexrelid, 0, true) AS definition
    FROM pg_index index
    JOIN pg_class relation ON relation.oid = index.indexrelid
    WHERE relation.relnamespace = current_schema()::regnamespace
      AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = index.indexrelid AND contype IN ('p', 'u', 'x'))
    ORDER BY index.indrelid, relation.relname`.execute(db);
  return rows;
}

async function readFunctions(db: Db): Promise<string[]> {
  const { rows } = await sql<{ definition: string }>`
    SELECT pg_get_functiondef(oid) AS definition FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND prokind IN ('f', 'p')
      AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
    ORDER BY proname, pg_get_function_identity_arguments(oid)`.execute(db);
  return rows.map(({ definition }) => definition);
}
