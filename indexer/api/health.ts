/** How the sync fares, as far as answers depend on it. */
export type SyncState =
  | { readonly kind: 'catchingUp' }
  | { readonly kind: 'following' }
  /** Something passing is in the way; answers go stale meanwhile. */
  | { readonly kind: 'troubled'; readonly reason: string }
  /** Nothing more is indexed until someone acts. */
  | { readonly kind: 'stopped'; readonly reason: string }

/** Whether to send callers here: only while the history is complete up to the chain's head and following it. */
export function readiness(state: SyncState): { readonly status: number; readonly body: object } {
  const { kind } = state
  return {
    status: kind === 'following' ? 200 : 503,
    body: { ready: kind === 'following', state: kind, ...('reason' in state && { reason: state.reason }) },
  }
}
