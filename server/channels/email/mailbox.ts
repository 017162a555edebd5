import { isIP } from 'node:net';
import { type FetchMessageObject, ImapFlow, type MailboxObject } from 'imapflow';
import { RECONNECT_MILLISECONDS, reconnectDelay } from '../channel.ts';
import { NoFolder, NotStored, reasonOf, refused } from './mailbox-trouble.ts';

export interface MailboxConfig {
  host: string;
  port: number;
  /** TLS from the start. Otherwise STARTTLS is demanded, except from this very machine. */
  secure: boolean;
  user: string;
  password: string;
  folder: string;
  /** The name under which its server writes Authentication-Results, for `readMail`. */
  authservId: string | null;
  /** Certificates to trust instead of the system's, in PEM. */
  ca?: string;
  /** Marks what was received as seen. Otherwise nothing at all is changed on the server. */
  markSeen?: boolean;
  /** Of larger mails only the head is fetched. Default 50 MB. */
  maximumBytes?: number;
}

/** How far a mailbox has been read. */
export interface MailboxPosition {
  uidValidity: string;
  lastUid: number;
  /** When it was connected for the first time: older mail is not answered. */
  connectedSince: Date;
}

export interface ReceivedMeta {
  uidValidity: string;
  uid: number;
  /** When the server received it. */
  internalDate: Date;
  size: number;
  /** It came before the mailbox was connected: read, and never acknowledged. */
  beforeConnection: boolean;
  /** `head`: the mail is too large, only its headers follow. `none`: the server can't give it, nothing follows. */
  content: 'whole' | 'head' | 'none';
}

export interface MailboxPorts {
  /** Null: the mailbox was never read. */
  position(): Promise<MailboxPosition | null>;
  /** Resolves when it is stored for good; only then the position moves. What it rejects is given again later. */
  received(meta: ReceivedMeta, raw: AsyncIterable<Buffer>): Promise<void>;
  /** Resolves when the position is stored. */
  moved(position: MailboxPosition): Promise<void>;
  up(): void;
  /** `reason`: one line for staff, without secrets and addresses of people. Called on each failed attempt. */
  down(reason: string): void;
}

export interface MailboxOptions {
  /** How long the server may take to connect and for each answer. */
  responseMilliseconds: number;
  reconnectMilliseconds: readonly number[];
  /** How often it is looked for mail, should the server forget to tell. */
  lookMilliseconds: number;
  now: () => Date;
}

export interface OpenMailbox {
  /** Finishes what is being stored, says good-bye. */
  stop(): Promise<void>;
}

const DEFAULTS: MailboxOptions = {
  responseMilliseconds: 60_000,
  reconnectMilliseconds: RECONNECT_MILLISECONDS,
  lookMilliseconds: 300_000,
  now: () => new Date(),
};
const MAXIMUM_BYTES = 50_000_000;
/** Larger mails are fetched in pieces of this size. */
const IN_ONE_PIECE = 262_144;
const GOOD_BYE_MILLISECONDS = 2000;
/** Mails whose dates and sizes are asked for at once. */
const BATCH = 200;
/** A mail that the server fails to give so many times in a row is passed by, as `none`: the next ones wait behind it. */
const TRIES = 8;

/** Keeps an IMAP mailbox: reads what is new in the order of its UIDs, waits with IDLE, and connects again for ever. */
export function openMailbox(
  config: MailboxConfig,
  ports: MailboxPorts,
  options: Partial<MailboxOptions> = {},
): OpenMailbox {
  const keeper = new Keeper(config, ports, { ...DEFAULTS, ...options });
  const running = keeper.run();
  return {
    stop: () => {
      keeper.stop();
      return running;
    },
  };
}

class Keeper {
  readonly #config: MailboxConfig;
  readonly #ports: MailboxPorts;
  readonly #options: MailboxOptions;
  #stopping = false;
  #client: ImapFlow | null = null;
  #wake: () => void = () => {};
  #failures = 0;
  /** The mail that could not be fetched last, and how often. */
  #stuck = { uid: 0, times: 0 };

  constructor(config: MailboxConfig, ports: MailboxPorts, options: MailboxOptions) {
    this.#config = config;
    this.#ports = ports;
    this.#options = options;
  }

