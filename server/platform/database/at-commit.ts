import type { Db, Tx } from './tx.ts';

const waiting = new WeakMap<Db, Map<string, () => Promise<void>>>();

/** Does something once, right before a transaction of `Database.transaction` commits, and within it; a second thing under the same key takes the place of the first. */
export function atCommit(tx: Tx, key: string, work: () => Promise<void>): void {
  const own = waiting.get(tx) ?? new Map<string, () => Promise<void>>();
  own.set(key, work);
  waiting.set(tx, own);
}

/** Does now what waits for the commit of a transaction. */
export async function doAtCommit(tx: Db): Promise<void> {
  const own = waiting.get(tx);
  waiting.delete(tx);
  for (const work of own?.values() ?? []) await work();
}
