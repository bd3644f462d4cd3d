import { defineConfig } from 'vitest/config'
import { keepFileTimes, LongestFirst } from './test/support/fileTimes.ts'

/** Hold something to its time. */
const timed = [
  'test/chain/node/heads.test.ts',
  'test/chain/events/hotEvents.test.ts',
  'test/hostile/hostile.test.ts',
  'test/indexer/{replica,silentNode,standby}.test.ts',
  'test/indexer/operate/{shutdown,metrics}.test.ts',
]

// Chains, databases and workers are real, and mostly wait for each other: two files at a time keep two cores at work.
export default defineConfig({
  // As Node resolves it; vite would take the package's other build, and GraphQL refuses to work with two of itself.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // The prover's processes each take a core.
    maxConcurrency: 2,
    globalSetup: 'test/support/before.ts',
    sequence: { sequencer: LongestFirst },
    reporters: ['default', keepFileTimes],
    projects: [
      {
        extends: true,
        test: {
          name: 'two at a time',
          include: ['test/**/*.test.ts'],
          exclude: timed,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        // For some seconds the machine may be busy with somebody else's work.
        test: { name: 'to time', include: timed, maxWorkers: 1, retry: 1, sequence: { groupOrder: 1 } },
      },
    ],
  },
})
