import type { Channel, Language } from '../../contract/answer.ts';
import type { ImportKind, ImportProblem, ImportReport } from '../../contract/imports.ts';
import type { Actor } from '../platform/actor.ts';

export type { ImportKind, ImportProblem };
export type ImportState = ImportReport['state'];

/** Bounds of one file. */
export const MOST_BYTES = 500_000_000;
export const MOST_ROWS = 5_000_000;
export const MOST_CHARACTERS = 10_000;
export const MOST_PROBLEMS = 1000;
/** A complete file that would end more than this share of what there is needs `force`. */
export const MOST_ENDED_SHARE = 0.1;

/** The columns of each kind of file (interfaces.md); the first ones must be there. */
export const COLUMNS = {
  resources: { needed: ['id', 'kind', 'name'], others: ['upstream', 'lat', 'lon', 'battery_minutes'] },
  customers: {
    needed: ['id', 'name', 'kind'],
    others: ['tax_code', 'language', 'phone', 'email', 'pec', 'notify', 'consent_at', 'consent_source', 'consent_text'],
  },
  services: {
    needed: ['id', 'customer_id', 'product', 'resource_id', 'state'],
    others: ['address', 'activated_on', 'ultrabroadband', 'monthly_fee'],
  },
} as const satisfies Record<ImportKind, { needed: readonly string[]; others: readonly string[] }>;

/** Rows as they are staged: read, normalised, and right in themselves. Undefined: the file has no such column. */
export interface ResourceRow {
  externalId: string;
  kind: string;
  name: string;
  upstream?: string[];
  lat?: number | null;
  lon?: number | null;
  batteryMinutes?: number | null;
}
export interface CustomerRow {
  externalId: string;
  name: string;
  kind: 'consumer' | 'business';
  taxCode?: string | null;
  language?: Language;
  addresses: Partial<Record<Channel, string | null>>;
  notify?: { channels: Channel[]; consent: { givenAt: string; source: string; text: string } | null };
}
export interface ServiceRow {
  externalId: string;
  customer: string;
  resource: string;
  product: string;
  state: 'pending' | 'active' | 'suspended' | 'ended';
  address?: string | null;
  activatedOn?: string | null;
  ultrabroadband?: boolean;
  monthlyFeeCents?: number | null;
}
export type StagedRow = ResourceRow | CustomerRow | ServiceRow;

export interface Staged<Row> {
  line: number;
  row: Row;
}

/** Where applying stands: resources take two steps, since a link may lead to a resource that comes later; then what is absent ends. */
export interface Progress {
  step: 'rows' | 'links' | 'absent';
  /** The last line that is done, or the last external id of what was looked at for ending. */
  after: number | string;
}

export interface ImportRecord {
  id: string;
  kind: ImportKind;
  fileName: string;
  dryRun: boolean;
  complete: boolean;
  force: boolean;
  state: ImportState;
  startedAt: Date;
  finishedAt: Date | null;
  actor: Actor;
  rows: number;
  applied: number;
  added: number;
  changed: number;
  unchanged: number;
  ended: number;
  problems: ImportProblem[];
  problemCount: number;
  notes: string[];
  progress: Progress | null;
}
