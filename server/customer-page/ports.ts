import type { CasePorts } from '../cases/index.ts';
import type { IntakePorts } from '../intake/index.ts';
import type { Db } from '../platform/database/database.ts';
import type { Platform } from '../platform/platform.ts';

/** What an uploaded file is, whatever it is called. */
export interface JudgedFile {
  /** Safe on every system. */
  name: string;
  /** By content. */
  type: string;
  /** What speaks against opening it. */
  problem: string | null;
}

/** What the customer's pages need from elsewhere; joined in context.ts. */
export interface CustomerPagePorts {
  platform: Platform;
  cases: CasePorts;
  intake: IntakePorts;
  namePeople(db: Db, ids: readonly string[]): Promise<Map<string, string>>;
  judgeFile(content: Buffer, name: string, declared: string): Promise<JudgedFile>;
}
