import { defineConfig } from 'vitest/config'

export default defineConfig({
  // As Node resolves it; vite would take the package's other build, and GraphQL refuses to work with two of itself.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    // Chains, databases and workers are real, and there are two cores: one file at a time keeps the timings honest.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
