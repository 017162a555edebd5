import { createHash } from 'node:crypto';
import { storeBlobs } from '../platform/blobs.ts';
import { Failure } from '../platform/errors.ts';
import { EVENTS_CHANNEL, recordEvents } from '../platform/events.ts';
import { newId } from '../platform/ids.ts';
import type { Platform } from '../platform/platform.ts';
import { LEASE_MILLISECONDS } from './figures-store.ts';
import type { MailCame, OpenMailbox } from './mailbox-port.ts';
import {
  holdMailbox,
  moveMailbox,
  readMailbox,
  readMailboxes,
  releaseMailbox,
  type StoredMailbox,
  writeMailboxState,
} from './mailbox-store.ts';
import { insertMails } from './store.ts';

const CARE_MILLISECONDS = 5000;

export interface MailboxWorker {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A mailbox that this process holds, and what was seen of it; `noted` once that is stored. */
interface Running {
  stop: () => Promise<void>;
  made: string;
  seen: { state: 'up' | 'down'; reason: string | null; noted: boolean } | null;
}

/** Reads every enabled mailbox that no other process holds. What comes is kept raw, with how far it was read in the same transaction. */
export function createMailboxWorker(platform: Platform, openMailbox: OpenMailbox): MailboxWorker {
  return new Worker(platform, openMailbox);
}

class Worker implements MailboxWorker {
  readonly #id = newId();
  readonly #platform: Platform;
  readonly #open: OpenMailbox;
  readonly #running = new Map<string, Running>();
  /** Those that say good-bye: their servers may take their time. */
  readonly #leaving = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | null = null;
  #unlisten: (() => Promise<void>) | null = null;
  #caring: Promise<void> | null = null;
  #careAgain = false;
  #states: Promise<void> = Promise.resolve();
  #stopping = false;

  constructor(platform: Platform, open: OpenMailbox) {
    this.#platform = platform;
    this.#open = open;
  }

