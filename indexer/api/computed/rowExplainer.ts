import { Worker } from 'node:worker_threads'
import { bytesToHex, type Hex } from 'viem'
import { lru } from './lru.ts'
import type { RowReply, RowsFound, RowTask } from './rowWorker.ts'

export type { FoundRow, RowsFound } from './rowWorker.ts'

/** Finds the rows that moved an answer, in a worker thread that starts with the first request. */
export interface RowExplainer {
  rowsOf(asked: Omit<RowTask, 'id' | 'place' | 'count'>): Promise<RowsFound>
  close(): Promise<void>
}

/** The most rows for an answer, and the most against it. */
export const MOST_ROWS = 100
const EXPLANATIONS_KEPT = 500
/** How long a missing row index is not looked for again. */
const LOOK_AGAIN_MS = 30_000

interface Waiting {
  readonly resolve: (found: RowsFound) => void
  readonly reject: (error: unknown) => void
}

/** @param place Where files are: a folder, an address, or nowhere. */
export function rowExplainer(place: string | undefined): RowExplainer {
  const kept = lru<RowsFound>(EXPLANATIONS_KEPT)
  const missing = new Map<Hex, { readonly found: RowsFound; readonly since: number }>()
  const waiting = new Map<number, Waiting>()
  let thread: Worker | undefined
  let asked = 0

  const started = (): Worker => {
    if (thread !== undefined) return thread
    const worker = new Worker(new URL('./rowWorker.ts', import.meta.url))
    worker.unref()
    worker.on('message', ({ id, found }: RowReply) => {
      waiting.get(id)?.resolve(found)
      waiting.delete(id)
    })
    // Out of memory, say: pending requests fail, and the next one starts a new thread.
    const failed = (error: unknown) => {
      if (thread !== worker) return
      thread = undefined
      for (const { reject } of waiting.values()) reject(error)
      waiting.clear()
    }
    worker.on('error', failed)
    worker.on('exit', () => failed(new Error('The thread that reads row indexes has ended')))
    thread = worker
    return worker
  }

  const ask = (task: Omit<RowTask, 'id' | 'count'>): Promise<RowsFound> => {
    const id = asked++
    const { promise, resolve, reject } = Promise.withResolvers<RowsFound>()
    waiting.set(id, { resolve, reject })
    started().postMessage({ ...task, id, count: MOST_ROWS } satisfies RowTask)
    return promise
  }

  return {
    rowsOf: async (task) => {
      if (place === undefined) return { kind: 'missing', why: 'this indexer has no --blobs' }
      const gone = missing.get(task.index)
      if (gone !== undefined && performance.now() - gone.since < LOOK_AGAIN_MS) return gone.found
      const key = `${task.index} ${bytesToHex(new Uint8Array(task.query))}`
      const found = await kept.get(key, () => ask({ ...task, place }))
      if (found.kind === 'missing') {
        kept.drop(key)
        missing.set(task.index, { found, since: performance.now() })
      } else missing.delete(task.index)
      return found
    },
    close: async () => {
      const ending = thread
      thread = undefined
      await ending?.terminate()
    },
  }
}
