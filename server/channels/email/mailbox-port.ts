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
  /** The same for small whole mails that wait one behind the other: all of them are stored, or none. */
  receivedTogether(mails: readonly { meta: ReceivedMeta; raw: Buffer }[]): Promise<void>;
  /** Resolves when the position is stored. */
  moved(position: MailboxPosition): Promise<void>;
  up(): void;
  /** `reason`: one line for staff, without secrets and addresses of people. Called on each failed attempt. */
  down(reason: string): void;
}
