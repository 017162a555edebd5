import type { FetchMessageObject, ImapFlow } from 'imapflow';
import type { MailboxConfig, MailboxPorts, MailboxPosition, ReceivedMeta } from './mailbox-port.ts';
import { NotStored } from './mailbox-trouble.ts';

export const MAXIMUM_BYTES = 50_000_000;
/** Larger mails are fetched in pieces of this size. */
const IN_ONE_PIECE = 262_144;
/** Mails whose dates and sizes are asked for at once. */
const BATCH = 200;
/** Mails up to this size, in bytes, are fetched and stored together: at first start there are many. */
const SMALL = 65_536;
const MOST_TOGETHER = 100;
const BYTES_TOGETHER = 524_288;
/** A mail that the server fails to give so many times in a row is passed by, as `none`: the next ones wait behind it. */
const TRIES = 8;

/** Reads what is new in an open folder, in the order of its UIDs. Lives longer than a connection: it remembers which mail breaks it. */
export class MailReader {
  readonly #config: MailboxConfig;
  readonly #ports: MailboxPorts;
  readonly #now: () => Date;
  readonly #isStopping: () => boolean;
  /** The mail that could not be fetched last, and how often. */
  #stuck = { uid: 0, times: 0 };

  constructor(config: MailboxConfig, ports: MailboxPorts, now: () => Date, isStopping: () => boolean) {
    this.#config = config;
    this.#ports = ports;
    this.#now = now;
    this.#isStopping = isStopping;
  }

