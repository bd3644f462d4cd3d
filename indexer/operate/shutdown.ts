/** How long a process that was asked to end may take over it: what it has not stored by then, it fetches again. */
const LONGEST_END_MS = 4_000

/**
 * Aborts at the first SIGINT or SIGTERM, and gives the process a moment to close what is open. A second signal ends it at once, and
 * so does the moment's end: rows and cursor are stored together, so that nothing is ever left half done.
 */
export function shutdownOnSignal(process: NodeJS.Process): { readonly signal: AbortSignal; ended(): void } {
  const asked = new AbortController()
  let isLast: NodeJS.Timeout | undefined
  const end = (name: NodeJS.Signals) => {
    if (asked.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143)
    asked.abort()
    isLast = setTimeout(() => process.exit(0), LONGEST_END_MS)
    isLast.unref()
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, end)
  return {
    signal: asked.signal,
    ended: () => {
      if (asked.signal.aborted) process.exit()
    },
  }
}
