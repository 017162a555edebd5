import { defineConfig } from 'vitest/config';

const shared = { testTimeout: 120_000, hookTimeout: 180_000, pool: 'forks' as const };

// Two cores are the machine we promise to pass on: database and browser tests each bring processes of their own.
export default defineConfig({
  test: {
    maxWorkers: 2,
    globalSetup: ['tests/support/global-setup.ts'],
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: [
            'server/**/*.test.ts',
            'contract/**/*.test.ts',
            'web/**/*.test.ts',
            'tests/house-rules/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          ...shared,
          name: 'failures',
          include: ['tests/failures/**/*.test.ts'],
          fileParallelism: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'journeys',
          // Two at a time: each has its own processes, ports, folder and schema, and mostly waits.
          include: ['tests/journeys/**/*.test.ts', 'tests/attacks/**/*.test.ts'],
          exclude: ['tests/journeys/example*.test.ts'],
          testTimeout: 300_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'example',
          // Its business clock runs 120 times as fast: beside others it would be too slow for its own promises.
          include: ['tests/journeys/example*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
      {
        test: {
          ...shared,
          // Against servers that come as packages of the system: not part of `npm test`, which needs nothing installed by hand.
          name: 'servers',
          include: ['tests/servers/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
    ],
  },
});
