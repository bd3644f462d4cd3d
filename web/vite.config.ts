import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

// The SDK is bundled from its sources, so that page and package cannot differ.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: { conditions: ['attribution-ledger-source', 'module', 'browser', 'production'] },
  build: {
    target: 'es2023',
    // Fonts stay files: a policy that allows data: fonts would allow others as well.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: { pluginTimings: false },
      // Libraries mark modules for frameworks that also render on servers; this page does not.
      onLog: (level, log, handle) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log)
      },
    },
  },
})
