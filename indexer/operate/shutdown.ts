/** The longest shutdown. What is not stored by then is fetched again after a restart. */
const LONGEST_END_MS = 4_000

/**
 * Aborts at the first SIGINT or SIGTERM, and gives the process time to close. A second signal, or
 * the end of that time, exits at once: rows and cursor are stored together, so that nothing is left
 * half done.
 */
export function shutdownOnSignal(process: NodeJS.Process): { readonly signal: AbortSignal; ended(): void } {
  const requested = new AbortController()
  let isLast: NodeJS.Timeout | undefined
  const end = (name: NodeJS.Signals) => {
    if (requested.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143)
    requested.abort()
    isLast = setTimeout(() => process.exit(0), LONGEST_END_MS)
    isLast.unref()
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, end)
  return {
    signal: requested.signal,
    ended: () => {
      if (requested.signal.aborted) process.exit()
    },
  }
}
