import { setImmediate as breathe } from 'node:timers/promises'
import type { Hex } from 'viem'
import type { CommittedIndex } from '../../sdk/court/committedIndex.ts'
import {
  type ContributionFacts,
  findIndexFaults,
  findNearCopies,
  type IndexFault,
} from '../../sdk/court/indexFaults.ts'
import { findRecordFault, type JudgedIndex, judgedIndex, type RecordFault } from '../../sdk/court/recordFault.ts'
import { decodeRecords, type InferenceRecord } from '../../sdk/record.ts'
import { type OpenedBatch, openBatch } from '../../sdk/recordProof.ts'
import { type Batch, type Chronicle, isIncluded, type Model, rowKey } from './chronicle.ts'
import type { Files } from './files.ts'

/** What a watcher makes of the chronicle: every index read and examined, every record computed again. */
export interface Docket {
  readonly models: ReadonlyMap<number, ModelFile>
  readonly batches: ReadonlyMap<bigint, BatchFile>
  /** Reads indexes that it has not read yet, and goes on looking for near-copies for at most some milliseconds. */
  examine(now: number, sliceMs: number): Promise<void>
  /** Computes records again, those of `sinceEpoch` and later; forgets those that were judged and are older. */
  judge(sinceEpoch: number): Promise<void>
}

export type ModelFile =
  | {
      readonly kind: 'unread'
      readonly model: Model
      readonly since: number
      readonly why: string
      readonly final: boolean
    }
  | ReadModel

export interface ReadModel {
  readonly kind: 'read'
  readonly model: Model
  readonly judged: JudgedIndex
  readonly faults: readonly IndexFault[]
  readonly items: ReadonlyMap<Hex, readonly Hex[]>
  /** Near-copies found so far, and the search for more. */
  readonly copies: Generator<readonly IndexFault[]> | undefined
}

export interface BatchFile {
  readonly batch: Batch
  readonly records: readonly InferenceRecord[]
  readonly recorded: OpenedBatch
  /** By index; undefined where a record is right. None while the model's index is not to be had. */
  readonly faults: readonly (RecordFault | undefined)[]
  /** What it was judged by. */
  readonly judged: JudgedIndex | undefined
}

export interface DocketOptions {
  readonly chronicle: Chronicle
  readonly files: Files
  /** How long to wait before a file that was not to be had is asked for again. */
  readonly retrySeconds: number
  readonly onJudged: (batch: BatchFile) => void
  readonly onExamined: (file: ModelFile) => void
}

