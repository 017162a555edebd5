import type { CasePorts, JudgedFile } from '../cases/index.ts';
import type { IntakePorts } from '../intake/index.ts';
import type { Db } from '../platform/database/database.ts';
import type { Platform } from '../platform/platform.ts';

/** What the customer's pages need from elsewhere; joined in context.ts. */
export interface CustomerPagePorts {
  platform: Platform;
  cases: CasePorts;
  intake: IntakePorts;
  namePeople(db: Db, ids: readonly string[]): Promise<Map<string, string>>;
  judgeFile(content: Buffer, name: string, declared: string): Promise<JudgedFile>;
}
