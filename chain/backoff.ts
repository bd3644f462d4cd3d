import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_MS = 100
const CEILING_MS = 15_000

/** How long to wait after so many failures in a row: doubling up to a ceiling, and jittered so that many clients do not come at once. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(CEILING_MS, FIRST_MS * 2 ** (failures - 1))
  return ceiling / 2 + (random() * ceiling) / 2
}

/** Sleeps, or returns early when `signal` says to stop. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error) => {
    if (!signal.aborted) throw error
  })
}
