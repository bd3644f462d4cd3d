import type { Hex } from 'viem'
import type { ToldBatch } from '../sdk/batch.ts'
import { bookKeyOf } from '../sdk/book.ts'
import { channelId } from '../sdk/channel.ts'
import { recordDims } from '../sdk/predictPay.ts'
import { promisedRecord, type Receipt } from '../sdk/receipt.ts'
import { decodeRecords, recordLeaf } from '../sdk/record.ts'
import type { WatchState } from './watchState.ts'

/** Finds records by what receipts say of them. */
export interface RecordFinder {
  /** Reads new batches and drops those that were rolled back. */
  refresh(): void
  /** Records with the commitment of a receipt, whether they are as promised or not. */
  withCommitment(receipt: Receipt): readonly RecordPlace[]
  withLeaf(recordHash: Hex, model: number, operator: number): RecordPlace | undefined
}

/** Where a record is. */
export interface RecordPlace {
  readonly batch: bigint
  readonly index: number
  /** As it was recorded. */
  readonly leaf: Hex
}

interface ReadBatch {
  readonly source: ToldBatch
  /** Its model and operator. */
  readonly key: string
  readonly places: readonly (RecordPlace & { readonly commitment: Hex })[]
}

/** Records of one operator and model. */
interface Recorded {
  readonly byCommitment: ReadonlyMap<Hex, readonly RecordPlace[]>
  readonly byLeaf: ReadonlyMap<Hex, RecordPlace>
}

const keyOf = (model: number, operator: number): string => `${model}/${operator}`

export function recordFinder(state: WatchState): RecordFinder {
  const batches = new Map<bigint, ReadBatch>()
  const recorded = new Map<string, Recorded>()

  const read = (source: ToldBatch): ReadBatch => {
    const { model, operator } = bookKeyOf(source.book)
    const terms = state.entered.get(model)?.terms
    const k = terms === undefined ? 0 : recordDims({ sketched: terms.pay.sketched, dims: terms.dims })
    const ids = source.channels.map((channel) => channelId({ ...channel, model, operator }))
    const places = decodeRecords(source.records, k, source.channels.length).map((record, index) => ({
      batch: source.batch,
      index,
      leaf: recordLeaf(ids[record.channel] as Hex, record),
      commitment: record.commitment,
    }))
    return { source, key: keyOf(model, operator), places }
  }

  /** Reads the changed batches, and gives the keys whose records changed. */
  const changes = (): ReadonlySet<string> => {
    const changed = new Set<string>()
    for (const [number, { source, key }] of batches) {
      // After a reorg another batch may have the same number.
      if (state.batches.get(number) === source) continue
      batches.delete(number)
      changed.add(key)
    }
    for (const [number, source] of state.batches) {
      if (batches.has(number)) continue
      const batch = read(source)
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
