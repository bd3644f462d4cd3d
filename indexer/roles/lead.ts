import { explain, isExplained } from '../../sdk/errors.ts'
import type { IndexerEvent } from '../events.ts'
import { makeDeferredIndexes } from '../store/deferredIndexes.ts'
import type { SyncState } from '../store/schema.ts'
import { type Status, writeStatus } from '../store/status.ts'
import type { Store } from '../store/store.ts'
import { finalityOf } from '../store/stretch.ts'
import { serveHistory } from '../store/views.ts'
import { changes, publishStatus } from './publishStatus.ts'

/** What one who writes a history does beside storing it: it tells how it fares, and has the history served once it is complete. */
export interface Leading {
  status(): Status
  heard(event: IndexerEvent): void
  /** The history has caught up: if it is newer than what the views show, they show it from now on. */
  caughtUp(): Promise<void>
  /** Tells its status until the sync ends, and a last time then. */
  until(sync: Promise<void>): Promise<void>
}

/** Someone reads the views and does not let go of them. */
const TRY_AGAIN_MS = 10_000

export function leading(store: Store, report: (event: IndexerEvent) => void): Leading {
  let status: Status = { state: { kind: 'catchingUp' }, nodeHead: undefined, safe: undefined, finalised: undefined }
  let serveAt = 0
  const changed = changes()

  const turn = (state: SyncState) => {
    const isNew = state.kind !== status.state.kind
    status = { ...status, state }
    if (isNew) changed.happened()
  }

  return {
    status: () => status,

    heard: (event) => {
      switch (event.kind) {
        case 'looked':
          status = { ...status, nodeHead: event.nodeHead }
          return
        case 'stored':
          status = { ...status, safe: event.safe, finalised: event.finalised }
          return
        case 'troubled':
          if (event.isAside !== true) turn({ kind: 'troubled', reason: explain(event.error) })
          return
        case 'caughtUp':
          return turn({ kind: 'following' })
        case 'stopped':
          return turn({
            kind: 'stopped',
            reason: isExplained(event.error) ? explain(event.error) : 'An unexpected failure',
          })
      }
    },

    caughtUp: async () => {
      if (performance.now() < serveAt) return
      await makeDeferredIndexes(store.write)
      // After a restart nothing new may be stored for long.
      const { safe, finalised } = await finalityOf(store.write)
      status = { ...status, safe: status.safe ?? safe, finalised: status.finalised ?? finalised }
      const { history, schema } = store
      const outcome = await serveHistory(store.write, history, schema)
      serveAt = outcome === 'busy' ? performance.now() + TRY_AGAIN_MS : Number.POSITIVE_INFINITY
      if (outcome === 'switched') report({ kind: 'switched', schema, history: history.schema })
    },

    until: async (sync) => {
      const ending = new AbortController()
      const telling = publishStatus(store, () => status, changed, ending.signal)
      try {
        await sync
      } finally {
        ending.abort()
        await telling
        if (status.state.kind === 'stopped') await writeStatus(store.write, status).catch(() => {})
      }
    },
  }
}
