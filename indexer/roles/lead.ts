import { type Clock, wallClock } from '../../chain/clock.ts'
import type { IndexerEvent } from '../events.ts'
import { makeDeferredIndexes } from '../store/deferredIndexes.ts'
import { type Status, writeStatus } from '../store/status.ts'
import type { Store } from '../store/store.ts'
import { finalityOf } from '../store/stretch.ts'
import { serveHistory } from '../store/views.ts'
import { changes, publishStatus } from './publishStatus.ts'
import { healthAfterEvent, healthAt, newSync, type SyncHealth } from './syncHealth.ts'

/**
 * The writer's tasks beside storing: it publishes its status, and switches readers to the history
 * once that is complete.
 */
export interface Leading {
  status(): Status
  handle(event: IndexerEvent): void
  /** The history has caught up: switches the views to it, if it is newer than what they show. */
  caughtUp(): Promise<void>
  /** Publishes the status until the sync ends, and a last time then. */
  until(sync: Promise<void>): Promise<void>
}

/** A reader holds a lock on the views. */
const TRY_AGAIN_MS = 10_000

export function leading(store: Store, report: (event: IndexerEvent) => void, clock: Clock = wallClock): Leading {
  let heights: Omit<Status, 'state'> = { nodeHead: undefined, safe: undefined, finalised: undefined }
  let health = newSync
  let serveAt = 0
  const changed = changes()

  const turn = (next: SyncHealth) => {
    const { state } = next
    const before = health.state.kind
    health = next
    if (state.kind === before) return
    changed.happened()
    if (before === 'following' && state.kind === 'troubled') report({ kind: 'unready', reason: state.reason })
  }
  const status = (): Status => {
    turn(healthAt(health, clock.now()))
    return { ...heights, state: health.state }
  }

  return {
    status,

    handle: (event) => {
      if (event.kind === 'looked') heights = { ...heights, nodeHead: event.nodeHead }
      if (event.kind === 'stored') heights = { ...heights, safe: event.safe, finalised: event.finalised }
      turn(healthAfterEvent(health, event, clock.now()))
    },

    caughtUp: async () => {
      if (performance.now() < serveAt) return
      await makeDeferredIndexes(store.write)
      // After a restart it may be long until a block is stored.
      const { safe, finalised } = await finalityOf(store.write)
      heights = { ...heights, safe: heights.safe ?? safe, finalised: heights.finalised ?? finalised }
      const { history, schema } = store
      const outcome = await serveHistory(store.write, history, schema)
      serveAt = outcome === 'busy' ? performance.now() + TRY_AGAIN_MS : Number.POSITIVE_INFINITY
      if (outcome === 'switched') report({ kind: 'switched', schema, history: history.schema })
    },

    until: async (sync) => {
      const ended = new AbortController()
      const publishing = publishStatus(store, status, changed, ended.signal)
      try {
        await sync
      } finally {
        ended.abort()
        await publishing
        if (health.state.kind === 'stopped') await writeStatus(store.write, status()).catch(() => {})
      }
    },
  }
}
