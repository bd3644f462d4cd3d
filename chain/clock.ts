import { setTimeout as sleep } from 'node:timers/promises'

/** Time as the reader of a chain lives it: every wait, limit and patience is measured by it. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number
  /** Waits, or returns early when `signal` aborts. */
  pause(ms: number, signal?: AbortSignal): Promise<void>
  /** How much faster than a wall clock it runs: 1, but for tests that live hours in minutes. */
  readonly speed: number
}

export function clockAt(speed: number): Clock {
  return {
    speed,
    now: () => performance.now() * speed,
    pause: async (ms, signal) => {
      await sleep(ms / speed, undefined, { signal }).catch((error) => {
        if (signal?.aborted !== true) throw error
      })
    },
  }
}

export const wallClock: Clock = clockAt(1)
