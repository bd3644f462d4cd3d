import type { SyncState } from '../store/schema.ts'
import type { StoredStatus } from '../store/status.ts'

/** The role of this process for the history that it serves. */
export type Role = 'writer' | 'standby' | 'reader'

export type Health =
  | SyncState
  /** The writer's status is too old. */
  | { readonly kind: 'silent'; readonly reason: string }
  /** There is no history to serve yet. */
  | { readonly kind: 'empty'; readonly reason: string }

/** A writer publishes its status each second. */
const SILENT_AFTER_MS = 10_000

/** The health of the sync, from its stored status. */
export function healthOf(status: StoredStatus | undefined): Health {
  if (status === undefined) return { kind: 'silent', reason: 'No indexer has written to this history yet' }
  const { state, ageMs } = status
  // A writer that stops for good writes a last status.
  if (state.kind === 'stopped' || ageMs < SILENT_AFTER_MS) return state
  return { kind: 'silent', reason: `The writing indexer has not reported for ${Math.floor(ageMs / 1_000)} s` }
}

/**
 * Whether a load balancer should send requests here: only while the history is complete up to the
 * chain's head.
 */
export function readiness(role: Role, health: Health): { readonly status: number; readonly body: object } {
  const { kind } = health
  const ready = kind === 'following'
  return {
    status: ready ? 200 : 503,
    body: { ready, role, state: kind, ...('reason' in health && { reason: health.reason }) },
  }
}
