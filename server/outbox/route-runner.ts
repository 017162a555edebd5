import { REASONS } from '../../contract/reasons.ts';
import { withUnsubscribeUrl } from '../../contract/unsubscribe.ts';
import type {
  ChannelInbound,
  ChannelReceipt,
  OutgoingAttachment,
  OutgoingChannel,
  SendResult,
} from '../channels/channel.ts';
import type { Platform } from '../platform/platform.ts';
import { applyResults, type Finished } from './apply-results.ts';
import { claimRows } from './claim.ts';
import type { SendJournal } from './journal.ts';
import type { ClaimedRow, OutboxHooks } from './outbox.ts';
import { storeReceipts } from './receipts.ts';
import { channelOf, type StoredRoute } from './route-store.ts';
import { onSystemClock } from './rules.ts';
import { claimed, releaseRows, type TextRow } from './store.ts';

/** How long a claim holds; renewed while the worker lives. */
export const LEASE_MILLISECONDS = 60_000;
/** Chunks keep each statement short: the embedded engine has one session for everybody. */
const MOST_CLAIMED = { embedded: 500, postgresql: 2000 } as const;
/** When the database can't keep up with the network, sending waits. */
const MOST_UNSETTLED = 5000;
const TEXTS_KEPT = 500;
const PAUSE_AFTER_TROUBLE = 1000;

interface Waiting<T> {
  given: T;
  stored: () => void;
  failed: (error: Error) => void;
}

/** One enabled route in a worker: claims rows ahead, keeps the channel's window full, settles results and receipts in batches. */
export class RouteRunner {
  readonly route: StoredRoute;
  readonly #platform: Platform;
  readonly #hooks: OutboxHooks;
  readonly #journal: SendJournal;
  readonly #onState: (state: 'up' | 'down', reason: string | null) => void;
  readonly #batch: number;
  readonly #texts = new Map<string, TextRow>();
  readonly #receipts: Waiting<ChannelReceipt>[] = [];
  #channel: OutgoingChannel | null = null;
  #up = false;
  #stopping = false;
  #ready: ClaimedRow[] = [];
  #returning: ClaimedRow[] = [];
  #results: Finished[] = [];
  #unnoted: { id: string; result: SendResult }[] = [];
  #inFlight = 0;
  #scheduled = false;
  #claiming: Promise<void> | null = null;
  #settling: Promise<void> | null = null;
  #storing: Promise<void> | null = null;
  #mayHaveMore = true;

  constructor(
    platform: Platform,
    hooks: OutboxHooks,
    journal: SendJournal,
    route: StoredRoute,
    onState: (state: 'up' | 'down', reason: string | null) => void,
  ) {
    this.#platform = platform;
    this.#hooks = hooks;
    this.#journal = journal;
    this.route = route;
    this.#onState = onState;
    const window = route.kind === 'smpp' ? route.config.window : route.config.connections;
    const most = MOST_CLAIMED[platform.database.engine];
    this.#batch = Math.min(most, Math.max(window * 4, route.config.perSecond * 2, 20));
  }

