import type { SmppConfig, SmtpConfig } from '../../contract/settings.ts';
import type { ChannelEvents, ChannelInbound, OutgoingAttachment, OutgoingChannel } from '../channels/channel.ts';
import type { Tx } from '../platform/database/database.ts';

export type OutboxKind = 'notice' | 'staff' | 'test' | 'code' | 'message';

/** What became of a row of the outbox. `queued` again is none: it is still to become something. */
export interface Outcome {
  id: string;
  kind: OutboxKind;
  /** Finds the partition of the notice. */
  noticeMadeAt: Date | null;
  outcome: 'sent' | 'delivered' | 'failed' | 'withdrawn' | 'in doubt';
  reason: string | null;
  /** Business clock. */
  at: Date;
}

/** Called in the transaction that stores them; each id at most once in a call. */
export type OnOutcomes = (tx: Tx, outcomes: readonly Outcome[]) => Promise<void>;

/** A route with its secret opened: what a channel adapter is made of. */
export type OpenedRoute =
  | { kind: 'smpp'; config: SmppConfig; password: string }
  | { kind: 'smtp' | 'pec'; config: SmtpConfig; password: string };

export interface LeavingNotice {
  id: string;
  /** Finds the partition of the notice. */
  noticeMadeAt: Date | null;
}

/** Which notices don't leave. */
export interface LeavingVerdict {
  withdraw: { id: string; reason: string }[];
  /** Business clock. */
  hold: { id: string; until: Date }[];
  /** What became of these is known already. */
  drop: string[];
}

/** Where the outbox meets the rest: wired in flow.ts. */
export interface OutboxHooks {
  openChannel: (route: OpenedRoute, events: ChannelEvents) => OutgoingChannel;
  onOutcomes: OnOutcomes;
  /**
   * Asked in the transaction that claims them, for notices that would leave now, a batch at a time. None of those named in the answer leaves; their rows
   * are gone from the outbox in the same transaction. The withdrawn come back as outcomes; the notices that are held are already stored as held.
   */
  mayLeave: (tx: Tx, notices: readonly LeavingNotice[]) => Promise<LeavingVerdict>;
  /** Notices that waited so long that they must be written anew; their rows are gone from the outbox in the same transaction. */
  onStale: (tx: Tx, ids: string[]) => Promise<void>;
  /** Keeps what came in by a route; it is acknowledged to the network when the transaction is through. */
  keepInbound: (tx: Tx, routeId: string, message: ChannelInbound) => Promise<unknown>;
  /** What goes with a message about a case; asked when it is about to leave. */
  attachmentsOf?: (messageId: string) => Promise<OutgoingAttachment[]>;
  /** The address that ends these mails, from the row's `unsubscribe`. Default: `<public address>/u/<unsubscribe>`. */
  unsubscribeUrl?: (unsubscribe: string) => string;
}

/** A row that a worker claimed. */
export interface ClaimedRow {
  id: string;
  kind: OutboxKind;
  address: string;
  textId: string;
  noticeMadeAt: Date | null;
  unsubscribe: string | null;
  madeAt: Date;
  validUntil: Date;
  attempts: number;
  leaseUntil: Date;
}
