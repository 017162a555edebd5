import type { Kysely, Transaction } from 'kysely';

/** A connection or a transaction: stores narrow it to their own tables with `withTables<…>()`. */
// biome-ignore lint/complexity/noBannedTypes: no table is known here; each store adds its own.
export type Db = Kysely<{}>;
// biome-ignore lint/complexity/noBannedTypes: as above.
export type Tx = Transaction<{}>;
