import type { Readable } from 'node:stream';
import { IMPORT_WORDS } from '../../contract/import-words.ts';
import { normaliseMail, normalisePhone } from '../customers/index.ts';
import type { Actor } from '../platform/actor.ts';
import { Failure } from '../platform/errors.ts';
import { recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { readSettings } from '../settings/index.ts';
import { type ImportKind, MOST_ROWS, type Staged, type StagedRow } from './import.ts';
import { leaseUntil, WORKER } from './lease.ts';
import { Problems } from './problems.ts';
import { readCsv } from './read-file.ts';
import { type Header, readHeader, readRow } from './rules.ts';
import { changeImport, insertImport, stageRows } from './store.ts';

const { say } = IMPORT_WORDS;

/** Rows in one statement: some 10 ms on the embedded engine. */
const BATCH = 300;

export interface NewImport {
  kind: ImportKind;
  fileName: string;
  stream: Readable;
  dryRun?: boolean;
  complete?: boolean;
  force?: boolean;
}

/**
 * Reads a file as it streams and stages its rows, in short transactions and bounded memory; nothing that is in use changes. Returns the id of
 * the import, which `runImport` then checks as a whole and applies. When the stream breaks off the import has failed, and its error is thrown.
 */
export async function startImport(platform: Platform, actor: Actor, given: NewImport): Promise<string> {
  const { database, clock } = platform;
  const id = newId();
  const { kind, dryRun = false, complete = false, force = false } = given;
  const fileName = (given.fileName.split(/[\\/]/).at(-1) ?? '').slice(0, 200) || `${kind}.csv`;
  await database.transaction(async (tx) => {
    const one = { id, kind, fileName, dryRun, complete, force, startedAt: clock.business(), actor };
    await insertImport(tx, one, WORKER, leaseUntil(platform));
    await recordEvents(tx, clock, actor, [
      { kind: 'import.started', subjectKind: 'import', subjectId: id, data: { kind, dryRun, complete } },
    ]);
  });
  try {
    await stageFile(platform, id, kind, given.stream);
  } catch (error) {
    const note = say('broke-off');
    await database.transaction(async (tx) => {
      const finish = { state: 'failed' as const, finishedAt: clock.business(), notes: [note] };
      if (!(await changeImport(tx, id, WORKER, leaseUntil(platform), finish))) return;
      await recordEvents(tx, clock, actor, [{ kind: 'import.failed', subjectKind: 'import', subjectId: id }]);
    });
    throw error;
  }
  return id;
}

async function stageFile(platform: Platform, id: string, kind: ImportKind, stream: Readable): Promise<void> {
  const { database, clock, timeZone } = platform;
  const { operator } = await readSettings(database.db);
  const facts = {
    now: clock.business(),
    timeZone,
    normalisePhone: (text: string) => normalisePhone(text, operator.country),
    normaliseMail,
  };
  const problems = new Problems();
  const notes: string[] = [];
  let header: Header | null = null;
  let batch: Staged<StagedRow>[] = [];
  let rows = 0;
  let counted = 0;
  let voidNotify = 0;
  let firstVoidNotify = 0;
  const flush = async (): Promise<void> => {
    const [staging, number] = [batch, counted];
    batch = [];
    counted = 0;
    const held = await database.transaction(
      async (tx) => await stageRows(tx, id, WORKER, staging, number, leaseUntil(platform)),
    );
    if (!held) throw lost();
  };
  for await (const piece of readCsv(stream)) {
    if ('note' in piece) notes.push(piece.note);
    else if ('problem' in piece) problems.add(piece.problem);
    else if (!header) {
      header = readHeader(kind, piece.cells);
      problems.add(...header.problems);
      notes.push(...header.notes);
      if (header.problems.length > 0) break; // without its columns no row can be read
    } else {
      if (rows === MOST_ROWS) {
        problems.add({
          line: piece.line,
          column: null,
          wrong: say('many-rows', { most: MOST_ROWS }),
          right: say('several-files'),
        });
        break;
      }
      rows++;
      counted++;
      const reading = readRow(kind, header.columns, piece.cells, piece.line, facts);
      problems.add(...reading.problems);
      if (reading.row) batch.push({ line: piece.line, row: reading.row });
      if (reading.voidNotify && voidNotify++ === 0) firstVoidNotify = piece.line;
      if (counted >= BATCH) await flush();
    }
  }
  if (counted > 0) await flush();
  if (header && rows === 0 && problems.count === 0)
    problems.add({ line: 1, column: null, wrong: say('no-rows'), right: say('a-row') });
  if (voidNotify > 0)
    notes.push(
      voidNotify === 1
        ? say('no-consent-one', { line: firstVoidNotify })
        : say('no-consent', { count: voidNotify, line: firstVoidNotify }),
    );
  const change = { state: 'checking' as const, problems: problems.kept, problemCount: problems.count, notes };
  if (!(await changeImport(database.db, id, WORKER, leaseUntil(platform), change))) throw lost();
}

export const lost = (): Failure =>
  new Failure({
    code: 'import-taken-over',
    kind: 'conflict',
    detail: 'Another process took this import over.',
    help: 'Look it up in the list of imports.',
  });