  /** Opens the channel. Throws a Failure when the secret can't be opened. */
  start(): void {
    const { kind, config, sealedPassword } = this.route;
    const password = sealedPassword ? this.#platform.vault.open(sealedPassword) : '';
    this.#channel = this.#hooks.openChannel(kind === 'smpp' ? { kind, config, password } : { kind, config, password }, {
      receipt: async (receipt) => await this.#receiptCame(receipt),
      inbound: async (message) => await this.#inboundCame(message),
      up: () => {
        this.#up = true;
        this.#onState('up', null);
        this.wake();
      },
      down: (reason) => {
        this.#up = false;
        this.#onState('down', reason);
        if (!this.#stopping) void this.#giveBack();
      },
    });
    this.#channel.start();
  }

  /** Something may be to send. */
  wake(): void {
    this.#mayHaveMore = true;
    if (!this.#stopping) void this.#returnRows();
    this.#pump();
  }

  /** Ends sending: what waits goes back to the queue, what is on the wire gets its answer or is in doubt. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#claiming;
    await this.#giveBack();
    await this.#channel?.stop();
    while (this.#inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    this.#note();
    for (let attempt = 0; attempt < 5 && (this.#results.length > 0 || this.#settling); attempt++) {
      this.#settle();
      await this.#settling;
    }
    await this.#storing;
  }

  #pump(): void {
    if (this.#stopping || !this.#up || !this.#channel) return;
    this.#claimAhead();
    const free = this.#channel.window - this.#inFlight;
    if (free <= 0 || this.#ready.length === 0 || this.#results.length > MOST_UNSETTLED) return;
    const now = this.#platform.clock.system();
    // A lease that ran out is somebody else's matter: the row may already count as lost with this worker.
    const rows = this.#ready.splice(0, free).filter((row) => row.leaseUntil > now);
    if (rows.length === 0) return;
    // Results first: otherwise a kill between the two would leave more than a window without one.
    this.#note();
    try {
      this.#journal.begin(rows.map((row) => row.id));
    } catch (error) {
      this.#ready.unshift(...rows);
      this.#trouble('the send journal cannot be written; nothing is sent', error);
      return;
    }
    this.#inFlight += rows.length;
    for (const row of rows) {
      const text = this.#texts.get(row.textId);
      const sending: Promise<SendResult> = text
        ? this.#send(this.#channel, row, text)
        : Promise.resolve({ kind: 'rejected', reason: REASONS.say('text-gone'), permanent: true });
      sending.then(
        (result) => this.#finished(row, result),
        (error: Error) =>
          this.#finished(row, { kind: 'unknown', reason: REASONS.say('channel-failed', { error: error.name }) }),
      );
    }
    this.#claimAhead();
  }

  /** A mail about a case takes its attachments along; what is said to many has none and leaves at once. */
  async #send(channel: OutgoingChannel, row: ClaimedRow, text: TextRow): Promise<SendResult> {
    const message = this.#message(row, text);
    if (!text.mail || !this.#hooks.attachmentsOf) return await channel.send(message);
    let attachments: OutgoingAttachment[];
    try {
      attachments = await this.#hooks.attachmentsOf(row.id);
    } catch (error) {
      const reason = REASONS.say('attachments-unreadable', { error: (error as Error).name });
      return { kind: 'rejected', reason, permanent: false };
    }
    return await channel.send({ ...message, mail: { ...text.mail, attachments } });
  }

  #message(row: ClaimedRow, text: TextRow) {
    const { clock, publicUrl } = this.#platform;
    const unsubscribeUrl = this.#hooks.unsubscribeUrl ?? ((unsubscribe: string) => `${publicUrl}/u/${unsubscribe}`);
    const url = row.unsubscribe ? unsubscribeUrl(row.unsubscribe) : null;
    // The text is the same for thousands; only the address that ends these mails is each reader's own.
    const own = (words: string): string => (url ? withUnsubscribeUrl(words, url) : words);
    return {
      id: row.id,
      to: row.address,
      subject: text.subject,
      text: own(text.body),
      html: text.html === null ? null : own(text.html),
      validUntil: onSystemClock(row.validUntil, {
        business: clock.business(),
        system: clock.system(),
        speed: clock.speed,
      }),
      unsubscribeUrl: url,
      reference: row.textId,
    };
  }

  #finished(row: ClaimedRow, result: SendResult): void {
    this.#inFlight--;
    this.#results.push({ row, result });
    this.#unnoted.push({ id: row.id, result });
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#note();
      this.#pump();
      this.#settle();
    });
  }

  #note(): void {
    if (this.#unnoted.length === 0) return;
    try {
      this.#journal.note(this.#unnoted);
    } catch (error) {
      this.#platform.log.error({ problem: (error as Error).message }, 'results are missing in the send journal');
    }
    this.#unnoted = [];
  }

  #settle(): void {
    if (this.#settling || this.#results.length === 0) return;
    const finished = this.#results.splice(0, MOST_CLAIMED[this.#platform.database.engine]);
    this.#settling = this.#platform.database
      .transaction(
        async (tx) =>
          await applyResults(tx, this.#platform, this.#hooks.onOutcomes, {
            worker: this.#journal.worker,
            routeId: this.route.id,
            finished,
          }),
      )
      .then(
        () => {
          this.#journal.settled(finished.map(({ row }) => row.id));
          this.#settling = null;
          this.#settle();
          this.#pump();
        },
        async (error: unknown) => {
          this.#results.unshift(...finished);
          this.#platform.log.error({ problem: (error as Error).message }, 'results could not be stored; trying again');
          await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_TROUBLE));
          this.#settling = null;
          if (!this.#stopping) this.#settle();
        },
      );
  }

  #claimAhead(): void {
    if (this.#claiming || this.#stopping || !this.#up || !this.#mayHaveMore) return;
    if (this.#ready.length > this.#batch / 2) return;
    this.#mayHaveMore = false;
    this.#claiming = this.#claim().then(
      (full) => {
        this.#claiming = null;
        if (full) this.#mayHaveMore = true;
        if (!this.#up) void this.#giveBack();
        this.#pump();
      },
      (error: unknown) => {
        this.#claiming = null;
        this.#trouble('rows could not be claimed; trying again', error);
      },
    );
  }

  /** Claims a batch. Returns whether there may be more. */
  async #claim(): Promise<boolean> {
    const leaseUntil = new Date(this.#platform.clock.system().getTime() + LEASE_MILLISECONDS);
    if (this.#texts.size > TEXTS_KEPT) {
      const needed = new Set(this.#ready.map((row) => row.textId));
      for (const id of this.#texts.keys()) if (!needed.has(id)) this.#texts.delete(id);
    }
    const { rows, texts, looked } = await claimRows(this.#platform, this.#hooks, {
      worker: this.#journal.worker,
      routeId: this.route.id,
      channel: channelOf(this.route.kind),
      limit: this.#batch,
      leaseUntil,
      knownTexts: new Set(this.#texts.keys()),
    });
    for (const text of texts) this.#texts.set(text.id, text);
    this.#ready.push(...rows.map((row) => claimed(row, leaseUntil)));
    return looked === this.#batch;
  }

  /** What was claimed and not sent is anybody's again: it is looked at anew when it is next claimed. */
  async #giveBack(): Promise<void> {
    this.#returning.push(...this.#ready.splice(0));
    await this.#returnRows();
  }

  async #returnRows(): Promise<void> {
    const rows = this.#returning.splice(0);
    if (rows.length === 0) return;
    try {
      await this.#platform.database.transaction(
        async (tx) =>
          await releaseRows(
            tx,
            rows.map((row) => row.id),
            this.#journal.worker,
          ),
      );
    } catch (error) {
      this.#returning.push(...rows); // not to be sent: words may have been taken back meanwhile
      this.#trouble('claimed rows could not be given back; trying again', error);
    }
  }

  /** Renewed by the worker: what is prefetched stays ours. */
  extendLeases(leaseUntil: Date): void {
    for (const row of this.#ready) row.leaseUntil = leaseUntil;
  }

  #trouble(what: string, error: unknown): void {
    this.#platform.log.error({ problem: (error as Error).message }, what);
    setTimeout(() => this.wake(), PAUSE_AFTER_TROUBLE).unref();
  }

  async #receiptCame(receipt: ChannelReceipt): Promise<void> {
    return await new Promise((stored, failed) => {
      this.#receipts.push({ given: receipt, stored, failed });
      if (!this.#storing) this.#storing = this.#storeReceipts();
    });
  }

  /** All that wait, in one transaction; those that come meanwhile in the next. */
  async #storeReceipts(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#receipts.length > 0) {
      const some = this.#receipts.splice(0, MOST_CLAIMED[this.#platform.database.engine]);
      try {
        await this.#platform.database.transaction(
          async (tx) =>
            await storeReceipts(
              tx,
              this.#platform,
              this.#hooks.onOutcomes,
              this.route.id,
              some.map(({ given }) => given),
            ),
        );
        for (const { stored } of some) stored();
      } catch (error) {
        for (const { failed } of some) failed(error as Error);
        this.#platform.log.error({ problem: (error as Error).message }, 'receipts could not be stored');
      }
    }
    this.#storing = null;
  }

  async #inboundCame(message: ChannelInbound): Promise<void> {
    await this.#platform.database.transaction((tx) => this.#hooks.keepInbound(tx, this.route.id, message));
  }
}
