import type { Tx } from '../platform/database/database.ts';
import type { Platform } from '../platform/platform.ts';

/** Reports of customers below one resource that no alarm explains, or "no" after a fix. */
export interface SuspectedBy {
  resourceId: string;
  /** Since when customers say so. */
  beganAt: Date;
  /** The cases that say so. */
  caseIds: readonly string[];
  because: 'reports of customers' | 'no after a fix';
}

/** What a file is, whatever it is called. */
export interface JudgedFile {
  /** Safe on every system. */
  name: string;
  /** By content. */
  type: string;
  /** What speaks against opening it. */
  problem: string | null;
}

/** What case verbs need besides the platform; joined in flow.ts. */
export interface CasePorts {
  platform: Platform;
  /** Whether one more automatic answer may go to an address now (RFC 3834); it is counted when it may. */
  mayAnswerAutomatically(tx: Tx, address: string, now: Date): Promise<boolean>;
  /** The mailbox that a message came by: answers come from its address, by its route. Null: it came otherwise. */
  mailboxOf(tx: Tx, inboundId: string): Promise<{ address: string; routeId: string | null } | null>;
  /** The confirmed incident behind a line or a resource; null: none is known. */
  incidentBehind(tx: Tx, line: { serviceId: string | null; resourceId: string | null }): Promise<string | null>;
  judgeFile(content: Buffer, name: string, declared: string): Promise<JudgedFile>;
  /** Raises a suspected incident, or joins the open one that explains it; its id. */
  suspectIncident(tx: Tx, by: SuspectedBy): Promise<string | null>;
}
