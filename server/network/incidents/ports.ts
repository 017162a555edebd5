import type { TellingPorts } from '../../notices/index.ts';
import type { Tx } from '../../platform/database/database.ts';
import type { Platform } from '../../platform/platform.ts';

/** What incident verbs need besides the platform; joined in flow.ts. */
export interface IncidentPorts {
  platform: Platform;
  telling: TellingPorts;
  /** Shows on the public page what of this incident may be shown now. */
  publish(tx: Tx, incidentId: string): Promise<void>;
  /** It is over: whoever wrote about it is asked whether it is so for them. */
  restored?(tx: Tx, incidentId: string): Promise<void>;
}
