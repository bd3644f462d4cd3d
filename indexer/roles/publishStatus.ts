import { setTimeout as sleep } from 'node:timers/promises'
import { type Status, writeStatus } from '../store/status.ts'
import type { Store } from '../store/store.ts'

const PUBLISH_EVERY_MS = 1_000

/**
 * Writes the status each second, and at once when the state changes, for readers. It uses the
 * writer's own connection, so that a process without the lock publishes nothing. A failed write is
 * retried a second later.
 */
export async function publishStatus(
  store: Store,
  status: () => Status,
  changed: Changes,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await writeStatus(store.write, status()).catch(() => {})
    await Promise.race([changed.next(), sleep(PUBLISH_EVERY_MS, undefined, { signal }).catch(() => {})])
  }
}

/** A signal that can be awaited repeatedly. */
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
