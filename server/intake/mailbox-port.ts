import type { MailboxConfig } from '../../contract/intake.ts';

/** The contract of a channel that keeps a mailbox, as this folder needs it; the adapter is joined in flow.ts. */
export interface MailboxToOpen extends MailboxConfig {
  password: string;
}

export interface MailboxPosition {
  uidValidity: string;
  lastUid: number;
  /** When it was connected for the first time: older mail is not answered. */
  connectedSince: Date;
}

export interface MailCame {
  uidValidity: string;
  uid: number;
  beforeConnection: boolean;
  /** `head`: too large, only its headers follow. `none`: the server can't give it. */
  content: 'whole' | 'head' | 'none';
}

export interface MailboxEvents {
  /** Null: it was never read. */
  position(): Promise<MailboxPosition | null>;
  /** Resolves when it is stored for good. */
  received(meta: MailCame, raw: AsyncIterable<Buffer>): Promise<void>;
  /** The same for small mails that wait one behind the other: all of them are stored, or none. */
  receivedTogether(mails: readonly { meta: MailCame; raw: Buffer }[]): Promise<void>;
  moved(position: MailboxPosition): Promise<void>;
  up(): void;
  down(reason: string): void;
}

export type OpenMailbox = (config: MailboxToOpen, events: MailboxEvents) => { stop(): Promise<void> };
