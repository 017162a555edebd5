import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename } from 'node:path';
import type { Writable } from 'node:stream';
import { SingleBar } from 'cli-progress';
import type { Platform } from '../platform/platform.ts';
import type { ImportKind, ImportRecord } from './import.ts';
import { type OnProgress, runImport } from './run-import.ts';
import { startImport } from './start-import.ts';
import { presentImport } from './store.ts';

export interface ImportOptions {
  kind: ImportKind;
  file: string;
  dryRun: boolean;
  json: boolean;
  complete: boolean;
  force: boolean;
}

export interface CommandOutput {
  out: Writable & { isTTY?: boolean };
  err: Writable & { isTTY?: boolean };
}

/** So many problems are printed; `--json` has up to 1000. */
const PRINTED = 50;

/**
 * `import KIND FILE`: the report goes to `out` (one JSON object with `--json`), what is wrong to `err`, with a progress bar where that is a terminal.
 * Resolves with the exit status: 0 done, 1 the file is at fault, 3 the environment is.
 */
export async function importCommand(
  options: ImportOptions,
  platform: Platform,
  output: CommandOutput,
): Promise<number> {
  const { kind, file, dryRun, json, complete, force } = options;
  try {
    await access(file, constants.R_OK);
  } catch {
    output.err.write(`${file} can't be read. Check that the file is there and that you may read it.\n`);
    return 1;
  }
  const bar = output.err.isTTY && !json ? progressBar(output.err) : null;
  try {
    const actor = { kind: 'command' as const, name: userInfo().username };
    const stream = createReadStream(file);
    const id = await startImport(platform, actor, { kind, fileName: basename(file), stream, dryRun, complete, force });
    const done = await runImport(platform, id, bar?.update);
    bar?.stop();
    if (json) output.out.write(`${JSON.stringify(presentImport(done))}\n`);
    else report(done, output);
    if (done.state === 'done') return 0;
    return done.state === 'refused' ? 1 : 3;
  } catch (error) {
    bar?.stop();
    output.err.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 3;
  }
}

function report(done: ImportRecord, { out, err }: CommandOutput): void {
  for (const note of done.notes) err.write(`${note}\n`);
  if (done.state !== 'done') {
    const problems = `${done.problemCount} ${done.problemCount === 1 ? 'problem' : 'problems'}`;
    err.write(
      `${done.fileName} was ${done.state === 'refused' ? `refused, nothing was changed: ${problems}` : 'not finished'}.\n`,
    );
    for (const { line, column, wrong, right } of done.problems.slice(0, PRINTED))
      err.write(`line ${line}${column === null ? '' : `, ${column}`}: ${wrong} ${right}\n`);
    if (done.problemCount > PRINTED)
      err.write(`… and ${done.problemCount - PRINTED} more (--json shows up to 1000).\n`);
    return;
  }
  const { rows, added, changed, unchanged, ended } = done;
  const verdict = done.dryRun ? 'would be' : 'were';
  out.write(
    `${rows} ${done.kind}: ${added} ${verdict} added, ${changed} changed, ${unchanged} unchanged, ${ended} ended.\n`,
  );
  if (done.dryRun) out.write('This was a dry run: nothing was changed.\n');
}

function progressBar(stream: Writable): { update: OnProgress; stop(): void } {
  const plain = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '';
  const bar = new SingleBar({
    format: `${plain ? '{bar}' : '\u001b[36m{bar}\u001b[0m'} {value}/{total} rows, {eta_formatted} left`,
    barCompleteChar: plain ? '#' : '█',
    barIncompleteChar: plain ? '.' : '░',
    hideCursor: !plain,
    stream: stream as NodeJS.WritableStream,
    clearOnComplete: true,
  });
  let begun = false;
  return {
    update: ({ rows, applied }) => {
      if (!begun && rows > 0) bar.start(rows, applied);
      begun ||= rows > 0;
      bar.update(applied);
    },
    stop: () => bar.stop(),
  };
}
