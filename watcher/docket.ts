import { setImmediate as breathe } from 'node:timers/promises'
import type { Hex } from 'viem'
import { type OpenedBatch, openBatch, voidRecord } from '../sdk/batch.ts'
import type { OpenedModel } from '../sdk/openModel.ts'
import { recordDims } from '../sdk/predictPay.ts'
import { itemHashOf } from '../sdk/rawRowIndex.ts'
import type { CheckedRowIndex } from '../sdk/unitFaults.ts'
import { type Chronicle, modelIn } from './chronicle.ts'
import type { Files } from './files.ts'

/** What a watcher makes of the chronicle: every row index read and checked, batches opened when they are asked for. */
export interface Docket {
  readonly models: ReadonlyMap<number, ModelFile>
  /** Reads row indexes that it has not read yet. */
  examine(now: number): Promise<void>
  /** A batch as it stands. */
  opened(batch: bigint): OpenedBatch | undefined
}

export type ModelFile = UnreadModel | ReadModel

export interface UnreadModel {
  readonly kind: 'unread'
  readonly model: OpenedModel
  readonly since: number
  readonly why: string
  /** Whether it is larger than this watcher takes, and so nothing to demand. */
  readonly isTooLarge: boolean
}

export interface ReadModel {
  readonly kind: 'read'
  readonly model: OpenedModel
  readonly checked: CheckedRowIndex
  /** Of contributions whose items are to be had. */
  readonly items: ReadonlyMap<Hex, readonly Hex[]>
  /** Of a contribution. */
  readonly datasetOf: (contribution: Hex) => number
  /** Rows whose items are in none of their unit's contributions. */
  readonly foreign: readonly { readonly unit: number; readonly index: number }[]
  /** Contributions with items that no row of their units is of, and how many. */
  readonly absent: readonly { readonly contribution: Hex; readonly items: number }[]
}

export interface DocketOptions {
  readonly chronicle: Chronicle
  readonly files: Files
  /** How long to wait before a file that was not to be had is asked for again. */
  readonly retrySeconds: number
  readonly onExamined: (file: ModelFile) => void
}

export function docketOf({ chronicle, files, retrySeconds, onExamined }: DocketOptions): Docket {
  const models = new Map<number, ModelFile>()
  const triedAt = new Map<number, number>()
  const batches = new Map<bigint, OpenedBatch>()

  const read = async (model: OpenedModel, now: number): Promise<ModelFile> => {
    const found = await files.rowIndex(model)
    if (found.kind !== 'found') {
      const known = models.get(model.model)
      const since = known?.kind === 'unread' ? known.since : now
      return { kind: 'unread', model, since, why: found.why, isTooLarge: found.kind === 'refused' }
    }
    const items = await itemsOf(model)
    return {
      kind: 'read',
      model,
      checked: found.checked,
      items,
      datasetOf: (id) => chronicle.contributions.get(id)?.dataset ?? 0,
      foreign: foreignRows(model, found.checked, items),
      absent: absentItems(model, found.checked, items),
    }
  }

  const itemsOf = async ({ plan }: OpenedModel): Promise<ReadonlyMap<Hex, readonly Hex[]>> => {
    const known = new Map<Hex, readonly Hex[]>()
    for (const { id } of plan.contributions) {
      const contribution = chronicle.contributions.get(id)
      const items = contribution && (await files.items(contribution))
      if (items !== undefined) known.set(id, items)
    }
    return known
  }

  return {
    models,
    examine: async (now) => {
      for (const number of models.keys()) if (!chronicle.registered.has(number)) models.delete(number)
      for (const [number, { indexRoot }] of chronicle.registered) {
        const known = models.get(number)
        const isSame = known?.model.index.root === indexRoot
        const isDone = isSame && known?.kind === 'read'
        if (isDone || (isSame && now - (triedAt.get(number) ?? 0) < retrySeconds)) continue
        // Where contributors share equally there are no rows that could be false.
        if (chronicle.entered.get(number)?.terms.dims === 0) continue
        const model = modelIn(chronicle, number)
        if (model === undefined) continue
        triedAt.set(number, now)
        const file = await read(model, now)
        models.set(number, file)
        onExamined(file)
        await breathe()
      }
    },
    opened: (number) => {
      const told = chronicle.batches.get(number)
      const entered = told && chronicle.entered.get(Number(told.book >> 64n))
      if (told === undefined || entered === undefined) return undefined
      const voided = [...chronicle.voided.values()].flatMap(({ batch, index }) => (batch === number ? [index] : []))
      const known = batches.get(number)
      if (known?.header.recordedIn === told.recordedIn && isSameSet(known.voided, voided)) return known
      const { pay, dims } = entered.terms
      const opened = voided.reduce(voidRecord, openBatch(told, recordDims({ sketched: pay.sketched, dims })))
      batches.set(number, opened)
      return opened
    },
  }
}

/** Rows whose item is none of those that their unit's contributions committed to, where all of those are known. */
function foreignRows(
  { plan }: OpenedModel,
  { raw }: CheckedRowIndex,
  items: ReadonlyMap<Hex, readonly Hex[]>,
): ReadModel['foreign'] {
  return plan.units.flatMap(({ members }, unit) => {
    const known = members.map(({ contribution }) => items.get(plan.contributions[contribution]?.id as Hex))
    if (known.includes(undefined)) return []
    const committed = new Set(known.flatMap((hashes) => hashes ?? []))
    return (raw.units[unit] ?? []).flatMap((row, index) => (committed.has(itemHashOf(row)) ? [] : [{ unit, index }]))
  })
}

function absentItems({ plan }: OpenedModel, { raw }: CheckedRowIndex, items: ReadModel['items']): ReadModel['absent'] {
  const shown = plan.units.map((_, unit) => new Set((raw.units[unit] ?? []).map(itemHashOf)))
  return plan.contributions.flatMap(({ id }, contribution) => {
    const units = plan.units.flatMap(({ members }, unit) =>
      members.some((member) => member.contribution === contribution) ? [unit] : [],
    )
    const absent = (items.get(id) ?? []).filter((item) => !units.some((unit) => shown[unit]?.has(item)))
    return absent.length === 0 ? [] : [{ contribution: id, items: absent.length }]
  })
}

function isSameSet(voided: ReadonlySet<number>, indexes: readonly number[]): boolean {
  return voided.size === indexes.length && indexes.every((index) => voided.has(index))
}