  async start(): Promise<void> {
    this.#unlisten = await this.#platform.database.listen(EVENTS_CHANNEL, () => this.#care());
    this.#timer = setInterval(() => this.#care(), CARE_MILLISECONDS);
    this.#care();
    await this.#caring;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#timer) clearInterval(this.#timer);
    await this.#unlisten?.();
    await this.#caring;
    for (const id of [...this.#running.keys()]) this.#giveUp(id, true);
    await Promise.all(this.#leaving.values());
    await this.#states;
  }

  /** Calls that come meanwhile are one more round. */
  #care(): void {
    if (this.#stopping) return;
    if (this.#caring) {
      this.#careAgain = true;
      return;
    }
    this.#caring = this.#takeUp()
      .catch((error: Error) =>
        this.#platform.log.error({ problem: error.message }, 'the mailboxes could not be looked after'),
      )
      .finally(() => {
        this.#caring = null;
        if (!this.#careAgain) return;
        this.#careAgain = false;
        this.#care();
      });
  }

  async #takeUp(): Promise<void> {
    const { database, clock } = this.#platform;
    const wanted = new Map(
      (await readMailboxes(database.db)).filter(({ enabled }) => enabled).map((one) => [one.id, one]),
    );
    for (const [id, { made }] of this.#running) {
      const mailbox = wanted.get(id);
      if (!mailbox || fingerprint(mailbox) !== made) this.#giveUp(id, mailbox === undefined);
    }
    for (const mailbox of wanted.values()) {
      if (this.#stopping) return;
      if (this.#leaving.has(mailbox.id)) continue; // it is taken up again when that is done
      const now = clock.system();
      const isHeld = await holdMailbox(
        database.db,
        mailbox.id,
        this.#id,
        now,
        new Date(now.getTime() + LEASE_MILLISECONDS),
      );
      const running = this.#running.get(mailbox.id);
      if (!isHeld) this.#giveUp(mailbox.id, false);
      else if (!running) this.#begin(mailbox);
      else if (running.seen?.noted && running.seen.state !== mailbox.state) this.#note(mailbox.id, running);
    }
  }

  #begin(mailbox: StoredMailbox): void {
    const { vault, database } = this.#platform;
    const { id } = mailbox;
    const running: Running = { stop: async () => {}, made: fingerprint(mailbox), seen: null };
    this.#running.set(id, running);
    const see = (state: 'up' | 'down', reason: string | null): void => {
      running.seen = { state, reason, noted: false };
      this.#note(id, running);
    };
    let password: string;
    try {
      password = mailbox.sealedPassword ? vault.open(mailbox.sealedPassword) : '';
    } catch (error) {
      see('down', error instanceof Failure ? error.detail : 'its password cannot be opened');
      return;
    }
    const opened = this.#open(
      { ...mailbox.config, password },
      {
        position: async () => {
          const known = await readMailbox(database.db, id);
          return known?.uidValidity && known.connectedSince
            ? { uidValidity: known.uidValidity, lastUid: known.lastUid, connectedSince: known.connectedSince }
            : null;
        },
        received: async (meta, raw) => {
          const chunks: Buffer[] = [];
          for await (const chunk of raw) chunks.push(chunk);
          await this.#keep(mailbox, [{ meta, raw: Buffer.concat(chunks) }]);
        },
        receivedTogether: (mails) => this.#keep(mailbox, mails),
        moved: async (position) => {
          if (!(await moveMailbox(database.db, id, this.#id, position)))
            throw new Error('another process reads this mailbox');
        },
        up: () => see('up', null),
        down: (reason) => see('down', reason),
      },
    );
    running.stop = () => opened.stop();
  }

  /** Mails, raw, and how far the mailbox is read. */
  async #keep(mailbox: StoredMailbox, mails: readonly { meta: MailCame; raw: Buffer }[]): Promise<void> {
    const { clock, database } = this.#platform;
    const last = mails.at(-1)?.meta;
    if (!last) return;
    await database.transaction(async (tx) => {
      const position = { uidValidity: last.uidValidity, lastUid: last.uid, connectedSince: null };
      if (!(await moveMailbox(tx, mailbox.id, this.#id, position)))
        throw new Error('another process reads this mailbox');
      const now = clock.business();
      const blobs = await storeBlobs(
        tx,
        mails.map(({ raw }) => raw),
        now,
      );
      const ids = await insertMails(
        tx,
        { channel: mailbox.kind, mailboxId: mailbox.id, receivedAt: now },
        mails.map(({ meta, raw }, index) => ({
          id: newId(),
          quiet: meta.beforeConnection,
          rawBlob: blobs[index]?.id ?? null,
          content: meta.content,
          contentHash: createHash('sha256')
            .update(meta.content === 'none' ? `${mailbox.id} ${meta.uidValidity} ${meta.uid}` : raw)
            .digest('base64url'),
        })),
      );
      await recordEvents(
        tx,
        clock,
        { kind: 'channel', name: mailbox.kind },
        ids.map((id) => ({
          kind: 'message.received',
          subjectKind: 'inbound',
          subjectId: id,
          data: { channel: mailbox.kind },
        })),
      );
    });
  }

  /** The others are looked after meanwhile. */
  #giveUp(id: string, ended: boolean): void {
    const running = this.#running.get(id);
    if (!running) return;
    this.#running.delete(id);
    const leave = async (): Promise<void> => {
      await running.stop();
      // Before another process takes it: what that one sees counts.
      if (ended) await this.#inOrder(id, () => this.#writeState(id, 'unknown', null));
      await releaseMailbox(this.#platform.database.db, id, this.#id);
    };
    const leaving = leave()
      .catch((error: Error) =>
        this.#platform.log.error(
          { problem: error.message },
          'a mailbox could not be given up; its lease ends by itself',
        ),
      )
      .finally(() => {
        this.#leaving.delete(id);
        this.#care();
      });
    this.#leaving.set(id, leaving);
  }

  /** What was seen last is stored; what could not be is stored in a later round. */
  #note(id: string, running: Running): void {
    const { seen } = running;
    if (!seen) return;
    seen.noted = false;
    void this.#inOrder(id, () => this.#writeState(id, seen.state, seen.reason)).then(() => {
      seen.noted = true;
    });
  }

  /** In the order in which it happened. */
  #inOrder(mailbox: string, work: () => Promise<void>): Promise<void> {
    this.#states = this.#states
      .then(work)
      .catch((error: Error) =>
        this.#platform.log.error({ mailbox, problem: error.message }, 'the state of a mailbox could not be stored'),
      );
    return this.#states;
  }

  /** With an event when up or down changed. */
  async #writeState(id: string, state: 'up' | 'down' | 'unknown', reason: string | null): Promise<void> {
    const { clock, database } = this.#platform;
    await database.transaction(async (tx) => {
      const changed = await writeMailboxState(tx, id, state, reason, clock.business());
      if (!changed || state === 'unknown') return;
      await recordEvents(tx, clock, { kind: 'rule', name: 'intake' }, [
        { kind: `mailbox.${state}`, subjectKind: 'mailbox', subjectId: id, data: reason ? { reason } : {} },
      ]);
    });
  }
}

/** What makes a kept mailbox out of date. */
const fingerprint = (mailbox: StoredMailbox): string =>
  JSON.stringify([mailbox.kind, mailbox.config, mailbox.sealedPassword]);
