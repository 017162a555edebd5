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

/** Reads every enabled mailbox that no other process holds. What comes is kept raw, with how far it was read in the same transaction. */
export function createMailboxWorker(platform: Platform, openMailbox: OpenMailbox): MailboxWorker {
  return new Worker(platform, openMailbox);
}

class Worker implements MailboxWorker {
  readonly #id = newId();
  readonly #platform: Platform;
  readonly #open: OpenMailbox;
  readonly #running = new Map<string, { stop: () => Promise<void>; made: string }>();
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
    await Promise.all([...this.#running.keys()].map((id) => this.#giveUp(id, true)));
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
      if (!mailbox || fingerprint(mailbox) !== made) await this.#giveUp(id, mailbox === undefined);
    }
    for (const mailbox of wanted.values()) {
      if (this.#stopping) return;
      const now = clock.system();
      const isHeld = await holdMailbox(
        database.db,
        mailbox.id,
        this.#id,
        now,
        new Date(now.getTime() + LEASE_MILLISECONDS),
      );
      if (!isHeld) await this.#giveUp(mailbox.id, false);
      else if (!this.#running.has(mailbox.id)) this.#begin(mailbox);
    }
  }

  #begin(mailbox: StoredMailbox): void {
    const { vault, database } = this.#platform;
    const { id } = mailbox;
    let password: string;
    try {
      password = mailbox.sealedPassword ? vault.open(mailbox.sealedPassword) : '';
    } catch (error) {
      this.#noteState(id, 'down', error instanceof Failure ? error.detail : 'its password cannot be opened');
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
        up: () => this.#noteState(id, 'up', null),
        down: (reason) => this.#noteState(id, 'down', reason),
      },
    );
    this.#running.set(id, { stop: () => opened.stop(), made: fingerprint(mailbox) });
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

  async #giveUp(id: string, ended: boolean): Promise<void> {
    const running = this.#running.get(id);
    if (!running) return;
    this.#running.delete(id);
    await running.stop();
    await releaseMailbox(this.#platform.database.db, id, this.#id);
    if (ended) this.#noteState(id, 'unknown', null);
  }

  /** In the order in which it happened; an event when up or down changed. */
  #noteState(mailboxId: string, state: 'up' | 'down' | 'unknown', reason: string | null): void {
    const { clock, database, log } = this.#platform;
    this.#states = this.#states
      .then(async () => {
        await database.transaction(async (tx) => {
          const changed = await writeMailboxState(tx, mailboxId, state, reason, clock.business());
          if (!changed || state === 'unknown') return;
          await recordEvents(tx, clock, { kind: 'rule', name: 'intake' }, [
            { kind: `mailbox.${state}`, subjectKind: 'mailbox', subjectId: mailboxId, data: reason ? { reason } : {} },
          ]);
        });
      })
      .catch((error: Error) => log.error({ problem: error.message }, 'the state of a mailbox could not be stored'));
  }
}

/** What makes a kept mailbox out of date. */
const fingerprint = (mailbox: StoredMailbox): string =>
  JSON.stringify([mailbox.kind, mailbox.config, mailbox.sealedPassword]);