  /** Returns how far it was read. */
  async readNew(client: ImapFlow, from: MailboxPosition): Promise<MailboxPosition> {
    // "n:*" names the last mail even when its UID is below n (RFC 3501, 6.4.8).
    const found = await client.search({ uid: `${from.lastUid + 1}:*` }, { uid: true });
    if (!found) throw new Error('search');
    const uids = found.filter((uid) => uid > from.lastUid).sort((a, b) => a - b);
    let position = from;
    for (let at = 0; at < uids.length; at += BATCH) {
      const batch = uids.slice(at, at + BATCH);
      const known = new Map<number, FetchMessageObject>();
      const query = { uid: true, size: true, internalDate: true } as const;
      for await (const mail of client.fetch(batch.join(','), query, { uid: true })) known.set(mail.uid, mail);
      const mails = batch.flatMap((uid) => known.get(uid) ?? []); // others were removed meanwhile
      for (let next = 0; next < mails.length; ) {
        if (this.#isStopping()) return position;
        const run = this.#runOfSmall(mails, next);
        const [first] = run;
        if (!first) break;
        if (run.length > 1) await this.#readTogether(client, position, run);
        else await this.#readOne(client, position, first);
        position = { ...position, lastUid: run.at(-1)?.uid ?? first.uid };
        await this.#store(() => this.#ports.moved(position));
        next += run.length;
      }
      // Those at the end of a batch may have been removed: they are passed by.
      const last = batch.at(-1) ?? position.lastUid;
      if (last > position.lastUid) {
        position = { ...position, lastUid: last };
        await this.#store(() => this.#ports.moved(position));
      }
    }
    return position;
  }

  /** Small mails one after the other, which are fetched with one command; else the one that is next. One that failed before is tried by itself. */
  #runOfSmall(mails: readonly FetchMessageObject[], from: number): FetchMessageObject[] {
    const run: FetchMessageObject[] = [];
    let bytes = 0;
    const most = Math.min(SMALL, this.#config.maximumBytes ?? MAXIMUM_BYTES);
    for (const mail of mails.slice(from, from + MOST_TOGETHER)) {
      bytes += mail.size ?? 0;
      const isSmall = mail.size !== undefined && mail.size <= most && bytes <= BYTES_TOGETHER;
      if (run.length > 0 && (!isSmall || mail.uid === this.#stuck.uid)) break;
      run.push(mail);
      if (!isSmall || mail.uid === this.#stuck.uid) break;
    }
    return run;
  }

  /** What came before a failure is stored; the mail after it is the one that could not be fetched. */
  async #readTogether(client: ImapFlow, position: MailboxPosition, run: readonly FetchMessageObject[]): Promise<void> {
    const sources = new Map<number, Buffer>();
    let failure: Error | null = null;
    try {
      const uids = run.map(({ uid }) => uid).join(',');
      for await (const { uid, source } of client.fetch(uids, { uid: true, source: true }, { uid: true }))
        if (source) sources.set(uid, source);
    } catch (error) {
      failure = error as Error;
    }
    const missing = failure ? run.findIndex(({ uid }) => !sources.has(uid)) : -1;
    const there = run.slice(0, missing < 0 ? undefined : missing).flatMap((mail) => {
      const raw = sources.get(mail.uid);
      return raw ? [{ meta: { ...this.#metaOf(position, mail), content: 'whole' as const }, raw }] : [];
    });
    if (there.length > 0) await this.#store(() => this.#ports.receivedTogether(there));
    if (failure) {
      const lastUid = there.at(-1)?.meta.uid;
      if (lastUid !== undefined) await this.#store(() => this.#ports.moved({ ...position, lastUid }));
      const stuck = run[missing];
      throw stuck ? this.#couldNotFetch(stuck.uid, failure) : failure;
    }
    const uids = there.map(({ meta }) => meta.uid).join(',');
    if (this.#config.markSeen && uids) await client.messageFlagsAdd(uids, ['\\Seen'], { uid: true });
  }

  #metaOf(
    position: MailboxPosition,
    { uid, size = 0, internalDate }: FetchMessageObject,
  ): Omit<ReceivedMeta, 'content'> {
    const received = internalDate ? new Date(internalDate) : this.#now();
    // The server's dates are in whole seconds.
    const since = Math.floor(position.connectedSince.getTime() / 1000) * 1000;
    return {
      uidValidity: position.uidValidity,
      uid,
      internalDate: received,
      size,
      beforeConnection: received.getTime() < since,
    };
  }

  async #readOne(client: ImapFlow, position: MailboxPosition, mail: FetchMessageObject): Promise<void> {
    const { uid, size = 0 } = mail;
    const meta = this.#metaOf(position, mail);
    const { maximumBytes = MAXIMUM_BYTES } = this.#config;
    if (this.#stuck.uid === uid && this.#stuck.times >= TRIES) {
      await this.#store(() => this.#ports.received({ ...meta, content: 'none' }, nothing()));
    } else if (size > maximumBytes) {
      const head = await this.#attempt(uid, () => client.fetchOne(String(uid), { headers: true }, { uid: true }));
      if (!head) return; // removed meanwhile
      await this.#store(() => this.#ports.received({ ...meta, content: 'head' }, only(head.headers)));
    } else {
      const isThere =
        size > IN_ONE_PIECE ? await this.#download(client, uid, meta) : await this.#fetchWhole(client, uid, meta);
      if (!isThere) return;
      if (this.#config.markSeen) await client.messageFlagsAdd(String(uid), ['\\Seen'], { uid: true });
    }
    if (this.#stuck.uid === uid) this.#stuck = { uid: 0, times: 0 };
  }

  /** False when it was removed meanwhile. */
  async #fetchWhole(client: ImapFlow, uid: number, meta: Omit<ReceivedMeta, 'content'>): Promise<boolean> {
    const mail = await this.#attempt(uid, () => client.fetchOne(String(uid), { source: true }, { uid: true }));
    const source = mail ? mail.source : undefined;
    if (!source) return false;
    await this.#store(() => this.#ports.received({ ...meta, content: 'whole' }, only(source)));
    return true;
  }

  /** Hands it over in pieces as they come. False when it was removed meanwhile. */
  async #download(client: ImapFlow, uid: number, meta: Omit<ReceivedMeta, 'content'>): Promise<boolean> {
    const options = { uid: true, chunkSize: IN_ONE_PIECE };
    const download = await this.#attempt(uid, () => client.download(String(uid), undefined, options));
    if (!('content' in download) || !download.content) return false;
    const { content } = download;
    const failure: { error: Error | null } = { error: null };
    content.on('error', (error) => {
      failure.error = error;
    });
    try {
      await this.#store(() => this.#ports.received({ ...meta, content: 'whole' }, content as AsyncIterable<Buffer>));
    } catch (error) {
      if (failure.error) throw this.#couldNotFetch(uid, failure.error);
      throw error;
    } finally {
      content.destroy();
    }
    return true;
  }

  async #attempt<Result>(uid: number, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw this.#couldNotFetch(uid, error as Error);
    }
  }

  #couldNotFetch(uid: number, error: Error): Error {
    this.#stuck = { uid, times: this.#stuck.uid === uid ? this.#stuck.times + 1 : 1 };
    return error;
  }

  async #store(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      throw new NotStored();
    }
  }
}

async function* nothing(): AsyncIterable<Buffer> {}

async function* only(bytes: Buffer | undefined): AsyncIterable<Buffer> {
  if (bytes) yield bytes;
}