  stop(): void {
    this.#stopping = true;
    this.#wake();
    // What hangs in the network is not waited for; a mail that was not stored then is read again.
    setTimeout(() => this.#client?.close(), GOOD_BYE_MILLISECONDS).unref();
  }

  async run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.#connected();
      } catch (error) {
        if (this.#stopping) break;
        this.#failures++;
        this.#ports.down(reasonOf(error));
        await this.#pause(reconnectDelay(this.#failures, this.#options.reconnectMilliseconds));
      }
    }
  }

  /** From connecting to the end of the connection, which is an error unless it was stopped. */
  async #connected(): Promise<void> {
    const client = this.#makeClient();
    this.#client = client;
    let lost: Error | null = null;
    let ended = false;
    const lose = (error: Error): void => {
      lost ??= error;
      if (!ended) this.#wake();
    };
    client.on('error', lose);
    client.on('close', () => lose(new Error('closed')));
    let news = true;
    client.on('exists', () => {
      news = true;
      if (!ended) this.#wake();
    });
    try {
      await client.connect();
      const mailbox = await this.#openFolder(client);
      const uidValidity = String(mailbox.uidValidity);
      let position = await this.#begin(uidValidity);
      this.#ports.up();
      while (!this.#stopping && !lost) {
        if (news) {
          news = false;
          position = await this.#readNew(client, position);
          this.#failures = 0;
        } else if (!(await this.#pause(this.#options.lookMilliseconds))) news = true;
      }
      if (!this.#stopping && lost) throw lost;
      await withTimeout(client.logout(), GOOD_BYE_MILLISECONDS).catch(() => {});
    } catch (error) {
      // The first cause says more than what fails in consequence of it.
      throw error instanceof NotStored ? error : (lost ?? error);
    } finally {
      ended = true;
      this.#client = null;
      client.close();
    }
  }

  #makeClient(): ImapFlow {
    const { host, port, secure, user, password, ca, maximumBytes = MAXIMUM_BYTES } = this.#config;
    const patience = this.#options.responseMilliseconds;
    return new ImapFlow({
      host,
      port,
      secure,
      ...(secure ? {} : { doSTARTTLS: isThisMachine(host) ? undefined : true }),
      auth: { user, pass: password },
      tls: { rejectUnauthorized: true, ...(ca ? { ca } : {}) },
      logger: false,
      clientInfo: { name: 'Filodiretto' },
      connectionTimeout: patience,
      greetingTimeout: patience,
      socketTimeout: patience,
      // Servers end an IDLE after half an hour at the latest (RFC 2177), routers forget a silent connection long before.
      maxIdleTime: 240_000,
      autoIdleDelay: 500,
      maxLiteralSize: maximumBytes + 1_000_000,
      maxResponseSize: maximumBytes + 70_000_000,
      maxLineLength: 64_000_000,
    });
  }

  async #openFolder(client: ImapFlow): Promise<MailboxObject> {
    try {
      return await client.mailboxOpen(this.#config.folder, { readOnly: !this.#config.markSeen });
    } catch (error) {
      // Servers differ in the code that they give with their NO.
      throw refused(error) ? new NoFolder() : error;
    }
  }

  /** The stored position, or the beginning of the mailbox when it is new or its UIDs are others than those stored. */
  async #begin(uidValidity: string): Promise<MailboxPosition> {
    const stored = await this.#ports.position();
    if (stored?.uidValidity === uidValidity) return stored;
    const position = { uidValidity, lastUid: 0, connectedSince: stored?.connectedSince ?? this.#options.now() };
    await this.#ports.moved(position);
    return position;
  }

  async #readNew(client: ImapFlow, from: MailboxPosition): Promise<MailboxPosition> {
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
      for (const uid of batch) {
        if (this.#stopping) return position;
        const mail = known.get(uid);
        if (mail) await this.#readOne(client, position, mail);
        position = { ...position, lastUid: uid };
        await this.#store(() => this.#ports.moved(position));
      }
    }
    return position;
  }

  async #readOne(
    client: ImapFlow,
    position: MailboxPosition,
    { uid, size = 0, internalDate }: FetchMessageObject,
  ): Promise<void> {
    const received = internalDate ? new Date(internalDate) : this.#options.now();
    // The server's dates are in whole seconds.
    const since = Math.floor(position.connectedSince.getTime() / 1000) * 1000;
    const meta = {
      uidValidity: position.uidValidity,
      uid,
      internalDate: received,
      size,
      beforeConnection: received.getTime() < since,
    };
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

  /** True when it was woken before the time was over. */
  #pause(milliseconds: number): Promise<boolean> {
    if (this.#stopping) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}

async function* nothing(): AsyncIterable<Buffer> {}

async function* only(bytes: Buffer | undefined): AsyncIterable<Buffer> {
  if (bytes) yield bytes;
}

const isThisMachine = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

function withTimeout<Result>(work: Promise<Result>, milliseconds: number): Promise<Result> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('too late')), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
