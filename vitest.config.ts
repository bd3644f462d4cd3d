import { defineConfig } from 'vitest/config'

/** These hold something to its time, or bring many processes of their own. */
const alone = [
  'test/chaos/chaos.test.ts',
  'test/indexer/{heads,hotEvents,replica,silentNode,standby}.test.ts',
  'test/indexer/operate/{ending,metrics}.test.ts',
]

// Chains, databases and workers are real, and mostly wait for each other: two files at a time keep two cores at work.
export default defineConfig({
  // As Node resolves it; vite would take the package's other build, and GraphQL refuses to work with two of itself.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    testTimeout: 180_000,
    hookTimeout: 300_000,
    globalSetup: 'test/scripts/before.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'two at a time',
          include: ['test/**/*.test.ts'],
          exclude: alone,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { name: 'alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
})
