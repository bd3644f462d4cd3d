import type { Hex } from 'viem'
import type { ToldBatch } from '../sdk/batch.ts'
import { bookKeyOf } from '../sdk/book.ts'
import { channelId } from '../sdk/channel.ts'
import { recordDims } from '../sdk/predictPay.ts'
import { promisedRecord, type Receipt } from '../sdk/receipt.ts'
import { decodeRecords, recordLeaf } from '../sdk/record.ts'
import type { Chronicle } from './chronicle.ts'

/** Finds records by what receipts say of them. */
export interface Finder {
  /** Reads batches that were told since the last time, and forgets those that are gone. */
  refresh(): void
  /** Records with the commitment of a receipt: as it promises, or not. */
  withCommitment(receipt: Receipt): readonly Place[]
  withLeaf(recordHash: Hex, model: number, operator: number): Place | undefined
}

export interface Place {
  readonly batch: bigint
  readonly index: number
  /** As it was recorded. */
  readonly leaf: Hex
}

interface ReadBatch {
  readonly told: ToldBatch
  /** Whose it is. */
  readonly key: string
  readonly places: readonly (Place & { readonly commitment: Hex })[]
}

/** Records of one operator and model. */
interface Recorded {
  readonly byCommitment: ReadonlyMap<Hex, readonly Place[]>
  readonly byLeaf: ReadonlyMap<Hex, Place>
}

const keyOf = (model: number, operator: number): string => `${model}/${operator}`

export function finderOf(chronicle: Chronicle): Finder {
  const batches = new Map<bigint, ReadBatch>()
  const recorded = new Map<string, Recorded>()

  const read = (told: ToldBatch): ReadBatch => {
    const { model, operator } = bookKeyOf(told.book)
    const terms = chronicle.entered.get(model)?.terms
    const k = terms === undefined ? 0 : recordDims({ sketched: terms.pay.sketched, dims: terms.dims })
    const ids = told.channels.map((channel) => channelId({ ...channel, model, operator }))
    const places = decodeRecords(told.records, k, told.channels.length).map((record, index) => ({
      batch: told.batch,
      index,
      leaf: recordLeaf(ids[record.channel] as Hex, record),
      commitment: record.commitment,
    }))
    return { told, key: keyOf(model, operator), places }
  }

  /** Takes in what changed, and says whose records did. */
  const changes = (): ReadonlySet<string> => {
    const changed = new Set<string>()
    for (const [number, { told, key }] of batches) {
      // After a reorg another batch may have the same number.
      if (chronicle.batches.get(number) === told) continue
      batches.delete(number)
      changed.add(key)
    }
    for (const [number, told] of chronicle.batches) {
      if (batches.has(number)) continue
      const batch = read(told)
      batches.set(number, batch)
      changed.add(batch.key)
    }
    return changed
  }

  return {
    refresh: () => {
      const changed = changes()
      for (const key of changed) {
        const places = [...batches.values()].flatMap((batch) => (batch.key === key ? batch.places : []))
        recorded.set(key, {
          byCommitment: Map.groupBy(places, ({ commitment }) => commitment),
          byLeaf: new Map(places.map((place) => [place.leaf, place])),
        })
      }
    },
    withCommitment: (receipt) =>
      recorded.get(keyOf(receipt.model, receipt.operator))?.byCommitment.get(promisedRecord(receipt).commitment) ?? [],
    withLeaf: (recordHash, model, operator) => recorded.get(keyOf(model, operator))?.byLeaf.get(recordHash),
  }
}
