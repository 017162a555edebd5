import type { Tx } from '../../server/platform/database/database.ts';
import type { TestPlatform } from './test-platform.ts';

export interface Dying {
  platform: TestPlatform;
  /** Statements within transactions so far. */
  statements(): number;
  isDead(): boolean;
}

/**
 * The platform of a process that dies at its n-th statement within a transaction, or before the commit that would be its n-th; nothing that it does afterwards
 * has any effect. 0: it lives.
 */
export function dying(platform: TestPlatform, dieAt: number): Dying {
  let statements = 0;
  let dead = false;
  const step = (): void => {
    if (++statements === dieAt) dead = true;
    if (dead) throw new Error('the process died');
  };
  const { database } = platform;
  return {
    platform: {
      ...platform,
      database: {
        ...database,
        db: database.db,
        transaction: (work) =>
          database.transaction(async (tx) => {
            const watched = tx.withPlugin({
              transformQuery: ({ node }) => {
                step();
                return node;
              },
              transformResult: async ({ result }) => result,
            }) as Tx;
            const result = await work(watched);
            step();
            return result;
          }),
      },
    },
    statements: () => statements,
    isDead: () => dead,
  };
}
