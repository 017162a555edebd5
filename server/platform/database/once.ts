import type { Db } from './tx.ts';

const known = new WeakMap<Db, Map<string, Promise<unknown>>>();

/**
 * What is read within a transaction by `key`, read once: a verb asks for it many times and must not judge by two different answers. Outside of a transaction it
 * is read each time. Whoever changes it within the transaction calls `forget`.
 */
export async function once<T>(db: Db, key: string, read: () => Promise<T>): Promise<T> {
  if (!db.isTransaction) return await read();
  const own = known.get(db) ?? new Map<string, Promise<unknown>>();
  known.set(db, own);
  const found = (own.get(key) as Promise<T> | undefined) ?? read();
  own.set(key, found);
  return await found;
}

/** What was read by `key` within this transaction is read again. */
export const forget = (tx: Db, key: string): void => {
  known.get(tx)?.delete(key);
};
