import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { SendResult } from '../channels/channel.ts';
import { bootOfMachine, identityOf, isRunning, type ProcessIdentity } from '../platform/process-identity.ts';

/**
 * The send journal: what goes on the wire is written down before, and what became of it after, in a file of this machine. The operating
 * system keeps what a killed process wrote, so that the next one knows what was on the wire. It is not forced to disk: after a power cut
 * (another boot) everything that was claimed is in doubt.
 */
interface Header extends ProcessIdentity {
  worker: string;
}

/** A file is followed by another one at this size, and goes when all it tells of is in the database. */
const ROTATE_BYTES = 8_000_000;
const TRUNCATE_BYTES = 65_536;

const folderOf = (dataFolder: string): string => join(dataFolder, 'journal');

interface Generation {
  path: string;
  file: number;
  bytes: number;
  open: number;
}

export class SendJournal {
  readonly worker: string;
  readonly #folder: string;
  readonly #generations: Generation[] = [];
  readonly #of = new Map<string, Generation>();
  #number = 0;

  constructor(dataFolder: string, worker: string) {
    this.worker = worker;
    this.#folder = folderOf(dataFolder);
    mkdirSync(this.#folder, { recursive: true });
    this.#next();
  }

  /** Before they go on the wire. Throws when it can't be written (disk full): then they must not be sent. */
  begin(ids: readonly string[]): void {
    let generation = this.#current();
    if (generation.bytes > ROTATE_BYTES) generation = this.#next();
    this.#write(generation, `> ${ids.join(' ')}\n`);
    for (const id of ids) {
      const earlier = this.#of.get(id);
      if (earlier) earlier.open--;
      this.#of.set(id, generation);
    }
    generation.open += ids.length;
  }

  /** What became of them. */
  note(results: readonly { id: string; result: SendResult }[]): void {
    this.#write(this.#current(), `< ${JSON.stringify(results)}\n`);
  }

  /** Their fate is in the database: the journal may forget them. */
  settled(ids: readonly string[]): void {
    for (const id of ids) {
      const generation = this.#of.get(id);
      if (!generation) continue;
      this.#of.delete(id);
      generation.open--;
    }
    // A result may stand in a later file than its beginning: files go oldest first only.
    while (this.#generations.length > 1 && this.#generations[0]?.open === 0) this.#drop();
    const current = this.#current();
    if (this.#generations.length === 1 && current.open === 0 && current.bytes > TRUNCATE_BYTES) {
      ftruncateSync(current.file, 0);
      current.bytes = 0;
      this.#write(current, `${JSON.stringify(this.#header())}\n`);
    }
  }

  /** Ends it; the files stay when something in them is not settled. */
  close(): void {
    const unsettled = this.#generations.some((generation) => generation.open > 0);
    for (const generation of this.#generations.splice(0)) {
      closeSync(generation.file);
      if (!unsettled) unlinkSync(generation.path);
    }
  }

  #current(): Generation {
    const current = this.#generations.at(-1);
    if (!current) throw new Error('the send journal is closed');
    return current;
  }

  #drop(): void {
    const oldest = this.#generations.shift();
    if (!oldest) return;
    closeSync(oldest.file);
    unlinkSync(oldest.path);
  }

  #next(): Generation {
    const path = join(this.#folder, `${this.worker}.${++this.#number}.log`);
    const generation = { path, file: openSync(path, 'ax', 0o600), bytes: 0, open: 0 };
    this.#generations.push(generation);
    this.#write(generation, `${JSON.stringify(this.#header())}\n`);
    return generation;
  }

  #header(): Header {
    return { worker: this.worker, ...identityOf(process.pid) };
  }

  #write(generation: Generation, line: string): void {
    const bytes = Buffer.from(line);
    for (let written = 0; written < bytes.length; ) written += writeSync(generation.file, bytes, written);
    generation.bytes += bytes.length;
  }
}

export interface ReadJournal {
  worker: string;
  /** False after a reboot or when its beginning is lost: it may lack lines. */
  complete: boolean;
  begun: Set<string>;
  results: Map<string, SendResult>;
  /** Removes its files. */
  forget: () => void;
}

/** The workers that have a journal on this machine. */
export function journalledWorkers(dataFolder: string): string[] {
  const folder = folderOf(dataFolder);
  if (!existsSync(folder)) return [];
  return [...new Set(readdirSync(folder).flatMap((name) => /^([0-9a-f-]{36})\.\d+\.log$/.exec(name)?.[1] ?? []))];
}

/** Whether the process that writes a worker's journal lives; reads only the heads of its files. */
export function isWorkerAlive(dataFolder: string, worker: string): boolean {
  const folder = folderOf(dataFolder);
  if (!existsSync(folder)) return false;
  return readdirSync(folder)
    .filter((name) => name.startsWith(`${worker}.`))
    .some((name) => {
      const head = Buffer.alloc(512);
      let length: number;
      try {
        const file = openSync(join(folder, name), 'r');
        length = readSync(file, head);
        closeSync(file);
      } catch (error) {
        if (isGone(error)) return true; // somebody who lives has just taken it away
        throw error;
      }
      const header = parseHeader(head.toString('utf8', 0, length).split('\n')[0]);
      return header !== null && isRunning(header);
    });
}

/** Reads all files of one worker, or null when there are none. A last line that was cut off was never acted upon. */
export function readJournal(dataFolder: string, worker: string): ReadJournal | null {
  const folder = folderOf(dataFolder);
  if (!existsSync(folder)) return null;
  const number = (name: string): number => Number(name.split('.')[1]);
  const names = readdirSync(folder)
    .filter((name) => name.startsWith(`${worker}.`) && /^[^.]+\.\d+\.log$/.test(name))
    .sort((a, b) => number(a) - number(b));
  if (names.length === 0) return null;
  const begun = new Set<string>();
  const results = new Map<string, SendResult>();
  let complete = true;
  for (const name of names) {
    let content: string;
    try {
      content = readFileSync(join(folder, name), 'utf8');
    } catch (error) {
      if (isGone(error)) return null; // another process has just settled all of it
      throw error;
    }
    const lines = content.split('\n').slice(0, -1);
    const header = parseHeader(lines.shift());
    if (!header || header.boot !== bootOfMachine()) complete = false;
    for (const line of lines) {
      if (line.startsWith('> ')) {
        for (const id of line.slice(2).split(' ')) {
          begun.add(id);
          results.delete(id); // what an earlier attempt came to says nothing of this one
        }
      } else if (line.startsWith('< ')) {
        try {
          for (const entry of JSON.parse(line.slice(2)) as { id: string; result: SendResult }[])
            results.set(entry.id, entry.result);
        } catch {
          complete = false; // what it said is lost: what it was about is in doubt
        }
      }
    }
  }
  const forget = (): void => {
    for (const name of names) rmSync(join(folder, name), { force: true });
  };
  return { worker, complete, begun, results, forget };
}

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

function parseHeader(line: string | undefined): Header | null {
  try {
    return line ? (JSON.parse(line) as Header) : null;
  } catch {
    return null;
  }
}
