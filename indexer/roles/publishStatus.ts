import { setTimeout as sleep } from 'node:timers/promises'
import { type Status, writeStatus } from '../store/status.ts'
import type { Store } from '../store/store.ts'

const TELL_EVERY_MS = 1_000

/**
 * Writes the status each second, and at once when the state changes, for processes that only read. It goes by the writer's own
 * connection, between its transactions: so nobody tells anything who has lost the lock. What cannot be told is told a second later.
 */
export async function publishStatus(
  store: Store,
  status: () => Status,
  changed: Changes,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await writeStatus(store.write, status()).catch(() => {})
    await Promise.race([changed.next(), sleep(TELL_EVERY_MS, undefined, { signal }).catch(() => {})])
  }
}

/** What can be waited for again and again. */
export interface Changes {
  next(): Promise<void>
  happened(): void
}

export function changes(): Changes {
  let next = Promise.withResolvers<void>()
  return {
    next: () => next.promise,
    happened: () => {
      next.resolve()
      next = Promise.withResolvers()
    },
  }
}
