import { explain, isExplained } from '../../sdk/errors.ts'
import type { IndexerEvent } from '../events.ts'
import { makeDeferredIndexes } from '../store/deferredIndexes.ts'
import type { SyncState } from '../store/schema.ts'
import { type Status, writeStatus } from '../store/status.ts'
import type { Store } from '../store/store.ts'
import { finalityOf } from '../store/stretch.ts'
import { serveHistory } from '../store/views.ts'
import { changes, publishStatus } from './publishStatus.ts'

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

    handle: (event) => {
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
      // After a restart it may be long until a block is stored.
      const { safe, finalised } = await finalityOf(store.write)
      status = { ...status, safe: status.safe ?? safe, finalised: status.finalised ?? finalised }
      const { history, schema } = store
      const outcome = await serveHistory(store.write, history, schema)
      serveAt = outcome === 'busy' ? performance.now() + TRY_AGAIN_MS : Number.POSITIVE_INFINITY
      if (outcome === 'switched') report({ kind: 'switched', schema, history: history.schema })
    },

    until: async (sync) => {
      const ended = new AbortController()
      const publishing = publishStatus(store, () => status, changed, ended.signal)
      try {
        await sync
      } finally {
        ended.abort()
        await publishing
        if (status.state.kind === 'stopped') await writeStatus(store.write, status).catch(() => {})
      }
    },
  }
}
