// Finds the rows that moved an answer, in a worker thread: reading a large row index takes seconds,
// which must delay neither the sync nor other requests. Started by `rowExplainer.ts`.

import { parentPort } from 'node:worker_threads'
import { bytesToHex, type Hex } from 'viem'
import { type Explainer, explainerOf } from '../../../attribution/fast/explainer.ts'
import { decodeRowIndex } from '../../../attribution/rowIndex.ts'
import { readBlob } from '../blobs.ts'
import { lru } from './lru.ts'

/** Which rows of an index moved an answer: `count` for it and as many against it, at most. */
export interface RowTask {
  readonly id: number
  /** Where files are. */
  readonly place: string
  readonly index: Hex
  /** What the model has, by the chain. */
  readonly k: number
  readonly unitCount: number
  readonly query: Int8Array
  readonly count: number
}

export interface FoundRow {
  readonly unit: number
  readonly row: number
  readonly term: number
  readonly itemHash: Hex
}

export type RowsFound =
  | { readonly kind: 'found'; readonly for: readonly FoundRow[]; readonly against: readonly FoundRow[] }
  /** In words: the index is not there, or it is not sound. */
  | { readonly kind: 'missing'; readonly why: string }

export type RowReply = { readonly id: number; readonly found: RowsFound }

const port = parentPort
if (port === null) throw new Error('rowWorker.ts runs inside a worker thread; call rowExplainer instead.')

/** The most row indexes in memory: one of a million rows takes some 300 MB. */
const INDEXES_KEPT = 2
const indexes = lru<LoadedIndex>(INDEXES_KEPT)

interface LoadedIndex {
  readonly explain: Explainer
  readonly itemHashOf: (unit: number, row: number) => Hex
}

/** One after the other, so that no two indexes are read at once. */
let working: Promise<void> = Promise.resolve()

port.on('message', (task: RowTask) => {
  working = working.then(async () => {
    const found = await rowsOf(task).catch((error: unknown): RowsFound => ({ kind: 'missing', why: whyNot(error) }))
    port.postMessage({ id: task.id, found } satisfies RowReply)
  })
})

async function rowsOf({ place, index, k, unitCount, query, count }: RowTask): Promise<RowsFound> {
  const { explain, itemHashOf } = await indexes.get(`${place} ${index}`, () => load(place, index, k, unitCount))
  const found = explain(query, count)
  const named = found.for.map((row) => ({ ...row, itemHash: itemHashOf(row.unit, row.row) }))
  return {
    kind: 'found',
    for: named,
    against: found.against.map((row) => ({ ...row, itemHash: itemHashOf(row.unit, row.row) })),
  }
}

async function load(place: string, index: Hex, k: number, unitCount: number): Promise<LoadedIndex> {
  const file = await readBlob(place, index)
  if (file === undefined) throw new Error('this indexer does not have its row index')
  const { k: found, units } = decodeRowIndex(file)
  if (found !== k || units.length !== unitCount) {
    throw new Error(
      `its row index has ${units.length} units of ${found} codes, and ${unitCount} of ${k} are registered`,
    )
  }
  const hashes = units.map((rows) => Buffer.concat(rows.map(({ itemHash }) => Buffer.from(itemHash.slice(2), 'hex'))))
  return {
    explain: explainerOf(units, k),
    itemHashOf: (unit, row) => bytesToHex((hashes[unit] as Buffer).subarray(32 * row, 32 * row + 32)),
  }
}

function whyNot(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
