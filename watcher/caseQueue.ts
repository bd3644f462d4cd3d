import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Hex } from 'viem'
import { type OpenedBatch, openBatch, voidRecord } from '../sdk/batch.ts'
import type { OpenedModel } from '../sdk/openModel.ts'
import { recordDims } from '../sdk/predictPay.ts'
import type { CheckedRowIndex } from '../sdk/unitFaults.ts'
import type { Files } from './files.ts'
import { type AbsentItems, absentItems, type ForeignRow, foreignRows } from './itemFaults.ts'
import { modelIn, type WatchState } from './watchState.ts'

/**
 * A case for every registered model: its row index, read and checked. Batches are opened on demand.
 */
export interface CaseQueue {
  readonly models: ReadonlyMap<number, ModelCase>
  /** Reads the row indexes that are not read yet. */
  read(now: number): Promise<void>
  /** A batch without its voided records. */
  openedBatch(batch: bigint): OpenedBatch | undefined
}

export type ModelCase = UnreadCase | ReadCase

export interface UnreadCase {
  readonly kind: 'unread'
  readonly model: OpenedModel
  readonly since: number
  readonly why: string
  /** Larger than this watcher accepts: its units are not demanded. */
  readonly isTooLarge: boolean
}

export interface ReadCase {
  readonly kind: 'read'
  readonly model: OpenedModel
  readonly checked: CheckedRowIndex
  /** The items of the contributions whose item files were found. */
  readonly items: ReadonlyMap<Hex, readonly Hex[]>
  /** The dataset of a contribution. */
  readonly datasetOf: (contribution: Hex) => number
  readonly foreign: readonly ForeignRow[]
  readonly absent: readonly AbsentItems[]
}

export interface CaseQueueOptions {
  readonly state: WatchState
  readonly files: Files
  /** How long to wait before a missing file is requested again. */
  readonly retrySeconds: number
  readonly onRead: (modelCase: ModelCase) => void
}

interface Cases {
  readonly models: Map<number, ModelCase>
  readonly triedAt: Map<number, number>
  readonly batches: Map<bigint, OpenedBatch>
}

export function caseQueue(options: CaseQueueOptions): CaseQueue {
  const cases: Cases = { models: new Map(), triedAt: new Map(), batches: new Map() }
  return {
    models: cases.models,
    read: (now) => readDue(options, cases, now),
    openedBatch: (batch) => openedBatch(options.state, cases, batch),
  }
}

async function readDue(options: CaseQueueOptions, { models, triedAt }: Cases, now: number): Promise<void> {
  const { state, retrySeconds, onRead } = options
  for (const number of models.keys()) if (!state.registered.has(number)) models.delete(number)
  for (const [number, { indexRoot }] of state.registered) {
    const known = models.get(number)
    if (!isDue(known, indexRoot, triedAt.get(number) ?? 0, now, retrySeconds)) continue
    // Contributors of such a model share equally, so it has no rows that could be false.
    if (state.entered.get(number)?.terms.dims === 0) continue
    const model = modelIn(state, number)
    if (model === undefined) continue
    triedAt.set(number, now)
    const modelCase = await readCase(options, known, model, now)
    models.set(number, modelCase)
    onRead(modelCase)
    await nextTurn()
  }
}

/**
 * Whether a row index must be read: it is another one than before, or was missing `retrySeconds`
 * ago.
 */
export function isDue(
  known: ModelCase | undefined,
  indexRoot: Hex,
  triedAt: number,
  now: number,
  retrySeconds: number,
): boolean {
  if (known?.model.index.root !== indexRoot) return true
  return known.kind === 'unread' && now - triedAt >= retrySeconds
}

async function readCase(
  { state, files }: CaseQueueOptions,
  known: ModelCase | undefined,
  model: OpenedModel,
  now: number,
): Promise<ModelCase> {
  const found = await files.rowIndex(model)
  if (found.kind !== 'found') {
    const since = known?.kind === 'unread' ? known.since : now
    return { kind: 'unread', model, since, why: found.why, isTooLarge: found.kind === 'refused' }
  }
  const items = await itemsOf(state, files, model)
  return {
    kind: 'read',
    model,
    checked: found.checked,
    items,
    datasetOf: (id) => state.contributions.get(id)?.dataset ?? 0,
    foreign: foreignRows(model, found.checked, items),
    absent: absentItems(model, found.checked, items),
  }
}

async function itemsOf(
  { contributions }: WatchState,
  files: Files,
  { plan }: OpenedModel,
): Promise<ReadonlyMap<Hex, readonly Hex[]>> {
  const known = new Map<Hex, readonly Hex[]>()
  for (const { id } of plan.contributions) {
    const contribution = contributions.get(id)
    const items = contribution && (await files.items(contribution))
    if (items !== undefined) known.set(id, items)
  }
  return known
}

function openedBatch(state: WatchState, { batches }: Cases, number: bigint): OpenedBatch | undefined {
  const recorded = state.batches.get(number)
  const entered = recorded && state.entered.get(Number(recorded.book >> 64n))
  if (recorded === undefined || entered === undefined) return undefined
  const voided = [...state.voided.values()].flatMap(({ batch, index }) => (batch === number ? [index] : []))
  const known = batches.get(number)
  if (known?.header.recordedIn === recorded.recordedIn && isSameSet(known.voided, voided)) return known
  const { pay, dims } = entered.terms
  const opened = voided.reduce(voidRecord, openBatch(recorded, recordDims({ sketched: pay.sketched, dims })))
  batches.set(number, opened)
  return opened
}

function isSameSet(voided: ReadonlySet<number>, indexes: readonly number[]): boolean {
  return voided.size === indexes.length && indexes.every((index) => voided.has(index))
}