export function docketOf({ chronicle, files, retrySeconds, onJudged, onExamined }: DocketOptions): Docket {
  const models = new Map<number, ModelFile>()
  const batches = new Map<bigint, BatchFile>()
  const triedAt = new Map<number, number>()

  const read = async (model: Model, now: number): Promise<ModelFile> => {
    const found = await files.index(model)
    if (found.kind !== 'found') {
      const known = models.get(model.model)
      const since = known?.kind === 'unread' ? known.since : now
      return { kind: 'unread', model, since, why: found.why, final: found.kind === 'refused' }
    }
    const items = await itemsOf(found.value)
    const facts = factsOf(chronicle, model, items)
    const faults = findIndexFaults(found.value, model.rowCount, facts)
    const copies = findNearCopies(found.value, facts)
    return { kind: 'read', model, items, faults, copies, judged: judgedIndex(found.value, faults) }
  }

  const itemsOf = async ({ entries }: CommittedIndex): Promise<ReadonlyMap<Hex, readonly Hex[]>> => {
    const known = new Map<Hex, readonly Hex[]>()
    for (const name of new Set(entries.map(({ contribution }) => contribution))) {
      const contribution = chronicle.contributions.get(name)
      const items = contribution && (await files.items(contribution))
      if (items !== undefined) known.set(name, items)
    }
    return known
  }

  /** Goes on with one model's search. */
  const search = async (file: ReadModel, until: number): Promise<void> => {
    if (file.copies === undefined) return
    const found: IndexFault[] = []
    let done = false
    while (!done && performance.now() < until) {
      const step = file.copies.next()
      if (step.done === true) done = true
      else found.push(...step.value)
    }
    await breathe()
    if (!done && found.length === 0) return
    const faults = [...file.faults, ...found]
    const judged = found.length === 0 ? file.judged : judgedIndex(file.judged.index, faults)
    const next: ReadModel = { ...file, faults, judged, copies: done ? undefined : file.copies }
    models.set(file.model.model, next)
    if (found.length > 0) onExamined(next)
  }

  /** A row that was demanded and shown is not false after all. */
  const acquit = (file: ReadModel): ReadModel => {
    const stands = ({ kind, row }: IndexFault) =>
      kind !== 'WithheldRow' || !chronicle.shown.has(rowKey(file.model.model, row))
    const faults = file.faults.filter(stands)
    if (faults.length === file.faults.length) return file
    const acquitted = { ...file, faults, judged: judgedIndex(file.judged.index, faults) }
    models.set(file.model.model, acquitted)
    return acquitted
  }

  /** A reorg may have put another model or batch under a number. */
  const dropStale = (): void => {
    for (const [number, { model }] of models) if (chronicle.models.get(number) !== model) models.delete(number)
    for (const [number, { batch }] of batches) if (chronicle.batches.get(number) !== batch) batches.delete(number)
  }

  return {
    models,
    batches,
    examine: async (now, sliceMs) => {
      dropStale()
      for (const model of chronicle.models.values()) {
        const known = models.get(model.model)
        if (known?.kind === 'read' || (known?.kind === 'unread' && known.final)) continue
        if (known !== undefined && now - (triedAt.get(model.model) ?? 0) < retrySeconds) continue
        triedAt.set(model.model, now)
        const file = await read(model, now)
        models.set(model.model, file)
        if (file.kind === 'read' || known === undefined) onExamined(file)
      }
      const until = performance.now() + sliceMs
      for (const file of models.values()) if (file.kind === 'read') await search(acquit(file), until)
    },
    judge: async (sinceEpoch) => {
      for (const number of batches.keys()) if (isBefore(chronicle, number, sinceEpoch)) batches.delete(number)
      for (const [number, batch] of chronicle.batches) {
        const file = models.get(batch.header.model)
        if (file === undefined || isBefore(chronicle, number, sinceEpoch)) continue
        const known = batches.get(number)
        if (known !== undefined && known.judged === judgedBy(file)) continue
        const judged = judgeBatch(chronicle, file, batch)
        batches.set(number, judged)
        // By an index in which more rows proved false, it is judged again, and counted once.
        if (file.kind === 'read' && known?.judged === undefined) onJudged(judged)
        await breathe()
      }
    },
  }
}

function judgedBy(file: ModelFile): JudgedIndex | undefined {
  return file.kind === 'read' ? file.judged : undefined
}

function isBefore(chronicle: Chronicle, batch: bigint, epoch: number): boolean {
  return (chronicle.batches.get(batch)?.header.epoch ?? 0) < epoch
}

function judgeBatch(chronicle: Chronicle, file: ModelFile, batch: Batch): BatchFile {
  const { model } = file
  const records = decodeRecords(batch.records, model)
  const recorded = openBatch(batch.header, batch.records, model.dims)
  if (file.kind === 'unread') return { batch, records, recorded, faults: [], judged: undefined }
  const facts = factsOf(chronicle, model, file.items)
  const faults = records.map((record) => findRecordFault(record, model.topK, file.judged, facts))
  return { batch, records, recorded, faults, judged: file.judged }
}

function factsOf(chronicle: Chronicle, model: Model, items: ReadonlyMap<Hex, readonly Hex[]>): ContributionFacts {
  const sets = new Map([...items].map(([contribution, hashes]) => [contribution, new Set(hashes)]))
  return {
    contributorOf: (contribution) => chronicle.contributions.get(contribution)?.contributor,
    isIncluded: (contribution) => isIncluded(chronicle, model.versions, contribution),
    acceptedAt: (contribution) => chronicle.accepted.get(contribution)?.at ?? 0,
    itemsOf: (contribution) => sets.get(contribution),
  }
}
