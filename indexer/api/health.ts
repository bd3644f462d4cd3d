import type { SyncState } from '../store/schema.ts'
import type { StoredStatus } from '../store/status.ts'

/** What this process is to the history that it answers from. */
export type Role = 'writer' | 'standby' | 'reader'

export type Health =
  | SyncState
  /** Nobody has been heard to write for longer than can be put down to chance. */
  | { readonly kind: 'silent'; readonly reason: string }
  /** There is nothing yet to answer from. */
  | { readonly kind: 'empty'; readonly reason: string }

/** A writer tells its status each second. */
const SILENT_AFTER_MS = 10_000

/** How the sync fares as far as one knows who only reads. */
export function healthOf(heard: StoredStatus | undefined): Health {
  if (heard === undefined) return { kind: 'silent', reason: 'No indexer has written to this history yet' }
  const { state, ageMs } = heard
  // Whoever stops for good says so with its last words.
  if (state.kind === 'stopped' || ageMs < SILENT_AFTER_MS) return state
  return { kind: 'silent', reason: `The indexer that writes has not been heard for ${Math.floor(ageMs / 1_000)} s` }
}

/** Whether to send callers here: only while the history is complete up to the chain's head and is being followed. */
export function readiness(role: Role, health: Health): { readonly status: number; readonly body: object } {
  const { kind } = health
  const ready = kind === 'following'
  return {
    status: ready ? 200 : 503,
    body: { ready, role, state: kind, ...('reason' in health && { reason: health.reason }) },
  }
}
