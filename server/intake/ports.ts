import type { Channel } from '../../contract/answer.ts';
import type { CasePorts } from '../cases/index.ts';
import type { Tx } from '../platform/database/database.ts';
import type { Platform } from '../platform/platform.ts';
import type { Inbound, Reading } from './intake.ts';

/** What a mailbox believes. */
export interface MailTrust {
  /** The name under which its server writes what it found out about senders; null: nothing is believed. */
  authservId: string | null;
  /** PEM. */
  trustedRoots: string | null;
}

/** What intake needs besides the platform; joined in flow.ts. */
export interface IntakePorts {
  platform: Platform;
  cases: CasePorts;
  /** Reads the raw bytes of a mail: mail, certified mail, scanned letters. Never rejects for what is in them. */
  read(inbound: Inbound, raw: Buffer, trust: MailTrust): Promise<Reading>;
  /** Whether a mail of ours, by its Message-ID, went to an address: only of such a one a report is believed. */
  wentTo(tx: Tx, mailId: string, address: string): Promise<boolean>;
  /** What became of certified mail that is about no case: word to many, a test. */
  settleCertified(
    tx: Tx,
    fate: { mailId: string; recipient: string | null; state: 'delivered' | 'failed'; reason: string | null },
  ): Promise<void>;
  /** What was to be told to an address is not told any more. */
  withdrawNotices(tx: Tx, channel: Channel, address: string, now: Date): Promise<unknown>;
}
