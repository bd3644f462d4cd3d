import { wallClock } from './clock.ts'

const FIRST_MS = 100
const CEILING_MS = 15_000

/**
 * The delay after `failures` in a row: doubled up to a ceiling, with jitter so that clients do not
 * retry together.
 */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(CEILING_MS, FIRST_MS * 2 ** Math.min(failures - 1, 20))
  return ceiling / 2 + (random() * ceiling) / 2
}

/** Sleeps, or returns early when `signal` aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wallClock.pause(ms, signal)
}
