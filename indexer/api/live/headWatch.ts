import { setTimeout as sleep } from 'node:timers/promises'

/** Tells when the newest block is another one than a subscriber has seen. */
export type HeadWatch = (seen: string | undefined, signal: AbortSignal) => Promise<string>

const LOOK_EVERY_MS = 250

/**
 * Subscribers share each look.
 *
 * @param look The newest block's hash; undefined if there is none yet.
 */
export function headWatch(look: () => Promise<string | undefined>): HeadWatch {
  let looking: Promise<string | undefined> | undefined
  let lookedAt = Number.NEGATIVE_INFINITY
  const shared = (): Promise<string | undefined> => {
    if (looking === undefined || performance.now() - lookedAt >= LOOK_EVERY_MS) {
      lookedAt = performance.now()
      // A database that does not answer now may in a moment.
      looking = look().catch(() => undefined)
    }
    return looking
  }
  return async (seen, signal) => {
    for (;;) {
      const head = await shared()
      signal.throwIfAborted()
      if (head !== undefined && head !== seen) return head
      await sleep(LOOK_EVERY_MS, undefined, { signal })
    }
  }
}
