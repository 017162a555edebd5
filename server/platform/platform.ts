import type { Clock } from './clock.ts';
import type { Database } from './database/database.ts';
import type { Logger } from './log.ts';
import type { Vault } from './secrets.ts';

/** What every verb needs from below; it knows no business word. */
export interface Platform {
  database: Database;
  clock: Clock;
  log: Logger;
  vault: Vault;
  /** The operator's zone for calendars and for times that are said (IANA name). */
  timeZone: string;
  /** Without a slash at the end. */
  publicUrl: string;
  /** Where this process keeps what only it needs: the embedded database, the send journal. */
  dataFolder: string;
}
