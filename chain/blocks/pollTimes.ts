// When to look for the next block, so that one question finds one block:
//
//   found     look again a little less than a block time after this look
//   missed    look again soon, each time later, up to a block time
//
// Looks creep towards the moment at which blocks appear, until one comes too early and is moved
// back: seven blocks cost about eight questions, and a block is found within a tenth of its time.

/** How often blocks come, as their own times say, and when the last look found one. */
export interface PollTimes {
  readonly blockMs: number
  readonly foundAt: number
  /** Looks in a row that found nothing. */
  readonly misses: number
}

/** Until blocks say how often they come. */
const FIRST_BLOCK_MS = 1_000
const SHORTEST_BLOCK_MS = 200
/** Chains that make blocks only where there is something to put into them say less than that. */
const LONGEST_BLOCK_MS = 15_000
const EARLIER = 0.02
const AFTER_A_MISS = 0.125

export const firstPollTimes: PollTimes = {
  blockMs: FIRST_BLOCK_MS,
  foundAt: Number.NEGATIVE_INFINITY,
  misses: 0,
}

/** After a look at `now` that found so many new blocks. */
export function pollTimesAfter(times: PollTimes, blocks: number, now: number): PollTimes {
  if (blocks === 0) return { ...times, misses: times.misses + 1 }
  // Several at once: the look came late.
  return { ...times, foundAt: blocks === 1 ? now : now - times.blockMs / 2, misses: 0 }
}

/** How long to wait for the next look. */
export function msUntilPoll({ blockMs, foundAt, misses }: PollTimes, now: number): number {
  if (misses > 0) return Math.min(blockMs, blockMs * AFTER_A_MISS * 2 ** Math.min(misses - 1, 10))
  return Math.max(0, foundAt + blockMs * (1 - EARLIER) - now)
}

/**
 * The time between blocks, by the times in seconds of some in a row. The longest tenth of the
 * differences is left out: chains pause, and test chains jump.
 */
export function withBlockTimes(times: PollTimes, timestamps: readonly bigint[]): PollTimes {
  const seconds = timestamps.slice(1).map((time, i) => Number(time - (timestamps[i] as bigint)))
  const usual = seconds.toSorted((a, b) => a - b).slice(0, Math.ceil(seconds.length * 0.9))
  if (usual.length < 4) return times
  const ms = (1_000 * usual.reduce((sum, one) => sum + one, 0)) / usual.length
  return { ...times, blockMs: Math.min(LONGEST_BLOCK_MS, Math.max(SHORTEST_BLOCK_MS, ms)) }
}
