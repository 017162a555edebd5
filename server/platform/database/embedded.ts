import { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';

/** Message tags of the PostgreSQL wire protocol that this stream answers by itself (PostgreSQL 18 manual, 54.7). */
const TERMINATE = 'X'.charCodeAt(0);
const AUTHENTICATION_OK_AND_READY = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

interface WorkerMessage {
  ready?: boolean;
  closed?: boolean;
  answer?: Uint8Array;
  failed?: string;
}

/**
 * The embedded PostgreSQL (PGlite) in a worker thread. `stream()` gives what `pg` takes for its socket, so that the
 * ordinary `pg.Client` speaks to it: types, named statements, notifications and errors are those of a server.
 * One engine is one session: at most one stream may be in use at a time (the pool has exactly one client).
 */
export class EmbeddedEngine {
  readonly #worker: Worker;
  #waiting: ((message: WorkerMessage) => void) | null = null;
  /** Why it can't be asked any more. */
  #closed: string | null = null;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (message: WorkerMessage) => {
      const waiting = this.#waiting;
      this.#waiting = null;
      waiting?.(message);
    });
    worker.on('error', (error) => this.#ended(String(error)));
    worker.on('exit', (code) => this.#ended(`its thread ended (${code})`));
  }

  /** After its thread is gone nothing will answer: what waits fails now, and what comes later at once. */
  #ended(why: string): void {
    this.#closed ??= `the embedded database is closed: ${why}`;
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.({ failed: this.#closed });
  }

  /** Opens (or creates, which takes some seconds the first time) the database in `folder`. Throws when it can't be opened. */
  static async open(folder: string): Promise<EmbeddedEngine> {
    const worker = new Worker(new URL('./embedded-worker.mjs', import.meta.url), {
      workerData: { folder },
      execArgv: [],
    });
    const engine = new EmbeddedEngine(worker);
    const first = await new Promise<WorkerMessage>((resolve) => {
      engine.#waiting = resolve;
    });
    if (!first.ready) {
      await worker.terminate();
      throw new Error(`the embedded database in ${folder} can't be opened: ${first.failed}`);
    }
    return engine;
  }

  async ask(query: Uint8Array): Promise<WorkerMessage> {
    if (this.#closed !== null) return { failed: this.#closed };
    if (this.#waiting) throw new Error('two statements at once on the one session of the embedded database');
    return await new Promise((resolve) => {
      this.#waiting = resolve;
      // Handed over, not copied: a copy of a view would take all of the memory that it is a view of.
      const own = Uint8Array.prototype.slice.call(query);
      this.#worker.postMessage({ query: own }, [own.buffer]);
    });
  }

  stream(): Duplex {
    return new EngineStream(this);
  }

  async close(): Promise<void> {
    if (this.#closed !== null) return;
    this.#closed = 'the embedded database is closed';
    await new Promise<void>((resolve) => {
      this.#waiting = () => resolve();
      this.#worker.postMessage({ close: true });
    });
    await this.#worker.terminate();
  }
}

class EngineStream extends Duplex {
  readonly #engine: EmbeddedEngine;
  #started = false;

  constructor(engine: EmbeddedEngine) {
    super();
    this.#engine = engine;
  }

  // What pg calls on a socket.
  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    void this.#forward(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    void this.#forward(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  async #forward(bytes: Buffer, done: (error?: Error | null) => void): Promise<void> {
    if (!this.#started) {
      // The start-up packet: the engine is a single session that is already open.
      this.#started = true;
      this.push(AUTHENTICATION_OK_AND_READY);
      done();
      return;
    }
    if (bytes[0] === TERMINATE) {
      this.push(null);
      done();
      return;
    }
    const { answer, failed } = await this.#engine.ask(bytes);
    if (failed !== undefined || !answer) {
      done(new Error(failed ?? 'no answer from the embedded database'));
      return;
    }
    this.push(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength));
    done();
  }
}
