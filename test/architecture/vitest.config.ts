import { defineConfig } from 'vitest/config'

/** What `npm run check` asks of the sources alone: it needs no contracts, chains or databases first. */
export default defineConfig({
  test: { root: '.', include: ['test/architecture/**/*.test.ts'], testTimeout: 60_000 },
})
