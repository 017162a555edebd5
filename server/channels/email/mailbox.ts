import { isIP } from 'node:net';
import { ImapFlow, type MailboxObject } from 'imapflow';
import { RECONNECT_MILLISECONDS, reconnectDelay } from '../channel.ts';
import type { MailboxConfig, MailboxPorts, MailboxPosition } from './mailbox-port.ts';
import { NoFolder, NotStored, reasonOf, refused } from './mailbox-trouble.ts';
import { MAXIMUM_BYTES, MailReader } from './read-mailbox.ts';

export type { MailboxConfig, MailboxPorts, MailboxPosition, ReceivedMeta } from './mailbox-port.ts';

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
const GOOD_BYE_MILLISECONDS = 2000;

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
  readonly #reader: MailReader;

  constructor(config: MailboxConfig, ports: MailboxPorts, options: MailboxOptions) {
    this.#config = config;
    this.#ports = ports;
    this.#options = options;
    this.#reader = new MailReader(config, ports, options.now, () => this.#stopping);
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
          position = await this.#reader.readNew(client, position);
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

const isThisMachine = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

function withTimeout<Result>(work: Promise<Result>, milliseconds: number): Promise<Result> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('too late')), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
