import { setTimeout as sleep } from 'node:timers/promises'

/** How long to wait before trying again: doubling up to a ceiling, and jittered so that many clients do not come at once. */
export interface Backoff {
  wait(signal: AbortSignal): Promise<void>
  reset(): void
}

const FIRST_MS = 100
const CEILING_MS = 15_000

export function backoff(random: () => number = Math.random): Backoff {
  let failures = 0
  return {
    wait: async (signal) => {
      const ceiling = Math.min(CEILING_MS, FIRST_MS * 2 ** failures)
      failures += 1
      await pause(ceiling / 2 + (random() * ceiling) / 2, signal)
    },
    reset: () => {
      failures = 0
    },
  }
}

/** Sleeps, or returns early when `signal` says to stop. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error) => {
    if (!signal.aborted) throw error
  })
}
