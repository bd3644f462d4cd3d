import { backoffMs, pause } from '../../chain/backoff.ts'
import { RetryError } from '../../sdk/errors.ts'
import type { Role } from '../api/health.ts'
import type { IndexerEvent } from '../events.ts'
import type { LockWait } from '../store/connections.ts'
import { databaseError } from '../store/databaseError.ts'
import type { Store } from '../store/store.ts'

/** Whether this process writes or is a standby, as it gains and loses the history's lock. */
export interface LockedRole {
  readonly lockWait: LockWait
  /** Resolves when this process first waits for the lock. */
  readonly standsBy: Promise<void>
  now(): Role
  hasStoodBy(): boolean
  /** From now on this process writes while it holds the lock. */
  begins(): void
}

export function lockedRole(signal: AbortSignal, report: (event: IndexerEvent) => void): LockedRole {
  const standsBy = Promise.withResolvers<void>()
  let role: Role = 'standby'
  let hasStoodBy = false
  let isBegun = false
  const lead = () => {
    role = 'writer'
    report({ kind: 'leads' })
  }
  return {
    lockWait: {
      signal,
      waits: (holder) => {
        role = 'standby'
        hasStoodBy = true
        report({ kind: 'standsBy', holder })
        standsBy.resolve()
      },
      holds: () => {
        if (isBegun) lead()
      },
    },
    standsBy: standsBy.promise,
    now: () => role,
    hasStoodBy: () => hasStoodBy,
    begins: () => {
      isBegun = true
      lead()
    },
  }
}

/**
 * Opens the store. While another process writes it, this waits, through transient failures such as
 * a database restart.
 */
export async function openStandingBy(
  open: () => Promise<Store>,
  { hasStoodBy }: LockedRole,
  report: (event: IndexerEvent) => void,
  signal: AbortSignal,
): Promise<Store> {
  let failures = 0
  for (;;) {
    try {
      return await open()
    } catch (cause) {
      const error = databaseError(cause)
      if (!(error instanceof RetryError) || !hasStoodBy() || signal.aborted) throw error
      report({ kind: 'troubled', error })
      failures += 1
      await pause(backoffMs(failures), signal)
    }
  }
}
